"""When a condition began: by its onset, or by a time in its words (“3 weeks ago”, “hace 3 semanas”)."""

import calendar
import datetime as dt
import re
import unicodedata

from keel.record.record import Condition

_AGO = re.compile(
    r"\b(?:(?P<number>\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve) "
    r"(?P<unit>day|week|month|year)s? ago"
    r"|hace (?P<numero>\d{1,3}|una?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce) "
    r"(?P<unidad>dia|semana|mes|ano)(?:e?s)?)\b"
)
_NUMBERS = {
    word: number
    for words in (
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
        ("un", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce"),
        ("a",),
        ("an",),
        ("una",),
    )
    for number, word in enumerate(words, 1)
}
_UNITS = {"dia": "day", "semana": "week", "mes": "month", "ano": "year"}


def began_on(condition: Condition, at: dt.datetime) -> dt.date | None:
    """The day on which a condition began: its onset, else what its text says (“3 weeks ago”), counted from `at`.

    Of several times in a text the latest one counts; months and years are calendar ones. None where nothing says it.
    """
    if condition.onset is not None:
        return condition.onset
    said = [_days_ago(match, at.date()) for match in _AGO.finditer(_plain(condition.text))]
    return max(said, default=None)


def _plain(text: str) -> str:
    """In small letters and without accents, one space between words."""
    whole = unicodedata.normalize("NFKD", text[:2000].casefold())
    return " ".join("".join(sign for sign in whole if not unicodedata.combining(sign)).split())


def _days_ago(match: re.Match[str], today: dt.date) -> dt.date:
    said, unit = match["number"] or match["numero"], match["unit"] or _UNITS[match["unidad"]]
    number = int(said) if said.isdecimal() else _NUMBERS[said]
    if unit in ("month", "year"):
        return months_before(today, number * (12 if unit == "year" else 1))
    return today - dt.timedelta(days=number * (7 if unit == "week" else 1))


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day of the month some months earlier; in a shorter month its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return dt.date(max(1, year), month + 1, min(day.day, calendar.monthrange(max(1, year), month + 1)[1]))

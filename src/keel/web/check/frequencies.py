"""The same amount on fewer or more days: what a year would come to. Shows the change; no row is a goal or a limit."""

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from keel.assessment.picture import Picture
from keel.quantities import Interval
from keel.record import Record, UsePattern

DAYS_A_YEAR: tuple[tuple[int, Promise], ...] = (
    (12, _("Once a month")),
    (26, _("Every two weeks")),
    (52, _("Once a week")),
    (104, _("Two days a week")),
    (156, _("Three days a week")),
    (260, _("Five days a week")),
    (365, _("Every day")),
)


class Row(NamedTuple):
    """A frequency: days a year, a year's milligrams, how many times the reference course, change from now in percent.

    `change_percent` is None where nobody knows how often it is now. `is_now` marks the person's own figure.
    """

    name: str
    days: float
    mg_per_year: Interval
    multiple: Interval
    change_percent: float | None
    is_now: bool


class Frequencies(NamedTuple):
    """The rows, the amount that stays the same, and the words of the pattern it is from."""

    rows: tuple[Row, ...]
    mg_per_session: Interval
    text: str


def frequencies(record: Record, picture: Picture) -> Frequencies | None:
    """The table for the non-medical pattern that makes up most of a year; None where there is none with an amount.

    Treatment gets no such table: how often it is given is the prescriber's to decide.
    """
    pattern = _largest(record.patterns)
    if pattern is None or pattern.mg_per_session is None:
        return None
    amount, reference = pattern.mg_per_session, picture.exposure.reference.mg_per_year
    now = pattern.sessions_per_year
    is_one_number = now is not None and now.is_exact
    rows = [_row(str(name), days, amount, reference, now, is_now=bool(is_one_number and now and now.mid == days))
            for days, name in DAYS_A_YEAR]  # fmt: skip
    if now is not None and not any(row.is_now for row in rows):
        own = amount * now
        rows.append(Row(str(_("As you told it")), now.mid, own, own / reference, 0.0, is_now=True))
        rows.sort(key=lambda row: row.days)
    return Frequencies(tuple(rows), amount, pattern.text)


def _row(name: str, days: int, amount: Interval, reference: float, now: Interval | None, *, is_now: bool) -> Row:
    year = amount * days
    change = None if now is None or not now.mid else round(100 * (days / now.mid - 1))
    return Row(name, days, year, year / reference, change, is_now)


def _largest(patterns: Iterable[UsePattern]) -> UsePattern | None:
    told = [one for one in patterns if one.is_current and not one.setting.is_medical and one.mg_per_session]
    return max(told, key=_year_mg, default=None)


def _year_mg(pattern: UsePattern) -> float:
    sessions = pattern.sessions_per_year.mid if pattern.sessions_per_year else 0.0
    return sessions * (pattern.mg_per_session.mid if pattern.mg_per_session else 0.0)

"""Reads a pattern of use typed as text: “400 mg every Saturday for 3 years, snorted”.

What the words leave open becomes an interval or stays unknown; what Keel took them to mean is listed in `assumed`.
Words it does not know are refused by name, never skipped, because a skipped “no longer” would change the answer.
"""

import datetime as dt
import re
from typing import NamedTuple

import msgspec

from keel.exposure.errors import PatternError
from keel.exposure.ledger import salt_factor
from keel.knowledge import Knowledge
from keel.knowledge.phrases import FrequencyPhrase, Phrases
from keel.quantities import Form, Interval, QuantityError, parse_amount_interval_mg, parse_number
from keel.record import Setting, UsePattern

WEEKS_A_YEAR = 52
DAYS_A_YEAR = 365
MONTHS_A_YEAR = 12

_N = r"\d+(?:[.,]\d+)?"
_RANGE = rf"{_N}(?:\s*(?:-|–|—|to)\s*{_N})?"
_PERIODS = {"day": DAYS_A_YEAR, "night": DAYS_A_YEAR, "week": WEEKS_A_YEAR, "weekend": WEEKS_A_YEAR, "fortnight": 26}
_PERIODS |= {"month": MONTHS_A_YEAR, "year": 1}
_PERIOD = r"(day|night|weekend|week|fortnight|month|year)s?"
_COUNTS = {"once": "1", "twice": "2", "thrice": "3"} | {
    word: str(number)
    for number, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), start=1
    )
}
_AMOUNT = rf"(?:{_RANGE}|half a|a|half)\s*(?:mg|milligrams?|µg|mcg|ug|grams?|grammes?|gm|g)\b"
_AMOUNT_RANGE = rf"(?:(?:about|around|roughly|~|up to)\s*)?(?:{_AMOUNT}\s*(?:-|–|—|to)\s*)?{_AMOUNT}"
_FILLER = re.compile(
    r"\b(?:of|ketamine|ket|k|in|the|and|a|at|on|my|i|take|took|taking|use|used|using|do|have|been|about|around|it|is|"
    r"session|sessions|dose|doses|each|per|time|powder|by|with|for|over|still|now|usually|roughly)\b|[,.;:()]"
)


class _Part(NamedTuple):
    """A phase of the pattern while it is being read: the words that are left, and what was found so far."""

    left: str
    found: dict[str, object]
    assumed: list[str]


def parse_pattern(text: str, *, at: dt.datetime, knowledge: Knowledge) -> tuple[UsePattern, ...]:
    """The pattern in `text` as phases that follow one another (“8 x 56 mg over 4 weeks then weekly”).

    `at` turns “since 2022” into a length. Raises PatternError where there is no amount and no frequency, or where
    words remain that Keel does not know.
    """
    if not text.strip():
        raise PatternError("The pattern is empty. Write for example “400 mg weekly for 3 years, snorted”.")
    if len(text) > 500:
        raise PatternError("The pattern is longer than 500 characters. Write one pattern a line.")
    phrases = knowledge.phrases["en"]
    written = _prepare(text)
    phases: list[UsePattern] = []
    for piece in re.split(r"\b(?:and\s+)?(?:then|followed by|after that)\b", written):
        previous = phases[-1] if phases else None
        phases.append(_read_phase(piece, text, previous, at, phrases))
    return tuple(_as_base(_share(phase, phases), knowledge) for phase in phases)


def _as_base(phase: UsePattern, knowledge: Knowledge) -> UsePattern:
    """Amounts told as the hydrochloride, in milligrams of base."""
    if phase.form is not Form.HYDROCHLORIDE:
        return phase
    factor = salt_factor(phase.substance, knowledge)
    return msgspec.structs.replace(
        phase,
        form=Form.BASE,
        mg_per_session=phase.mg_per_session * factor if phase.mg_per_session else None,
        mg_per_year=phase.mg_per_year * factor if phase.mg_per_year else None,
        assumed=(*phase.assumed, f"amounts of hydrochloride are converted to base (× {factor:g})"),
    )


def _share(phase: UsePattern, phases: list[UsePattern]) -> UsePattern:
    """Route, setting and substance said of one phase hold for the phases that say nothing."""
    unsaid = ("unknown", Form.NOT_STATED)
    said = {
        name: next((getattr(other, name) for other in [phase, *phases] if getattr(other, name) not in unsaid), None)
        for name in ("substance", "route", "setting", "form")
    }
    return msgspec.structs.replace(phase, **{name: value for name, value in said.items() if value is not None})


def _prepare(text: str) -> str:
    lowered = " ".join(text.lower().replace("×", "x").split())
    for word, number in _COUNTS.items():
        lowered = re.sub(rf"\b{word}\b(?! and)", number, lowered)
    return lowered


def _read_phase(piece: str, text: str, previous: UsePattern | None, at: dt.datetime, phrases: Phrases) -> UsePattern:
    part = _Part(f" {piece.strip()} ", {}, [])
    for step in (_words, _course, _end, _length, _since, _frequency, _amount, _leftover_words):
        part = step(part, text, at, phrases)
    found = part.found
    if "mg_per_session" not in found and "mg_per_year" not in found and previous is not None:
        found["mg_per_session"] = previous.mg_per_session
    if not {"sessions_per_year", "course_sessions", "mg_per_year"} & found.keys():
        raise PatternError(
            f"“{text.strip()}” does not say how often. Add for example “weekly”, “every 2 weeks” or “3 times a month”."
        )
    return UsePattern(text=text.strip(), assumed=tuple(part.assumed), **found)  # type: ignore[arg-type]


def _take(part: _Part, pattern: str) -> tuple[re.Match[str] | None, str]:
    match = re.search(pattern, part.left)
    return match, part.left if match is None else part.left[: match.start()] + " " + part.left[match.end() :]


def _interval(text: str) -> Interval:
    low, *high = (parse_number(number) for number in re.findall(_N, text))
    return Interval.of(min(low, *high), max(low, *high)) if high else Interval.exactly(low)


def _words(part: _Part, text: str, at: dt.datetime, phrases: Phrases) -> _Part:
    """Route, setting, substance and form by their words; a word may speak for several of them (“Spravato”)."""
    left = part.left
    kinds: dict[str, type[str]] = {"setting": Setting, "form": Form}
    fields = {
        "route": phrases.routes,
        "setting": phrases.settings,
        "substance": phrases.substances,
        "form": phrases.forms,
    }
    for field, lists in fields.items():
        for entry in lists:
            for word in sorted(entry.words, key=len, reverse=True):
                if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", part.left):
                    part.found.setdefault(field, kinds.get(field, str)(entry.id))
                    left = re.sub(rf"(?<![\w-]){re.escape(word)}(?![\w-])", " ", left)
    return part._replace(left=left)


def _course(part: _Part, text: str, at: dt.datetime, phrases: Phrases) -> _Part:
    """“8 x 56 mg over 4 weeks”: a course that ends by itself."""
    match, left = _take(part, rf"\b(\d+)\s*(?:x|times|doses of|sessions of|infusions of)\s*(?={_AMOUNT})")
    if match is None:
        return part
    part.found["course_sessions"] = int(match.group(1))
    part.found["is_current"] = False
    span, left = _take(part._replace(left=left), rf"\b(?:over|in|within)\s+({_RANGE})\s*{_PERIOD}\b")
    if span is not None:
        years = _interval(span.group(1)) / _PERIODS[span.group(2)]
        part.found["months"] = years * MONTHS_A_YEAR
        sessions = int(match.group(1))
        part.found["sessions_per_year"] = Interval(sessions / years.high, sessions / years.mid, sessions / years.low)
    return part._replace(left=left)


def _end(part: _Part, text: str, at: dt.datetime, phrases: Phrases) -> _Part:
    """“until 2023”, “stopped 2 years ago”: the pattern is over, and when."""
    match, left = _take(part, rf"\b(?:stopped|ended|quit|until|till)\s+({_RANGE})\s*{_PERIOD}\s+ago\b")
    if match is not None:
        days = _interval(match.group(1)).mid / _PERIODS[match.group(2)] * DAYS_A_YEAR
        part.found.update(end=(at - dt.timedelta(days=days)).date(), is_current=False)
        return part._replace(left=left)
    match, left = _take(part, r"\b(?:until|till|stopped(?: in)?|to)\s+((?:19|20)\d{2})\b")
    if match is not None:
        year = int(match.group(1))
        part.found.update(end=min(dt.date(year, 12, 31), at.date()), is_current=False)
        part.assumed.append(f"until {year} is read as the end of {year}")
        return part._replace(left=left)
    return part


def _length(part: _Part, text: str, at: dt.datetime, phrases: Phrases) -> _Part:
    """“for 3 years”, “for a year and a half” is written as “for 1.5 years”."""
    match, left = _take(
        part, rf"\b(?:for|over|past|last)\s+(?:the\s+)?(?:past\s+|last\s+)?({_RANGE}|a|an)\s*{_PERIOD}\b"
    )
    if match is None:
        return part
    count = Interval.exactly(1) if match.group(1) in ("a", "an") else _interval(match.group(1))
    part.found["months"] = count * (MONTHS_A_YEAR / _PERIODS[match.group(2)])
    return part._replace(left=left)


def _since(part: _Part, text: str, at: dt.datetime, phrases: Phrases) -> _Part:
    """“since 2022”: somewhere in that year, so the length is an interval."""
    match, left = _take(part, r"\b(?:since|from)\s+((?:19|20)\d{2})(?:-(\d{2}))?\b")
    if match is None:
        return part
    year, month = int(match.group(1)), match.group(2)
    if month and not 1 <= int(month) <= 12:
        raise PatternError(f"“{match.group(0).strip()}” names no month. Write for example “since 2022-03”.")
    first = dt.date(year, int(month or 1), 1)
    last = dt.date(year, int(month or 12), 28)
    end = part.found.get("end") or at.date()
    assert isinstance(end, dt.date)  # noqa: S101 - for the type checker: `_end` puts nothing else there
    if first > end:
        raise PatternError(f"“{match.group(0).strip()}” lies after {end.isoformat()}. Give a year that has been.")
    longest, shortest = (end - first).days, max(0, (end - last).days)
    part.found["months"] = Interval.of(shortest, longest) * (MONTHS_A_YEAR / DAYS_A_YEAR)
    return part._replace(left=left)


def _frequency(part: _Part, text: str, at: dt.datetime, phrases: Phrases) -> _Part:
    """How often: counted words first (“3 times a week”, “every 2 weeks”), then phrases, then amounts a period."""
    counted = rf"\b({_RANGE})\s*(?:x|times?|days?|nights?|sessions?)?\s*(?:a|per|each|every|/|in a)\s*{_PERIOD}\b"
    spaced = rf"\b(?:every|each)\s+({_RANGE})\s*{_PERIOD}\b"
    match, left = _take(part, spaced)
    if match is not None:
        gap, per_year = _interval(match.group(1)), _PERIODS[match.group(2)]
        if gap.low <= 0:
            raise PatternError(f"“{match.group(0).strip()}” has no length. Write for example “every 2 weeks”.")
        part.found["sessions_per_year"] = Interval(per_year / gap.high, per_year / gap.mid, per_year / gap.low)
        return part._replace(left=left)
    match, left = _take(part, counted)
    if match is not None:
        sessions = _interval(match.group(1)) * _PERIODS[match.group(2)]
        part.found["sessions_per_year"] = _capped(sessions)
        return part._replace(left=left)
    for phrase, words in _longest_first(phrases):
        if words in ("a day", "per day", "/day", "a night") or re.search(
            rf"(?<!\w){re.escape(words)}(?!\w)", part.left
        ):
            match, left = _take(part, rf"(?<!\w){re.escape(words)}(?!\w)")
            if match is None:
                continue
            part.found["sessions_per_year"] = Interval(phrase.low, phrase.mid, phrase.high)
            if phrase.assumes:
                part.assumed.append(phrase.assumes)
            return part._replace(left=left)
    return _amount_a_period(part)


def _capped(sessions: Interval) -> Interval:
    """Sessions are using days, so a year has at most 365 of them (“3 times a day” is every day)."""
    return Interval(*(min(value, DAYS_A_YEAR) for value in (sessions.low, sessions.mid, sessions.high)))


def _longest_first(phrases: Phrases) -> list[tuple[FrequencyPhrase, str]]:
    pairs = [(phrase, words) for phrase in phrases.frequencies for words in phrase.phrases]
    return sorted(pairs, key=lambda pair: -len(pair[1]))


def _amount_a_period(part: _Part) -> _Part:
    """“3 g a week”: the amount of a whole week; on how many days is not said."""
    match, left = _take(
        part, rf"({_AMOUNT_RANGE})\s*(?:of ket(?:amine)?\s*)?(?:a|per|each|/)\s*(week|weekend|month|fortnight|year)\b"
    )
    if match is None:
        return part
    part.found["mg_per_year"] = _milligrams(match.group(1)) * _PERIODS[match.group(2)]
    part.found["periods_per_year"] = float(_PERIODS[match.group(2)])
    part.assumed.append(f"“{match.group(0).strip()}” is read as the amount of a whole {match.group(2)}")
    return part._replace(left=left)


def _amount(part: _Part, text: str, at: dt.datetime, phrases: Phrases) -> _Part:
    """How much a session, with its unit; “up to 2 g” leaves the lower end open at 0."""
    match, left = _take(part, rf"{_AMOUNT_RANGE}")
    if match is None:
        bare = re.search(rf"(?<![\w.])({_N})(?![\w.])", part.left)
        if bare and "mg_per_year" not in part.found:
            raise PatternError(f"“{bare.group(1)}” has no unit. Write for example “{bare.group(1)} mg”.")
        return part
    amount = _milligrams(match.group(0))
    if match.group(0).startswith("up to"):
        amount = Interval.of(0, amount.high)
        part.assumed.append(f"“{match.group(0)}” is read as anything from nothing to that")
    part.found["mg_per_session"] = amount
    return part._replace(left=left)


def _milligrams(text: str) -> Interval:
    written = re.sub(r"^(?:about|around|roughly|~|up to)\s*", "", text.strip())
    written = re.sub(r"^half a\s*", "0.5 ", written)
    written = re.sub(r"^half\s*", "0.5 ", written)
    try:
        return parse_amount_interval_mg(re.sub(r"^a\s+", "1 ", written))
    except QuantityError as error:
        raise PatternError(str(error)) from error


def _leftover_words(part: _Part, text: str, at: dt.datetime, phrases: Phrases) -> _Part:
    left = " ".join(_FILLER.sub(" ", part.left).split())
    if left:
        raise PatternError(
            f"“{left}” was not understood in “{text.strip()}”. "
            "Write amount, how often, how long and how, for example “400 mg weekly for 3 years, snorted”."
        )
    return part

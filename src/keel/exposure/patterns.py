"""Reads a pattern of use typed as text: “400 mg every Saturday for 3 years, snorted”, “400 mg cada sábado”.

What the words leave open becomes an interval or stays unknown; what Keel took them to mean is listed in `assumed`.
Words it does not know are refused by name, never skipped, because a skipped “no longer” would change the answer.
The words themselves, and how they stand together, are data of each language: data/phrases/.
"""

import datetime as dt
import re
from typing import NamedTuple

import msgspec

from keel.exposure.errors import AmbiguousNumber, PatternError
from keel.exposure.grammar import NUMBER, Grammar, grammar_of
from keel.exposure.ledger import salt_factor
from keel.knowledge import Knowledge, find
from keel.knowledge.reading import WordList
from keel.messages import Message
from keel.quantities import Form, Interval, QuantityError, parse_amount_interval_mg, parse_number
from keel.record import Setting, UsePattern

DAYS_A_YEAR = 365
MONTHS_A_YEAR = 12
MOST_UNCOUNTED = 24
"""“3 a week” counts days; a bare number above this and above the days of the period is an amount without its unit."""
LONGEST = 500
"""Characters of a pattern that are read at once."""


class _Part(NamedTuple):
    """A phase of the pattern while it is being read: the words that are left, and what was found so far."""

    left: str
    found: dict[str, object]
    assumed: list[Message]


class _Reader(NamedTuple):
    """What every step of the reading may look at: the language, the text as typed, and the time."""

    grammar: Grammar
    text: str
    at: dt.datetime


def parse_pattern(text: str, *, at: dt.datetime, knowledge: Knowledge, language: str = "en") -> tuple[UsePattern, ...]:
    """The pattern in `text` as phases that follow one another (“8 x 56 mg over 4 weeks then weekly”).

    `at` turns “since 2022” into a length; `language` is one of data/phrases/ (UnknownId for another). Raises
    PatternError where there is no amount and no frequency, or where words remain that Keel does not
    know.
    """
    grammar = grammar_of(find(Message("language of patterns"), knowledge.phrases, language))
    if not text.strip():
        raise PatternError(Message("The pattern is empty. Write for example “400 mg weekly for 3 years, snorted”."))
    if len(text) > LONGEST:
        raise PatternError(
            Message("The pattern is longer than {most} characters. Write one pattern a line.", most=LONGEST)
        )
    _refuse_ambiguous(text, grammar)
    reader = _Reader(grammar, text.strip(), at)
    phases: list[UsePattern] = []
    for piece in grammar.find["then"].split(grammar.prepared(text)):
        previous = phases[-1] if phases else None
        phases.append(_read_phase(piece, previous, reader))
    return tuple(_as_base(_share(phase, phases), grammar, knowledge) for phase in phases)


def _refuse_ambiguous(text: str, grammar: Grammar) -> None:
    """“1.000 mg” is a thousand in Madrid and one in Mexico City."""
    match = grammar.ambiguous_number.search(text) if grammar.ambiguous_number else None
    if match is not None:
        number = match.group()
        plain, decimal = re.sub(r"[.,]", "", number), number.replace(".", ",")
        raise AmbiguousNumber(
            Message(
                "“{number}” can be read as {plain} or {decimal}. Write {plain} or the decimal point.",
                number=number,
                plain=plain,
                decimal=decimal,
            )
        )


def _as_base(phase: UsePattern, grammar: Grammar, knowledge: Knowledge) -> UsePattern:
    """Amounts told as the hydrochloride, in milligrams of base."""
    if phase.form is not Form.HYDROCHLORIDE:
        return phase
    factor = salt_factor(phase.substance, knowledge)
    return msgspec.structs.replace(
        phase,
        form=Form.BASE,
        mg_per_session=phase.mg_per_session * factor if phase.mg_per_session else None,
        mg_per_year=phase.mg_per_year * factor if phase.mg_per_year else None,
        assumed=(
            *phase.assumed,
            Message("amounts of hydrochloride are converted to base (× {factor})", factor=factor),
        ),
    )


def _share(phase: UsePattern, phases: list[UsePattern]) -> UsePattern:
    """Route, setting and substance said of one phase hold for the phases that say nothing."""
    unsaid = ("unknown", Form.NOT_STATED)
    said = {
        name: next((getattr(other, name) for other in [phase, *phases] if getattr(other, name) not in unsaid), None)
        for name in ("substance", "route", "setting", "form")
    }
    return msgspec.structs.replace(phase, **{name: value for name, value in said.items() if value is not None})


def _read_phase(piece: str, previous: UsePattern | None, reader: _Reader) -> UsePattern:
    part = _Part(f" {piece.strip()} ", {}, [])
    for step in (_words, _course, _end, _length, _since, _frequency, _amount, _leftover_words):
        part = step(part, reader)
    found = part.found
    if "mg_per_session" not in found and "mg_per_year" not in found and previous is not None:
        found["mg_per_session"] = previous.mg_per_session
    if not {"sessions_per_year", "course_sessions", "mg_per_year"} & found.keys():
        raise PatternError(
            Message(
                "“{text}” does not say how often. Add for example “weekly”, “every 2 weeks” or “3 times a month”.",
                text=reader.text,
            )
        )
    return UsePattern(text=reader.text, assumed=tuple(part.assumed), **found)  # type: ignore[arg-type]


def _take(part: _Part, pattern: re.Pattern[str]) -> tuple[re.Match[str] | None, _Part]:
    """The first match of a pattern, and the part without it."""
    match = pattern.search(part.left)
    if match is None:
        return None, part
    return match, part._replace(left=part.left[: match.start()] + " " + part.left[match.end() :])


def _interval(text: str) -> Interval:
    low, *high = (parse_number(number) for number in re.findall(NUMBER, text))
    return Interval.of(min(low, *high), max(low, *high)) if high else Interval.exactly(low)


def _words(part: _Part, reader: _Reader) -> _Part:
    """Route, setting, substance and form by their words; a word may speak for several of them (“Spravato”)."""
    phrases = reader.grammar.phrases
    kinds: dict[str, type[str]] = {"setting": Setting, "form": Form}
    fields: dict[str, tuple[WordList, ...]] = {
        "route": phrases.routes,
        "setting": phrases.settings,
        "substance": phrases.substances,
        "form": phrases.forms,
    }
    left = part.left
    for field, lists in fields.items():
        for entry in lists:
            for pattern in reader.grammar.patterns_of(entry):
                if pattern.search(part.left):
                    part.found.setdefault(field, kinds.get(field, str)(entry.id))
                    left = pattern.sub(" ", left)
    return part._replace(left=left)


def _course(part: _Part, reader: _Reader) -> _Part:
    """“8 x 56 mg over 4 weeks”: a course that ends by itself."""
    match, part = _take(part, reader.grammar.find["course"])
    if match is None:
        return part
    sessions = int(match["times"])
    part.found.update(course_sessions=sessions, is_current=False)
    span, part = _take(part, reader.grammar.find["course_span"])
    if span is not None:
        years = _interval(span["n"]) / reader.grammar.periods[span["period"]].per_year
        part.found["months"] = years * MONTHS_A_YEAR
        part.found["sessions_per_year"] = Interval(sessions / years.high, sessions / years.mid, sessions / years.low)
    return part


def _end(part: _Part, reader: _Reader) -> _Part:
    """“until 2023”, “stopped 2 years ago”: the pattern is over, and when."""
    match, part = _take(part, reader.grammar.find["ended_ago"])
    if match is not None:
        days = _interval(match["n"]).mid / reader.grammar.periods[match["period"]].per_year * DAYS_A_YEAR
        part.found.update(end=(reader.at - dt.timedelta(days=days)).date(), is_current=False)
        return part
    match, part = _take(part, reader.grammar.find["ended_year"])
    if match is not None:
        year = int(match["year"])
        part.found.update(end=min(dt.date(year, 12, 31), reader.at.date()), is_current=False)
        part.assumed.append(Message("until {year} is read as the end of {year}", year=str(year)))
    return part


def _length(part: _Part, reader: _Reader) -> _Part:
    """“for 3 years”, “for a year”."""
    match, part = _take(part, reader.grammar.find["length"])
    if match is not None:
        count = Interval.exactly(1) if reader.grammar.is_one(match["n"]) else _interval(match["n"])
        part.found["months"] = count * (MONTHS_A_YEAR / reader.grammar.periods[match["period"]].per_year)
    return part


def _since(part: _Part, reader: _Reader) -> _Part:
    """“since 2022”: somewhere in that year, so the length is an interval."""
    match, part = _take(part, reader.grammar.find["since"])
    if match is None:
        return part
    span = match.group(0).strip()
    year, month = int(match["year"]), match["month"]
    if month and not 1 <= int(month) <= 12:
        raise PatternError(Message("“{text}” names no month. Write for example “since 2022-03”.", text=span))
    first = dt.date(year, int(month or 1), 1)
    last = dt.date(year, int(month or 12), 28)
    end = part.found.get("end") or reader.at.date()
    assert isinstance(end, dt.date)  # noqa: S101 - for the type checker: `_end` puts nothing else there
    if first > end:
        raise PatternError(
            Message("“{text}” lies after {end}. Give a year that has been.", text=span, end=end.isoformat())
        )
    longest, shortest = (end - first).days, max(0, (end - last).days)
    part.found["months"] = Interval.of(shortest, longest) * (MONTHS_A_YEAR / DAYS_A_YEAR)
    return part


def _frequency(part: _Part, reader: _Reader) -> _Part:
    """How often: counted words first (“3 times a week”, “every 2 weeks”), then phrases, then amounts a period."""
    grammar = reader.grammar
    match, part = _take(part, grammar.find["spaced"])
    if match is not None:
        gap, per_year = _interval(match["n"]), grammar.periods[match["period"]].per_year
        if gap.low <= 0:
            raise PatternError(
                Message("“{text}” has no length. Write for example “every 2 weeks”.", text=match.group(0).strip())
            )
        part.found["sessions_per_year"] = Interval(per_year / gap.high, per_year / gap.mid, per_year / gap.low)
        return part
    match, part = _take(part, grammar.find["counted"])
    if match is not None:
        count, per_year = _interval(match["n"]), grammar.periods[match["period"]].per_year
        if match["counting"] is None and count.high > max(MOST_UNCOUNTED, DAYS_A_YEAR / per_year):
            raise _no_unit(match["n"])
        part.found["sessions_per_year"] = _capped(count * per_year)
        return part
    for phrase, pattern in grammar.frequencies:
        match, part = _take(part, pattern)
        if match is not None:
            part.found["sessions_per_year"] = Interval(phrase.low, phrase.mid, phrase.high)
            part.assumed.extend([Message(phrase.assumes)] if phrase.assumes else [])
            return part
    return _amount_a_period(part, reader)


def _capped(sessions: Interval) -> Interval:
    """Sessions are using days, so a year has at most 365 of them (“3 times a day” is every day)."""
    return Interval(*(min(value, DAYS_A_YEAR) for value in (sessions.low, sessions.mid, sessions.high)))


def _amount_a_period(part: _Part, reader: _Reader) -> _Part:
    """“3 g a week”: the amount of a whole week; on how many days is not said."""
    match, part = _take(part, reader.grammar.find["amount_a_period"])
    if match is None:
        return part
    period = reader.grammar.periods[match["period"]]
    part.found["mg_per_year"] = _milligrams(match["amount"], part, reader) * period.per_year
    part.found["periods_per_year"] = float(period.per_year)
    part.assumed.append(
        Message(
            "“{text}” is read as the amount of a whole {period}",
            text=match.group(0).strip(),
            period=Message(period.id),
        )
    )
    return part


def _amount(part: _Part, reader: _Reader) -> _Part:
    """How much a session, with its unit."""
    match, part = _take(part, reader.grammar.amount)
    if match is None:
        bare = re.search(rf"(?<![\w.])({NUMBER})(?![\w.])", part.left)
        if bare and "mg_per_year" not in part.found:
            raise _no_unit(bare.group(1))
        return part
    part.found["mg_per_session"] = _milligrams(match["amount"], part, reader)
    return part


def _milligrams(amount: str, part: _Part, reader: _Reader) -> Interval:
    """An amount in words; “up to 2 g” leaves the lower end open at 0, and says so."""
    try:
        read = parse_amount_interval_mg(reader.grammar.amount_text(amount))
    except QuantityError as error:
        raise PatternError(*error.args) from error
    if not reader.grammar.is_up_to(amount):
        return read
    part.assumed.append(Message("“{text}” is read as anything from nothing to that", text=amount))
    return Interval.of(0, read.high)


def _leftover_words(part: _Part, reader: _Reader) -> _Part:
    left = " ".join(reader.grammar.filler.sub(" ", part.left).split())
    if left:
        raise PatternError(
            Message(
                "“{left}” was not understood in “{text}”. Write amount, how often, how long and how, for example "
                "“400 mg weekly for 3 years, snorted”.",
                left=left,
                text=reader.text,
            )
        )
    return part


def _no_unit(number: str) -> PatternError:
    return PatternError(
        Message(
            "“{number}” has no unit. Write mg or g after it. A line, a bump or a bag has no fixed weight: leave "
            "the amount out if you do not know it.",
            number=number,
        )
    )

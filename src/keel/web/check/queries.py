"""Turns what was typed, picked, ticked or uploaded into records. Nothing is written anywhere.

One way of reading patterns is enough: picked fields become the line that somebody would have typed, and `parse_pattern`
reads it, in the language of the page or in any other. Words of an emergency are taken out before the rest is read.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from keel.assessment.alarms import alarms_in, without_alarms
from keel.assessment.interactions import split_names
from keel.exposure import ExposureError, PatternError, parse_pattern
from keel.exposure.patterns import refuse_ambiguous
from keel.interop import ReadError, Reading, read_records
from keel.knowledge import Knowledge
from keel.messages import Message, text_of
from keel.record import Medicine, ReadingNote, Record, UsePattern
from keel.web.language import texts
from keel.web.language.languages import FIRST
from keel.web.language.words import gettext as _
from keel.web.language.words import noop

LONGEST_LIST = 100
"""Lines of patterns or medicines that are read at once."""
OFTEN_UNKNOWN = "how often not known"
"""Stands at the end of a picked line that says how much and not how often, in words that `parse_pattern` reads."""


class Example(NamedTuple):
    """A pattern as typed, in English, and what it is an example of; the catalogue has it in other languages."""

    text: str
    label: Promise

    @property
    def typed(self) -> str:
        """The pattern as a reader of the page would type it."""
        return _(self.text)


EXAMPLES = {
    "weekend": Example(noop("400 mg every Saturday for 3 years, snorted"), gettext_lazy("Weekend use")),
    "clinic": Example(noop("35 mg every 2 weeks, by infusion in a clinic"), gettext_lazy("Infusions in a clinic")),
    "spray": Example(noop("8 x 56 mg over 4 weeks then weekly, esketamine spray"), gettext_lazy("Esketamine spray")),
    "unsure": Example(noop("1-2 g most days since 2022"), gettext_lazy("Not sure how much")),
}
"""By the id that stands in the address."""


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _range(low: float | None, high: float | None) -> str:
    given = [_number(value) for value in (low, high) if value is not None]
    return "-".join(dict.fromkeys(given))


def line_of(picked: Mapping[str, Any]) -> str:
    """The line for what was picked; empty where nothing was. PatternError where the fields contradict themselves."""
    amount = _range(picked.get("amount_low"), picked.get("amount_high"))
    days = _range(picked.get("days"), picked.get("days_most"))
    per, unit = picked.get("days_per") or "week", picked.get("amount_unit") or "g"
    most = {"week": 7, "month": 31, "year": 365}[per]
    if any((picked.get(name) or 0) > most for name in ("days", "days_most")):
        raise PatternError(Message("A {period} has {most} days at most.", period=Message(per), most=most))
    parts = [f"{amount} {unit}" if amount else "", f"{days} days a {per}" if days else ""]
    if picked.get("long"):
        parts.append(f"for {_number(picked['long'])} {picked.get('long_unit') or 'years'}")
    parts += [picked.get("way") or "", picked.get("place") or ""]
    if picked.get("ago"):
        parts.append(f"stopped {_number(picked['ago'])} {picked.get('ago_unit') or 'years'} ago")
    if any(parts) and not days:
        parts.append(OFTEN_UNKNOWN)
    return ", ".join(part for part in parts if part)


def read_line(line: str, *, at: dt.datetime, knowledge: Knowledge) -> tuple[UsePattern, ...]:
    """The patterns of one line, typed or picked; ExposureError says what was not understood.

    A line is read in the language that knows the most of its words, that of the page where several know as many; what
    was picked is written in English. Where a number is ambiguous in the language of the page, no other is tried.
    """
    text = line.strip()
    if text == OFTEN_UNKNOWN:
        raise ExposureError(Message("Write at least how much, or how often."))
    page = texts.language()
    names = sorted(knowledge.phrases, key=lambda name: (name != page, name != FIRST, name))
    if page in knowledge.phrases and page != FIRST:
        refuse_ambiguous(text, page, knowledge)
    return parse_pattern(text, at=at, knowledge=knowledge, language=names)


class Lines(NamedTuple):
    """The patterns of a text, and the lines that were left out because they were not understood."""

    patterns: tuple[UsePattern, ...]
    notes: tuple[ReadingNote, ...]


def read_patterns(text: str, *, at: dt.datetime, knowledge: Knowledge, leave_out: bool = False) -> Lines:
    """The patterns of a text, one a line; ExposureError names the line when there are several.

    With `leave_out` a line that is not understood becomes a note instead.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    found: list[UsePattern] = []
    notes: list[ReadingNote] = []
    for number, line in enumerate(lines, start=1):
        if alarms_in([line], knowledge):
            found_beside, note = _beside_alarms(line, at=at, knowledge=knowledge)
            found += found_beside
            notes += note
            continue
        try:
            found += read_line(line, at=at, knowledge=knowledge)
        except ExposureError as error:
            if not leave_out:
                where = Message("Line {number}: {problem}", number=number, problem=text_of(error))
                raise ExposureError(where if len(lines) > 1 else text_of(error)) from None
            notes.append(ReadingNote(what=Message("“{text}”", text=line.strip()), reason=text_of(error)))
    return Lines(tuple(found), tuple(notes))


def _beside_alarms(
    line: str, *, at: dt.datetime, knowledge: Knowledge
) -> tuple[tuple[UsePattern, ...], list[ReadingNote]]:
    """The patterns of a line that holds words of an emergency too; what else it holds is noted, and refused no more."""
    rest = without_alarms(line, knowledge)
    if not rest:
        return (), []
    try:
        return read_line(rest, at=at, knowledge=knowledge), []
    except ExposureError as error:
        return (), [ReadingNote(what=Message("“{text}”", text=rest), reason=text_of(error))]


def read_medicines(text: str, ticked: Iterable[str] = (), *, knowledge: Knowledge) -> tuple[Medicine, ...]:
    """The medicines that were ticked, and those of a text: one a line or between commas and semicolons, as typed."""
    typed = [" ".join(name.split()) for name in split_names(text, knowledge)]
    names: dict[str, str] = {}
    for name in (*ticked, *typed):
        names.setdefault(name.casefold(), name)
    return tuple(Medicine(text=name) for name in names.values() if name)


def read_file(data: bytes, *, at: dt.datetime, knowledge: Knowledge, filename: str = "") -> Reading:
    """The people in a file's content; ReadError says what is wrong, where, and how to fix it."""
    reading = read_records(data, at=at, knowledge=knowledge, filename=filename)
    if not reading.records:
        problem = Message("The file was read, but it has no person in it.")
        raise ReadError(problem, fix=Message("Give a file with a person's facts."))
    return reading


def together(reading: Reading | None, typed: Record) -> tuple[Record, ...]:
    """The records of a file with what was typed beside it, which joins a file of one person only."""
    if reading is None:
        return (typed,)
    if len(reading.records) > 1:
        return reading.records
    record = reading.records[0]
    joined = msgspec.structs.replace(
        record,
        person=_person(record, typed),
        patterns=(*record.patterns, *typed.patterns),
        medicines=(*record.medicines, *typed.medicines),
        answers=(*record.answers, *typed.answers),
        notes=(*record.notes, *typed.notes),
    )
    return (joined,)


def _person(record: Record, typed: Record) -> object:
    """The file's person; what was typed beside it counts where it says more."""
    blank = type(typed.person)()
    more = {
        name: value for name, value in msgspec.structs.asdict(typed.person).items() if value != getattr(blank, name)
    }
    return msgspec.structs.replace(record.person, **more)

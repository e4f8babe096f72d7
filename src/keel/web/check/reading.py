"""Turns what was typed, picked, ticked or uploaded into records. Nothing is written anywhere."""

import datetime as dt
import re
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from keel.exposure import ExposureError
from keel.interop import ReadError, Reading, read_records
from keel.knowledge import Knowledge
from keel.record import Medicine, ReadingNote, Record, UsePattern
from keel.web.check.picking import read_line
from keel.web.said import Told, told
from keel.web.words import gettext as _

LONGEST_LIST = 100
"""Lines of patterns or medicines that are read at once."""


class Read(NamedTuple):
    """One person's records, or several people's, and what was met that belongs to nobody."""

    records: tuple[Record, ...]
    notes: tuple[ReadingNote, ...] = ()
    format: str = ""


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
        try:
            found += read_line(line, at=at, knowledge=knowledge)
        except ExposureError as error:
            if not leave_out:
                where = _("Line %(number)d: ") % {"number": number}
                raise ExposureError(f"{where if len(lines) > 1 else ''}{told(str(error))}") from None
            notes.append(ReadingNote(what=f"“{line.strip()}”", reason=Told(told(str(error)))))
    return Lines(tuple(found), tuple(notes))


def read_medicines(text: str, ticked: Iterable[str] = ()) -> tuple[Medicine, ...]:
    """The medicines that were ticked, and those of a text: one a line or between commas and semicolons, as typed."""
    typed = [" ".join(name.split()) for name in re.split(r"[\n;,]", text)]
    names: dict[str, str] = {}
    for name in (*ticked, *typed):
        names.setdefault(name.casefold(), name)
    return tuple(Medicine(text=name) for name in names.values() if name)


def read_file(data: bytes, *, at: dt.datetime, knowledge: Knowledge, filename: str = "") -> Reading:
    """The people in a file's content; ReadError says what is wrong, where, and how to fix it."""
    reading = read_records(data, at=at, knowledge=knowledge, filename=filename)
    if not reading.records:
        raise ReadError("The file was read, but it has no person in it.", fix="Give a file with a person's facts.")
    return reading


def together(reading: Reading | None, told: Record) -> Read:
    """The records of a file with what was told beside it; what was told joins a file of one person only."""
    if reading is None:
        return Read((told,))
    if len(reading.records) > 1:
        return Read(reading.records, reading.notes, reading.format)
    record = reading.records[0]
    joined = msgspec.structs.replace(
        record,
        person=_person(record, told),
        patterns=(*record.patterns, *told.patterns),
        medicines=(*record.medicines, *told.medicines),
        answers=(*record.answers, *told.answers),
        notes=(*record.notes, *told.notes),
    )
    return Read((joined,), reading.notes, reading.format)


def _person(record: Record, told: Record) -> object:
    """The file's person; what was told beside it counts where it says more."""
    blank = type(told.person)()
    said = {name: value for name, value in msgspec.structs.asdict(told.person).items() if value != getattr(blank, name)}
    return msgspec.structs.replace(record.person, **said)

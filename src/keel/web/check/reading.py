"""Turns what was typed, pasted or uploaded into records. Nothing is written anywhere."""

import datetime as dt
import re
from typing import NamedTuple

import msgspec

from keel.exposure import ExposureError, parse_pattern
from keel.interop import ReadError, Reading, read_records
from keel.knowledge import Knowledge
from keel.record import Medicine, ReadingNote, Record, UsePattern

LONGEST_LIST = 100
"""Lines of patterns or medicines that are read at once."""


class Read(NamedTuple):
    """One person's records, or several people's, and what was met that belongs to nobody."""

    records: tuple[Record, ...]
    notes: tuple[ReadingNote, ...] = ()
    format: str = ""


def read_patterns(text: str, *, at: dt.datetime, knowledge: Knowledge) -> tuple[UsePattern, ...]:
    """The patterns of a text, one a line; ExposureError names the line when there are several."""
    lines = [line for line in text.splitlines() if line.strip()]
    found: list[UsePattern] = []
    for number, line in enumerate(lines, start=1):
        try:
            found += parse_pattern(line, at=at, knowledge=knowledge)
        except ExposureError as error:
            raise ExposureError(f"Line {number}: {error}" if len(lines) > 1 else str(error)) from None
    return tuple(found)


def read_medicines(text: str) -> tuple[Medicine, ...]:
    """The medicines of a text, one a line or between commas and semicolons, as typed."""
    names = [" ".join(name.split()) for name in re.split(r"[\n;,]", text)]
    return tuple(Medicine(text=name) for name in dict.fromkeys(names) if name)


def read_file(data: bytes, *, at: dt.datetime, knowledge: Knowledge, filename: str = "") -> Reading:
    """The people in a file's content; ReadError says what is wrong, where, and how to mend it."""
    reading = read_records(data, at=at, knowledge=knowledge, filename=filename)
    if not reading.records:
        raise ReadError("The file was read, but it has no person in it.", mend="Give a file with a person's facts.")
    return reading


def together(reading: Reading | None, patterns: tuple[UsePattern, ...], medicines: tuple[Medicine, ...]) -> Read:
    """The records of a file with what was typed beside it; what was typed joins a file of one person only."""
    if reading is None:
        return Read((Record(patterns=patterns, medicines=medicines),))
    if len(reading.records) > 1:
        return Read(reading.records, reading.notes, reading.format)
    record = reading.records[0]
    joined = msgspec.structs.replace(
        record, patterns=(*record.patterns, *patterns), medicines=(*record.medicines, *medicines)
    )
    return Read((joined,), reading.notes, reading.format)

"""Reads fixtures at a stated time, so that tests say only what they are about."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

from keel.interop import Reading, read_records
from keel.knowledge import load
from keel.record import Record

FIXTURES = Path(__file__).parent / "fixtures"
AT = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)


def read(content: bytes | str | dict[str, Any], at: dt.datetime = AT) -> Reading:
    """The reading of bytes, of text or of a tree that is written as JSON first."""
    if isinstance(content, dict):
        content = json.dumps(content)
    data = content.encode() if isinstance(content, str) else content
    return read_records(data, at=at, knowledge=load())


def fixture(name: str) -> bytes:
    """The bytes of a fixture file."""
    return (FIXTURES / name).read_bytes()


def the_record(content: bytes | str | dict[str, Any], at: dt.datetime = AT) -> Record:
    """The only record of the content."""
    (record,) = read(content, at).records
    return record


def noted(reading: Reading | Record) -> dict[str, int]:
    """What was noted, to how often; of a reading the notes of its records too."""
    notes = list(reading.notes)
    for record in getattr(reading, "records", ()):
        notes += record.notes
    counts: dict[str, int] = {}
    for note in notes:
        counts[note.what] = counts.get(note.what, 0) + note.count
    return counts

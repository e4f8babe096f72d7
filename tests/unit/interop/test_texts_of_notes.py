"""What a reader says is a message; what it puts into a record is plain text."""

import datetime as dt

import msgspec

from keel.interop import read_records
from keel.knowledge import load
from keel.messages import Message
from keel.record import Record

AT = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
LINES = (
    b'{"resourceType": "MedicationAdministration", "status": "completed", "subject": {"reference": "Patient/1"},'
    b' "medicationCodeableConcept": {"text": "ketamine"}, "effectiveDateTime": "2026-11-01T10:00:00Z"}\n'
    b'{"resourceType": "Patient"}\n'
)


def test_notes_are_messages_and_facts_are_plain():
    reading = read_records(LINES, at=AT, knowledge=load())
    notes = [*reading.notes, *(note for record in reading.records for note in record.notes)]
    assert notes
    assert all(isinstance(part, Message) for note in notes for part in (note.what, note.where) if part)
    for record in reading.records:
        bare = msgspec.structs.replace(record, notes=())
        assert msgspec.json.decode(msgspec.json.encode(bare), type=Record) == bare

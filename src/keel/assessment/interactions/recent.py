"""Medicines that are over and still speak: an irreversible MAO inhibitor for two weeks, what was given for a day."""

import datetime as dt

from keel.assessment.interactions.names import names_of
from keel.assessment.interactions.recognise import read_entry
from keel.knowledge import Knowledge, Number
from keel.quantities import convert
from keel.record import Medicine, Record
from keel.record.selection import medicines_taken

LONGEST = 500
"""Characters of a text that may be the name of a medicine with its dose."""


def medicines_to_check(record: Record, at: dt.datetime, knowledge: Knowledge) -> tuple[str, ...]:
    """What is taken at `at`, and what ended so lately that it still counts, as typed."""
    taken = medicines_taken(record, at)
    over = (one.text for one in record.medicines if _still_speaks(one, at.date(), knowledge))
    return tuple(dict.fromkeys((*taken, *over)))


def _still_speaks(medicine: Medicine, today: dt.date, knowledge: Knowledge) -> bool:
    is_given = medicine.status == "administered"
    last = medicine.stopped or medicine.started  # what was stopped on a day that nobody told was stopped since it began
    if last is None or last > today or not (is_given or medicine.status == "stopped"):
        return False
    limits = knowledge.reading_limits
    gone = today - last
    if is_given and gone <= _length(limits.recently_given):
        return True
    longest = max(map(_length, limits.speaks_on.values()), default=dt.timedelta())
    classes = _classes(medicine.text, knowledge) if gone <= longest else frozenset()
    return any(gone <= _length(length) for name, length in limits.speaks_on.items() if name in classes)


def _classes(text: str, knowledge: Knowledge) -> frozenset[str]:
    """The classes of the medicines that a text names for sure; none where it is too long to be a medicine."""
    if len(text) > LONGEST:
        return frozenset()
    names = names_of(knowledge)
    meanings = [read.meaning for read in read_entry(text, names).names if read.meaning and not read.meaning.to_confirm]
    rows = [row for meaning in meanings for substance in meaning.substances for row in names.rows_of(substance)]
    return frozenset(name for row in rows for name in row.classes)


def _length(number: Number) -> dt.timedelta:
    return dt.timedelta(days=convert(number.value, number.unit, "d"))

"""Which questionnaires are due of a person by a schedule: a first one, then by the doses in treatment, then afterwards.

What was not answered in its time stays missing and is named; it is never filled from another day.
"""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from keel.knowledge.documents import Number
from keel.knowledge.measuring import Asked, MeasureSchedule
from keel.messages import Message
from keel.quantities import convert
from keel.record import Record
from keel.record.selection import day_of, doses_taken, sittings


class MeasureDue(NamedTuple):
    """When an instrument is asked next and why; `last_on` is when it was answered last, `missed` what nobody answered.

    `due_on` is None where the schedule asks no more.
    """

    instrument: str
    due_on: dt.date | None
    why: Message
    last_on: dt.date | None
    missed: tuple[dt.date, ...]

    def is_due(self, day: dt.date) -> bool:
        """Whether it is to be asked on a day."""
        return self.due_on is not None and self.due_on <= day


def measures_due(record: Record, schedule: MeasureSchedule, at: dt.datetime) -> tuple[MeasureDue, ...]:
    """What a schedule asks of a person at `at`, in the order of the schedule; days are those of the zone of `at`."""
    return tuple(_due(record, asked, at) for asked in schedule.asks)


def _due(record: Record, asked: Asked, at: dt.datetime) -> MeasureDue:
    answered = sorted(day_of(one.at, at) for one in sittings(record, at, asked.instrument) if one.at is not None)
    doses, today = doses_taken(record, at, medical=True), day_of(at, at)
    last = answered[-1] if answered else None

    def due(day: dt.date | None, why: Message, missed: tuple[dt.date, ...] = ()) -> MeasureDue:
        return MeasureDue(asked.instrument, day, why, last, missed)

    if not doses:
        return due(None, Message("answered before the first dose")) if last else due(today, Message("never answered"))
    dose = day_of(doses[-1].start, at)
    if asked.every and asked.within and today <= dose + _days(asked.within):
        every = _days(asked.every)
        if last is None:
            return due(dose, Message("never answered"))
        return due(last + every, Message("every {days} days while treated", days=every.days))
    marks = [dose + _days(after) for after in asked.after]
    open_marks = list(_unanswered(marks, answered, today))
    ahead = next((mark for mark in marks if mark > today), None)
    if open_marks and open_marks[-1] == max(mark for mark in marks if mark <= today):
        why = Message("{days} days after the last dose", days=(open_marks[-1] - dose).days)
        return due(open_marks[-1], why, tuple(open_marks[:-1]))
    if ahead is None:
        return due(None, Message("the schedule asks no more"), tuple(open_marks))
    return due(ahead, Message("{days} days after the last dose", days=(ahead - dose).days), tuple(open_marks))


def _unanswered(marks: list[dt.date], answered: list[dt.date], today: dt.date) -> Iterator[dt.date]:
    """Days that have come and have no answer before the next of them."""
    for mark, following in zip(marks, [*marks[1:], dt.date.max], strict=True):
        if mark <= today and not any(mark <= day < following for day in answered):
            yield mark


def _days(number: Number) -> dt.timedelta:
    return dt.timedelta(days=convert(number.value, number.unit, "d"))

"""The due list: what was done last, when it is due again, and what is overdue.

In treatment the schedule is `medical-use`; outside it the band of the exposure decides (`by-band`). What is not in the
record was not done as far as Keel knows.
"""

import datetime as dt
from collections.abc import Iterable, Iterator

import msgspec

from keel.assessment.surveillance.reviews import ReviewDue, reviews_due
from keel.exposure import Exposure, summarise
from keel.findings import Facts, Truth, evaluate
from keel.knowledge import Certainty, Knowledge
from keel.knowledge.surveillance import Surveillance, WatchItem
from keel.messages import Message
from keel.record import Record
from keel.record.selection import day_of, doses_taken, has_been, meaning_of, sittings

MEDICAL, BY_BAND = "medical-use", "by-band"
_RATE_DAYS = 28


class DueItem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to look at again.

    `due_on` is None where it is due at the next session. `last_done` is None where the record holds none. `why` says
    which interval applies.
    """

    id: str
    what: Message
    domain: str
    due_on: dt.date | None
    overdue: bool
    days_overdue: int
    last_done: dt.date | None
    why: Message
    sources: tuple[str, ...]
    certainty: Certainty


def due_list(
    record: Record, *, at: dt.datetime, knowledge: Knowledge, exposure: Exposure | None = None
) -> tuple[DueItem, ...]:
    """What is due for a person at a time, the longest overdue first; empty where nothing is taken.

    `exposure` is computed where it is not given.
    """
    found: list[DueItem] = []
    days = session_days(record, at)
    is_prescribed = any(pattern.setting.is_medical and pattern.is_current for pattern in record.patterns)
    if days or is_prescribed:
        schedule = knowledge.surveillance[MEDICAL]
        found += [_due(item, schedule, record, days, at, knowledge) for item in schedule.items]
        found += [_of_course(one, at) for one in reviews_due(record, at=at, knowledge=knowledge)]
    known = exposure or summarise(record, at=at, knowledge=knowledge)
    if known.band is not None and known.band.lane == "non_medical":
        schedule = knowledge.surveillance[BY_BAND]
        items = [item for item in schedule.items if known.band.id in item.bands]
        found += [_due(item, schedule, record, (), at, knowledge) for item in items]
    return in_order(found)


def in_order(items: Iterable[DueItem]) -> tuple[DueItem, ...]:
    """The longest overdue first."""
    return tuple(sorted(items, key=lambda one: (not one.overdue, one.due_on or dt.date.max, one.id)))


def session_days(record: Record, at: dt.datetime) -> tuple[dt.date, ...]:
    """Days of supervised or prescribed doses up to `at`, oldest first."""
    return tuple(sorted({day_of(dose.start, at) for dose in doses_taken(record, at, medical=True)}))


def _facts(days: tuple[dt.date, ...], on: dt.date) -> Facts:
    if not days:
        return {}
    recent = sum(0 <= (on - day).days < _RATE_DAYS for day in days)
    return {"weeks_in_treatment": (on - days[0]).days / 7, "sessions_per_week": recent / (_RATE_DAYS / 7)}


def done_on(item: WatchItem, record: Record, at: dt.datetime, knowledge: Knowledge) -> Iterator[dt.date]:
    """The days on which an item was done."""
    for measurement in record.measurements:
        is_it = meaning_of(measurement, knowledge) in item.measures or any(
            name in measurement.name.casefold() for name in item.names
        )
        if is_it and measurement.value is not None and measurement.at is not None and has_been(measurement.at, at):
            yield day_of(measurement.at, at)
    for sitting in sittings(record, at):
        if sitting.instrument in item.instruments and sitting.at is not None:
            yield day_of(sitting.at, at)


def _due(
    item: WatchItem,
    schedule: Surveillance,
    record: Record,
    days: tuple[dt.date, ...],
    at: dt.datetime,
    knowledge: Knowledge,
) -> DueItem:
    last = max(done_on(item, record, at, knowledge), default=None)
    due_on, why = _each_session(days, last) if item.each_session else _by_interval(item, schedule, days, last, at)
    late = (at.date() - due_on).days if due_on is not None else 0
    return DueItem(
        id=item.id,
        what=Message(item.what),
        domain=item.domain,
        due_on=due_on,
        overdue=late > 0,
        days_overdue=max(0, late),
        last_done=last,
        why=why,
        sources=item.sources,
        certainty=item.certainty,
    )


def _of_course(review: ReviewDue, at: dt.datetime) -> DueItem:
    late, rule = (at.date() - review.due_on).days, review.rule
    return DueItem(
        id=rule.id,
        what=review.what,
        domain="course",
        due_on=review.due_on,
        overdue=late > 0,
        days_overdue=max(0, late),
        last_done=review.last,
        why=review.why,
        sources=rule.sources,
        certainty=rule.certainty,
    )


def _each_session(days: Iterable[dt.date], last: dt.date | None) -> tuple[dt.date | None, Message]:
    """Due on the last day of a dose if nothing was done on it or since; else at the next session."""
    newest = max(days, default=None)
    if newest is not None and (last is None or last < newest):
        return newest, Message("at every session; none on record for the last one")
    return None, Message("at every session")


def _by_interval(
    item: WatchItem,
    schedule: Surveillance,
    days: tuple[dt.date, ...],
    last: dt.date | None,
    at: dt.datetime,
) -> tuple[dt.date, Message]:
    """So long after the last time as the first interval says that holds: on the day on which it was due, once that has
    come. What became overdue while checks were denser stays so until it is done.
    """
    if last is None:
        if days:
            return days[0], Message("before the first dose; none on record")
        return at.date(), Message("none on record")
    for every in item.every:
        length = schedule.cuts[every.cut].value
        due_on = last + dt.timedelta(days=length)
        facts = _facts(days, min(due_on, at.date()))
        if every.when is None or evaluate(every.when, facts, schedule.cuts).truth is Truth.MET:
            break
    return due_on, Message("every {count} days", count=length)

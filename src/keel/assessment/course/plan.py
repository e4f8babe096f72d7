"""The days of the sessions of a course, by calendar arithmetic, and the moments that they are where the clinic is."""

import datetime as dt
import math
from collections.abc import Iterator
from itertools import count
from typing import NamedTuple
from zoneinfo import ZoneInfo

from keel.knowledge.schedules import Phase, Schedule


class PlannedDay(NamedTuple):
    """A day of a session, and its phase."""

    day: dt.date
    phase: str


def planned_days(
    schedule: Schedule, first: dt.date, *, phase: str = "", left: int | None = None, every_days: int | None = None
) -> Iterator[PlannedDay]:
    """The days of a schedule from `first` on, without end where its last phase has none.

    It begins in `phase`, of which `left` sessions are left, or in the first. `every_days` is the spacing that a
    prescriber chose for a phase that goes on.
    """
    start, names = first, [one.id for one in schedule.phases]
    phases = schedule.phases[names.index(phase) if phase else 0 :]
    for position, one in enumerate(phases):
        cycle = every_days if every_days and one.cycles is None else one.cycle_days
        way = min(one.days, key=lambda days: sum(_is_weekend(start, day) for day in days))
        sessions = left if position == 0 and left is not None else None
        if sessions is None and one.cycles is not None:
            sessions = one.cycles * len(way)
        numbers = count() if sessions is None else range(sessions)
        last = start
        for number in numbers:
            turn, place = divmod(number, len(way))
            last = start + dt.timedelta(days=turn * cycle + way[place])
            yield PlannedDay(last, one.id)
        following = phases[position + 1] if position + 1 < len(phases) else None
        if following is None or not sessions:
            continue
        if following.after_days is not None:
            start = last + dt.timedelta(days=following.after_days)
        else:
            start += dt.timedelta(days=cycle * math.ceil(sessions / len(way)))


def _is_weekend(start: dt.date, day: int) -> bool:
    return (start + dt.timedelta(days=day)).weekday() >= 5


def moment(day: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime:
    """A time of day where the clinic is; one that the night of summer time leaves out is said as the clocks then do."""
    return dt.datetime.combine(day, time, zone).astimezone(dt.UTC).astimezone(zone)


def phase_of(schedule: Schedule, name: str) -> Phase | None:
    """A phase by its id."""
    return next((one for one in schedule.phases if one.id == name), None)


def phase_before(schedule: Schedule, name: str) -> Phase | None:
    """The phase before one: denser, where sessions are stepped back; None for the first."""
    names = [one.id for one in schedule.phases]
    place = names.index(name) if name in names else 0
    return schedule.phases[place - 1] if place else None

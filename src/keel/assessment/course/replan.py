"""The sessions that are planned next: at the start, after a missed one, at another spacing, when the last come near."""

import datetime as dt
from itertools import takewhile

from keel.assessment.course.plan import PlannedDay, phase_before, phase_of, planned_days
from keel.assessment.course.state import Course, Standing
from keel.knowledge.schedules import MissedChoice, Schedule


def first_sessions(schedule: Schedule, first: dt.date) -> list[PlannedDay]:
    """The sessions of a course that begins on a day."""
    return _ahead(schedule, first)


def after_missed(course: Course, choice: MissedChoice, from_day: dt.date) -> list[PlannedDay]:
    """The sessions that stand in place of those ahead; those ahead themselves where they stay."""
    schedule, missed = course.schedule, course.missed
    if schedule is None or not missed or choice == "on_schedule":
        return [PlannedDay(one.day, one.visit.phase) for one in course.ahead]
    phase = missed[-1].visit.phase
    if choice == "step_back":
        before = phase_before(schedule, phase)
        return _ahead(schedule, from_day, phase=before.id if before else phase, every_days=_every(course))
    since = min(one.day for one in missed if one.visit.phase == phase)
    open_ones = [one for one in course.sessions if one.visit.phase == phase and one.day >= since]
    left = sum(one.standing is not Standing.GIVEN for one in open_ones)
    ends = phase_of(schedule, phase)
    is_endless = ends is not None and ends.cycles is None
    return _ahead(schedule, from_day, phase=phase, left=None if is_endless else left, every_days=_every(course))


def at_spacing(schedule: Schedule, from_day: dt.date, every_days: int) -> list[PlannedDay]:
    """The sessions of the phase that goes on, at the spacing that a prescriber chose."""
    return _ahead(schedule, from_day, phase=schedule.phases[-1].id, every_days=every_days)


def further_sessions(course: Course) -> list[PlannedDay]:
    """The sessions after the last that is planned; none where the plan ends."""
    schedule = course.schedule
    if schedule is None or not course.sessions or schedule.phases[-1].cycles is not None:
        return []
    last, every = course.sessions[-1].day, _every(course) or schedule.phases[-1].cycle_days
    return at_spacing(schedule, last + dt.timedelta(days=every), every)


def _every(course: Course) -> int | None:
    return course.spacing.every_days if course.spacing else None


def _ahead(
    schedule: Schedule, first: dt.date, *, phase: str = "", left: int | None = None, every_days: int | None = None
) -> list[PlannedDay]:
    """All sessions of phases that end, and of the one that goes on those of the time that is planned ahead."""
    endless = {one.id for one in schedule.phases if one.cycles is None}
    last = first + dt.timedelta(days=schedule.planned_ahead.value)
    days = planned_days(schedule, first, phase=phase, left=left, every_days=every_days)
    return list(takewhile(lambda one: one.phase not in endless or one.day <= last, days))

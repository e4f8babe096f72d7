"""A course as it stands at a time: its steps folded, with the visits planned and the doses that were given."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple, TypeVar

import msgspec

from keel.assessment.course.steps import (
    CheckedIn,
    CourseStep,
    FollowedUp,
    Missed,
    Precautions,
    Reviewed,
    Screened,
    Spaced,
    Started,
    Stopped,
    WorkedUp,
)
from keel.assessment.protocols.course_days import course_days
from keel.knowledge import Knowledge
from keel.knowledge.protocols import Protocol
from keel.knowledge.schedules import Schedule
from keel.record import Record
from keel.record.selection import doses_taken

S = TypeVar("S")


class Visit(NamedTuple):
    """A visit that stands: the number of its fact, when, of which course and phase; empty where of none."""

    fact: int
    at: dt.datetime
    course: str = ""
    phase: str = ""


class Standing(StrEnum):
    """How a session of a course stands."""

    PLANNED = "planned"
    GIVEN = "given"
    MISSED = "missed"
    SETTLED = "settled"


class CourseSession(NamedTuple):
    """A session that was planned: given where a dose was on its day, missed where the day is over without one."""

    visit: Visit
    day: dt.date
    standing: Standing


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """A course at a time. `sessions` are those that were planned, by day; `given` the days on which there was a dose.

    `others` are days with a dose on which none was planned. `schedule` is None where the one that was chosen is no
    longer on file.
    """

    id: str
    protocol: Protocol
    schedule: Schedule | None
    screened: Screened
    started: Started | None
    stopped: Stopped | None
    followed_up: FollowedUp | None
    worked_up: dict[str, WorkedUp]
    reviews: tuple[Reviewed, ...]
    spacing: Spaced | None
    precautions: Precautions | None
    contacts: tuple[CheckedIn, ...]
    sessions: tuple[CourseSession, ...]
    given: tuple[dt.date, ...]

    @property
    def is_running(self) -> bool:
        """Whether it was started and not stopped."""
        return self.started is not None and self.stopped is None

    @property
    def is_at_home(self) -> bool:
        """Whether its doses are taken at home: a pathway that somebody has to enable by name."""
        return bool(self.protocol.enablement.needs_role)

    @property
    def missed(self) -> tuple[CourseSession, ...]:
        """The sessions that were missed and about which nobody has decided."""
        return tuple(one for one in self.sessions if one.standing is Standing.MISSED)

    @property
    def ahead(self) -> tuple[CourseSession, ...]:
        """The sessions that are still to come."""
        return tuple(one for one in self.sessions if one.standing is Standing.PLANNED)

    @property
    def others(self) -> tuple[dt.date, ...]:
        """Days with a dose on which no session was planned."""
        days = {one.day for one in self.sessions}
        return tuple(day for day in self.given if day not in days)

    @property
    def phase(self) -> str:
        """The phase of the next session, or of the last one where none is planned."""
        named = [one.visit.phase for one in (*self.ahead[:1], *reversed(self.sessions))]
        return named[0] if named else ""


def courses_of(
    steps: Iterable[CourseStep], visits: Sequence[Visit], record: Record, *, at: dt.datetime, knowledge: Knowledge
) -> tuple[Course, ...]:
    """Every course of a person at `at`, the newest first; one whose protocol is no longer on file is left out."""
    grouped: dict[str, list[CourseStep]] = {}
    for step in steps:
        grouped.setdefault(step.course, []).append(step)
    found = (_course(name, own, visits, record, at, knowledge) for name, own in grouped.items())
    return tuple(reversed([one for one in found if one is not None]))


def _of(steps: Iterable[CourseStep], kind: type[S]) -> Iterator[S]:
    return (step for step in steps if isinstance(step, kind))


def _course(
    name: str,
    steps: Sequence[CourseStep],
    visits: Sequence[Visit],
    record: Record,
    at: dt.datetime,
    knowledge: Knowledge,
) -> Course | None:
    screened = next(reversed(list(_of(steps, Screened))), None)
    protocol = knowledge.protocols.get(screened.protocol) if screened else None
    if screened is None or protocol is None:
        return None
    started = next(reversed(list(_of(steps, Started))), None)
    stopped = next(reversed(list(_of(steps, Stopped))), None)
    given = _given(record, protocol, started, stopped, at)
    decided = {one.day for one in _of(steps, Missed)}
    own = sorted((one for one in visits if one.course == name), key=lambda one: one.at)
    return Course(
        id=name,
        protocol=protocol,
        schedule=knowledge.schedules.get(started.schedule) if started else None,
        screened=screened,
        started=started,
        stopped=stopped,
        followed_up=next(reversed(list(_of(steps, FollowedUp))), None),
        worked_up={one.item: one for one in _of(steps, WorkedUp)},
        reviews=tuple(_of(steps, Reviewed)),
        spacing=next(reversed(list(_of(steps, Spaced))), None),
        precautions=next(reversed(list(_of(steps, Precautions))), None),
        contacts=tuple(_of(steps, CheckedIn)),
        sessions=tuple(_session(one, given, decided, at) for one in own),
        given=given,
    )


def _given(
    record: Record, protocol: Protocol, started: Started | None, stopped: Stopped | None, at: dt.datetime
) -> tuple[dt.date, ...]:
    """Days of doses in treatment that can be of this course, by the clinic's calendar."""
    if started is None:
        return ()
    doses = (one for one in doses_taken(record, at, medical=True) if one.route in (*protocol.routes, "unknown"))
    days = {one.last for one in course_days(doses, protocol, at)}
    last = stopped.on if stopped else dt.date.max
    return tuple(sorted(day for day in days if started.first <= day <= last))


def _session(visit: Visit, given: Sequence[dt.date], decided: set[dt.date], at: dt.datetime) -> CourseSession:
    day = visit.at.astimezone(at.tzinfo).date()
    if day in given:
        return CourseSession(visit, day, Standing.GIVEN)
    if day >= at.date():
        return CourseSession(visit, day, Standing.PLANNED)
    return CourseSession(visit, day, Standing.SETTLED if day in decided else Standing.MISSED)

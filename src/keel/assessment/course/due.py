"""What a course and the letters about a person ask for by a day: the dates in one list with those of surveillance."""

import datetime as dt
from collections.abc import Iterable, Iterator

from keel.assessment.course.letters import Letter
from keel.assessment.course.plan import phase_of
from keel.assessment.course.state import Course
from keel.assessment.surveillance.due import DueItem, in_order
from keel.knowledge import Certainty, Knowledge
from keel.messages import Message

CONTACTS = ("start", "contact_first", "contact_until")
"""Contacts around a dose at home (protocol reference, C-06): at its start, and at the times that the protocol names."""


def care_due(
    courses: Iterable[Course], letters: Iterable[Letter], *, at: dt.datetime, knowledge: Knowledge
) -> tuple[DueItem, ...]:
    """Everything that is due of courses and letters, in the order in which it is shown."""
    found = [one for course in courses for one in course_due(course, at=at, knowledge=knowledge)]
    found += [one for letter in letters for one in _letter(letter, at)]
    return in_order(found)


def course_due(course: Course, *, at: dt.datetime, knowledge: Knowledge) -> Iterator[DueItem]:
    """What one course asks for; after its end only the contact that was agreed."""
    started, stopped = course.started, course.stopped
    if stopped is not None:
        if stopped.follow_up is not None and course.followed_up is None:
            what = Message("Ask how it is after the end of the course")
            yield _item("K-FOLLOW-UP", what, stopped.follow_up, at, Message("agreed at the end"))
        return
    if started is None:
        return
    open_items = [one for one in course.protocol.work_up if one.id not in course.worked_up]
    if open_items:
        why = Message("{count} of {all} are not ticked", count=len(open_items), all=len(course.protocol.work_up))
        yield _item("K-WORK-UP", Message("Work-up before the course"), started.first, at, why)
    for one in course.missed:
        why = Message("no dose on {day}", day=one.day.isoformat())
        yield _item("K-MISSED", Message("Decide about a missed session"), one.day, at, why)
    if course.is_at_home and course.precautions is None:
        why = Message("none on record")
        yield _item("K-PRECAUTIONS", Message("Agree on the precautions at home"), started.first, at, why)
    yield from _planning(course, at)
    yield from _contacts(course, at)


def _planning(course: Course, at: dt.datetime) -> Iterator[DueItem]:
    """The next visits where the last that are planned come near; at the end of a plan that ends, what comes then."""
    if not course.sessions or course.schedule is None:
        return
    last, schedule = course.sessions[-1].day, course.schedule
    phase = phase_of(schedule, schedule.phases[-1].id)
    if phase is not None and phase.cycles is None:
        due_on = last - dt.timedelta(days=schedule.plan_again.value)
        why = Message("the last that is planned is on {day}", day=last.isoformat())
        yield _item("K-PLAN", Message("Plan the next sessions"), due_on, at, why)
    else:
        why = Message("the plan ends on {day}", day=last.isoformat())
        yield _item("K-PLAN-ENDS", Message("Review, and go on or stop"), last, at, why)


def _contacts(course: Course, at: dt.datetime) -> Iterator[DueItem]:
    """The contacts around each dose at home that nobody has noted."""
    for day in course.given if course.is_at_home else ():
        noted = {one.moment for one in course.contacts if one.dose_on == day}
        missing = [name for name in CONTACTS if name not in noted]
        if missing:
            why = Message("{count} of {all} for the dose of {day}", count=len(missing), all=len(CONTACTS), day=str(day))
            yield _item("K-CONTACT", Message("Contact around a dose at home"), day, at, why)


def _letter(letter: Letter, at: dt.datetime) -> Iterator[DueItem]:
    if letter.is_closed:
        return
    if letter.sent is None:
        why = Message("written on {day}, not sent", day=letter.written.on.isoformat())
        yield _item("K-LETTER-SEND", Message("Send a letter: {to}", to=letter.written.to), letter.written.on, at, why)
    elif letter.answer_due is not None:
        why = Message("sent on {day}, no answer noted", day=letter.sent.on.isoformat())
        what = Message("Ask for the answer to a letter: {to}", to=letter.written.to)
        yield _item("K-LETTER", what, letter.answer_due, at, why)


def _item(name: str, what: Message, on: dt.date, at: dt.datetime, why: Message) -> DueItem:
    late = (at.date() - on).days
    return DueItem(
        id=name,
        what=what,
        domain="course",
        due_on=on,
        overdue=late > 0,
        days_overdue=max(0, late),
        last_done=None,
        why=why,
        sources=(),
        certainty=Certainty.DEFAULT,
    )

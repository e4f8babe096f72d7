"""Every write of a course and of a letter: permission, a check against what stands, and all facts of it at once.

A course is kept as steps; what a step plans or calls off are visits, written or taken back in the same transaction.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.utils import translation

from keel import knowledge
from keel.assessment.course.care import Care
from keel.assessment.course.letter_parts import letter_parts
from keel.assessment.course.letters import Answered, Letter, LetterPart, LetterStep, Sent, Withdrawn, Written
from keel.assessment.course.plan import PlannedDay, moment, phase_before
from keel.assessment.course.replan import after_missed, at_spacing, first_sessions, further_sessions
from keel.assessment.course.reviewing import home_rules, review_problem
from keel.assessment.course.state import Course
from keel.assessment.course.steps import (
    CheckedIn,
    CourseStep,
    FollowedUp,
    KeptFinding,
    Missed,
    Precautions,
    Reviewed,
    Screened,
    Spaced,
    Started,
    Stopped,
    WorkedUp,
)
from keel.assessment.screening import Screening
from keel.findings import Fact as Answer
from keel.knowledge.schedules import LetterTemplate, MissedChoice, Schedule
from keel.record import Record, Review, ReviewKind
from keel.web.clinic.actions import LONGEST_KEY, record_together
from keel.web.clinic.errors import FactRefused, NotAllowed
from keel.web.clinic.models import Fact, Kind, Patient
from keel.web.clinic.queries import permissions_in
from keel.web.clinic.roles import Permission
from keel.web.clinic.summaries import local_day
from keel.web.language.rendering import plain
from keel.web.language.words import gettext as _

Entry = tuple[Kind, dict[str, Any]]


class Writer(msgspec.Struct, frozen=True, kw_only=True):
    """Who writes about whom, when, and the key of what was sent, which makes sending it twice harmless."""

    by: AbstractUser
    patient: Patient
    key: str
    at: dt.datetime

    @property
    def name(self) -> str:
        """The name that stands under a decision."""
        return str(self.by.get_full_name())

    @property
    def today(self) -> dt.date:
        """The day where the clinic is."""
        return local_day(self.patient.clinic, self.at)

    def require_decide(self) -> None:
        """NotAllowed for whom the role does not let decide on treatment."""
        if Permission.DECIDE not in permissions_in(self.by, self.patient.clinic):
            raise NotAllowed(_("Your role does not allow this."))

    @property
    def has_written(self) -> bool:
        """Whether the same form was sent before: what it asks for is there."""
        return bool(self.patient.facts.filter(key=f"{self.key[:LONGEST_KEY]}-0", recorded_by=self.by).exists())

    def append(self, entries: Sequence[Entry], instead_of: Iterable[int] = (), reason: str = "") -> None:
        """Writes the entries, and takes the visits back that they replace."""
        replaced = list(Fact.objects.filter(pk__in=list(instead_of)).select_related("patient__clinic"))
        record_together(
            by=self.by,
            patient=self.patient,
            entries=entries,
            key=self.key,
            at=self.at,
            instead_of=replaced,
            reason=reason,
        )


def _step(step: CourseStep | LetterStep) -> Entry:
    return Kind(Kind.LETTER if isinstance(step, LetterStep) else Kind.COURSE), msgspec.to_builtins(step)


def _visits(course: str, days: Iterable[PlannedDay], time: dt.time, at: dt.datetime) -> list[Entry]:
    """A visit for each day; `at` has the zone of the clinic."""
    zone: Any = at.tzinfo
    return [
        (Kind(Kind.VISIT), {"at": moment(one.day, time, zone).isoformat(), "course": course, "phase": one.phase})
        for one in days
    ]


def _not_before(day: dt.date, first: dt.date, field: str) -> None:
    if day < first:
        raise FactRefused(_("The day lies in the past."), field)


def _has_been(day: dt.date, today: dt.date, field: str = "on") -> None:
    if day > today:
        raise FactRefused(_("The day lies in the future. Record what has happened."), field)


# A course, from its screening to its end


def keep_screening(writer: Writer, course: str, found: Screening, answers: dict[str, Answer]) -> None:
    """Keeps a screening: what was answered beside the record, what spoke, what nobody knew, by which facts."""
    writer.require_decide()
    step = Screened(
        course=course,
        at=writer.at,
        protocol=found.protocol,
        jurisdiction=found.jurisdiction,
        answers={name: value for name, value in answers.items() if isinstance(value, bool | int | float | str)},
        findings=tuple(
            KeptFinding(rule=one.rule, severity=one.severity.value, text=str(one.summary)) for one in found.findings
        ),
        missing=tuple(map(str, found.missing)),
        knowledge=knowledge.load().hash,
    )
    writer.append([_step(step)])


def tick_work_up(writer: Writer, course: Course, items: Iterable[str], on: dt.date, note: str) -> None:
    """Items of the work-up that were done on a day."""
    _has_been(on, writer.today)
    known = [one.id for one in course.protocol.work_up if one.id in set(items) - set(course.worked_up)]
    if not known:
        raise FactRefused(_("Tick what was done."), "items")
    writer.append([_step(WorkedUp(course=course.id, item=one, on=on, note=note)) for one in known])


def start_course(
    writer: Writer, course: Course, care: Care, schedule: Schedule, *, first: dt.date, time: dt.time, reason: str
) -> None:
    """A prescriber starts a course, and its visits are planned. Nobody passes a block; a hold takes a reason."""
    writer.require_decide()
    found = course.screened
    if any(one.is_running for one in care.courses):
        raise FactRefused(_("A course is running. Stop it before another one begins."))
    if course.started is not None:
        raise FactRefused(_("This course has begun already. Screen anew for another one."))
    if found.blocks:
        raise FactRefused(_("Something blocks, and nobody passes a block. Change what it rests on, and screen again."))
    if (found.holds or found.missing) and not reason.strip():
        raise FactRefused(_("Something holds, or is not known. Say why the course begins all the same."), "reason")
    if course.protocol.id not in schedule.protocols:
        raise FactRefused(_("This schedule is not of this protocol."), "schedule")
    _not_before(first, writer.today, "first")
    step = Started(
        course=course.id, schedule=schedule.id, first=first, time=time, by=writer.name, reason=reason.strip()
    )
    writer.append([_step(step), *_visits(course.id, first_sessions(schedule, first), time, writer.at)])


def decide_missed(writer: Writer, course: Course, choice: MissedChoice, from_day: dt.date | None, reason: str) -> None:
    """What is done about the sessions that were missed; those ahead are planned anew where they move."""
    rule = next((one for one in course.schedule.missed if one.choice == choice), None) if course.schedule else None
    if rule is None or course.started is None or not course.missed:
        raise FactRefused(_("No session is missed. Load the page again."))
    if rule.needs_decision:
        writer.require_decide()
        if not reason.strip():
            raise FactRefused(_("Say why."), "reason")
    moves = choice != "on_schedule"
    if moves and from_day is None:
        raise FactRefused(_("From which day on?"), "from_day")
    if moves and from_day:
        _not_before(from_day, writer.today, "from_day")
    told: dict[str, Any] = {"course": course.id, "choice": choice, "by": writer.name, "reason": reason.strip()}
    steps = [_step(Missed(day=one.day, from_day=from_day if moves else None, **told)) for one in course.missed]
    if not moves or from_day is None:
        writer.append(steps)
        return
    days = after_missed(course, choice, from_day)
    visits = _visits(course.id, days, course.started.time, writer.at)
    writer.append([*steps, *visits], _ahead(course), _("planned anew after a missed session"))


def _ahead(course: Course) -> list[int]:
    return [one.visit.fact for one in course.ahead]


def space_sessions(writer: Writer, course: Course, every_days: int, from_day: dt.date, reason: str) -> None:
    """A prescriber spaces the sessions of the phase that goes on; what is ahead is planned anew."""
    writer.require_decide()
    bounds = spacing_bounds(course)
    if bounds is None or course.schedule is None or course.started is None:
        raise FactRefused(_("The spacing is chosen in the phase that goes on."))
    if not bounds[0] <= every_days <= bounds[1]:
        raise FactRefused(_("The schedule spaces them from %d to %d days.") % bounds, "every_days")
    _not_before(from_day, writer.today, "from_day")
    step = Spaced(course=course.id, every_days=every_days, from_day=from_day, by=writer.name, reason=reason.strip())
    visits = _visits(course.id, at_spacing(course.schedule, from_day, every_days), course.started.time, writer.at)
    writer.append([_step(step), *visits], _ahead(course), _("planned anew at another spacing"))


def spacing_bounds(course: Course) -> tuple[int, int] | None:
    """The least and the most days between sessions that may be chosen now; None where nothing may."""
    if not course.is_running or course.schedule is None:
        return None
    last = course.schedule.phases[-1]
    if last.cycles is not None or course.phase != last.id:
        return None
    before = phase_before(course.schedule, last.id)
    return (before.cycle_days if before else last.cycle_days), last.longest_days or last.cycle_days


def plan_further(writer: Writer, course: Course) -> None:
    """The next visits of a phase that goes on."""
    days = further_sessions(course)
    if not course.is_running or course.started is None or not days:
        raise FactRefused(_("The plan of this course has an end: review it, and go on with another course, or stop."))
    writer.append(_visits(course.id, days, course.started.time, writer.at))


def review_course(writer: Writer, course: Course, review: Reviewed) -> None:
    """A review of the response, decided by name; it is the review that the gate before a dose asks for."""
    writer.require_decide()
    if not course.is_running:
        raise FactRefused(_("The course is not running."))
    _has_been(review.on, writer.today)
    if problem := review_problem(course, review):
        raise FactRefused(plain(problem), "decision")
    held = Review(of=ReviewKind.RESPONSE, on=review.on, by=writer.name, responded=review.responded)
    writer.append([_step(review), (Kind(Kind.REVIEW), msgspec.to_builtins(held))])


def stop_course(writer: Writer, course: Course, step: Stopped) -> None:
    """The end of a course, with what comes instead; the visits ahead are called off."""
    writer.require_decide()
    if not course.is_running:
        raise FactRefused(_("The course is not running."))
    _has_been(step.on, writer.today)
    writer.append([_step(step)], _ahead(course), _("the course has ended"))


def follow_up(writer: Writer, course: Course, on: dt.date, text: str) -> None:
    """How it is after the end."""
    if course.stopped is None:
        raise FactRefused(_("The course has not ended."))
    _has_been(on, writer.today)
    writer.append([_step(FollowedUp(course=course.id, on=on, by=writer.name, text=text))])


def agree_precautions(writer: Writer, course: Course, step: Precautions) -> None:
    """What is agreed before doses at home; a prescriber signs it, and nothing of it may be missing."""
    writer.require_decide()
    if not course.is_running or not course.is_at_home:
        raise FactRefused(_("The course is not running."))
    if {one.id for one in home_rules(course.protocol)} - set(step.agreed):
        raise FactRefused(_("Every precaution has to be agreed before a dose at home."), "agreed")
    _has_been(step.on, writer.today)
    writer.append([_step(step)])


def check_in(writer: Writer, course: Course, step: CheckedIn) -> None:
    """A contact around a dose at home."""
    if step.dose_on not in course.given or not course.is_at_home:
        raise FactRefused(_("No dose is on record for this day."), "dose_on")
    writer.append([_step(step)])


# Letters


def write_letter(
    writer: Writer,
    template: LetterTemplate,
    record: Record,
    care: Care,
    *,
    to: str,
    address: str,
    is_urgent: bool,
    is_agreed: bool,
    question: str,
) -> None:
    """Writes a letter, with what the record says now in every language of the pages; its id is the key."""
    made = letter_parts(template, record, care.courses, at=writer.at, knowledge=knowledge.load())
    parts = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            parts[code] = tuple(
                LetterPart(heading=plain(heading), lines=tuple(map(plain, lines))) for heading, lines in made
            )
    step = Written(
        letter=writer.key,
        template=template.id,
        to=to,
        address=address,
        on=writer.today,
        by=writer.name,
        is_urgent=is_urgent,
        is_agreed=is_agreed,
        question=question,
        parts=parts,
    )
    writer.append([_step(step)])


def letter_step(writer: Writer, letter: Letter, step: Sent | Answered | Withdrawn) -> None:
    """That a letter was sent, was answered, or is waited for no more."""
    if letter.is_closed or (isinstance(step, Sent) and letter.sent is not None):
        raise FactRefused(_("This is noted already. Load the page again."))
    if isinstance(step, Answered) and letter.sent is None:
        raise FactRefused(_("Note first that it was sent."))
    _has_been(step.on, writer.today)
    if step.on < (letter.sent.on if letter.sent else letter.written.on):
        raise FactRefused(_("That is before it was written or sent."), "on")
    writer.append([_step(step)])

"""How a person stands in the recovery programme at a time: day and phase, diary, meetings, goals, what is due.

Days are those of the zone of `at`. What was not asked is no “no”; follow-up that is missing stays missing.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec

from keel.assessment.recovery import steps as s
from keel.assessment.screening import screening
from keel.assessment.surveillance.due import done_on
from keel.assessment.tasks import (
    ContactMade,
    Step,
    Task,
    contact_task,
    dangers,
    due_after,
    in_turn,
    last,
    message_task,
    since_beginning,
    those,
    up_to,
)
from keel.findings import Finding
from keel.knowledge import Knowledge
from keel.knowledge.care import RecoveryProgramme, StayPhase
from keel.knowledge.surveillance import WatchItem
from keel.messages import Message
from keel.record import Record

WEEKS_4 = 28
PHASES = ("admission", "programme", "urology")
"""Gates of the protocol that speak during a stay."""


class DaysOfUse(NamedTuple):
    """Of the last 28 days: on how many ketamine was used, on how many not, and of how many nothing is known."""

    used: int
    not_used: int
    not_known: int


class Goal(NamedTuple):
    """A goal and how it stands; None where nobody looked."""

    set: s.GoalSet
    review: s.GoalReviewed | None


class Attendance(NamedTuple):
    """Of the meetings of one form, at how many the person was for at least a part."""

    form: str
    there: int
    of: int


class Outcome(NamedTuple):
    """A time after leaving: when it is due, what was found, how often it was tried, whether it stays missing."""

    id: str
    title: str
    due_at: dt.datetime
    found: s.OutcomeNoted | None
    tried: int
    is_missing: bool


class RecoveryState(msgspec.Struct, frozen=True, kw_only=True):
    """How it stands at a time. `day` counts from 1 while the stay lasts; `answers` are those of every intake."""

    begun: s.RecoveryBegun | None
    day: int | None
    phase: StayPhase | None
    answers: dict[str, bool | float | str]
    findings: tuple[Finding, ...]
    missing: tuple[str, ...]
    days: tuple[s.DayNoted, ...]
    use: DaysOfUse
    meetings: tuple[s.MeetingHeld, ...]
    attendance: tuple[Attendance, ...]
    goals: tuple[Goal, ...]
    health: tuple[s.HealthReviewed, ...]
    looked_at: tuple[s.LookedAt, ...]
    lapses: tuple[s.LapseReviewed, ...]
    plan: s.AftercarePlanned | None
    discharged: s.Discharged | None
    contacts: tuple[ContactMade, ...]
    outcomes: tuple[Outcome, ...]
    tasks: tuple[Task, ...]

    @property
    def is_in(self) -> bool:
        """Whether the person is in the programme now."""
        return self.begun is not None and self.discharged is None


def fold_recovery(
    steps: Sequence[s.RecoveryStep],
    *,
    programme: RecoveryProgramme,
    record: Record,
    at: dt.datetime,
    knowledge: Knowledge,
) -> RecoveryState:
    """The state at a time, in the zone of `at`; steps that lie after it do not count."""
    told: list[Step] = list(up_to(steps, at))
    stay = since_beginning(told, s.RecoveryBegun, s.Discharged)
    begun, left = last(stay, s.RecoveryBegun), last(stay, s.Discharged)
    plan = last(stay, s.AftercarePlanned)
    answers = {name: told for one in those(stay, s.IntakeAnswered) for name, told in one.answers.items()}
    days = {one.day: one for one in those(told, s.DayNoted)}
    day = None if begun is None or left else (at.date() - begun.at.astimezone(at.tzinfo).date()).days + 1
    asked = screening(record, programme.protocol, at=at, knowledge=knowledge, phases=PHASES, facts=answers)
    outcomes = tuple(_outcomes(stay, left, programme, at))
    tasks: list[Task] = [*dangers(as_contacts(told), at)]
    if begun is not None and left is None:
        tasks += _in_stay(stay, begun, days, programme, record, at, knowledge)
    if left is not None:
        tasks += _after(stay, left, plan, programme, at)
        tasks += _outcome_tasks(outcomes, at)
    tasks += _health_due(stay, at)
    return RecoveryState(
        begun=begun,
        day=day,
        phase=next((one for one in programme.phases if day and one.from_day <= day <= one.to_day), None),
        answers=answers,
        findings=asked.findings if begun and not left else (),
        missing=asked.missing,
        days=tuple(days[one] for one in sorted(days, reverse=True)),
        use=_use(days.values(), at.date()),
        meetings=tuple(reversed(those(stay, s.MeetingHeld))),
        attendance=tuple(_attendance(those(stay, s.MeetingHeld))),
        goals=tuple(_goals(told)),
        health=tuple(reversed(those(stay, s.HealthReviewed))),
        looked_at=tuple(reversed(those(stay, s.LookedAt))),
        lapses=tuple(reversed(those(told, s.LapseReviewed))),
        plan=plan,
        discharged=left,
        contacts=tuple(those(told, ContactMade)),
        outcomes=outcomes,
        tasks=in_turn(tasks),
    )


def _use(days: Iterable[s.DayNoted], today: dt.date) -> DaysOfUse:
    said = Counter(one.used for one in days if 0 <= (today - one.day).days < WEEKS_4)
    return DaysOfUse(said[True], said[False], WEEKS_4 - said[True] - said[False])


def _attendance(meetings: Sequence[s.MeetingHeld]) -> Iterator[Attendance]:
    for form in dict.fromkeys(one.form for one in meetings):
        own = [one.attended for one in meetings if one.form == form]
        yield Attendance(form, sum(one != "absent" for one in own), len(own))


def _goals(told: Sequence[Step]) -> Iterator[Goal]:
    newest = {one.goal: one for one in those(told, s.GoalSet)}
    reviews = {one.goal: one for one in those(told, s.GoalReviewed)}
    for name, goal in newest.items():
        yield Goal(goal, reviews.get(name))


def as_contacts(told: Sequence[Step]) -> list[Step]:
    """An answer of an outcome that tells of suicide is danger as that of a contact is."""
    return [
        ContactMade(at=one.at, of="", contact=one.of, reached=one.reached, suicidal=one.suicidal)
        if isinstance(one, s.OutcomeNoted)
        else one
        for one in told
    ]


def _in_stay(
    stay: Sequence[Step],
    begun: s.RecoveryBegun,
    days: dict[dt.date, s.DayNoted],
    programme: RecoveryProgramme,
    record: Record,
    at: dt.datetime,
    knowledge: Knowledge,
) -> Iterator[Task]:
    if at.date() not in days:
        yield _day_task("diary", "diary", Message("How is today? Craving, mood, pain, sleep"), at.date(), at)
    started = begun.at.astimezone(at.tzinfo).date()
    for item in programme.grid:
        done = [one for one in _looked(item, stay, record, at, knowledge) if one >= started]
        every = int(programme.cuts["weekly"].value) if item.id in programme.weekly else None
        if not done or every:
            due_on = max(done) + dt.timedelta(days=every or 0) if done else started
            yield _day_task("look", item.id, Message(item.what), due_on, at)


def _looked(
    item: WatchItem, stay: Sequence[Step], record: Record, at: dt.datetime, knowledge: Knowledge
) -> Iterator[dt.date]:
    yield from done_on(item, record, at, knowledge)
    yield from (one.at.astimezone(at.tzinfo).date() for one in those(stay, s.LookedAt) if one.item == item.id)


def _day_task(kind: Literal["diary", "look"], name: str, what: Message, on: dt.date, at: dt.datetime) -> Task:
    """A task of a day: overdue from the next day on."""
    due_at = dt.datetime.combine(on, dt.time(), at.tzinfo)
    return Task(kind=kind, id=name, what=what, due_at=due_at, is_overdue=on < at.date())


def _health_due(stay: Sequence[Step], at: dt.datetime) -> Iterator[Task]:
    newest = {one.about: one for one in those(stay, s.HealthReviewed)}
    for about, one in newest.items():
        if one.next_on is not None:
            what = Message("Look again: {about}", about=Message(HEALTH[about]))
            yield _day_task("look", about, what, one.next_on, at)


HEALTH = {"pain": "pain", "urology": "bladder and kidneys", "liver": "liver", "mood": "mood", "other": "other health"}
"""What is cared for alongside, in words."""


def _after(
    stay: Sequence[Step],
    left: s.Discharged,
    plan: s.AftercarePlanned | None,
    programme: RecoveryProgramme,
    at: dt.datetime,
) -> Iterator[Task]:
    """Contacts after leaving: the first three as they were planned, the others as the programme has them."""
    planned = plan.contacts if plan else ()
    for number, contact in enumerate(programme.contacts):
        own = [one for one in those(stay, ContactMade) if one.contact == contact.id]
        if any(one.reached for one in own):
            continue
        is_planned = number < len(planned)
        due_at = planned[number][0].astimezone(at.tzinfo) if is_planned else due_after(contact, left.at, at.tzinfo)
        yield contact_task(contact, of="", due_at=due_at, at=at, tried=len(own))
        for message in programme.messages:
            yield from message_task(message, of=contact.id, about=due_at, at=at, told=stay)


def _outcomes(
    stay: Sequence[Step], left: s.Discharged | None, programme: RecoveryProgramme, at: dt.datetime
) -> Iterator[Outcome]:
    if left is None:
        return
    window = dt.timedelta(days=programme.cuts["outcome_window"].value)
    for contact in programme.outcomes:
        due_at = due_after(contact, left.at, at.tzinfo)
        own = [one for one in those(stay, s.OutcomeNoted) if one.of == contact.id]
        found = next((one for one in reversed(own) if one.reached), None)
        yield Outcome(contact.id, contact.title, due_at, found, len(own), found is None and at > due_at + window)


def _outcome_tasks(outcomes: Sequence[Outcome], at: dt.datetime) -> Iterator[Task]:
    for one in outcomes:
        if one.found is None and not one.is_missing:
            what = Message(one.title)
            due_at = dt.datetime.combine(one.due_at.date(), dt.time(), at.tzinfo)
            late = one.due_at.date() < at.date()
            yield Task(kind="outcome", id=one.id, what=what, due_at=due_at, is_overdue=late, tried=one.tried)

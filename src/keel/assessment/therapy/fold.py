"""How assisted therapy stands at a time: what was agreed, what holds the next dose, which contacts are due.

Steps count in the order of their times, and of two at one time the one written later counts later. An agreement on
touch that comes while a dose is under way may narrow what is agreed and never widen it: it widens from the next visit
on. Touch outside the agreement is no error of writing: it stands, and is named.
"""

import datetime as dt
from collections.abc import Iterator, Sequence

import msgspec

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
from keel.assessment.therapy import steps as s
from keel.findings import Fact, Finding, Reason, Severity, Truth, evaluate
from keel.knowledge.care import CareGate, CareItem, TherapyFrame
from keel.messages import Message


class Dosing(msgspec.Struct, frozen=True, kw_only=True):
    """A visit with a dose, open while `ended` is None."""

    begun: s.DosingBegun
    ended: s.DosingEnded | None


class Touch(msgspec.Struct, frozen=True, kw_only=True):
    """One use of touch, and whether it was agreed on when it happened."""

    used: s.TouchUsed
    was_agreed: bool


class TherapyState(msgspec.Struct, frozen=True, kw_only=True):
    """How therapy stands at a time. What nobody asked is None; `gate` is what speaks before the next dose."""

    begun: s.TherapyBegun | None
    ended: s.TherapyEnded | None
    intentions: tuple[s.IntentionSaid, ...]
    setting: s.SettingAgreed | None
    touch: s.TouchAgreed | None
    touches: tuple[Touch, ...]
    recording: s.RecordingAnswered | None
    transport: s.TransportArranged | None
    planned: tuple[s.VisitPlanned, ...]
    held: tuple[s.VisitHeld, ...]
    missed: tuple[s.VisitMissed, ...]
    dosings: tuple[Dosing, ...]
    contacts: tuple[ContactMade, ...]
    gate: tuple[Finding, ...]
    tasks: tuple[Task, ...]
    not_talked_about: tuple[CareItem, ...]

    @property
    def open_dosing(self) -> Dosing | None:
        """The dose that is under way."""
        return next((one for one in reversed(self.dosings) if one.ended is None), None)

    @property
    def holding(self) -> tuple[Finding, ...]:
        """What of the gate blocks or holds the next dose."""
        return tuple(one for one in self.gate if one.severity in (Severity.BLOCK, Severity.HOLD))


def fold_therapy(steps: Sequence[s.TherapyStep], *, frame: TherapyFrame, at: dt.datetime) -> TherapyState:
    """The state of therapy at a time, in the zone of `at`; steps that lie after it do not count."""
    told: list[Step] = list(up_to(steps, at))
    now = since_beginning(told, s.TherapyBegun, s.TherapyEnded)
    dosings = tuple(_dosings(now))
    held, phases = those(now, s.VisitHeld), {one.id: one.phase for one in frame.visits}
    prepared = [one for one in held if phases.get(one.kind) == "preparation"]
    planned = _planned(now)
    touch, transport = _agreed(now, dosings, at), last(now, s.TransportArranged)
    if dosings and transport and dosings[-1].ended and transport.at <= dosings[-1].ended.at:
        transport = None  # the way home of the last dose says nothing of the next
    hours = min(((at.timestamp() - one.ended.timestamp()) / 3600 for one in prepared), default=None)
    facts: dict[str, Fact] = {
        "preparation_sessions_done": len(prepared),
        "hours_since_preparation": hours,
        "days_since_preparation": None if hours is None else hours / 24,
        "touch_answered": touch is not None,
        "touch_planned": bool(touch and touch.kinds),
        "touch_rehearsed": bool(touch and touch.rehearsed),
        "transport_arranged": transport is not None,
        "recording_answered": last(now, s.RecordingAnswered) is not None,
        "intention_said": last(now, s.IntentionSaid) is not None,
    }
    talked_about = {name for one in prepared for name in one.done}
    # What was told before a new beginning stays told: contacts and danger look at all.
    all_dosings = tuple(_dosings(told))
    tasks = [*_contacts(told, all_dosings, frame, at), *_texts(told, planned, all_dosings, frame, at)]
    return TherapyState(
        begun=last(told, s.TherapyBegun),
        ended=last(now, s.TherapyEnded),
        intentions=tuple(those(now, s.IntentionSaid)),
        setting=last(now, s.SettingAgreed),
        touch=touch,
        touches=tuple(_touches(now, dosings)),
        recording=last(now, s.RecordingAnswered),
        transport=transport,
        planned=planned,
        held=tuple(held),
        missed=tuple(those(now, s.VisitMissed)),
        dosings=dosings,
        contacts=tuple(those(told, ContactMade)),
        gate=tuple(_gate(frame, facts)),
        tasks=in_turn([*tasks, *_not_noted(planned, at), *dangers(told, at)]),
        not_talked_about=tuple(
            item
            for visit in frame.visits
            if visit.phase == "preparation"
            for item in visit.checklist
            if item.id not in talked_about
        ),
    )


def may_be_agreed(asked: s.TouchAgreed, state: TherapyState) -> bool:
    """Whether an agreement on touch may be written now: while a dose is under way it may only be narrowed."""
    if state.open_dosing is None:
        return True
    return set(asked.kinds) <= set(state.touch.kinds if state.touch else ())


def _planned(told: Sequence[Step]) -> tuple[s.VisitPlanned, ...]:
    """The visits that are still planned, each as it was planned last."""
    gone = {one.visit for one in told if isinstance(one, s.VisitHeld | s.VisitMissed | s.DosingBegun)}
    newest = {one.visit: one for one in those(told, s.VisitPlanned)}
    return tuple(sorted((one for name, one in newest.items() if name not in gone), key=lambda one: one.planned))


def _dosings(told: Sequence[Step]) -> Iterator[Dosing]:
    ends = {one.visit: one for one in those(told, s.DosingEnded)}
    for begun in those(told, s.DosingBegun):
        yield Dosing(begun=begun, ended=ends.get(begun.visit))


def _agreed(told: Sequence[Step], dosings: Sequence[Dosing], at: dt.datetime) -> s.TouchAgreed | None:
    """What is agreed on touch at a time: what was agreed during a dose only takes away while it lasts."""
    agreed: s.TouchAgreed | None = None
    waits: s.TouchAgreed | None = None
    for one in those(told, s.TouchAgreed):
        if one.at > at:
            break
        during = next((d for d in dosings if _is_during(one.at, d)), None)
        if during is None or set(one.kinds) <= set(agreed.kinds if agreed else ()):
            agreed, waits = one, None
        else:
            kept = tuple(kind for kind in one.kinds if agreed and kind in agreed.kinds)
            agreed, waits = msgspec.structs.replace(one, kinds=kept), one
    still = waits is not None and any(_is_during(waits.at, d) and _is_during(at, d) for d in dosings)
    return agreed if waits is None or still else waits


def _is_during(moment: dt.datetime, dosing: Dosing) -> bool:
    return dosing.begun.at <= moment and (dosing.ended is None or moment <= dosing.ended.at)


def _touches(told: Sequence[Step], dosings: Sequence[Dosing]) -> Iterator[Touch]:
    for one in those(told, s.TouchUsed):
        agreed = _agreed(told, dosings, one.at)
        yield Touch(used=one, was_agreed=agreed is not None and one.kind in agreed.kinds)


def _gate(frame: TherapyFrame, facts: dict[str, Fact]) -> Iterator[Finding]:
    for gate in frame.gates:
        verdict = evaluate(gate.when, facts, frame.cuts)
        # Nobody waits for the age of a preparation that was not held: the gate that asks for it says so.
        if verdict.truth is Truth.MET:
            yield _finding(gate, verdict.reasons)


def _finding(gate: CareGate, reasons: tuple[Reason, ...]) -> Finding:
    return Finding(
        rule=gate.id,
        subject="therapy",
        severity=Severity(gate.severity),
        summary=Message(gate.text),
        why=reasons,
        sources=gate.sources,
        confidence=gate.certainty,
        next_step=Message(gate.next_step),
    )


def _contacts(told: Sequence[Step], dosings: Sequence[Dosing], frame: TherapyFrame, at: dt.datetime) -> Iterator[Task]:
    tries = those(told, ContactMade)
    phases = {visit.id: visit.phase for visit in frame.visits}
    ended = [(one.begun.visit, one.ended.at) for one in dosings if one.ended is not None]
    for visit, since in ended:
        for contact in frame.contacts:
            own = [one for one in tries if (one.of, one.contact) == (visit, contact.id)]
            met = [
                one for one in those(told, s.VisitHeld) if phases.get(one.kind) == contact.met_by and one.at >= since
            ]
            if not met and not any(one.reached for one in own):
                due_at = due_after(contact, since, at.tzinfo)
                yield contact_task(contact, of=visit, due_at=due_at, at=at, tried=len(own))


def _texts(
    told: Sequence[Step],
    planned: Sequence[s.VisitPlanned],
    dosings: Sequence[Dosing],
    frame: TherapyFrame,
    at: dt.datetime,
) -> Iterator[Task]:
    """The texts that are due: before a planned dose, while one is under way, after one that is over."""
    doses = {visit.id for visit in frame.visits if visit.phase == "dosing"}
    moments = {
        "before": [(one.visit, one.planned) for one in planned if one.kind in doses],
        "during": [(one.begun.visit, one.begun.at) for one in dosings if one.ended is None],
        "after": [(one.begun.visit, one.ended.at) for one in dosings if one.ended is not None],
    }
    for message in frame.messages:
        for visit, about in moments[message.moment]:
            yield from message_task(message, of=visit, about=about.astimezone(at.tzinfo), at=at, told=told)


def _not_noted(planned: Sequence[s.VisitPlanned], at: dt.datetime) -> Iterator[Task]:
    for one in planned:
        if one.planned < at:
            what = Message("A planned visit is past: note what became of it")
            yield Task(kind="visit", id=one.kind, of=one.visit, what=what, due_at=one.planned, is_overdue=True)

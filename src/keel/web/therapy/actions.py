"""Every write of therapy and the programme: a step of a patient, a group of several, a private note, a centre's day.

What happened is written; what is asked for at the screen before it is done (a dose whose gate holds, touch that would
be widened while a dose is under way) is refused with what to do.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from django.contrib.auth.models import AbstractUser
from django.db import transaction

from keel import knowledge
from keel.assessment.protocols import FactRefused as AnswerRefused
from keel.assessment.protocols import checked_facts
from keel.assessment.recovery.steps import Discharged, IntakeAnswered, MeetingHeld, RecoveryBegun, RecoveryStep
from keel.assessment.tasks import DangerSeen, Step
from keel.assessment.therapy import steps as s
from keel.assessment.therapy.fold import TherapyState, may_be_agreed
from keel.messages import text_of
from keel.messages.json import BUILDS_SHAPES
from keel.web.clinic.actions import note, record_fact, void_fact
from keel.web.clinic.errors import FactRefused, NotAllowed
from keel.web.clinic.models import Clinic, Fact, Kind, Patient
from keel.web.clinic.queries import permissions_in
from keel.web.clinic.roles import Permission
from keel.web.clinic.summaries import local_now
from keel.web.language.rendering import plain
from keel.web.language.words import gettext as _
from keel.web.therapy.models import DayTemplate, PrivateNote
from keel.web.therapy.queries import day_of, programme, recovery_of, therapy_of

VISIT_KEY = "therapy-"
"""Before the name of a visit in the key of the fact that tells the front desk of it."""


def new_name() -> str:
    """A name for a visit, a goal or a group, which nobody can guess."""
    return uuid.uuid4().hex


def write_step(
    *,
    by: AbstractUser,
    patient: Patient,
    kind: Kind,
    payload: dict[str, Any],
    key: str,
    at: dt.datetime,
    supersedes: Fact | None = None,
    reason: str = "",
) -> Fact:
    """Appends a step, or a correction of one. NotAllowed, or FactRefused with what to do."""
    step = _read(kind, payload)
    payload = _checked(step, payload, by=by, patient=patient, kind=kind, is_new=supersedes is None)
    with transaction.atomic():
        fact = record_fact(
            by=by, patient=patient, kind=kind, payload=payload, key=key, at=at, supersedes=supersedes, reason=reason
        )
        _tell_front_desk(step, by=by, patient=patient, at=at, is_new=supersedes is None)
    return fact


def _read(kind: Kind, payload: dict[str, Any]) -> Step:
    shape: Any = s.TherapyStep if kind == Kind.THERAPY else RecoveryStep
    try:
        with BUILDS_SHAPES:
            step: Step = msgspec.convert(payload, shape)
    except msgspec.ValidationError:
        raise FactRefused(_("Something is missing, or not in its form.")) from None
    return step


def _checked(
    step: Step, payload: dict[str, Any], *, by: AbstractUser, patient: Patient, kind: Kind, is_new: bool
) -> dict[str, Any]:
    """The payload with what the action knows beside it."""
    now, decides = local_now(patient.clinic), Permission.DECIDE in permissions_in(by, patient.clinic)
    match step:
        case s.VisitHeld() | MeetingHeld() if step.ended < step.at:
            raise FactRefused(_("It would end before it begins."), "ended")
        case s.DosingBegun() if is_new:
            return _begin_dosing(step, payload, therapy_of(patient, at=now), decides=decides)
        case s.DosingEnded() if is_new:
            under_way = therapy_of(patient, at=now).open_dosing
            if under_way is None or under_way.begun.visit != step.visit:
                raise FactRefused(_("No visit with a dose is under way."))
        case s.TouchAgreed() if is_new and not may_be_agreed(step, therapy_of(patient, at=now)):
            raise FactRefused(
                _("While a dose is under way touch can be taken away, and not added. Agree on more before the next."),
                "kinds",
            )
        case DangerSeen() if not decides:
            state = therapy_of(patient, at=now) if kind == Kind.THERAPY else recovery_of(patient, at=now)
            if any(one.kind == "danger" and one.id == "suicidal" for one in state.tasks):
                raise NotAllowed(_("Thoughts of suicide were told: a prescriber looks at that, and closes it."))
        case RecoveryBegun() if is_new:
            if recovery_of(patient, at=now).is_in:
                raise FactRefused(_("This person is in the programme already."))
            return payload | {"blocks": msgspec.to_builtins(day_of(patient.clinic))}
        case IntakeAnswered():
            try:
                checked_facts(step.answers, knowledge.load().clinical_facts)
            except AnswerRefused as refused:
                raise FactRefused(plain(text_of(refused))) from None
        case Discharged() if is_new and not step.without_plan.strip():
            if recovery_of(patient, at=now).plan is None:
                raise FactRefused(
                    _("There is no plan with the next three contacts. Make it, or say why there is none yet."),
                    "without_plan",
                )
    return payload


def _begin_dosing(
    step: s.DosingBegun, payload: dict[str, Any], state: TherapyState, *, decides: bool
) -> dict[str, Any]:
    if state.open_dosing is not None:
        raise FactRefused(_("A visit with a dose is under way already. End it first."))
    held = [one.rule for one in state.holding]
    if held and not step.passed.strip():
        raise FactRefused(
            _("Not yet: %(what)s") % {"what": " ".join(plain(one.summary) for one in state.holding)}, "passed"
        )
    if held and not decides:
        raise NotAllowed(_("Something holds. Only a prescriber decides that it goes on all the same."))
    return payload | ({"held": held} if held else {})


def _tell_front_desk(step: Step, *, by: AbstractUser, patient: Patient, at: dt.datetime, is_new: bool) -> None:
    """A planned visit stands among those of the front desk, without what it is for, and moves with the plan."""
    if not isinstance(step, s.VisitPlanned | s.VisitMissed):
        return
    own = patient.facts.filter(key__startswith=f"{VISIT_KEY}{step.visit}", voided_by__isnull=True)
    standing = own.filter(superseded_by__isnull=True, kind=Kind.VISIT).last()
    told: dict[str, Any] = {"by": by, "at": at, "key": f"{VISIT_KEY}{step.visit}-{own.count()}"[:64]}
    if isinstance(step, s.VisitMissed):
        if standing is not None:
            void_fact(fact=standing, reason=_("It does not take place."), **told)
        return
    reason = _("The visit was moved.") if standing else ""
    entry = {"at": step.planned.isoformat()}
    if is_new if standing is None else standing.payload != entry:
        record_fact(patient=patient, kind=Kind(Kind.VISIT), payload=entry, supersedes=standing, reason=reason, **told)


def write_group(
    *,
    by: AbstractUser,
    kind: Kind,
    told: Mapping[str, Any],
    people: Sequence[tuple[Patient, str]],
    key: str,
    at: dt.datetime,
) -> list[Fact]:
    """A meeting of several people, for each a fact of their own that names nobody else: all of them, or none."""
    if not people:
        raise FactRefused(_("Say who was there."))
    start, ended = told["at"].isoformat(), told["ended"].isoformat()
    with transaction.atomic():
        facts = []
        for patient, was in people:
            if kind == Kind.THERAPY:
                visit = f"{key}-{patient.number}"[:80]
                entry = {"step": "visit_missed", "at": start, "visit": visit, "why": told["topic"]}
                if was != "absent":
                    entry = {"step": "visit_held", "at": start, "visit": visit, "kind": told["kind"], "ended": ended}
                    entry |= {"people": told["led_by"], "group": key, "note": told["topic"]}
            else:
                entry = {"step": "meeting_held", "at": start, "ended": ended, "form": "group", "topic": told["topic"]}
                entry |= {"attended": was, "led_by": told["led_by"], "group": key}
            facts.append(
                write_step(
                    by=by,
                    patient=patient,
                    kind=kind,
                    payload={name: value for name, value in entry.items() if value},
                    key=f"{key[:36]}-group",
                    at=at,
                )
            )
    return facts


def write_private_note(*, by: AbstractUser, patient: Patient, text: str, key: str, at: dt.datetime) -> PrivateNote:
    """Keeps a private note of its author; the audit has that one was written, and nothing of it."""
    if Permission.PRIVATE_NOTES not in permissions_in(by, patient.clinic):
        raise NotAllowed(_("Your role does not allow this."))
    if not text.strip():
        raise FactRefused(_("Write the note."), "text")
    with transaction.atomic():
        same: PrivateNote | None = PrivateNote.objects.filter(patient=patient, author=by, key=key).first()
        if same is not None:
            if same.text != text:
                raise FactRefused(_("This form was sent before with other content. Load the page again."))
            return same
        if Patient.objects.filter(pk=patient.pk, erased_at__isnull=False).exists():
            raise FactRefused(_("This patient was erased. Nothing can be recorded."))
        kept: PrivateNote = PrivateNote.objects.create(patient=patient, author=by, written_at=at, text=text, key=key)
        note(patient.clinic, at=at, actor=by.get_username(), action="private_note", subject=patient.number)
    return kept


def change_day(
    *, by: AbstractUser, clinic: Clinic, blocks: Sequence[Mapping[str, str]], at: dt.datetime
) -> DayTemplate:
    """The day of the programme in this clinic from now on; stays that have begun keep theirs."""
    if Permission.DECIDE not in permissions_in(by, clinic):
        raise NotAllowed(_("Your role does not allow this."))
    rows = sorted(blocks, key=lambda one: one["time"])
    if not rows:
        raise FactRefused(_("Write at least one part of the day."))
    with transaction.atomic():
        named = [{"id": f"block-{n}", **row} for n, row in enumerate(rows, 1)]
        made: DayTemplate = DayTemplate.objects.create(
            clinic=clinic, programme=programme().id, blocks=named, by=by, at=at
        )
        note(clinic, at=at, actor=by.get_username(), action="change_day", detail={"parts": len(rows)})
    return made

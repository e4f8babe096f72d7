"""How therapy and the programme stand by the facts that count; what a centre or a therapist keeps beside."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from django.contrib.auth.models import AbstractUser
from django.db.models import QuerySet
from django.urls import reverse

from keel import knowledge
from keel.assessment.recovery.fold import HEALTH, RecoveryState, fold_recovery
from keel.assessment.tasks import Step, Task
from keel.assessment.therapy.fold import TherapyState, fold_therapy
from keel.knowledge.care import DayBlock, RecoveryProgramme, TherapyFrame
from keel.web.clinic.entries import entry_of
from keel.web.clinic.models import Clinic, Fact, Kind, Patient
from keel.web.clinic.queries import read_facts, same_person, standing_facts
from keel.web.clinic.recording import QUESTIONNAIRES
from keel.web.directory.queries import listing_for
from keel.web.language.rendering import plain
from keel.web.language.words import gettext as _
from keel.web.language.words import noop
from keel.web.therapy.models import DayTemplate, PrivateNote

DANGER = noop("In danger call {emergency}.")
LONGEST_SHOWN = 60
"""Entries that a page lists as written; all are in the ledger."""


class Written(NamedTuple):
    """A step as it was written down, with the fact that holds it."""

    fact: Fact
    step: Step


def written(patient: Patient, kind: str) -> list[Written]:
    """The steps of a kind that count, in the order in which they were written."""
    facts = [
        fact
        for one in reversed(same_person(patient))
        for fact in standing_facts(one).filter(kind=kind).select_related("recorded_by").order_by("sequence")
    ]
    return [Written(fact, step) for fact in facts if isinstance(step := entry_of(fact), Step)]


def frame() -> TherapyFrame:
    """The frame of assisted therapy."""
    return next(iter(knowledge.load().therapies.values()))


def programme() -> RecoveryProgramme:
    """The recovery programme."""
    return next(iter(knowledge.load().programmes.values()))


def therapy_of(patient: Patient, *, at: dt.datetime) -> TherapyState:
    """How therapy stands at a time with the zone of the clinic."""
    return fold_therapy(_steps(patient, Kind.THERAPY), frame=frame(), at=at)


def gate_answers(patient: Patient, at: dt.datetime) -> dict[str, Any]:
    """What therapy knows of the questions of a session’s gate; nothing before it began, or where nobody asked."""
    state = therapy_of(patient, at=at.astimezone(ZoneInfo(patient.clinic.timezone)))
    if state.begun is None or state.ended is not None:
        return {}
    phases = {one.id: one.phase for one in frame().visits}
    known = {"preparation_sessions_done": sum(phases.get(one.kind) == "preparation" for one in state.held)}
    if state.touch is None:
        return known
    signed = {} if state.touch.written is None else {"touch_consent_written": state.touch.written}
    return known | {"touch_planned": bool(state.touch.kinds)} | signed


def recovery_of(patient: Patient, *, at: dt.datetime) -> RecoveryState:
    """How the programme stands at a time with the zone of the clinic."""
    facts = knowledge.load()
    record = read_facts(patient, at=at, knowledge=facts).record
    return fold_recovery(_steps(patient, Kind.RECOVERY), programme=programme(), record=record, at=at, knowledge=facts)


def _steps(patient: Patient, kind: str) -> list[Any]:
    return [one.step for one in written(patient, kind)]


def in_care(clinic: Clinic, kind: str) -> QuerySet[Patient]:
    """The patients of a clinic with anything of a kind written about them, by name."""
    patients: QuerySet[Patient] = (
        clinic.patients.filter(erased_at__isnull=True, facts__kind=kind).distinct().order_by("display_name", "number")
    )
    return patients


def day_of(clinic: Clinic) -> tuple[DayBlock, ...]:
    """The day of the programme as the clinic has it; where it changed nothing, the day of the knowledge."""
    newest = clinic.day_templates.filter(programme=programme().id).order_by("-pk").first()
    return msgspec.convert(newest.blocks, tuple[DayBlock, ...]) if newest else programme().blocks


def day_changed(clinic: Clinic) -> DayTemplate | None:
    """Who changed the day last, and when."""
    newest: DayTemplate | None = clinic.day_templates.select_related("by").order_by("-pk").first()
    return newest


def own_notes(author: AbstractUser, patient: Patient) -> QuerySet[PrivateNote]:
    """The private notes of one therapist about a patient: nobody else's, whatever they may."""
    notes: QuerySet[PrivateNote] = PrivateNote.objects.filter(author=author, patient__in=same_person(patient))
    return notes.order_by("pk")


class ShownTask(NamedTuple):
    """A task for the page: with the text to be sent where it is a message, and where a thing is noted to look at."""

    task: Task
    text: str
    link: str


def shown_tasks(tasks: Sequence[Task], patient: Patient) -> list[ShownTask]:
    """The tasks, with texts filled in."""
    texts = {one.id: one.text for care in (frame(), programme()) for one in care.messages}
    return [
        ShownTask(
            one,
            _filled(texts[one.id] if one.kind == "message" else DANGER, one, patient.clinic)
            if one.kind in ("message", "danger")
            else "",
            _where(one.id, patient) if one.kind == "look" else "",
        )
        for one in tasks
    ]


def _where(name: str, patient: Patient) -> str:
    """The form in which something to look at is noted."""
    here = (patient.clinic.slug, patient.number)
    step = reverse("therapy:write", args=(*here, "recovery", "health_reviewed" if name in HEALTH else "looked_at"))
    item = next((one for one in programme().grid if one.id == name), None)
    if item is None:
        return f"{step}?about={name}"
    if own := [one for one in item.instruments if one in QUESTIONNAIRES]:
        return str(reverse("clinic:record_answers", args=(*here, own[0])))
    if item.measures or item.names:
        return str(reverse("clinic:record", args=(*here, "measurement")))
    return "" if item.instruments else f"{step}?item={name}"


def _filled(text: str, task: Task, clinic: Clinic) -> str:
    about = task.about or task.due_at
    lines = listing_for(clinic.country).emergency
    number = lines[0].service.phone if lines else _("your local emergency number")
    slots = {"clinic": clinic.name, "day": f"{about:%d.%m.%Y}", "time": f"{about:%H:%M}", "emergency": number}
    return plain(text).format_map(slots)

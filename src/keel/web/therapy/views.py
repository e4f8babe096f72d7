"""The pages of one patient's therapy and programme, and the form of each step."""

from collections.abc import Iterable
from typing import Any, NamedTuple, get_args

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from keel.assessment.recovery.steps import RecoveryStep
from keel.assessment.tasks import Step
from keel.assessment.therapy.steps import TherapyStep
from keel.web import clock
from keel.web.clinic.access import staff
from keel.web.clinic.errors import FactRefused, NotAllowed
from keel.web.clinic.forms import WhyForm
from keel.web.clinic.models import Clinic, Kind
from keel.web.clinic.queries import patient_or_404, standing_facts
from keel.web.clinic.recording import UNPROCESSABLE
from keel.web.clinic.roles import Permission
from keel.web.clinic.summaries import local_now
from keel.web.therapy.actions import new_name, write_step
from keel.web.therapy.forms import StepForm, initial_of
from keel.web.therapy.queries import (
    LONGEST_SHOWN,
    dose_kinds,
    frame,
    programme,
    recovery_of,
    shown_tasks,
    therapy_of,
    written,
)


class Book(NamedTuple):
    """What is written of a patient in one of the two: the kind of fact, its steps by name, the page where it stands."""

    kind: Kind
    steps: dict[str, type[Step]]
    page: str


def _by_name(union: Any) -> dict[str, type[Step]]:
    steps: Iterable[type[Step]] = get_args(union)
    return {str(one.__struct_config__.tag): one for one in steps}


BOOKS = {
    "therapy": Book(Kind(Kind.THERAPY), _by_name(TherapyStep), "therapy:therapy"),
    "recovery": Book(Kind(Kind.RECOVERY), _by_name(RecoveryStep), "therapy:recovery"),
}
_NAMED = {"visit_planned": "visit", "visit_held": "visit", "dosing_begun": "visit", "goal_set": "goal"}
"""Steps that begin something, with the field that names it: a new name where none is told."""


@require_safe
@staff(Permission.SEE_PICTURE)
def therapy(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """How assisted therapy stands, what holds the next dose, what is due."""
    person, now = patient_or_404(request.user, clinic, number), local_now(clinic)
    state = therapy_of(person, at=now)
    doses = [one for one in state.planned if one.kind in dose_kinds()]
    context = {"state": state, "frame": frame(), "next_dose": doses[0].visit if doses else ""}
    return render(request, "therapy/therapy.html", _page(request, clinic, person, "therapy", state) | context)


@require_safe
@staff(Permission.SEE_PICTURE)
def recovery(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """How the person stands in the recovery programme, and what is due."""
    person, now = patient_or_404(request.user, clinic, number), local_now(clinic)
    state = recovery_of(person, at=now)
    context = {"state": state, "programme": programme(), "diary": programme().diary}
    return render(request, "therapy/recovery.html", _page(request, clinic, person, "recovery", state) | context)


def _page(request: HttpRequest, clinic: Clinic, person: Any, of: str, state: Any) -> dict[str, Any]:
    now, rows = local_now(clinic), written(person, BOOKS[of].kind)
    tasks = shown_tasks(state.tasks, person)
    return {
        "clinic": clinic,
        "patient": person,
        "of": of,
        "now": now,
        "due": [one for one in tasks if one.task.due_at.date() <= now.date()],
        "later": [one for one in tasks if one.task.due_at.date() > now.date()],
        "log": list(reversed(rows))[:LONGEST_SHOWN],
        "may_record": Permission.RECORD_FACTS in request.allowed,
        "may_void": Permission.VOID_FACTS in request.allowed,
        "recorded": request.GET.get("recorded", ""),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.RECORD_FACTS)
def write(request: HttpRequest, clinic: Clinic, number: str, of: str, step: str) -> HttpResponse:
    """The form of one step."""
    return _form(request, clinic, number, of, step)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.VOID_FACTS)
def correct(request: HttpRequest, clinic: Clinic, number: str, of: str, sequence: int) -> HttpResponse:
    """The form that corrects a step: filled with what stands, and asking why."""
    return _form(request, clinic, number, of, "", sequence)


def _form(
    request: HttpRequest, clinic: Clinic, number: str, of: str, step: str, sequence: int | None = None
) -> HttpResponse:
    person, now, book = patient_or_404(request.user, clinic, number), local_now(clinic), BOOKS[of]
    corrects = None
    told: dict[str, Any] = {name: value[:80] for name, value in request.GET.items()}
    if sequence is not None:
        corrects = get_object_or_404(standing_facts(person).filter(kind=book.kind), sequence=sequence)
        step, told = str(corrects.payload.get("step", "")), corrects.payload
    if step not in book.steps:
        raise Http404
    named = {_NAMED[step]: new_name()} if step in _NAMED else {}
    if not corrects:
        told = (
            {"at": now, "ended": now, "frame": frame().id, "programme": programme().id, "day": now.date()}
            | named
            | told
        )
    form = StepForm(request.POST or None, step=book.steps[step], told=told, initial=initial_of(told))
    why = WhyForm(request.POST or None, prefix="why")
    if form.is_bound and form.is_valid() and (corrects is None or why.is_valid()):
        entry = form.payload()
        if corrects is not None:
            kept = {name: corrects.payload[name] for name in ("blocks", "held") if name in corrects.payload}
            entry = kept | entry
        try:
            fact = write_step(
                by=request.user,
                patient=person,
                kind=book.kind,
                payload=entry,
                key=form.cleaned_data["key"],
                at=clock.now(),
                supersedes=corrects,
                reason=why.cleaned_data["reason"] if corrects else "",
            )
        except FactRefused as refused:
            form.refuse(str(refused), refused.field)
        except NotAllowed as refused:
            form.add_error(None, str(refused))
        else:
            response = redirect(book.page, clinic.slug, person.number)
            response["Location"] += f"?recorded={fact.sequence}"
            return response
    context = {"clinic": clinic, "patient": person, "form": form, "of": of, "corrects": corrects, "why": why}
    return render(request, "therapy/step.html", context, status=UNPROCESSABLE if form.is_bound else 200)

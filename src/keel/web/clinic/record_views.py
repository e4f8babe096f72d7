"""Forms that append a fact: of each kind, its correction, and a dose with what it means for its patient."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from keel import knowledge
from keel.web import clock
from keel.web.clinic.access import staff
from keel.web.clinic.actions import record_fact, record_measurements
from keel.web.clinic.dose_check import Decision, DoseAsked
from keel.web.clinic.dose_page import DoseAside
from keel.web.clinic.errors import FactRefused
from keel.web.clinic.forms import AnswersForm, DecisionForm, FactForm, MedicineForm, WhyForm
from keel.web.clinic.models import Clinic, Fact, Kind
from keel.web.clinic.person_forms import CORRECTABLE, FORMS, OF_KIND, VitalsForm, form_arguments
from keel.web.clinic.queries import patient_or_404, people_who_may
from keel.web.clinic.recording import KEPT_AT_THE_DESK, QUESTIONNAIRES, UNPROCESSABLE, back_to
from keel.web.clinic.roles import Permission
from keel.web.clinic.summaries import local_now

FREE = ("person", "condition", "allergy", "measurement", "use", "consent")
"""Forms that whoever records facts may open; the others have a permission of their own."""
RECORD = require_http_methods(["GET", "HEAD", "POST"])


@RECORD
@staff(Permission.RECORD_FACTS)
def record_dose(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """The form for a dose, beside what is known of the patient."""
    return _form(request, clinic, number, OF_KIND[Kind.DOSE])


@RECORD
@staff(Permission.RECORD_FACTS)
def record_medicine(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """The form for a medicine."""
    return _form(request, clinic, number, MedicineForm)


@RECORD
@staff(Permission.RECORD_FACTS)
def record_answers(request: HttpRequest, clinic: Clinic, number: str, instrument: str) -> HttpResponse:
    """The form for the answers to a questionnaire."""
    if instrument not in QUESTIONNAIRES:
        raise Http404
    return _form(request, clinic, number, AnswersForm, instrument=knowledge.load().instruments[instrument])


@RECORD
@staff(Permission.RECORD_FACTS)
def record(request: HttpRequest, clinic: Clinic, number: str, what: str) -> HttpResponse:
    """The form for one of the other kinds of fact."""
    if what not in FREE:
        raise Http404
    return _form(request, clinic, number, FORMS[what])


@RECORD
@staff(Permission.DECIDE)
def judge_risk(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """The form with which a clinician judges a risk, and closes what was told of it."""
    return _form(request, clinic, number, FORMS["risk"])


@RECORD
@staff(Permission.DECIDE)
def review(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """The form with which a prescriber reviews a course: its response, or total exposure."""
    return _form(request, clinic, number, FORMS["review"])


@RECORD
@staff(Permission.REGISTER)
def record_contact(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """The form for somebody who may be called."""
    return _form(request, clinic, number, FORMS["contact"])


@RECORD
@staff(Permission.REGISTER)
def plan_visit(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """The form for a visit."""
    return _form(request, clinic, number, FORMS["visit"])


@RECORD
@staff(Permission.VOID_FACTS)
def merge(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """The form that makes another number the same person; taken back like any fact."""
    return _form(request, clinic, number, FORMS["merge"])


@RECORD
@staff(Permission.VOID_FACTS)
def correct(request: HttpRequest, clinic: Clinic, number: str, sequence: int) -> HttpResponse:
    """The form that corrects a fact: filled with what stands, and asking why."""
    person = patient_or_404(request.user, clinic, number)
    fact = get_object_or_404(person.facts.filter(kind__in=CORRECTABLE), sequence=sequence)
    if fact.kind == Kind.ANSWERS:
        instrument = knowledge.load().instruments.get(fact.payload.get("instrument", ""))
        if instrument is None:
            raise Http404
        return _form(request, clinic, number, AnswersForm, corrects=fact, instrument=instrument)
    if Kind(fact.kind) not in OF_KIND:  # taken back, and recorded anew
        raise Http404
    return _form(request, clinic, number, OF_KIND[Kind(fact.kind)], corrects=fact)


@RECORD
@staff(Permission.REGISTER)
def correct_contact(request: HttpRequest, clinic: Clinic, number: str, sequence: int) -> HttpResponse:
    """The form that corrects a contact or a visit, for those who keep them."""
    person = patient_or_404(request.user, clinic, number)
    fact = get_object_or_404(person.facts.filter(kind__in=KEPT_AT_THE_DESK), sequence=sequence)
    return _form(request, clinic, number, OF_KIND[Kind(fact.kind)], corrects=fact)


@RECORD
@staff(Permission.RECORD_FACTS)
def record_vitals(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """The form for several values that were taken at once; each becomes a fact of its own."""
    person, now = patient_or_404(request.user, clinic, number), local_now(clinic)
    form = VitalsForm(request.POST or None, initial={"start": now})
    if form.is_bound and form.is_valid():
        try:
            facts = record_measurements(
                by=request.user,
                patient=person,
                payloads=form.payloads(),
                key=form.cleaned_data["key"],
                at=clock.now(),
            )
        except FactRefused as refused:
            form.refuse(str(refused), refused.field)
        else:
            return back_to(request, person, facts[-1].sequence)
    context = {"clinic": clinic, "patient": person, "form": form}
    return render(request, "clinic/record.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _form(
    request: HttpRequest,
    clinic: Clinic,
    number: str,
    kind: type[FactForm],
    corrects: Fact | None = None,
    **more: Any,
) -> HttpResponse:
    person, now, facts = patient_or_404(request.user, clinic, number), local_now(clinic), knowledge.load()
    given = form_arguments(kind, now=now, knowledge=facts, judge=_judge(request)) | more
    if corrects is not None:
        given["initial"] = kind.initial_of(corrects.payload)
    form, why = kind(request.POST or None, **given), WhyForm(request.POST or None, prefix="why")
    decision = DecisionForm(request.POST or None, deciders=people_who_may(Permission.DECIDE, clinic))
    asked = None
    if form.is_bound and form.is_valid() and (corrects is None or why.is_valid()) and decision.is_valid():
        payload = form.corrected(corrects.payload) if corrects is not None else form.payload()
        reason = why.cleaned_data["reason"] if corrects is not None else ""
        try:
            fact = record_fact(
                by=request.user,
                patient=person,
                kind=Kind(form.kind),
                payload=payload,
                key=form.cleaned_data["key"],
                at=clock.now(),
                supersedes=corrects,
                reason=reason,
                decision=_decision(request, clinic, decision),
            )
        except DoseAsked as refused:
            asked = refused
            if str(refused):
                decision.add_error(refused.field, str(refused))
        except FactRefused as refused:
            form.refuse(str(refused), {"at": "start", "doses[0]": ""}.get(refused.field, refused.field))
        else:
            return back_to(request, person, fact.sequence)
    context = {
        "clinic": clinic,
        "patient": person,
        "form": form,
        "corrects": corrects,
        "why": why,
        "decision": decision,
        "asked": asked,
        "aside": DoseAside(person, now, facts) if form.kind == Kind.DOSE else None,
    }
    return render(request, "clinic/record.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _judge(request: HttpRequest) -> str:
    """Name and role of who judges, as it stands in the record."""
    roles = ", ".join(str(role.title) for role in request.place.roles)
    return f"{request.user.get_full_name()} ({roles})"


def _decision(request: HttpRequest, clinic: Clinic, form: DecisionForm) -> Decision | None:
    given = form.cleaned_data
    if not given["shown"]:
        return None
    chosen = next((user for user in clinic_users(clinic) if user.get_username() == given["decided_by"]), request.user)
    return Decision(chosen, given["reason"], given["shown"], given["was_given"], given["amount_again"])


def clinic_users(clinic: Clinic) -> list[Any]:
    """Who works in a clinic."""
    memberships = clinic.memberships.filter(user__is_active=True).select_related("user")
    return list({row.user.pk: row.user for row in memberships}.values())

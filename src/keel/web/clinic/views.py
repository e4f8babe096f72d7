"""The pages of a clinic: its patients, the picture of one, forms that append a fact."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from keel import knowledge
from keel.assessment.protocols.gate import jurisdiction_in
from keel.web import clock
from keel.web.clinic.access import staff
from keel.web.clinic.actions import EMERGENCY_LASTS, open_in_emergency, record_fact, void_fact
from keel.web.clinic.errors import FactRefused
from keel.web.clinic.forms import AnswersForm, DoseForm, EmergencyForm, FactForm, MedicineForm, VoidForm
from keel.web.clinic.models import Clinic, Fact, Kind, Patient
from keel.web.clinic.patient_page import shown_or_not
from keel.web.clinic.queries import patient_for, places_of, record_of
from keel.web.clinic.roles import Permission
from keel.web.clinic.screening import ScreeningPage, protocols_to_choose, read_answers

PAGE = 25
"""Patients on one page of the list."""
FACTS = 100
"""Facts on one page of a patient's ledger; twenty thousand on one took eleven seconds."""
LONGEST_NUMBER = 10
"""Digits of the number of a fact."""
QUESTIONNAIRES = ("phq-9", "gad-7")
UNPROCESSABLE = 422


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The clinic of a person who works in one; else the choice."""
    places = places_of(request.user)
    if len(places) == 1 and "choose" not in request.GET:
        may_see = Permission.SEE_PATIENTS in places[0].permissions
        return redirect("clinic:patients" if may_see else "staff:people", places[0].clinic.slug)
    return render(request, "clinic/home.html", {"places": places})


@require_safe
@staff(Permission.SEE_PATIENTS)
def patients(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """The patients of the clinic, with what needs a decision where the role may see it."""
    page = Paginator(clinic.patients.order_by("number"), PAGE).get_page(request.GET.get("page"))
    may_see = Permission.SEE_PICTURE in request.allowed
    rows = [(patient, shown_or_not(patient, _now(clinic)) if may_see else None) for patient in page]
    rows.sort(key=lambda row: not (row[1] and row[1].is_first))  # what needs a decision stands first
    return render(request, "clinic/patients.html", {"clinic": clinic, "page": page, "rows": rows, "may_see": may_see})


@require_safe
@staff(Permission.SEE_PICTURE)
def patient(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """The picture of a patient and the facts that it is made of, the newest first."""
    person = _patient(request, clinic, number)
    ledger = person.facts.select_related("recorded_by", "superseded_by", "voided_by", "voids", "supersedes")
    context = {
        "clinic": clinic,
        "patient": person,
        "shown": shown_or_not(person, _now(clinic)),
        "ledger": _ledger_page(ledger.order_by("-sequence"), request),
        "questionnaires": [knowledge.load().instruments[name] for name in QUESTIONNAIRES],
        "may_record": Permission.RECORD_FACTS in request.allowed,
        "may_void": Permission.VOID_FACTS in request.allowed,
        "recorded": request.GET.get("recorded"),
        "emergencies": person.emergency_accesses.select_related("user")[:5],
    }
    return render(request, "clinic/patient.html", context)


def _ledger_page(ledger: QuerySet[Fact], request: HttpRequest) -> Page:
    """A page of the ledger: the one asked for by number (`facts`) or by a fact on it (`fact`), else the newest."""
    pages = Paginator(ledger, FACTS)
    asked = request.GET.get("fact", "")
    if asked.isascii() and asked.isdecimal() and len(asked) < LONGEST_NUMBER:
        return pages.get_page(ledger.filter(sequence__gt=int(asked)).count() // FACTS + 1)
    return pages.get_page(request.GET.get("facts"))


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.SEE_PICTURE)
def screening(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """A patient against one protocol and the level of care, with answers that count on this page and are not stored."""
    person, at, facts = _patient(request, clinic, number), _now(clinic), knowledge.load()
    choices = protocols_to_choose(facts)
    wanted = request.GET.get("protocol", "")
    protocol = next((one for one in choices if one.id == wanted), None)
    if wanted and protocol is None:
        raise Http404
    record = record_of(person, at=at, knowledge=facts)
    jurisdiction = jurisdiction_in(clinic.country or record.person.country, facts)
    answered = read_answers(request.POST, facts)
    context = {
        "clinic": clinic,
        "patient": person,
        "protocols": choices,
        "screening": ScreeningPage(record, protocol, answered, at, jurisdiction, facts),
    }
    return render(request, "clinic/screening.html", context, status=UNPROCESSABLE if answered.errors else 200)


def _now(clinic: Clinic) -> dt.datetime:
    """The time where the clinic is: a dose of its evening belongs to that day."""
    return clock.now().astimezone(ZoneInfo(clinic.timezone))


def _patient(request: HttpRequest, clinic: Clinic, number: str) -> Patient:
    try:
        return patient_for(request.user, clinic.slug, number)
    except Patient.DoesNotExist:
        raise Http404 from None


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.OPEN_IN_EMERGENCY)
def emergency(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """The form that opens a patient in an emergency, for a while, with a reason that is seen afterwards."""
    person = _patient(request, clinic, number)
    form = EmergencyForm(request.POST or None)
    if form.is_bound and form.is_valid():
        open_in_emergency(by=request.user, patient=person, reason=form.cleaned_data["reason"], at=clock.now())
        return redirect("clinic:patient", clinic.slug, person.number)
    context = {"clinic": clinic, "patient": person, "form": form, "minutes": EMERGENCY_LASTS.seconds // 60}
    return render(request, "clinic/emergency.html", context, status=UNPROCESSABLE if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.RECORD_FACTS)
def record_dose(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """The form for a dose."""
    initial = {"start": clock.now(), "setting": "clinic"}
    form = DoseForm(request.POST or None, knowledge=knowledge.load(), initial=initial)
    return _record(request, clinic, _patient(request, clinic, number), form)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.RECORD_FACTS)
def record_medicine(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """The form for a medicine."""
    return _record(request, clinic, _patient(request, clinic, number), MedicineForm(request.POST or None))


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.RECORD_FACTS)
def record_answers(request: HttpRequest, clinic: Clinic, number: str, instrument: str) -> HttpResponse:
    """The form for the answers to a questionnaire."""
    if instrument not in QUESTIONNAIRES:
        raise Http404
    form = AnswersForm(
        request.POST or None,
        instrument=knowledge.load().instruments[instrument],
        initial={"start": clock.now()},
    )
    return _record(request, clinic, _patient(request, clinic, number), form)


def _record(request: HttpRequest, clinic: Clinic, person: Patient, form: FactForm) -> HttpResponse:
    if form.is_bound and form.is_valid():
        try:
            fact = record_fact(
                by=request.user,
                patient=person,
                kind=Kind(form.kind),
                payload=form.payload(),
                key=form.cleaned_data["key"],
                at=clock.now(),
            )
        except FactRefused as refused:
            form.refuse(str(refused), refused.field)
        else:
            return _back(person, fact.sequence)
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "clinic/record.html", {"clinic": clinic, "patient": person, "form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.VOID_FACTS)
def take_back(request: HttpRequest, clinic: Clinic, number: str, sequence: int) -> HttpResponse:
    """The form that takes a fact back."""
    person = _patient(request, clinic, number)
    fact = get_object_or_404(person.facts.exclude(kind=Kind.VOID), sequence=sequence)
    form = VoidForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            void = void_fact(
                by=request.user,
                fact=fact,
                reason=form.cleaned_data["reason"],
                key=form.cleaned_data["key"],
                at=clock.now(),
            )
        except FactRefused as refused:
            form.add_error(None, str(refused))
        else:
            return _back(person, void.sequence)
    context = {"clinic": clinic, "patient": person, "fact": fact, "form": form}
    return render(request, "clinic/take_back.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _back(person: Patient, sequence: int) -> HttpResponse:
    response = redirect("clinic:patient", person.clinic.slug, person.number)
    response["Location"] += f"?recorded={sequence}"
    return response

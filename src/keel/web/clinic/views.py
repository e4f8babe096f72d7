"""The pages of a clinic: its patients, the picture of one, forms that append a fact."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from keel import knowledge
from keel.assessment.protocols.gate import jurisdiction_in
from keel.web import clock
from keel.web.capacity import COSTLY
from keel.web.clinic.access import staff
from keel.web.clinic.actions import EMERGENCY_LASTS, OF_THEIR_OWN, note, open_in_emergency, registered_with, void_fact
from keel.web.clinic.actions import register as register_patient
from keel.web.clinic.entries import ContactEntry, VisitEntry, entry_of
from keel.web.clinic.errors import FactRefused
from keel.web.clinic.exports import Purpose, consents_to_share, pseudonym, whole_record
from keel.web.clinic.forms import EmergencyForm, VoidForm
from keel.web.clinic.known_page import KnownPage, recorded_fact
from keel.web.clinic.models import Clinic, Fact, Kind
from keel.web.clinic.patient_list import PatientList, alike_key, look_alikes
from keel.web.clinic.patient_page import shown_or_not
from keel.web.clinic.person_forms import CORRECTABLE, ExportForm, RegisterForm
from keel.web.clinic.queries import patient_or_404, places_of, record_of, standing_facts
from keel.web.clinic.recording import KEPT_AT_THE_DESK, QUESTIONNAIRES, UNPROCESSABLE, back_to
from keel.web.clinic.roles import Permission
from keel.web.clinic.screening import ScreeningPage, protocols_to_choose, read_answers
from keel.web.clinic.summaries import local_now
from keel.web.routes import in_queue

PAGE = 25
"""Patients on one page of the list."""
FACTS = 100
"""Facts on one page of a patient's ledger; twenty thousand on one took eleven seconds."""
LONGEST_NUMBER = 10
"""Digits of the number of a fact."""


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
@login_required
def moved(request: HttpRequest, clinic: str, number: str, rest: str = "") -> HttpResponse:
    """From an older address of a patient's page to the one of now, which asks who may see it."""
    query = request.META.get("QUERY_STRING", "")
    page = reverse("clinic:patient", args=(clinic, number))
    return redirect(f"{page}{rest}{'?' if query else ''}{query}")


@require_safe
@staff(Permission.SEE_PATIENTS)
def patients(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """The patients of the clinic, with what needs a decision where the role may see it; searched, sorted, filtered."""
    may_see, now = Permission.SEE_PICTURE in request.allowed, local_now(clinic)
    wanted = PatientList(clinic, request.GET, may_see=may_see, at=now)
    wanted.bring_up_to_date()
    page = Paginator(wanted.found, PAGE).get_page(request.GET.get("page"))
    rows = wanted.rows(page)
    request.shown = {patient.number: "picture" if may_see else "name" for patient in page}
    context = {"clinic": clinic, "page": page, "rows": rows, "may_see": may_see, "wanted": wanted, "today": now.date()}
    return render(request, "clinic/patients.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.REGISTER)
def register(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """The form for a new patient; who looks alike is shown first, and nobody is chosen by Keel."""
    form, alike = RegisterForm(request.POST or None), []
    if form.is_bound and form.is_valid():
        name, born = form.cleaned_data["name"], form.cleaned_data["birth_date"]
        was_sent = registered_with(form.cleaned_data["key"], by=request.user, clinic=clinic)
        alike = [] if was_sent else look_alikes(clinic, name, born)
        request.shown = {one.number: "name" for one in alike}
        if not alike or request.POST.get("is_new") == alike_key(alike):
            try:
                person = register_patient(
                    by=request.user,
                    clinic=clinic,
                    number=form.cleaned_data["number"],
                    name=name,
                    person=form.payload(),
                    key=form.cleaned_data["key"],
                    at=clock.now(),
                )
            except FactRefused as refused:
                form.refuse(str(refused), refused.field)
            else:
                return back_to(request, person, 1)
    context = {"clinic": clinic, "form": form, "alike": alike, "alike_key": alike_key(alike)}
    return render(request, "clinic/register.html", context, status=UNPROCESSABLE if form.is_bound else 200)


@require_safe
@staff(Permission.SEE_CONTACTS)
def contacts(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """Who may be called, and the visits that are planned: what the front desk needs, and nothing clinical."""
    person = patient_or_404(request.user, clinic, number)
    own = standing_facts(person).filter(kind__in=(Kind.CONTACT, Kind.VISIT)).order_by("sequence")
    rows = [(fact, entry_of(fact)) for fact in own]
    visits = [(entry.when, fact, entry) for fact, entry in rows if isinstance(entry, VisitEntry)]
    visits.sort(key=lambda row: row[0])
    context = {
        "clinic": clinic,
        "patient": person,
        "contacts": [row for row in rows if isinstance(row[1], ContactEntry)],
        "visits": [(fact, entry) for when, fact, entry in visits if when > clock.now()],
        "recorded": request.GET.get("recorded"),
    }
    return render(request, "clinic/contacts.html", context)


@require_safe
@staff(Permission.SEE_PICTURE)
def patient(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """The picture of a patient and the facts that it is made of, the newest first."""
    person = patient_or_404(request.user, clinic, number)
    ledger = person.facts.select_related(
        "recorded_by", "superseded_by", "voided_by", "voids", "supersedes", "decision__decided_by"
    )
    shown, facts = shown_or_not(person, local_now(clinic)), knowledge.load()
    context = {
        "clinic": clinic,
        "patient": person,
        "shown": shown,
        "known": KnownPage(person, shown, local_now(clinic), facts),
        "ledger": _ledger_page(ledger.order_by("-sequence"), request),
        "questionnaires": [facts.instruments[name] for name in QUESTIONNAIRES],
        "may_record": Permission.RECORD_FACTS in request.allowed,
        "may_void": Permission.VOID_FACTS in request.allowed,
        "may_decide": Permission.DECIDE in request.allowed,
        "recorded": recorded_fact(person, request.GET.get("recorded")),
        "correctable": CORRECTABLE,
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
    person, at, facts = patient_or_404(request.user, clinic, number), local_now(clinic), knowledge.load()
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


@in_queue(COSTLY)
@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.EXPORT_RECORD)
def export(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """The whole record as a file, where a consent allows it; who took it for whom is audited."""
    person, now = patient_or_404(request.user, clinic, number), local_now(clinic)
    form = ExportForm(request.POST or None, consents=consents_to_share(person, now.date()))
    if form.is_bound and form.is_valid():
        purpose, recipient = Purpose(form.cleaned_data["purpose"]), form.cleaned_data["recipient"]
        detail = {"purpose": purpose, "recipient": recipient}
        told = {"at": clock.now(), "actor": request.user.get_username(), "subject": person.number, "detail": detail}
        try:
            made = whole_record(person, purpose, recipient=recipient, at=now)
        except FactRefused as refused:
            note(clinic, action="export_refused", **told)
            form.add_error(refused.field or None, str(refused))
        else:
            note(clinic, action="export", **told | {"detail": detail | {"consent": made.consent}})
            name = pseudonym(person) if purpose is Purpose.RESEARCH else person.number
            disposition = f'attachment; filename="keel-{name}.zip"'
            return HttpResponse(
                made.content, content_type="application/zip", headers={"Content-Disposition": disposition}
            )
    context = {"clinic": clinic, "patient": person, "form": form}
    return render(request, "clinic/export.html", context, status=UNPROCESSABLE if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.OPEN_IN_EMERGENCY)
def emergency(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """The form that opens a patient in an emergency, for a while, with a reason that is seen afterwards."""
    person = patient_or_404(request.user, clinic, number)
    form = EmergencyForm(request.POST or None)
    if form.is_bound and form.is_valid():
        open_in_emergency(by=request.user, patient=person, reason=form.cleaned_data["reason"], at=clock.now())
        return redirect("clinic:patient", clinic.slug, person.number)
    context = {"clinic": clinic, "patient": person, "form": form, "minutes": EMERGENCY_LASTS.seconds // 60}
    return render(request, "clinic/emergency.html", context, status=UNPROCESSABLE if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.VOID_FACTS)
def take_back(request: HttpRequest, clinic: Clinic, number: str, sequence: int) -> HttpResponse:
    """The form that takes a fact back."""
    person = patient_or_404(request.user, clinic, number)
    return _take_back(
        request, clinic, get_object_or_404(person.facts.exclude(kind__in=(Kind.VOID, *OF_THEIR_OWN)), sequence=sequence)
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.REGISTER)
def take_back_contact(request: HttpRequest, clinic: Clinic, number: str, sequence: int) -> HttpResponse:
    """The form that takes a contact or a visit back, for those who keep them."""
    person = patient_or_404(request.user, clinic, number)
    return _take_back(
        request, clinic, get_object_or_404(person.facts.filter(kind__in=KEPT_AT_THE_DESK), sequence=sequence)
    )


def _take_back(request: HttpRequest, clinic: Clinic, fact: Fact) -> HttpResponse:
    person = fact.patient
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
            return back_to(request, person, void.sequence)
    context = {"clinic": clinic, "patient": person, "fact": fact, "form": form}
    return render(request, "clinic/take_back.html", context, status=UNPROCESSABLE if form.is_bound else 200)

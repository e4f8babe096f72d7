"""The pages of a course: screening that is kept, the course with its plan and reviews, the ledger of every dose."""

import datetime as dt
import hashlib
import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keel import knowledge
from keel.assessment.course.least import least_that_helps
from keel.assessment.course.ledger import ledger_of
from keel.assessment.course.results import watch_rows
from keel.assessment.course.reviewing import exceptions_of
from keel.assessment.course.state import Course
from keel.assessment.course.steps import CheckedIn, Precautions, Reviewed, Stopped
from keel.assessment.protocols.gate import jurisdiction_in
from keel.assessment.surveillance.dose_response import dose_response
from keel.exposure.multiples import REFERENCE
from keel.web.clinic.access import staff
from keel.web.clinic.actions import LONGEST_KEY
from keel.web.clinic.errors import FactRefused, NotAllowed
from keel.web.clinic.known_page import KnownPage
from keel.web.clinic.models import Clinic, Patient
from keel.web.clinic.patient_page import PatientPage, shown_or_not
from keel.web.clinic.queries import patient_or_404
from keel.web.clinic.recording import UNPROCESSABLE
from keel.web.clinic.roles import Permission
from keel.web.clinic.screening import ScreeningPage, protocols_to_choose, read_answers
from keel.web.clinic.summaries import local_now
from keel.web.course import actions
from keel.web.course.actions import Writer
from keel.web.course.forms import STEPS, StepForm


def page_of(request: HttpRequest, clinic: Clinic, number: str) -> tuple[Patient, PatientPage]:
    """The patient and what is known; Http404 where the record cannot be read, which the page of the patient says."""
    person = patient_or_404(request.user, clinic, number)
    shown = shown_or_not(person, local_now(clinic))
    if not isinstance(shown, PatientPage):
        raise Http404
    return person, shown


def course_or_404(shown: PatientPage, course: str) -> Course:
    """The course of this name; Http404 for any other."""
    found = next((one for one in shown.care.courses if one.id == course), None)
    if found is None:
        raise Http404
    return found


def writer_of(request: HttpRequest, person: Patient) -> Writer:
    """Who writes, with the time where the clinic is. The key is of the form and of all that stands in it."""
    sent = sorted((name, *values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    key = hashlib.sha256(repr((request.path, sent)).encode()).hexdigest()[:LONGEST_KEY]
    return Writer(by=request.user, patient=person, key=key, at=local_now(person.clinic))


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.DECIDE)
def open_course(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """Protocol and jurisdiction, then a screening with answers that are kept with its reasons."""
    person, shown = page_of(request, clinic, number)
    at, facts, record = local_now(clinic), knowledge.load(), shown.record
    choices, places = protocols_to_choose(facts), sorted({one.jurisdiction for one in facts.jurisdictions.values()})
    place = request.GET.get("jurisdiction") or jurisdiction_in(clinic.country or record.person.country, facts)
    wanted, again = request.GET.get("protocol", ""), request.GET.get("course", "")
    protocol = next((one for one in choices if one.id == wanted), None)
    is_known = not again or any(one.id == again for one in shown.care.courses)
    if (wanted and protocol is None) or (place and place not in places) or not is_known:
        raise Http404
    answered = read_answers(request.POST, facts)
    page, key = ScreeningPage(record, protocol, answered, at, place, facts), request.POST.get("keep", "")[:LONGEST_KEY]
    if page.found and key and not answered.errors:
        name, writer = again or key, writer_of(request, person)
        if not writer.has_written:
            actions.keep_screening(writer, name, page.found, answered.facts)
        return redirect("course:course", clinic.slug, person.number, name)
    context = {
        "clinic": clinic,
        "patient": person,
        "protocols": choices,
        "places": places,
        "place": place,
        "screening": page,
        "key": str(uuid.uuid4()),
    }
    return render(request, "course/open.html", context, status=UNPROCESSABLE if answered.errors else 200)


@require_safe
@staff(Permission.SEE_PICTURE)
def course(request: HttpRequest, clinic: Clinic, number: str, course: str) -> HttpResponse:
    """A course as it stands: what is due, the work-up, the plan, reviews, what is watched, letters."""
    person, shown = page_of(request, clinic, number)
    return _course_page(request, person, shown, course_or_404(shown, course))


@require_POST
@staff(Permission.RECORD_FACTS)
def step(request: HttpRequest, clinic: Clinic, number: str, course: str, step: str) -> HttpResponse:
    """A step of a course; those that decide on treatment take a prescriber (`actions.py`)."""
    person, shown = page_of(request, clinic, number)
    found, kind = course_or_404(shown, course), STEPS.get(step)
    if kind is None:
        raise Http404
    form = kind(request.POST, course=found, knowledge=knowledge.load())
    if form.is_valid():
        writer = writer_of(request, person)
        try:
            if not writer.has_written:
                _write(writer, shown, found, form)
        except (FactRefused, NotAllowed) as refused:
            form.refuse(str(refused), getattr(refused, "field", ""))
        else:
            return redirect("course:course", clinic.slug, person.number, found.id)
    return _course_page(request, person, shown, found, form)


def _write(writer: Writer, shown: PatientPage, course: Course, form: StepForm) -> None:
    given = {name: value for name, value in form.cleaned_data.items() if name != "key"}
    match form.step:
        case "work-up":
            actions.tick_work_up(writer, course, given["items"], given["on"], given["note"])
        case "start":
            schedule = knowledge.load().schedules[given.pop("schedule")]
            actions.start_course(writer, course, shown.care, schedule, **{"reason": "", **given})
        case "missed":
            actions.decide_missed(writer, course, given["choice"], given["from_day"], given["reason"])
        case "spacing":
            actions.space_sessions(writer, course, given["every_days"], given["from_day"], given["reason"])
        case "plan":
            actions.plan_further(writer, course)
        case "review":
            told = {**given, "responded": given["responded"] == "true"}
            review = Reviewed(course=course.id, after=len(course.given), by=writer.name, **told)
            actions.review_course(writer, course, review)
        case "stop":
            actions.stop_course(writer, course, Stopped(course=course.id, by=writer.name, **given))
        case "precautions":
            step = Precautions(course=course.id, by=writer.name, **{**given, "agreed": tuple(given["agreed"])})
            actions.agree_precautions(writer, course, step)
        case "check-in":
            told = {**given, "is_well": given["is_well"] == "yes", "dose_on": dt.date.fromisoformat(given["dose_on"])}
            actions.check_in(writer, course, CheckedIn(course=course.id, at=writer.at, by=writer.name, **told))
        case "follow-up":
            actions.follow_up(writer, course, given["on"], given["text"])


def _course_page(
    request: HttpRequest, person: Patient, shown: PatientPage, course: Course, sent: StepForm | None = None
) -> HttpResponse:
    at, facts = local_now(person.clinic), knowledge.load()
    initial = {"on": at.date(), "from_day": at.date(), "time": "10:00"}
    forms = {
        name.replace("-", "_"): sent
        if sent is not None and sent.step == name
        else kind(initial=initial, course=course, knowledge=facts)
        for name, kind in STEPS.items()
    }
    response = dose_response(shown.record, at=at, knowledge=facts)
    context = {
        "clinic": person.clinic,
        "patient": person,
        "course": course,
        "known": KnownPage(person, shown, at, facts),
        "forms": forms,
        "wrong": sent,
        "may_record": Permission.RECORD_FACTS in request.allowed,
        "may_decide": Permission.DECIDE in request.allowed,
        "bounds": actions.spacing_bounds(course),
        "exceptions": exceptions_of(course.protocol),
        "answers": [(facts.clinical_facts.get(name), value) for name, value in course.screened.answers.items()],
        "missing": [facts.clinical_facts[name] for name in course.screened.missing if name in facts.clinical_facts],
        "phases": {one.id: one for one in course.schedule.phases} if course.schedule else {},
        "watched": watch_rows(shown.record, shown.picture.due, at=at, knowledge=facts),
        "response": response,
        "instrument": facts.instruments[response.instrument].name,
        "questions": least_that_helps(response, knowledge=facts),
        "letters": shown.care.letters,
        "templates": facts.letters.values(),
        "today": at.date(),
    }
    return render(request, "course/course.html", context, status=UNPROCESSABLE if sent is not None else 200)


@require_safe
@staff(Permission.SEE_PICTURE)
def ledger(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """Every dose and told pattern of a person, by who tells of it, each molecule and route apart."""
    person, shown = page_of(request, clinic, number)
    at, facts = local_now(clinic), knowledge.load()
    context = {
        "clinic": clinic,
        "patient": person,
        "ledger": ledger_of(shown.record, at=at, knowledge=facts),
        "shown": shown,
        "reference": facts.courses[REFERENCE],
    }
    return render(request, "course/ledger.html", context)

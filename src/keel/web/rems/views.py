"""The pages of the programme: what is due, the setting, a patient's enrolment, the form of a session, reports."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from keel.assessment.rems import steps
from keel.assessment.rems.steps import RemsStep
from keel.web import clock
from keel.web.clinic.access import staff
from keel.web.clinic.errors import FactRefused
from keel.web.clinic.models import Clinic, Patient
from keel.web.clinic.queries import patient_or_404
from keel.web.clinic.recording import UNPROCESSABLE
from keel.web.clinic.roles import Permission
from keel.web.live.queries import session_in
from keel.web.rems.actions import record_step, sign_form, write_setting
from keel.web.rems.fields import read_answers, sections
from keel.web.rems.forms import ENROLMENT, FORM, ReportSentForm, SettingForm, StepForm
from keel.web.rems.queries import (
    SessionForm,
    form_of_session,
    is_certified,
    listed_forms,
    report_of,
    setting_of,
    standing_of,
    today_in,
    unreported_events,
)

PAGE = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@staff(Permission.RECORD_FACTS)
def forms(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """Every form that is open, what is due first."""
    now = clock.now()
    rows, setting, today = listed_forms(clinic, at=now), setting_of(clinic), today_in(clinic, now)
    unreported = unreported_events(clinic, at=now)
    numbers = [*(row.live.patient.number for row in rows), *(one.patient.number for one in unreported)]
    request.shown = dict.fromkeys(numbers, "name")
    context = {"clinic": clinic, "rows": rows, "unreported": unreported, "setting": setting, "today": today}
    return render(request, "rems/forms.html", context | {"is_certified": is_certified(setting, today)})


@PAGE
@staff(Permission.MANAGE_REMS)
def setting(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """How the clinic stands in the programme, and what stood before."""
    form = SettingForm(request.POST or None, initial=_newest(clinic))
    if form.is_bound and form.is_valid():
        try:
            write_setting(by=request.user, clinic=clinic, told=form.cleaned_data, at=clock.now())
        except FactRefused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("rems:setting", clinic.slug)
    rows = clinic.rems_settings.select_related("by").order_by("-pk")
    context = {"clinic": clinic, "form": form, "rows": rows}
    return render(request, "rems/setting.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _newest(clinic: Clinic) -> dict[str, Any]:
    row = setting_of(clinic)
    names = [name for name in SettingForm.Meta.fields if name != "reason"]
    return {name: getattr(row, name) for name in names} if row else {}


@PAGE
@staff(Permission.RECORD_FACTS)
def patient(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """A patient in the programme: enrolment, forms, reports of events."""
    person, now, act = patient_or_404(request.user, clinic, number), clock.now(), request.POST.get("act", "")
    if act == "report":
        name, session = uuid.uuid4().hex[:12], request.POST.get("session", "")
        if session:
            session = session_in(clinic, session).id
        _record(request, person, steps.ReportFilled(report=name, answers={}, session=session), name)
        return redirect("rems:report", clinic.slug, number, name)
    shown = _taken(request, person, ENROLMENT)
    if shown is None:
        return redirect("rems:patient", clinic.slug, number)
    found, today = standing_of(person), today_in(clinic, now)
    context = {
        "clinic": clinic,
        "patient": person,
        "found": found,
        "holds": found.enrolment.holds_on(today),
        "setting": setting_of(clinic),
        "rows": listed_forms(clinic, at=now, patient=person),
        "forms": shown,
        "today": today,
    }
    return render(request, "rems/patient.html", context, status=UNPROCESSABLE if act else 200)


@PAGE
@staff(Permission.RECORD_FACTS)
def monitoring(request: HttpRequest, clinic: Clinic, session: str) -> HttpResponse:
    """The form of a session: what the session answers, what is written in, its signature, its way out."""
    live, now, act = session_in(clinic, session), clock.now(), request.POST.get("act", "")
    request.shown = {live.patient.number: "session"}
    whole, problem = form_of_session(live, at=now), ""
    if whole is None:
        return render(request, "rems/no_form.html", {"clinic": clinic, "live": live})
    if act in ("save", "sign"):
        try:
            _fill(request, whole)
            if act == "sign":
                sign_form(
                    by=request.user,
                    whole=form_of_session(live, at=now) or whole,
                    with_open="open" in request.POST,
                    key=f"{request.POST.get('key', '')[:40]}-signed",
                    at=now,
                )
        except FactRefused as refused:
            problem = str(refused)
        else:
            return redirect("rems:monitoring", clinic.slug, live.id)
    shown = _taken(request, live.patient, FORM, session=live.id)
    if shown is None:
        return redirect("rems:monitoring", clinic.slug, live.id)
    today = today_in(clinic, now)
    context = {
        "clinic": clinic,
        "patient": live.patient,
        "live": live,
        "whole": whole,
        "sections": sections(whole.now.fields),
        "typed": request.POST if problem else {},
        "missing": [one for one in whole.now.fields if one.id in whole.now.open],
        "due": whole.deadline.on(today, whole.form.sent_on) if whole.deadline else None,
        "forms": shown,
        "problem": problem,
        "key": uuid.uuid4(),
    }
    return render(request, "rems/monitoring.html", context, status=UNPROCESSABLE if act else 200)


def _fill(request: HttpRequest, whole: SessionForm) -> None:
    answers = read_answers(whole.now.fields, request.POST, whole.form.written)
    if answers:
        step = steps.FormFilled(session=whole.live.id, answers=answers)
        _record(request, whole.live.patient, step, f"{request.POST.get('key', '')[:40]}-filled")


@PAGE
@staff(Permission.RECORD_FACTS)
def report(request: HttpRequest, clinic: Clinic, number: str, report: str) -> HttpResponse:
    """A report of an adverse event: its fields, and to whom it went."""
    person, act, problem = patient_or_404(request.user, clinic, number), request.POST.get("act", ""), ""
    whole = report_of(person, report, at=clock.now())
    if act == "save":
        try:
            answers = read_answers(whole.fields, request.POST, whole.report.written)
            step = steps.ReportFilled(report=report, answers=answers, session=whole.report.session)
            _record(request, person, step, f"{request.POST.get('key', '')[:40]}-filled")
        except FactRefused as refused:
            problem = str(refused)
        else:
            return redirect("rems:report", clinic.slug, number, report)
    shown = _taken(request, person, {"sent": ReportSentForm}, report=report)
    if shown is None:
        return redirect("rems:report", clinic.slug, number, report)
    blocks = {one.id: (one.medwatch, " ".join(one.e2b)) for one in whole.document.fields}
    context = {
        "clinic": clinic,
        "patient": person,
        "whole": whole,
        "sections": sections(whole.fields),
        "blocks": blocks,
        "typed": request.POST if problem else {},
        "missing": [one for one in whole.fields if one.required and one.value is None],
        "forms": shown,
        "problem": problem,
        "key": uuid.uuid4(),
    }
    return render(request, "rems/report.html", context, status=UNPROCESSABLE if act else 200)


def _record(request: HttpRequest, person: Patient, step: RemsStep, key: str) -> None:
    record_step(by=request.user, patient=person, step=step, key=key, at=clock.now())


def _taken(
    request: HttpRequest, person: Patient, kinds: dict[str, type[StepForm]], **more: str
) -> dict[str, StepForm] | None:
    """The forms of a page, one of which may have been sent; None where its step was recorded."""
    act = request.POST.get("act", "")
    shown = {name: kind(request.POST if name == act else None, prefix=name) for name, kind in kinds.items()}
    form = shown.get(act)
    if form is not None and form.is_valid():
        try:
            _record(request, person, form.step(**more), form.cleaned_data["key"])
        except FactRefused as refused:
            form.refuse(str(refused), refused.field)
        else:
            return None
    return shown

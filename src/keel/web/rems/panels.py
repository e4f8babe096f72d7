"""What the programme adds to the pages of a patient and of the day, and to the end of a session."""

from collections import Counter
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from keel.assessment.rems.deadline import Due
from keel.web import clock
from keel.web.clinic.models import Clinic, Patient
from keel.web.clinic.roles import Permission
from keel.web.live.models import LiveSession
from keel.web.rems.queries import form_of_session, listed_forms, setting_of, standing_of, today_in, unreported_events
from keel.web.rems.stock import book_of


def of_patient(request: HttpRequest, patient: Patient) -> str:
    """Enrolment and open forms; nothing where neither clinic nor patient is in the programme."""
    found, now = standing_of(patient), clock.now()
    is_known = found.enrolment.signed or found.forms or found.reports or setting_of(patient.clinic)
    if not is_known or Permission.RECORD_FACTS not in request.allowed:
        return ""
    today = today_in(patient.clinic, now)
    context: dict[str, Any] = {
        "clinic": patient.clinic,
        "patient": patient,
        "found": found,
        "holds": found.enrolment.holds_on(today),
        "rows": listed_forms(patient.clinic, at=now, patient=patient),
    }
    return str(render_to_string("rems/panel.html", context, request))


def of_papers(request: HttpRequest, patient: Patient) -> str:
    """The forms and reports of a patient as papers; nothing where there are none."""
    rows, found = listed_forms(patient.clinic, at=clock.now(), patient=patient), standing_of(patient)
    if not rows and not found.reports:
        return ""
    context: dict[str, Any] = {"clinic": patient.clinic, "patient": patient, "rows": rows, "found": found}
    return str(render_to_string("rems/papers_panel.html", context, request))


def of_day(request: HttpRequest, clinic: Clinic) -> str:
    """Forms that are due, and discrepancies that are open, for those who may do something about them."""
    now, due = clock.now(), Counter[Due]()
    if Permission.RECORD_FACTS in request.allowed and setting_of(clinic) is not None:
        due.update(row.due for row in listed_forms(clinic, at=now))
    serious = len(unreported_events(clinic, at=now)) if Permission.RECORD_FACTS in request.allowed else 0
    has_stock = Permission.SEE_STOCK in request.allowed and clinic.stock_moves.exists()
    differences = len(book_of(clinic, at=now).open_discrepancies) if has_stock else 0
    if not (due[Due.OVERDUE] or due[Due.SOON] or differences or serious):
        return ""
    context = {"clinic": clinic, "serious": serious, "overdue": due[Due.OVERDUE], "soon": due[Due.SOON]}
    context |= {"differences": differences}
    return str(render_to_string("rems/day_panel.html", context, request))


def of_session(request: HttpRequest, live: LiveSession) -> str:
    """The way to the form of this session, where a programme asks for one."""
    if Permission.RECORD_FACTS not in request.allowed:
        return ""
    whole = form_of_session(live, at=clock.now())
    if whole is None:
        return ""
    return str(render_to_string("rems/session_panel.html", {"clinic": live.patient.clinic, "whole": whole}, request))

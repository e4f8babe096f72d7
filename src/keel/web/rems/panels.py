"""What the programme adds to the page of a patient and to the end of a session."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from keel.web import clock
from keel.web.clinic.models import Patient
from keel.web.clinic.roles import Permission
from keel.web.live.models import LiveSession
from keel.web.rems.queries import form_of_session, listed_forms, setting_of, standing_of, today_in


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


def of_session(request: HttpRequest, live: LiveSession) -> str:
    """The way to the form of this session, where a programme asks for one."""
    if Permission.RECORD_FACTS not in request.allowed:
        return ""
    whole = form_of_session(live, at=clock.now())
    if whole is None:
        return ""
    return str(render_to_string("rems/session_panel.html", {"clinic": live.patient.clinic, "whole": whole}, request))

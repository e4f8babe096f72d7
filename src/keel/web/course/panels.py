"""What a course adds to the page of a session before its dose: how the session stands to the plan."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from keel.assessment.course.off_plan import off_plan
from keel.web.clinic.patient_page import care_at
from keel.web.clinic.summaries import local_now


def of_session(request: HttpRequest, live: Any) -> str:
    """What the plan says against this session, with the earliest day; nothing where one is planned, or none runs."""
    now, patient = local_now(live.patient.clinic), live.patient
    course = next((one for one in care_at(patient, now).courses if one.is_running), None)
    said = off_plan(course, live.protocol, now.date()) if course else None
    if said is None:
        return ""
    context = {"clinic": patient.clinic, "patient": patient, "course": course, "said": said}
    return str(render_to_string("course/session_panel.html", context, request))

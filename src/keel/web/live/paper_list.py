"""The papers of a patient's sessions, for the page of all papers."""

from django.http import HttpRequest
from django.template.loader import render_to_string

from keel.web.clinic.models import Patient
from keel.web.clinic.queries import same_person
from keel.web.live.models import LiveSession


def of_patient(request: HttpRequest, patient: Patient) -> str:
    """The record and the instructions of each session, the newest first; nothing where there was none."""
    sessions = LiveSession.objects.filter(patient__in=same_person(patient)).select_related("patient")
    if not sessions:
        return ""
    context = {"clinic": patient.clinic, "sessions": sessions}
    return str(render_to_string("live/papers_panel.html", context, request))

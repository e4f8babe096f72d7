"""What stands above all else on the page of a patient: an answer that alarms, until somebody closes it."""

from django.http import HttpRequest
from django.template.loader import render_to_string

from keel.web import clock
from keel.web.clinic.models import Patient
from keel.web.measures.queries import alerts_for


def of_patient(request: HttpRequest, patient: Patient) -> str:
    """Each open alert of the patient; nothing where there is none."""
    waiting = [one for one in alerts_for(patient, clock.now()) if one.is_open]
    if not waiting:
        return ""
    context = {"clinic": patient.clinic, "patient": patient, "waiting": waiting}
    return str(render_to_string("measures/panel.html", context, request))

"""What the page of a patient shows of therapy and the programme: where it stands, what is due, the way there."""

from django.http import HttpRequest
from django.template.loader import render_to_string

from keel.web.clinic.models import Kind, Patient
from keel.web.clinic.queries import standing_facts
from keel.web.clinic.summaries import local_now
from keel.web.therapy.queries import recovery_of, therapy_of


def care_panel(request: HttpRequest, patient: Patient) -> str:
    """Both in a part of the page; before anything began, the links alone."""
    now = local_now(patient.clinic)
    kinds = set(standing_facts(patient).filter(kind__in=(Kind.THERAPY, Kind.RECOVERY)).values_list("kind", flat=True))
    therapy = therapy_of(patient, at=now) if Kind.THERAPY in kinds else None
    recovery = recovery_of(patient, at=now) if Kind.RECOVERY in kinds else None
    due = {
        "therapy": [one for one in therapy.tasks if one.due_at <= now] if therapy else [],
        "recovery": [one for one in recovery.tasks if one.due_at <= now] if recovery else [],
    }
    danger = [one for tasks in due.values() for one in tasks if one.kind == "danger"]
    context = {"patient": patient, "clinic": patient.clinic, "therapy": therapy, "recovery": recovery, "due": due}
    context["danger"] = danger
    return str(render_to_string("therapy/panel.html", context, request=request))

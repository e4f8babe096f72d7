"""What the pages on which something is recorded have alike."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from keel.web.clinic.models import Kind, Patient
from keel.web.clinic.roles import Permission

QUESTIONNAIRES = ("phq-9", "gad-7")
"""Instruments with a form of their own."""
KEPT_AT_THE_DESK = (Kind.CONTACT, Kind.VISIT)
"""Kinds of fact that whoever registers patients keeps, and corrects."""
UNPROCESSABLE = 422
"""The status of a form that is to be corrected."""


def back_to(request: HttpRequest, person: Patient, sequence: int) -> HttpResponse:
    """The page of the patient with what was recorded, or that of their contacts where the role sees no more."""
    page = "clinic:patient" if Permission.SEE_PICTURE in request.allowed else "clinic:contacts"
    response = redirect(page, person.clinic.slug, person.number)
    response["Location"] += f"?recorded={sequence}"
    return response

"""What the papers of a clinic have alike: the mark of the demonstration, and how they go out."""

from django.http import HttpResponse

from keel.web.clinic.models import Clinic
from keel.web.language.words import gettext as _


def mark_of(clinic: Clinic) -> str:
    """What stands on every page of a paper of the demonstration (HZ-CFG-03)."""
    return _("Demonstration: everybody here is made up") if clinic.is_demonstration else ""


def as_pdf(content: bytes, name: str) -> HttpResponse:
    """A paper about a person, never kept by a cache."""
    response = HttpResponse(content, content_type="application/pdf", headers={"Cache-Control": "no-store"})
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response

"""The papers of a course as PDF, in the language of the page."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from keel.reports.documents import paper_pdf
from keel.web.capacity import COSTLY
from keel.web.clinic.access import staff
from keel.web.clinic.models import Clinic
from keel.web.clinic.papers import as_pdf
from keel.web.clinic.roles import Permission
from keel.web.clinic.summaries import local_now
from keel.web.course.letter_views import letter_or_404
from keel.web.course.papers import letter_paper, summary_paper
from keel.web.course.views import course_or_404, page_of
from keel.web.routes import in_queue


@in_queue(COSTLY)
@require_safe
@staff(Permission.EXPORT_RECORD)
def letter_pdf(request: HttpRequest, clinic: Clinic, number: str, letter: str) -> HttpResponse:
    """A letter, to be sent."""
    person, shown = page_of(request, clinic, number)
    found = letter_or_404(shown, letter)
    paper = letter_paper(person, found, shown)
    return as_pdf(paper_pdf(paper, at=local_now(clinic)), f"letter-{person.number}-{found.written.on}")


@in_queue(COSTLY)
@require_safe
@staff(Permission.EXPORT_RECORD)
def summary_pdf(request: HttpRequest, clinic: Clinic, number: str, course: str) -> HttpResponse:
    """The summary of a course as it stands."""
    person, shown = page_of(request, clinic, number)
    at = local_now(clinic)
    paper = summary_paper(person, course_or_404(shown, course), shown, at)
    return as_pdf(paper_pdf(paper, at=at), f"course-{person.number}-{at.date()}")

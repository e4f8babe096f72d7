"""A therapist's own private notes: read, written and taken out by their author alone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.views.decorators.http import require_http_methods, require_safe

from keel.web import clock
from keel.web.clinic.access import staff
from keel.web.clinic.actions import note
from keel.web.clinic.errors import FactRefused
from keel.web.clinic.models import Clinic
from keel.web.clinic.queries import patient_or_404
from keel.web.clinic.recording import UNPROCESSABLE
from keel.web.clinic.roles import Permission
from keel.web.clinic.summaries import local_now
from keel.web.language.words import gettext as _
from keel.web.therapy.actions import write_private_note
from keel.web.therapy.forms import NoteForm
from keel.web.therapy.queries import frame, own_notes


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.PRIVATE_NOTES)
def private_notes(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """The notes that this therapist keeps about a patient, and the form for another."""
    person, form = patient_or_404(request.user, clinic, number), NoteForm(request.POST or None)
    if form.is_bound and form.is_valid():
        told = form.cleaned_data
        try:
            write_private_note(by=request.user, patient=person, text=told["text"], key=told["key"], at=clock.now())
        except FactRefused as refused:
            form.refuse(str(refused), refused.field)
        else:
            return redirect("therapy:private_notes", clinic.slug, person.number)
    context = {
        "clinic": clinic,
        "patient": person,
        "form": form,
        "notes": own_notes(request.user, person).reverse(),
        "elsewhere": frame().never_only_here,
    }
    response = render(request, "therapy/private_notes.html", context, status=UNPROCESSABLE if form.is_bound else 200)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@staff(Permission.PRIVATE_NOTES)
def export(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """The notes of this therapist about a patient as a text of their own; that they were taken out is audited."""
    person, now = patient_or_404(request.user, clinic, number), local_now(clinic)
    notes = list(own_notes(request.user, person))
    head = _("Private notes of %(name)s about %(number)s. They are no part of the record.") % {
        "name": request.user.get_full_name(),
        "number": person.number,
    }
    told = [f"{date_format(one.written_at.astimezone(now.tzinfo), 'DATETIME_FORMAT')}\n{one.text}" for one in notes]
    note(
        clinic, at=clock.now(), actor=request.user.get_username(), action="export_private_notes", subject=person.number
    )
    name = f'attachment; filename="private-notes-{person.number}.txt"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    return HttpResponse("\n\n".join([head, *told, ""]), content_type="text/plain; charset=utf-8", headers=headers)

"""The pages of a letter: written from the record, sent, answered, each as a fact."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from keel import knowledge
from keel.assessment.course.letter_parts import letter_parts
from keel.assessment.course.letters import Answered, Letter, Sent, Withdrawn
from keel.web.clinic.access import staff
from keel.web.clinic.errors import FactRefused
from keel.web.clinic.forms import FactForm
from keel.web.clinic.models import Clinic
from keel.web.clinic.patient_page import PatientPage
from keel.web.clinic.recording import UNPROCESSABLE
from keel.web.clinic.roles import Permission
from keel.web.clinic.summaries import local_now
from keel.web.course import actions
from keel.web.course.forms import LETTER_STEPS, LetterForm
from keel.web.course.views import page_of, writer_of
from keel.web.language import texts
from keel.web.language.rendering import plain

_STEPS: dict[str, type[Sent | Answered | Withdrawn]] = {"sent": Sent, "answered": Answered, "withdrawn": Withdrawn}
LETTER = require_http_methods(["GET", "HEAD", "POST"])


def letter_or_404(shown: PatientPage, name: str) -> Letter:
    """The letter of this name; Http404 for any other."""
    found = next((one for one in shown.care.letters if one.id == name), None)
    if found is None:
        raise Http404
    return found


def _given(form: FactForm) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name != "key"}


@LETTER
@staff(Permission.RECORD_FACTS)
def write(request: HttpRequest, clinic: Clinic, number: str, template: str) -> HttpResponse:
    """The form of a letter, beside what it will tell of the record."""
    person, shown = page_of(request, clinic, number)
    facts, at = knowledge.load(), local_now(clinic)
    chosen = facts.letters.get(template)
    if chosen is None:
        raise Http404
    form = LetterForm(request.POST or None, initial={"to": plain(chosen.to)})
    if form.is_bound and form.is_valid():
        given, writer = _given(form), writer_of(request, person)
        if not writer.has_written:
            actions.write_letter(writer, chosen, shown.record, shown.care, **given)
        return redirect("course:letter", clinic.slug, person.number, writer.key)
    context = {
        "clinic": clinic,
        "patient": person,
        "template": chosen,
        "form": form,
        "parts": letter_parts(chosen, shown.record, shown.care.courses, at=at, knowledge=facts),
    }
    return render(request, "course/write_letter.html", context, status=UNPROCESSABLE if form.is_bound else 200)


@LETTER
@staff(Permission.RECORD_FACTS)
def letter(request: HttpRequest, clinic: Clinic, number: str, letter: str) -> HttpResponse:
    """A letter as it was written, with what became of it, and the forms of what comes next."""
    person, shown = page_of(request, clinic, number)
    found, today = letter_or_404(shown, letter), local_now(clinic).date()
    sent = next((name for name in LETTER_STEPS if name in request.POST), "")
    forms = {
        name: kind(request.POST if name == sent else None, prefix=name, initial={"on": today})
        for name, kind in LETTER_STEPS.items()
    }
    form = forms.get(sent)
    if form is not None and form.is_valid():
        writer = writer_of(request, person)
        try:
            if not writer.has_written:
                actions.letter_step(writer, found, _STEPS[sent](letter=found.id, by=writer.name, **_given(form)))
        except FactRefused as refused:
            form.refuse(str(refused), refused.field)
        else:
            return redirect("course:letter", clinic.slug, person.number, found.id)
    parts = found.written.parts
    context = {
        "clinic": clinic,
        "patient": person,
        "letter": found,
        "template": knowledge.load().letters.get(found.written.template),
        "parts": parts.get(texts.language()) or next(iter(parts.values()), ()),
        "today": today,
        "forms": forms,
    }
    return render(request, "course/letter.html", context, status=UNPROCESSABLE if form is not None else 200)

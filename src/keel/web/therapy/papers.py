"""The papers that a person takes along: what was agreed on in therapy, and the plan for afterwards."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from keel.reports.documents import Part, RecordDocument, record_pdf
from keel.web import clock
from keel.web.capacity import COSTLY
from keel.web.clinic.access import staff
from keel.web.clinic.actions import note
from keel.web.clinic.care_words import LABELS, TITLES, step_value
from keel.web.clinic.models import Clinic, Kind, Patient
from keel.web.clinic.papers import as_pdf, mark_of
from keel.web.clinic.queries import patient_or_404
from keel.web.clinic.roles import Permission
from keel.web.clinic.summaries import local_now
from keel.web.directory.queries import listing_for
from keel.web.language import texts
from keel.web.language.words import gettext as _
from keel.web.routes import in_queue
from keel.web.therapy.queries import recovery_of, therapy_of, written


@in_queue(COSTLY)
@require_safe
@staff(Permission.EXPORT_RECORD)
def agreed(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """What was agreed on, in the person's words where they are theirs."""
    person = patient_or_404(request.user, clinic, number)
    state = therapy_of(person, at=local_now(clinic))
    newest = {one.fact.payload["step"]: one.fact.payload for one in written(person, Kind.THERAPY)}
    steps = ("setting_agreed", "touch_agreed", "recording_answered", "transport_arranged")
    parts = [
        Part(heading=_("Intention"), items=tuple(one.words for one in state.intentions)),
        *(Part(heading=str(TITLES[name]), items=tuple(_lines(newest[name]))) for name in steps if name in newest),
        Part(
            heading=_("Visits planned"),
            items=tuple(
                date_format(one.planned.astimezone(local_now(clinic).tzinfo), "DATETIME_FORMAT")
                for one in state.planned
            ),
        ),
    ]
    return _paper(request, clinic, person, _("What we agreed on"), parts, "agreed")


@in_queue(COSTLY)
@require_safe
@staff(Permission.EXPORT_RECORD)
def plan(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """The plan for after the programme: the next three contacts, goals, signs, who helps."""
    person, now = patient_or_404(request.user, clinic, number), local_now(clinic)
    state = recovery_of(person, at=now)
    made = state.plan
    contacts = made.contacts if made else ()
    parts = [
        Part(
            heading=_("The next three contacts"),
            items=tuple(f"{date_format(at.astimezone(now.tzinfo), 'DATETIME_FORMAT')}: {who}" for at, who in contacts),
        ),
        Part(heading=_("My goals"), items=tuple(one.set.words for one in state.goals)),
        *(
            Part(heading=str(LABELS[name]), items=(getattr(made, name),))
            for name in ("warning_signs", "helps", "services")
            if made
        ),
        Part(
            heading=_("How it goes on"),
            items=tuple(
                f"{date_format(one.due_at, 'DATE_FORMAT')}: {_('we ask how you are')}" for one in state.outcomes
            ),
        ),
    ]
    return _paper(request, clinic, person, _("My plan for afterwards"), parts, "plan")


def _lines(entry: dict[str, Any]) -> Iterable[str]:
    for name, value in entry.items():
        if name not in ("step", "at") and value not in ("", None, []):
            yield f"{LABELS[name]}: {step_value(entry['step'], name, value)}"


def _paper(
    request: HttpRequest, clinic: Clinic, person: Patient, title: str, parts: Iterable[Part], name: str
) -> HttpResponse:
    now = local_now(clinic)
    lines = listing_for(clinic.country).emergency
    number = ", ".join(f"{one.service.name} {one.service.phone}" for one in lines) or _("your local emergency number")
    in_danger = Part(heading=_("In danger"), items=(number,), is_urgent=True)
    document = RecordDocument(
        language=texts.language(),
        title=title,
        lead=f"{person.display_name}, {person.number}. {clinic.name}, {date_format(now, 'DATE_FORMAT')}.",
        notice=mark_of(clinic),
        parts=(*(one for one in parts if any(one.items)), in_danger),
        footer=_("This line is not watched round the clock."),
        page=_("Page"),
    )
    note(clinic, at=clock.now(), actor=request.user.get_username(), action="print", subject=person.number)
    return as_pdf(record_pdf(document, at=now), f"{name}-{person.number}")

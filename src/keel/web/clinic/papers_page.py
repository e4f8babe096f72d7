"""Every paper of a patient in one place, and the list of medicines as one of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from keel import knowledge
from keel.record import Condition, Medicine
from keel.reports.documents import Paper, PaperPart, Table, paper_pdf
from keel.web import clock
from keel.web.capacity import COSTLY
from keel.web.clinic.access import staff
from keel.web.clinic.entries import ConsentEntry, entries_of
from keel.web.clinic.models import Clinic, Kind
from keel.web.clinic.papers import as_pdf, mark_of
from keel.web.clinic.patient_page import PatientPage, shown_or_not
from keel.web.clinic.queries import patient_or_404, read_facts, standing_facts
from keel.web.clinic.roles import Permission
from keel.web.clinic.summaries import local_now
from keel.web.language import texts
from keel.web.language.words import gettext as _
from keel.web.routes import in_queue


@require_safe
@staff(Permission.EXPORT_RECORD)
def papers(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """What can be printed of a patient; apps above add theirs."""
    person = patient_or_404(request.user, clinic, number)
    facts, shown = standing_facts(person), shown_or_not(person, local_now(clinic))
    context = {
        "clinic": clinic,
        "patient": person,
        "consents": entries_of(facts.filter(kind=Kind.CONSENT).order_by("-sequence"), ConsentEntry),
        "care": shown.care if isinstance(shown, PatientPage) else None,
        "kinds": set(facts.values_list("kind", flat=True)),
    }
    return render(request, "clinic/papers.html", context)


@in_queue(COSTLY)
@require_safe
@staff(Permission.EXPORT_RECORD)
def medicines_pdf(request: HttpRequest, clinic: Clinic, number: str) -> HttpResponse:
    """The medicines on record as a paper, what is taken now first, and what else matters to whoever prescribes."""
    person, at = patient_or_404(request.user, clinic, number), clock.now()
    read = read_facts(person, at=at, knowledge=knowledge.load())
    ranked = sorted(read.record.medicines, key=lambda one: (_rank(one), one.text.casefold()))
    medicines = Table(
        columns=(_("Medicine, as recorded"), _("How it stands"), _("Since"), _("Stopped on")),
        rows=tuple((one.text, _status_words(one.status), _day(one.started), _day(one.stopped)) for one in ranked),
        widths=(4, 2, 1.6, 1.6),
    )
    conditions = tuple(_condition(one) for one in read.record.conditions)
    parts = [
        PaperPart(
            heading=_("Medicines"),
            table=medicines if ranked else None,
            remark=_("What is not on record may be taken all the same: ask.")
            if ranked
            else _("None is on record. That says nothing of what is taken: ask."),
        ),
        PaperPart(
            heading=_("Diagnoses and allergies, as recorded"),
            items=conditions,
            remark="" if conditions else _("None is on record. That does not say that there is none."),
        ),
    ]
    if read.unread:
        remark = _("%(count)d facts of the record could not be read and are not on this paper.")
        parts.append(PaperPart(heading=_("Could not be read"), remark=remark % {"count": len(read.unread)}))
    paper = Paper(
        language=texts.language(),
        title=_("List of medicines"),
        lead=f"{person.display_name} ({person.number}), {clinic.name}, {date_format(local_now(clinic))}",
        parts=tuple(parts),
        mark=mark_of(clinic),
        footer=_("%(number)s. As it is on record on the day of this paper.") % {"number": person.number},
        page=_("Page"),
    )
    return as_pdf(paper_pdf(paper, at=at), f"medicines-{person.number}")


_STATUSES = ("active", "on-hold", "planned", "unknown", "stopped")
"""How a medicine stands, in the order of the paper; another word stands before what was stopped, as it is."""


def _rank(one: Medicine) -> int:
    return _STATUSES.index(one.status if one.status in _STATUSES else "unknown")


def _status_words(status: str) -> str:
    return {
        "active": _("Taken now"),
        "stopped": _("Stopped"),
        "planned": _("Planned, not taken yet"),
        "on-hold": _("Paused"),
        "unknown": _("Not known"),
    }.get(status, status)


def _condition(one: Condition) -> str:
    said = _("denied") if not one.present else one.status if one.status != "active" else ""
    return f"{one.text} ({said})" if said else one.text


def _day(day: object) -> str:
    return date_format(day) if day else ""

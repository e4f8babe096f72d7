"""A form and a report on paper (PDF/UA) and for programs: FHIR for the form, names of E2B(R3) for the report."""

from collections.abc import Iterable

import msgspec
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from keel import knowledge
from keel.assessment.rems.reports import elements
from keel.assessment.session.form_fields import FieldAnswer
from keel.interop.fhir_form import form_bundle
from keel.knowledge.certainty import Certainty
from keel.knowledge.sessions import ProgrammeForm
from keel.reports.documents import Paper, PaperPart, paper_pdf
from keel.reports.documents.handover import Row
from keel.web import clock
from keel.web.capacity import COSTLY
from keel.web.clinic.access import staff
from keel.web.clinic.models import Clinic
from keel.web.clinic.papers import as_pdf, mark_of
from keel.web.clinic.queries import patient_or_404
from keel.web.clinic.roles import Permission
from keel.web.language import texts
from keel.web.language.rendering import plain
from keel.web.language.words import gettext as _
from keel.web.live.queries import session_in
from keel.web.rems.fields import answer_words, section_words, sections
from keel.web.rems.queries import SessionForm, form_of_session, report_of
from keel.web.routes import in_queue


@in_queue(COSTLY)
@require_safe
@staff(Permission.EXPORT_RECORD)
def monitoring_pdf(request: HttpRequest, clinic: Clinic, session: str) -> HttpResponse:
    """The form as it was signed, or as it stands where nobody has signed it."""
    whole, document, fields = _signed_or_now(request, clinic, session)
    live, signed, form = whole.live, whole.form.signed, whole.form
    marks = [_row(_("Signature"), _signature(whole))]
    if form.sent is not None:
        marks.append(_row(_("Went out"), f"{date_format(form.sent.on)}, {form.sent.how} {form.sent.proof}".strip()))
    if form.receipted is not None:
        marks.append(_row(_("Receipt number"), f"{form.receipted.number}, {date_format(form.receipted.on)}"))
    if whole.deadline is not None:
        marks.append(_row(_("Last day to send it"), date_format(whole.deadline.last_day)))
    paper = _paper(
        clinic,
        title=plain(document.title),
        lead=f"{live.patient.display_name} ({live.patient.number}), {clinic.name}",
        parts=(*_parts(fields), PaperPart(heading=_("Signature and way out"), rows=tuple(marks))),
        note=document.note,
        mark="" if signed else _("Not signed"),
    )
    return as_pdf(paper_pdf(paper, at=clock.now()), f"monitoring-form-{live.patient.number}-{live.opened_at.date()}")


def _signature(whole: SessionForm) -> str:
    signed = whole.form.signed
    if signed is None:
        return _("not signed")
    return _("%(name)s, %(day)s, by name in Keel") % {"name": signed.name, "day": date_format(signed.on)}


@require_safe
@staff(Permission.EXPORT_RECORD)
def monitoring_json(request: HttpRequest, clinic: Clinic, session: str) -> HttpResponse:
    """The same for programs: a FHIR Questionnaire and its response."""
    whole, document, fields = _signed_or_now(request, clinic, session)
    signed = whole.form.signed
    bundle = form_bundle(
        document,
        document.fields,
        fields,
        patient=whole.live.patient.number,
        author=signed.name if signed else "",
        authored=signed.on if signed else None,
    )
    return _json(bundle, f"monitoring-form-{whole.live.patient.number}")


def _signed_or_now(
    request: HttpRequest, clinic: Clinic, session: str
) -> tuple[SessionForm, ProgrammeForm, tuple[FieldAnswer, ...]]:
    live = session_in(clinic, session)
    request.shown = {live.patient.number: "session"}
    whole = form_of_session(live, at=clock.now())
    if whole is None:
        raise Http404
    signed = whole.form.signed
    if signed is None:
        return whole, whole.document, whole.now.fields
    answers = signed.answers
    fields = tuple(msgspec.structs.replace(one, value=answers.get(one.id)) for one in whole.now.fields)
    return whole, knowledge.load().rems.get(signed.form, whole.document), fields


@in_queue(COSTLY)
@require_safe
@staff(Permission.EXPORT_RECORD)
def report_pdf(request: HttpRequest, clinic: Clinic, number: str, report: str) -> HttpResponse:
    """A report of an adverse event, each field with its block of Form 3500A."""
    person = patient_or_404(request.user, clinic, number)
    whole = report_of(person, report, at=clock.now())
    blocks = {one.id: one.medwatch for one in whole.document.fields}
    rows = tuple(
        _row(f"{one.to}, {date_format(one.on)}", _("number %(number)s") % {"number": one.number})
        for one in whole.report.sent
    )
    went = PaperPart(heading=_("Sent to"), rows=rows, remark="" if rows else _("It was sent to nobody."))
    paper = _paper(
        clinic,
        title=plain(whole.document.title),
        lead=f"{person.number}, {clinic.name}",
        parts=(*_parts(whole.fields, blocks), went),
        note=whole.document.note,
    )
    return as_pdf(paper_pdf(paper, at=clock.now()), f"adverse-event-{number}-{report}")


@require_safe
@staff(Permission.EXPORT_RECORD)
def report_json(request: HttpRequest, clinic: Clinic, number: str, report: str) -> HttpResponse:
    """What is answered in a report, by the names of the elements of E2B(R3)."""
    whole = report_of(patient_or_404(request.user, clinic, number), report, at=clock.now())
    told = {"document": whole.document.id, "version": whole.document.version, "note": whole.document.note}
    return _json(told | {"elements": elements(whole.document, whole.fields)}, f"adverse-event-{number}-{report}")


def _json(value: object, name: str) -> HttpResponse:
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}.json"'}
    return JsonResponse(value, headers=headers, json_dumps_params={"indent": 2, "ensure_ascii": False})


def _parts(fields: Iterable[FieldAnswer], blocks: dict[str, str] | None = None) -> list[PaperPart]:
    def name(one: FieldAnswer) -> str:
        block = (blocks or {}).get(one.id)
        mark = " *" if one.certainty is Certainty.MEMORY else ""
        return f"{plain(one.label)}{f' ({block})' if block else ''}{mark}"

    return [
        PaperPart(heading=section_words(section), rows=tuple(_row(name(one), answer_words(one)) for one in some))
        for section, some in sections(fields)
    ]


def _row(name: str, value: str) -> Row:
    return Row(name, value)


def _paper(clinic: Clinic, *, title: str, lead: str, parts: Iterable[PaperPart], note: str, mark: str = "") -> Paper:
    marks = filter(None, (mark_of(clinic), mark))
    star = PaperPart(
        heading=_("About this paper"),
        remark=plain(note),
        items=(_("A star marks a field whose wording is from memory: compare it with the form in hand."),),
    )
    return Paper(
        language=texts.language(),
        title=title,
        lead=lead,
        parts=(*parts, star),
        mark=" · ".join(marks),
        footer=_("%(clinic)s, made on %(day)s. Rules %(hash)s.")
        % {"clinic": clinic.name, "day": date_format(clock.now().date()), "hash": knowledge.load().hash[:12]},
        page=_("Page"),
    )

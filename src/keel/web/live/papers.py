"""The papers of a session: its record, and what the person is told who goes home."""

import datetime as dt

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from keel.assessment.session.fold import fold_session
from keel.assessment.session.opening import open_session
from keel.knowledge.protocols import Statement
from keel.reports.documents import RecordHead, leaflet_pdf, paper_pdf, session_record
from keel.web import clock
from keel.web.capacity import COSTLY
from keel.web.clinic.access import staff
from keel.web.clinic.models import Clinic
from keel.web.clinic.papers import as_pdf, mark_of
from keel.web.clinic.roles import Permission
from keel.web.language import texts
from keel.web.language.rendering import page_catalogue, plain
from keel.web.language.words import gettext as _
from keel.web.leaflets import Told, leaflet_of
from keel.web.live.names import staff_names
from keel.web.live.rules import rules_of
from keel.web.live.sessions import local, read, session_or_404
from keel.web.routes import in_queue


@in_queue(COSTLY)
@require_safe
@staff(Permission.EXPORT_RECORD)
def record_pdf(request: HttpRequest, clinic: Clinic, session: str) -> HttpResponse:
    """The record of a session as it stands now."""
    live = session_or_404(clinic, session)
    request.shown = {live.patient.number: "session"}
    at, rules, whole = local(live, clock.now()), rules_of(live.rules), read(live)
    head = RecordHead(
        person=live.patient.display_name,
        number=live.patient.number,
        clinic=clinic.name,
        room=live.room.name if live.room else "",
        session=live.id,
        people=staff_names(clinic),
        overlays=tuple(one.name for one in rules.overlays),
        rules=live.rules.digest,
        printed_by=request.user.get_full_name(),
        mark=mark_of(clinic),
    )
    view, state = open_session(whole, at=at, knowledge=rules), fold_session(whole, at=at, knowledge=rules)
    paper = session_record(view, state, head, catalogue=page_catalogue())
    return as_pdf(paper_pdf(paper, at=at), f"session-{live.patient.number}-{live.opened_at.date()}")


@in_queue(COSTLY)
@require_safe
@staff(Permission.SEE_ROOMS)
def instructions(request: HttpRequest, clinic: Clinic, session: str) -> HttpResponse:
    """What the person is told who goes home: the rules of the protocol first, then the leaflet."""
    live = session_or_404(clinic, session)
    request.shown = {live.patient.number: "session"}
    at, protocol = local(live, clock.now()), rules_of(live.rules).protocols[live.protocol]
    told = Told(_("Until tomorrow"), tuple(map(_marked, protocol.leaving)))
    day = date_format(local(live, live.opened_at).date())
    leaflet = leaflet_of(
        texts.here()["leaflet-after-session"],
        country=clinic.country,
        at=at.date(),
        told=told if protocol.leaving else None,
        about=day,
    )
    leaflet = msgspec.structs.replace(leaflet, mark=mark_of(clinic))
    return as_pdf(leaflet_pdf(leaflet, at=dt.datetime.combine(at.date(), dt.time(), dt.UTC)), "after-your-session")


def _marked(statement: Statement) -> str:
    """What a statement says, with its sources behind it."""
    marks = f" [[{'; '.join(statement.sources)}]]" if statement.sources else ""
    return f"{plain(statement.text)}{marks}"

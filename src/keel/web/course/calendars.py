"""Calendar feeds: the visits of a patient or of a clinic at a secret link, for calendar programs; nothing clinical."""

import datetime as dt
import hashlib
import hmac
import secrets
import uuid
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from keel.interop.icalendar import CalendarEvent, calendar_file
from keel.web import clock
from keel.web.capacity import PUBLIC
from keel.web.clinic.access import staff
from keel.web.clinic.actions import note
from keel.web.clinic.entries import VisitEntry, entry_of
from keel.web.clinic.models import Clinic, Fact, Kind, Patient
from keel.web.clinic.queries import patient_or_404, permissions_in, same_person
from keel.web.clinic.roles import Permission
from keel.web.course.models import CalendarLink
from keel.web.language.words import gettext as _
from keel.web.routes import in_queue

KEPT = dt.timedelta(days=31)
"""How long a visit that is past stays in a feed; a default of Keel's."""


def links_of(clinic: Clinic, patient: Patient | None, user: Any) -> QuerySet[CalendarLink]:
    """The links that work: of a patient whoever made them, of a clinic those of this person."""
    links = CalendarLink.objects.filter(clinic=clinic, patient=patient, ended_at=None)
    found: QuerySet[CalendarLink] = links if patient is not None else links.filter(made_by=user)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.REGISTER)
def calendar(request: HttpRequest, clinic: Clinic, number: str = "") -> HttpResponse:
    """The link of a calendar: made, shown once, ended. A new one ends the one before."""
    patient = patient_or_404(request.user, clinic, number) if number else None
    made = ""
    if request.method == "POST":
        action = "make_calendar_link" if "make" in request.POST else "end_calendar_link"
        links_of(clinic, patient, request.user).update(ended_at=clock.now())
        if "make" in request.POST:
            token = secrets.token_urlsafe(32)
            CalendarLink.objects.create(
                clinic=clinic, patient=patient, digest=_digest(token), made_by=request.user, made_at=clock.now()
            )
            made = request.build_absolute_uri(reverse("course:calendar_feed", args=(token,)))
        note(clinic, at=clock.now(), actor=request.user.get_username(), action=action, subject=number)
        if not made:
            return redirect(request.path)
    context = {
        "clinic": clinic,
        "patient": patient,
        "made": made,
        "link": links_of(clinic, patient, request.user).select_related("made_by").first(),
    }
    response = render(request, "course/calendar.html", context)
    response["Cache-Control"] = "no-store"
    return response


@in_queue(PUBLIC)
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The visits of a link as iCalendar; Http404 for one that was ended, or whose person may see no visits any more."""
    link = CalendarLink.objects.select_related("clinic", "patient", "made_by").filter(digest=_digest(token)).first()
    if link is None or link.ended_at is not None:
        raise Http404
    if link.patient is not None:
        is_open, people = link.patient.erased_at is None, same_person(link.patient)
    else:
        is_open = Permission.SEE_CONTACTS in permissions_in(link.made_by, link.clinic)
        people = list(link.clinic.patients.filter(erased_at__isnull=True))
    if not is_open:
        raise Http404
    now = clock.now()
    CalendarLink.objects.filter(pk=link.pk).update(fetched_at=now)
    word = _("Appointment")
    events = events_of(Fact.objects.filter(patient__in=people), word, ZoneInfo(link.clinic.timezone), now - KEPT)
    if link.patient is not None:
        events = [one._replace(summary=word) for one in events]
    headers = {"Cache-Control": "no-store", "Content-Disposition": 'inline; filename="visits.ics"'}
    return HttpResponse(calendar_file(word, events), content_type="text/calendar; charset=utf-8", headers=headers)


def events_of(facts: QuerySet[Fact], word: str, zone: ZoneInfo, since: dt.datetime) -> list[CalendarEvent]:
    """Every visit since a time, with its changes counted; those called off stay. The visits of a day are numbered."""
    rows = facts.filter(Q(kind=Kind.VISIT) | Q(voids__kind=Kind.VISIT)).order_by("pk")
    chains: dict[int, list[Fact]] = {}
    first: dict[int, int] = {}
    for fact in rows:
        root = first.get(fact.supersedes_id or fact.voids_id or fact.pk, fact.pk)
        first[fact.pk] = root
        chains.setdefault(root, []).append(fact)
    found = sorted(
        (event for root, chain in chains.items() for event in _event(root, chain)), key=lambda one: one.start
    )
    numbered: list[CalendarEvent] = []
    places: dict[dt.date, int] = {}
    for event in found:
        if event.start >= since:
            day = event.start.astimezone(zone).date()
            places[day] = places.get(day, 0) + 1
            numbered.append(event._replace(summary=f"{word} {places[day]}"))
    return numbered


def _event(root: int, chain: list[Fact]) -> Iterable[CalendarEvent]:
    """The event of a visit and its corrections; none where it cannot be read."""
    visits = (entry_of(fact) for fact in chain if fact.kind == Kind.VISIT)
    said = [entry for entry in visits if isinstance(entry, VisitEntry)]
    if said:
        yield CalendarEvent(
            uid=str(uuid.UUID(bytes=_secret(f"visit {root}")[:16], version=4)),
            start=said[-1].when,
            stamp=chain[-1].recorded_at,
            sequence=len(chain) - 1,
            summary="",
            is_cancelled=chain[-1].kind == Kind.VOID,
        )


def _secret(text: str) -> bytes:
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).digest()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

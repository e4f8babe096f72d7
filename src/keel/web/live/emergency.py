"""The emergency cards of a session, and what is read out to the ambulance."""

import uuid
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from keel.assessment.session.emergency import cards_opened, read_out
from keel.assessment.session.events import EmergencyStep
from keel.knowledge.emergency_cards import CardStep, EmergencyCard
from keel.reports.documents import signature_words
from keel.web import clock
from keel.web.clinic.access import staff
from keel.web.clinic.models import Clinic
from keel.web.clinic.recording import UNPROCESSABLE
from keel.web.clinic.roles import Permission
from keel.web.directory.queries import listing_for
from keel.web.live.actions import record_events
from keel.web.live.cards import cards_of
from keel.web.live.models import LiveSession
from keel.web.live.names import staff_names
from keel.web.live.pages import page_of, view_of
from keel.web.live.rules import rules_of
from keel.web.live.sessions import is_kept, local, session_or_404


class ShownStep(NamedTuple):
    """A step of a card, when it was first ticked and by whom, and the id under which a tick is kept once."""

    step: CardStep
    ticked: EmergencyStep | None
    name: str
    new_id: str


def _page(request: HttpRequest, live: LiveSession) -> dict[str, Any]:
    clinic, knowledge = live.patient.clinic, rules_of(live.rules)
    cards = cards_of(clinic)
    page = page_of(request, live)
    opened = cards_opened((*page["state"].alarms, *page["state"].reasons), knowledge)
    view = view_of(live)
    return page | {
        "numbers": listing_for(clinic.country).emergency,
        "opened": opened,
        "cards": [card for card in cards if card.id not in {one.id for one in opened}],
        "read_out": read_out(view),
        "events": view.events,
        "names": staff_names(clinic),
    }


@require_safe
@staff(Permission.SEE_ROOMS)
def emergency(request: HttpRequest, clinic: Clinic, session: str) -> HttpResponse:
    """The number to call, the cards that are called for first, all others, and what is read out."""
    live = session_or_404(clinic, session)
    request.shown = {live.patient.number: "session"}
    return render(request, "live/emergency.html", _page(request, live))


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.SEE_ROOMS)
def card(request: HttpRequest, clinic: Clinic, session: str, card: str) -> HttpResponse:
    """One card: each step is ticked with its time, which is kept as an event of the session."""
    live, now = session_or_404(clinic, session), clock.now()
    request.shown = {live.patient.number: "session"}
    found = next((one for one in cards_of(clinic) if one.id == card), None)
    if found is None:
        raise Http404
    problem: Any = None
    if request.method == "POST":
        event = {
            "id": request.POST.get("id") or str(uuid.uuid4()),
            "at": local(live, now).isoformat(),
            "type": "emergency_step",
            "card": found.id,
            "step": request.POST.get("step", ""),
        }
        if found.step(event["step"]) is None:
            raise Http404
        refused = (
            ()
            if is_kept(live, event["id"])
            else record_events(by=request.user, live=live, events=[event], at=now).refused
        )
        if not refused:
            address = redirect("live:emergency_card", clinic.slug, live.id, found.id)
            address["Location"] += f"#{event['step']}"
            return address
        problem = refused[0][1]
    page = _page(request, live)
    context = page | {"card": found, "signed": signature_words(found), "problem": problem}
    context |= {"steps": _shown(found, found.steps, page), "consider": _shown(found, found.consider, page)}
    return render(request, "live/emergency_card.html", context, status=UNPROCESSABLE if problem else 200)


def _shown(card: EmergencyCard, steps: tuple[CardStep, ...], page: dict[str, Any]) -> list[ShownStep]:
    """Steps as they stand, each with its first tick, and an id so that two taps on one button are one event."""
    first: dict[str, EmergencyStep] = {}
    for event in page["events"]:
        if isinstance(event, EmergencyStep) and event.card == card.id:
            first.setdefault(event.step, event)
    return [
        ShownStep(
            step, done := first.get(step.id), page["names"].get(done.by, done.by) if done else "", str(uuid.uuid4())
        )
        for step in steps
    ]

"""The emergency cards of a session, and what is read out to the ambulance."""

from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from keel.assessment.session.emergency import cards_opened, read_out
from keel.assessment.session.events import EmergencyStep
from keel.knowledge.emergency_cards import CardStep, EmergencyCard
from keel.reports.documents import signature_words
from keel.web.clinic.access import staff
from keel.web.clinic.models import Clinic
from keel.web.clinic.roles import Permission
from keel.web.directory.queries import listing_for
from keel.web.live.cards import cards_of
from keel.web.live.models import LiveSession
from keel.web.live.names import staff_names
from keel.web.live.pages import page_of, view_of
from keel.web.live.rules import rules_of
from keel.web.live.sessions import session_or_404


class ShownStep(NamedTuple):
    """A step of a card, when it was first ticked and by whom."""

    step: CardStep
    ticked: EmergencyStep | None
    name: str


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


@require_safe
@staff(Permission.SEE_ROOMS)
def card(request: HttpRequest, clinic: Clinic, session: str, card: str) -> HttpResponse:
    """One card: each step is ticked with its time, which is kept as an event of the session."""
    live = session_or_404(clinic, session)
    request.shown = {live.patient.number: "session"}
    found = next((one for one in cards_of(clinic) if one.id == card), None)
    if found is None:
        raise Http404
    page = _page(request, live)
    context = page | {"card": found, "signed": signature_words(found)}
    context |= {"steps": _shown(found, found.steps, page), "consider": _shown(found, found.consider, page)}
    return render(request, "live/emergency_card.html", context)


def _shown(card: EmergencyCard, steps: tuple[CardStep, ...], page: dict[str, Any]) -> list[ShownStep]:
    """Steps as they stand, each with its first tick."""
    first: dict[str, EmergencyStep] = {}
    for event in page["events"]:
        if isinstance(event, EmergencyStep) and event.card == card.id:
            first.setdefault(event.step, event)
    return [
        ShownStep(step, done := first.get(step.id), page["names"].get(done.by, done.by) if done else "")
        for step in steps
    ]

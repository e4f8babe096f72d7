"""The page of a clinic's own drugs on the emergency cards: one writes them, a second signs the same."""

from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from keel.knowledge.emergency_cards import EmergencyCard
from keel.messages import Message
from keel.web import clock
from keel.web.clinic.access import staff
from keel.web.clinic.errors import ClinicError
from keel.web.clinic.models import Clinic
from keel.web.clinic.recording import UNPROCESSABLE
from keel.web.clinic.roles import Permission
from keel.web.language.rendering import plain
from keel.web.live.adoption import Standing
from keel.web.live.cards import drugs_standing
from keel.web.live.errors import SessionRefused
from keel.web.live.signing import end, sign_drugs

MOST = 3
"""Drugs of the clinic's own on one card."""
_PARTS = ("name", "dose", "given_by")


class CardDrugs(NamedTuple):
    """A card, how its drugs stand, and what stands in its fields: what is proposed, or what is in force."""

    card: EmergencyCard
    standing: Standing
    fields: list[dict[str, str]]
    problem: str


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.RUN_SESSIONS)
def drug_boxes(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """Every card with the clinic's own drugs, and a form to write and sign them."""
    told, problem = request.POST, ""
    if request.method == "POST":
        try:
            _sign(request, clinic)
        except (SessionRefused, ClinicError) as refused:
            problem = plain(getattr(refused, "text", None) or Message(str(refused)))
        else:
            return redirect("live:drug_boxes", clinic.slug)
    rows = [_row(card, one, told, problem) for card, one in drugs_standing(clinic)]
    context = {"clinic": clinic, "rows": rows, "may_end": Permission.DECIDE in request.allowed}
    return render(request, "live/drug_boxes.html", context, status=UNPROCESSABLE if problem else 200)


def _row(card: EmergencyCard, one: Standing, told: Any, problem: str) -> CardDrugs:
    is_here = bool(problem) and told.get("card") == card.id
    signed = (one.proposed or one.signatures)[-1:]
    kept = _typed(told) if is_here else [dict(box) for row in signed for box in row.changes.get("drugs", ())]
    empty = dict.fromkeys(_PARTS, "")
    return CardDrugs(card, one, [*kept, *([empty] * (MOST - len(kept)))], problem if is_here else "")


def _typed(told: Any) -> list[dict[str, str]]:
    """The drugs of the form, without rows that are empty."""
    rows = [{part: told.get(f"{part}-{number}", "").strip()[:200] for part in _PARTS} for number in range(MOST)]
    return [row for row in rows if any(row.values())]


def _sign(request: HttpRequest, clinic: Clinic) -> None:
    told, now = request.POST, clock.now()
    if "end" in told:
        name = f"drugs/{told.get('card', '')}"
        end(by=request.user, clinic=clinic, decision=name, reason=told.get("reason", ""), at=now)
        return
    if "read" not in told:
        raise SessionRefused(Message("Tick that you have compared each of them with what is in the house."))
    card, digest = told.get("card", ""), told.get("digest", "")
    sign_drugs(by=request.user, clinic=clinic, card=card, digest=digest, drugs=_typed(told), at=now)

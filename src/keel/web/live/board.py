"""The board: every room of a clinic, who is in it, and what it needs."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from keel.assessment.session.state import SessionState
from keel.findings import Severity
from keel.web import clock
from keel.web.clinic.access import staff
from keel.web.clinic.models import Clinic
from keel.web.clinic.roles import Permission
from keel.web.live.models import LiveSession
from keel.web.live.pages import json_answer
from keel.web.live.sessions import open_sessions, state_of


@require_safe
@staff(Permission.SEE_ROOMS)
def board(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """The board as a page."""
    rows = rooms_now(clinic)
    request.shown = {live.patient.number: "session" for live, _ in rows}
    return render(request, "live/board.html", {"clinic": clinic, "rows": rows})


@require_safe
@staff(Permission.SEE_ROOMS)
def board_json(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """The board for programs and screens."""
    return json_answer({"rooms": [room_shown(live, state) for live, state in rooms_now(clinic)]})


def rooms_now(clinic: Clinic) -> list[tuple[LiveSession, SessionState]]:
    """Every open session with its state, those that need somebody first."""
    now = clock.now()
    rows = [(live, state_of(live, at=now)) for live in open_sessions(clinic)]
    return sorted(rows, key=lambda row: _urgency(*row))


def room_shown(live: LiveSession, state: SessionState) -> dict[str, Any]:
    """A room in the shape of `board.json`."""
    following = state.due[0] if state.due else None
    return {
        "room": live.room.name if live.room else "",
        "patient": live.patient.number,
        "session": live.id,
        "phase": state.phase,
        "minutes_since_last_dose": state.minutes_since_last_dose,
        "next": following and {"what": following.what, "due_at": following.due_at, "overdue": following.overdue},
        "alarms": state.alarms,
        "responsible": state.responsible,
    }


def _urgency(live: LiveSession, state: SessionState) -> tuple[Any, ...]:
    order = list(Severity)
    worst = min((order.index(one.severity) for one in state.alarms), default=len(order))
    return worst, not any(one.overdue for one in state.due), live.opened_at

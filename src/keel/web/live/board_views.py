"""The pages of the board, what its screens ask for each second, and the answers to alarms."""

import re
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keel.messages import Message
from keel.web import clock
from keel.web.capacity import ROOMS
from keel.web.clinic.access import staff
from keel.web.clinic.actions import note
from keel.web.clinic.models import Clinic
from keel.web.clinic.recording import UNPROCESSABLE
from keel.web.clinic.roles import Permission
from keel.web.live.actions import record_events
from keel.web.live.board import (
    names_on_board,
    not_running,
    room_json,
    rooms_now,
    shown_alarms,
    who,
)
from keel.web.live.devices import keep_sound_check, was_here
from keel.web.live.models import BoardChoice, Room
from keel.web.live.names import staff_names
from keel.web.live.pages import json_answer
from keel.web.live.queries import can_be_heard, heartbeat
from keel.web.live.screens import alive, noted, screen_of
from keel.web.live.sessions import session_or_404, state_of
from keel.web.routes import in_queue

PAUSES = ("1 min", "2 min", "5 min", "10 min")
"""What is offered as a pause; what a priority allows is the rule's, not the page's."""
_DEVICE = re.compile(r"[0-9a-f-]{8,36}")


@require_safe
@staff(Permission.SEE_ROOMS)
def board(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """The board as a page."""
    now = clock.now()
    screen = screen_of(request, clinic, now)
    context = {
        "clinic": clinic,
        "rooms": screen.part,
        "token": screen.token,
        "seen": noted(request, clinic),
        "now": now,
    }
    context |= {"names": names_on_board(clinic), "choices": BoardChoice.Names.choices}
    context |= {"may_choose": Permission.RUN_SESSIONS in request.allowed}
    return alive(render(request, "live/board.html", context), now, screen.beat)


@in_queue(ROOMS)
@require_safe
@staff(Permission.SEE_ROOMS)
def rooms(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """The rooms of the board for a screen that has them already: 204 where nothing has changed."""
    now = clock.now()
    device = request.GET.get("device", "")
    if _DEVICE.fullmatch(device):
        was_here(clinic=clinic, device=device, is_on=request.GET.get("sound") == "on", at=now)
    session = request.GET.get("session", "")
    screen = screen_of(request, clinic, now, session=session)
    if screen.token == request.GET.get("token"):
        return alive(HttpResponse(status=204), now, screen.beat)
    # Beside a session other rooms stand by their names alone.
    seen = request.headers.get("Keel-Seen", "") if request.is_locked or session else noted(request, clinic)
    answer = HttpResponse(screen.part, headers={"Keel-Token": screen.token, "Keel-Seen": seen})
    return alive(answer, now, screen.beat)


@require_safe
@staff(Permission.SEE_ROOMS)
def board_json(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """The board for programs and screens."""
    now = clock.now()
    beat = heartbeat(clock.real_now())
    shown = rooms_now(clinic, now, beat)
    request.shown = {room.live.patient.number: "session" for room in shown}
    alarms = [] if beat.is_alive else [not_running()]
    document = {"rooms": [room_json(room) for room in shown], "alarms": alarms, "as_of": now}
    return alive(json_answer(document | {"can_be_heard": can_be_heard(clinic, now)}), now, beat)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Permission.WRITE_IN_SESSIONS)
def alarms(request: HttpRequest, clinic: Clinic, session: str) -> HttpResponse:
    """The alarms of a session, each to be acknowledged or paused by who is signed in."""
    live, now = session_or_404(clinic, session), clock.now()
    request.shown = {live.patient.number: "session"}
    problem: Message | None = None
    is_part = "part" in request.GET
    if request.method == "POST":
        event = {"id": request.POST.get("id") or str(uuid.uuid4()), "at": now.isoformat()}
        event |= {"rule": request.POST.get("rule", ""), "occurrence": _number(request.POST.get("occurrence", ""))}
        if request.POST.get("over"):
            event |= {"type": "alarm_paused", "over": request.POST["over"]}
        else:
            event |= {"type": "alarm_acknowledged"}
        taken = record_events(by=request.user, live=live, events=[event], at=now)
        if not taken.refused:
            return HttpResponse(status=204) if is_part else redirect("live:board", clinic.slug)
        problem = taken.refused[0][1]
    context: dict[str, Any] = {
        "clinic": clinic,
        "live": live,
        "who": who(live, names_on_board(clinic)),
        "alarms": [(one, str(uuid.uuid4()), str(uuid.uuid4())) for one in shown_alarms(live, state_of(live, at=now))],
        "pauses": PAUSES,
        "problem": problem,
        "names": staff_names(clinic),
    }
    page = "live/answers.html" if is_part else "live/alarms.html"
    return render(request, page, context, status=UNPROCESSABLE if problem else 200)


@require_POST
@staff(Permission.SEE_ROOMS)
def sound(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """Whether somebody heard the tone of a device."""
    device = request.POST.get("device", "")
    if not _DEVICE.fullmatch(device):
        return HttpResponse(status=400)
    was_heard = request.POST.get("heard") == "yes"
    keep_sound_check(by=request.user, clinic=clinic, device=device, was_heard=was_heard, at=clock.now())
    return HttpResponse(status=204)


@require_POST
@staff(Permission.RUN_SESSIONS)
def add_room(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """A room that the clinic has, by its name; one that is there already stays as it is."""
    name, now = " ".join(request.POST.get("name", "").split())[:40], clock.now()
    if name:
        position = clinic.rooms.count()
        _room, is_new = Room.objects.get_or_create(clinic=clinic, name=name, defaults={"position": position})
        if is_new:
            note(clinic, at=now, actor=request.user.get_username(), action="add_room", subject=name)
    return redirect("live:board", clinic.slug)


@require_POST
@staff(Permission.RUN_SESSIONS)
def choose_names(request: HttpRequest, clinic: Clinic) -> HttpResponse:
    """By what the board calls people from now on."""
    names = request.POST.get("names")
    if names in BoardChoice.Names.values:
        BoardChoice.objects.update_or_create(clinic=clinic, defaults={"names": names})
        actor = request.user.get_username()
        note(clinic, at=clock.now(), actor=actor, action="board_names", detail={"names": names})
    return redirect("live:board", clinic.slug)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 6 else None

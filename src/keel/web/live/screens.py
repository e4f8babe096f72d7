"""What a screen gets each second: the board, or the alarms beside one session. It is made once for many."""

import datetime as dt
import threading
import time
from typing import Any, NamedTuple

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language

from keel.assessment.session.events import Priority
from keel.web import clock
from keel.web.clinic.models import Clinic
from keel.web.clinic.roles import Permission
from keel.web.live.board import (
    RoomShown,
    ShownAlarm,
    board_token,
    names_on_board,
    not_running,
    rooms_now,
)
from keel.web.live.names import staff_names
from keel.web.live.queries import Heartbeat, can_be_heard, heartbeat
from keel.web.live.sessions import open_sessions

_SEEN = "keel.board.seen"
_SEEN_S = 12 * 3600
LEAST_AGE_S = 0.5
"""Seconds for which all who ask get the same part, however much is written meanwhile."""
_MOST_KEPT = 512
_making = threading.Lock()
_rooms: dict[str, str] = {}


class Screen(NamedTuple):
    """The part of a screen that lives, as HTML, its token, and the heartbeat."""

    part: str
    token: str
    beat: Heartbeat


class _Made(NamedTuple):
    asked_at: float
    screen: Screen


_kept: dict[tuple[Any, ...], _Made] = {}


def screen_of(request: HttpRequest, clinic: Clinic, now: dt.datetime, *, session: str = "") -> Screen:
    """The rooms as HTML; with a session the alarms of it in full, and in short those of other rooms that nobody saw.

    Whether it is still so is asked at most every `LEAST_AGE_S` seconds, by one of those who ask for it; until it is
    made anew all others get the last.
    """
    roles = tuple(role.id for role in request.place.roles)
    # A locked screen goes on to tell of alarms, and of nobody by name or number.
    kind = (get_language() or "", "locked" if request.is_locked else "open", session)
    place = (clinic.pk, roles, *kind)
    last = _kept.get(place)
    is_old = last is None or time.monotonic() - last.asked_at >= LEAST_AGE_S
    if is_old and _making.acquire(blocking=last is None):
        try:
            beat = heartbeat(clock.real_now())
            token, last = board_token(clinic, roles, kind, now, beat), _kept.get(place)
            is_same = last is not None and last.screen.token == token
            part = last.screen.part if last and is_same else _part(request, clinic, now, beat, roles, kind)
            last = _Made(time.monotonic(), Screen(part, token, beat))
            _put(_kept, place, last)
        finally:
            _making.release()
    return (last or _kept[place]).screen


def _part(
    request: HttpRequest,
    clinic: Clinic,
    now: dt.datetime,
    beat: Heartbeat,
    roles: tuple[str, ...],
    kind: tuple[str, ...],
) -> str:
    session, shown = kind[-1], rooms_now(clinic, now, beat)
    context: dict[str, Any] = {
        "clinic": clinic,
        "session": session,
        "names": staff_names(clinic),
        "not_running": None if beat.is_alive else not_running(),
        "is_locked": request.is_locked,
        "may_answer": Permission.WRITE_IN_SESSIONS in request.allowed and not request.is_locked,
    }
    if session:
        others = ((room, one) for room in shown if room.live.id != session for one in room.alarms)
        grave = ((room, one) for room, one in others if one.alarm.priority is not Priority.LOW and not one.is_seen)
        unseen = [(room, one, True) for room, one in grave if one.sounds_for(roles)]
        rows = [(room, _for_roles(room, roles)) for room in shown if room.live.id == session]
        return str(render_to_string("live/strip.html", context | {"rows": rows, "elsewhere": unseen}))
    free = clinic.rooms.exclude(pk__in=[room.live.room_id for room in shown if room.live.room_id])
    # Each room is made anew only where it has changed.
    alike = (roles, *kind, names_on_board(clinic), tuple(context["names"].items()))
    rooms = [_room_part(room, context | {"room": room, "alarms": _for_roles(room, roles)}, alike) for room in shown]
    context |= {"rows": rooms, "free": free, "can_be_heard": can_be_heard(clinic, now)}
    return str(render_to_string("live/rooms.html", context))


def _room_part(room: RoomShown, context: dict[str, Any], alike: tuple[Any, ...]) -> str:
    state = room.state
    key = (room.live.id, room.live.last_sequence, state and state.as_of, [one.key for one in room.alarms], alike)
    name = str(key)
    if name not in _rooms:
        _put(_rooms, name, render_to_string("live/room.html", context))
    return _rooms[name]


def _for_roles(room: RoomShown, roles: tuple[str, ...]) -> list[tuple[ShownAlarm, bool]]:
    return [(one, one.sounds_for(roles)) for one in room.alarms]


def _put(kept: dict[Any, Any], key: Any, value: Any) -> None:
    while len(kept) >= _MOST_KEPT:
        kept.pop(next(iter(kept)), None)
    kept[key] = value


def noted(request: HttpRequest, clinic: Clinic) -> str:
    """Has the audit told of each person whom this screen has not shown yet; gives what the screen says next time."""
    numbers = sorted(open_sessions(clinic).values_list("patient__number", flat=True))
    told = _told(request, clinic)
    request.shown = {number: "session" for number in numbers if number not in told}
    return str(signing.dumps([request.user.pk, clinic.pk, sorted({*told, *numbers})], salt=_SEEN, compress=True))


def _told(request: HttpRequest, clinic: Clinic) -> set[str]:
    """The people of whom the audit knows that this screen of this person shows them."""
    try:
        user, place, numbers = signing.loads(request.headers.get("Keel-Seen", ""), salt=_SEEN, max_age=_SEEN_S)
    except signing.BadSignature:
        return set()
    return set(numbers) if (user, place) == (request.user.pk, clinic.pk) else set()


def alive(answer: HttpResponse, now: dt.datetime, beat: Heartbeat) -> HttpResponse:
    """The answer with the age of the watcher's beat and the time of the server in its head."""
    answer["Keel-Watch"] = "none" if beat.age_s is None else f"{beat.age_s:.0f}"
    answer["Keel-Time"] = str(round(now.timestamp() * 1000))
    answer["Keel-Wall"] = str(round(clock.real_now().timestamp() * 1000))
    answer["Cache-Control"] = "no-store"
    return answer

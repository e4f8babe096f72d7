"""What a screen gets each second: the board, or the alarms beside one session. It is made once for many."""

import datetime as dt
from typing import Any, NamedTuple

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language

from keel.web import clock
from keel.web.clinic.models import Clinic
from keel.web.clinic.roles import Permission
from keel.web.live.board import board_token, not_running, rooms_now, staff_names
from keel.web.live.queries import Heartbeat, can_be_heard, heartbeat
from keel.web.live.sessions import open_sessions

_SEEN = "keel.board.seen"
_SEEN_S = 12 * 3600
_MOST_KEPT = 128
_kept: dict[str, str] = {}


class Screen(NamedTuple):
    """The part of a screen that lives, as HTML (empty where the screen has it already), its token, the heartbeat."""

    part: str
    token: str
    beat: Heartbeat


def screen_of(request: HttpRequest, clinic: Clinic, now: dt.datetime, *, session: str = "") -> Screen:
    """The rooms as HTML; with a session the alarms of it in full, and in short those of other rooms that nobody saw."""
    beat, roles = heartbeat(clock.real_now()), [role.id for role in request.place.roles]
    # A locked screen goes on to tell of alarms, and of nobody by name or number.
    is_locked = request.is_locked
    kind = (get_language() or "", "locked" if is_locked else "open", session)
    token = board_token(clinic, roles, kind, now, beat)
    if token not in _kept and token != request.GET.get("token"):
        while len(_kept) >= _MOST_KEPT:
            _kept.pop(next(iter(_kept)), None)
        shown = rooms_now(clinic, now, beat)
        context: dict[str, Any] = {
            "clinic": clinic,
            "session": session,
            "rows": [(room, [(one, one.sounds_for(roles)) for one in room.alarms]) for room in shown],
            "names": staff_names(clinic),
            "not_running": None if beat.is_alive else not_running(),
            "is_locked": is_locked,
            "may_answer": Permission.WRITE_IN_SESSIONS in request.allowed and not is_locked,
        }
        if session:
            others = ((room, one) for room in shown if room.live.id != session for one in room.alarms)
            unseen = [(room, one, True) for room, one in others if not one.is_seen and one.sounds_for(roles)]
            _kept[token] = render_to_string("live/strip.html", context | {"elsewhere": unseen})
        else:
            free = clinic.rooms.exclude(pk__in=[room.live.room_id for room in shown if room.live.room_id])
            heard = can_be_heard(clinic, now)
            _kept[token] = render_to_string("live/rooms.html", context | {"free": free, "can_be_heard": heard})
    return Screen(_kept.get(token, ""), token, beat)


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

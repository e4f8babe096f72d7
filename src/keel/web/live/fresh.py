"""What changes on the page of an open session, for a screen that has it already: its parts without a field in them."""

import hashlib
import json

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from keel import knowledge
from keel.web import clock
from keel.web.clinic.access import staff
from keel.web.clinic.models import Clinic
from keel.web.clinic.roles import Permission
from keel.web.live.models import LiveSession
from keel.web.live.pages import page_of
from keel.web.live.parts import part_of
from keel.web.live.sessions import BEAT_S, session_or_404

_SEEN = "keel.session.seen"
_SEEN_S = 12 * 3600


@require_safe
@staff(Permission.SEE_ROOMS)
def fresh(request: HttpRequest, clinic: Clinic, session: str) -> HttpResponse:
    """The page of a session as it is now; 204 where the screen has it. The audit knows of a screen that says so."""
    live = session_or_404(clinic, session)
    seen, token = request.headers.get("Keel-Seen", ""), _token(request, live)
    if not _has_shown(request, live, seen):
        request.shown = {live.patient.number: "session"}
        seen = signing.dumps([request.user.pk, live.id], salt=_SEEN)
    head = {"Keel-Token": token, "Keel-Seen": seen, "Cache-Control": "no-store"}
    if token == request.GET.get("token"):
        return HttpResponse(status=204, headers=head)
    if request.GET.get("view") == "quiet":
        answer = render(request, "live/quiet.html", page_of(request, live))
    else:
        answer = render(request, "live/session.html", part_of(request, live, request.GET.get("part", "")))
    for name, value in head.items():
        answer[name] = value
    return answer


def _token(request: HttpRequest, live: LiveSession) -> str:
    """What the page hangs on: the same as long as nothing on it has changed."""
    beat, roles = int(clock.now().timestamp()) // BEAT_S, sorted(role.id for role in request.place.roles)
    told = [live.id, live.last_sequence, beat, roles, get_language(), live.rules.digest, knowledge.load().hash]
    return hashlib.sha256(json.dumps([*told, request.GET.get("part", "")]).encode()).hexdigest()[:20]


def _has_shown(request: HttpRequest, live: LiveSession, seen: str) -> bool:
    try:
        who = signing.loads(seen, salt=_SEEN, max_age=_SEEN_S)
    except signing.BadSignature:
        return False
    return bool(who == [request.user.pk, live.id])

"""The replay of a session: minute by minute, with what was known then and what came later."""

import datetime as dt
import math
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from keel.assessment.session.event_words import event_words
from keel.assessment.session.events import minutes_between
from keel.assessment.session.fold import fold_session
from keel.assessment.session.replay import entered_later, known_at, known_since, minutes_of
from keel.messages import Message
from keel.web import clock
from keel.web.clinic.access import staff
from keel.web.clinic.models import Clinic
from keel.web.clinic.roles import Permission
from keel.web.live.names import staff_names
from keel.web.live.pages import page_of
from keel.web.live.rules import rules_of
from keel.web.live.sessions import local, read, session_or_404


@require_safe
@staff(Permission.SEE_ROOMS)
def replay(request: HttpRequest, clinic: Clinic, session: str) -> HttpResponse:
    """A session as it was seen at the minute in `minute`, counted from its first; without one from its end."""
    live = session_or_404(clinic, session)
    request.shown = {live.patient.number: "session"}
    whole, rules = read(live), rules_of(live.rules)
    moments = minutes_of(whole)
    now = clock.now()
    first, end = moments[0], max(moments[-1], live.ended_at or now)
    last = math.ceil(minutes_between(first, min(end, now)))
    minute = _minute(request.GET.get("minute", ""), last)
    at = local(live, min(first + dt.timedelta(minutes=minute), now))
    known, names = known_at(whole, at), staff_names(clinic)
    offsets = [round(minutes_between(first, moment)) for moment in moments]
    then = fold_session(known, at=at, knowledge=rules)
    context: dict[str, Any] = page_of(request, live) | {
        "then": then,
        "latest": [(Message(rules.clinical_facts[name].label), one) for name, one in then.latest.items()],
        "at": at,
        "minute": minute,
        "last": last,
        "before": max((one for one in offsets if one < minute), default=None),
        "after": min((one for one in offsets if one > minute), default=None),
        "events": [
            (event.at, event_words(event, rules), names.get(event.by, event.by))
            for event in sorted(known.events, key=lambda one: one.at)
            if event.at <= at
        ],
        "later": [
            (event.at, known_since(event), event_words(event, rules), names.get(event.by, event.by))
            for event in entered_later(whole, at)
        ],
    }
    return render(request, "live/replay.html", context)


def _minute(typed: str, last: int) -> int:
    """The minute of an address, held between the first and the last; the last where none or no number is there."""
    return min(int(typed), last) if typed.isdecimal() and len(typed) < 6 else last

"""What the pages of a session have alike: who it is about, where it stands, what is due, what alarms."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from keel.assessment.session.opening import open_session
from keel.assessment.session.view import SessionView
from keel.messages import encode_json
from keel.web import clock
from keel.web.clinic.roles import Permission
from keel.web.live.models import LiveSession
from keel.web.live.monitor_troubles import standing_in, troubles
from keel.web.live.names import staff_names
from keel.web.live.rules import rules_of
from keel.web.live.sessions import local, seen, state_of


def page_of(request: HttpRequest, live: LiveSession) -> dict[str, Any]:
    """What every page of a session shows."""
    now = clock.now()
    state = state_of(live, at=now)
    person = live.opening.payload["session"]["person"]
    return {
        "clinic": live.patient.clinic,
        "patient": live.patient,
        "live": live,
        "here": reverse("live:session", args=(live.patient.clinic.slug, live.id)),
        "state": state,
        "now": local(live, now),
        "birth_date": person.get("birth_date", ""),
        "initials": "".join(f"{word[0].upper()}." for word in live.patient.display_name.split()),
        "responsible": staff_names(live.patient.clinic).get(state.responsible, state.responsible),
        "following": state.due[0] if state.due else None,
        "levels_of_risk": ("none", "low", "moderate", "high"),
        "monitor_troubles": troubles(standing_in(live.room)),
        "asked": request.GET,
        "may_run": Permission.RUN_SESSIONS in request.allowed,
        "may_decide": Permission.DECIDE in request.allowed,
        "may_write": Permission.WRITE_IN_SESSIONS in request.allowed,
    }


def view_of(live: LiveSession) -> SessionView:
    """The session as a view now."""
    now = clock.now()
    return open_session(seen(live, at=now).session, at=local(live, now), knowledge=rules_of(live.rules))


def json_answer(value: Any) -> HttpResponse:
    """A value as the JSON that programs get, never kept by a cache."""
    return HttpResponse(encode_json(value), content_type="application/json", headers={"Cache-Control": "no-store"})

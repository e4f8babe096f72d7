"""What the pages of a session have alike: who it is about, where it stands, what is due, what alarms."""

from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from keel.assessment.session.alarms import Alarm
from keel.assessment.session.events import Priority
from keel.assessment.session.opening import open_session
from keel.assessment.session.state import SessionState
from keel.assessment.session.view import SessionView
from keel.findings import Finding
from keel.messages import encode_json
from keel.web import clock
from keel.web.clinic.roles import Permission
from keel.web.live.models import LiveSession
from keel.web.live.names import names_in
from keel.web.live.rules import rules_of
from keel.web.live.sessions import local, read, state_of


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
        "responsible": names_in(live.patient.clinic).get(state.responsible, state.responsible),
        "following": state.due[0] if state.due else None,
        "alarms": _alarms(state),
        "levels_of_risk": ("none", "low", "moderate", "high"),
        "asked": request.GET,
        "may_run": Permission.RUN_SESSIONS in request.allowed,
        "may_decide": Permission.DECIDE in request.allowed,
        "may_write": Permission.WRITE_IN_SESSIONS in request.allowed,
    }


def view_of(live: LiveSession) -> SessionView:
    """The session as a view now."""
    return open_session(read(live), at=local(live, clock.now()), knowledge=rules_of(live.rules))


def json_answer(value: Any) -> HttpResponse:
    """A value as the JSON that programs get, never kept by a cache."""
    return HttpResponse(encode_json(value), content_type="application/json", headers={"Cache-Control": "no-store"})


class StandingAlarm(NamedTuple):
    """An alarm that stands, and what its rule says now: nothing where its cause has gone and nobody has seen it."""

    alarm: Alarm
    finding: Finding | None

    @property
    def is_quiet(self) -> bool:
        """Whether somebody has seen a warning; what is more than one stays in front."""
        return self.alarm.priority is Priority.LOW and self.alarm.acknowledged_at is not None


def _alarms(state: SessionState) -> dict[str, list[StandingAlarm]]:
    """The alarms that stand in front, most urgent first, and the warnings that were seen."""
    speaking = {one.rule: one for one in reversed(state.alarms)}
    shown = [StandingAlarm(one, speaking.get(one.rule)) for one in state.standing]
    return {"loud": [one for one in shown if not one.is_quiet], "seen": [one for one in shown if one.is_quiet]}

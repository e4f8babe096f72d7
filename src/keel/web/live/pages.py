"""What the pages of a session have alike."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse

from keel.messages import encode_json
from keel.web import clock
from keel.web.clinic.roles import Permission
from keel.web.live.models import LiveSession
from keel.web.live.sessions import state_of


def page_of(request: HttpRequest, live: LiveSession) -> dict[str, Any]:
    """What every page of a session shows."""
    return {
        "clinic": live.patient.clinic,
        "patient": live.patient,
        "live": live,
        "state": state_of(live, at=clock.now()),
        "new_id": str(uuid.uuid4()),
        "may_run": Permission.RUN_SESSIONS in request.allowed,
        "may_decide": Permission.DECIDE in request.allowed,
    }


def json_answer(value: Any) -> HttpResponse:
    """A value as the JSON that programs get, never kept by a cache."""
    return HttpResponse(encode_json(value), content_type="application/json", headers={"Cache-Control": "no-store"})

"""The parts of the page of a session, each with what it shows beside the frame."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from keel.assessment.session.state import SessionState
from keel.web.language.words import noop
from keel.web.live.dosing import dosing
from keel.web.live.during import during
from keel.web.live.models import LiveSession
from keel.web.live.pages import page_of, view_of

PARTS = {
    "dose": noop("Dose"),
    "during": noop("During"),
}
"""Each part by its address, with its name."""
_SHOWN: dict[str, Callable[..., dict[str, Any]]] = {"dose": dosing, "during": during}


def part_of(request: HttpRequest, live: LiveSession, part: str = "") -> dict[str, Any]:
    """What a part shows; without one that of the phase."""
    page = page_of(request, live)
    name = part if part in PARTS else part_now(page["state"])
    return page | {
        "part": name,
        "part_template": f"live/{name}.html",
        "parts": PARTS.items(),
        **_SHOWN[name](view_of(live), page),
    }


def part_now(state: SessionState) -> str:
    """The part that the phase asks for."""
    return "during"

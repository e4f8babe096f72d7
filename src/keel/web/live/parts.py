"""The parts of the page of a session, each with what it shows beside the frame."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from keel.assessment.session.state import SessionState
from keel.web.language.words import noop
from keel.web.live.before import before
from keel.web.live.dosing import dosing
from keel.web.live.during import during
from keel.web.live.leaving import leaving
from keel.web.live.log_page import log_page
from keel.web.live.models import LiveSession
from keel.web.live.pages import page_of, view_of

PARTS = {
    "before": noop("Before the dose"),
    "dose": noop("Dose"),
    "during": noop("During"),
    "leaving": noop("Leaving"),
    "log": noop("The record"),
}
"""Each part by its address, with its name."""
_SHOWN: dict[str, Callable[..., dict[str, Any]]] = {
    "before": before,
    "dose": dosing,
    "during": during,
    "leaving": leaving,
    "log": log_page,
}


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
    if state.phase.is_over:
        return "log"
    return "before" if state.phase.gate == "start" else "during"

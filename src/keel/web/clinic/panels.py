"""What apps above add to the clinic and the live room: parts of a page, answers to a gate, and what follows a fact.

An import between apps points downwards, and so do templates; an app above therefore names itself here when it starts.
"""

import datetime as dt
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from keel.web.clinic.models import Clinic, Fact, Patient


class PanelPlace(StrEnum):
    """Where a part may be added, with what it is about: a patient (first of all, below, or among the papers), a
    live session before its dose or at its end, or the day of a clinic."""

    FIRST = "first"
    PATIENT = "patient"
    PAPERS = "papers"
    DAY = "day"
    BEFORE = "before"
    LEAVING = "leaving"


Panel = Callable[[HttpRequest, Any], str]
"""The HTML of a part; empty where there is nothing to show."""
_panels: dict[str, list[Panel]] = {}
gate_answers: list[Callable[[Patient, dt.datetime], dict[str, Any]]] = []
"""What apps above know of a patient, as answers by the name of a clinical fact; nothing for what nobody knows."""
after_facts: list[Callable[[Fact, Clinic], None]] = []
"""What apps above do about a fact that staff wrote: in its transaction, with the clinic locked, twice as once."""


def add_panel(place: PanelPlace, panel: Panel) -> None:
    """Adds a part to a place, below those that were added before."""
    _panels.setdefault(place, []).append(panel)


def panels_at(place: str, request: HttpRequest, subject: Any) -> SafeString:
    """The parts of a place for one request."""
    return mark_safe("".join(panel(request, subject) for panel in _panels.get(place, ())))  # noqa: S308 - of our own templates


def answers_for_gate(patient: Patient, at: dt.datetime) -> dict[str, Any]:
    """What the apps above answer of the questions of a gate."""
    return {name: value for answer in gate_answers for name, value in answer(patient, at).items()}

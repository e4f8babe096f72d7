"""The part “Record”: every entry in the order in which it happened, how it came, and how one is corrected."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from keel.assessment.session.events import Corrected, Event, minutes_between
from keel.assessment.session.view import SessionView
from keel.knowledge import load
from keel.web.clinic.models import Fact
from keel.web.language.rendering import plain
from keel.web.language.words import noop
from keel.web.live.sessions import event_facts

LATE_MIN = 2
"""Minutes after which an entry is shown as one that came late."""
NAMES = {
    "started": noop("began, or ordered"),
    "checked": noop("asked before the dose"),
    "held": noop("held"),
    "overridden": noop("a hold was passed"),
    "dose_started": noop("dose started"),
    "rate_changed": noop("rate changed"),
    "dose_paused": noop("dose paused"),
    "dose_resumed": noop("dose resumed"),
    "dose_stopped": noop("dose stopped"),
    "device_given": noop("spray device used"),
    "vitals_recorded": noop("vital signs"),
    "sedation_scored": noop("sedation"),
    "dissociation_scored": noop("dissociation"),
    "adverse_event": noop("something happened"),
    "note": noop("note"),
    "criteria_checked": noop("criteria for leaving"),
    "risk_assessed": noop("suicide risk assessed"),
    "discharged": noop("discharged"),
    "left_against_advice": noop("left against advice"),
    "transferred": noop("taken to hospital"),
    "handed_over": noop("handed over"),
    "emergency_step": noop("emergency card"),
    "dose_checked": noop("dose checked"),
    "alarm_acknowledged": noop("alarm seen"),
    "alarm_paused": noop("alarm sound paused"),
    "corrected": noop("correction"),
}
"""What each type of event is called."""
_HEAD = ("id", "at", "by", "recorded_at", "text")
_EDITED = {
    "vitals_recorded": ("sbp", "dbp", "hr", "spo2", "rr"),
    "sedation_scored": ("moaas",),
    "dissociation_scored": ("cadss6", "cadss", "dissociation"),
    "dose_started": ("amount", "over", "rate"),
    "rate_changed": ("rate",),
    "dose_paused": ("given",),
    "dose_resumed": ("rate",),
    "dose_stopped": ("given",),
    "device_given": ("amount",),
    "adverse_event": ("what",),
}
"""What the form of a correction asks for anew; of other types an entry can only be taken away, and told again."""


KEYS = {
    "amount": noop("amount"),
    "over": noop("over"),
    "rate": noop("rate"),
    "given": noop("given"),
    "reason": noop("reason"),
    "what": noop("what"),
    "rule": noop("rule"),
    "exception": noop("exception"),
    "in_person": noop("in person"),
    "level": noop("level"),
    "name": noop("name"),
    "role": noop("role"),
    "to": noop("to"),
    "severity": noop("severity"),
    "synthesis": noop("said back"),
    "card": noop("card"),
    "step": noop("step"),
    "medicines": noop("medicines"),
    "denied": noop("answered no together"),
    "symptoms": noop("symptoms"),
    "resolved": noop("over"),
    "serious": noop("serious"),
    "observed": noop("watched by staff"),
    "strength": noop("strength"),
    "pump": noop("rate on the pump"),
    "lot": noop("lot"),
    "corrects": noop("corrects the entry"),
    "told": noop("told"),
    "contact_tried": noop("tried to reach"),
    "dose": noop("dose"),
    "devices": noop("devices"),
    "weight_basis": noop("by weight"),
    "chosen_by": noop("chosen by"),
}
"""What the keys of events are called; those that are facts have the name of the fact."""


class Entry(NamedTuple):
    """One entry: the event as it was written, what it says, how it came, and what became of it."""

    event: Event
    name: str
    said: list[tuple[str, Any]]
    fields: list[tuple[str, str]]
    is_by_hand: bool
    minutes_late: float
    recorded_at: dt.datetime
    corrected_by: str


def log_page(view: SessionView, page: dict[str, Any]) -> dict[str, Any]:
    """What the part shows beside the frame."""
    return {"entries": list(_entries(view, page)), "corrections": view.timeline.corrections}


def _entries(view: SessionView, page: dict[str, Any]) -> Iterator[Entry]:
    facts = {fact.payload["event"]["id"]: fact for fact in event_facts(page["live"])}
    corrected = {one.corrects: one.by for one in view.timeline.corrections}
    events = sorted(view.session.events, key=lambda one: one.at, reverse=True)
    for event in events:
        if event.id in facts:
            yield _entry(event, facts[event.id], corrected.get(event.id, ""))


def _entry(event: Event, fact: Fact, corrected_by: str) -> Entry:
    late = minutes_between(event.at, fact.recorded_at)
    edited = () if isinstance(event, Corrected) else _EDITED.get(event.kind, ())
    return Entry(
        event=event,
        name=NAMES[event.kind],
        said=[(_key(name), value) for name, value in _said(event)],
        fields=[(name, _key(name)) for name in edited],
        is_by_hand=bool((fact.payload.get("clock") or {}).get("by_hand")),
        minutes_late=late if late >= LATE_MIN else 0.0,
        recorded_at=fact.recorded_at,
        corrected_by=corrected_by,
    )


def _key(name: str) -> str:
    fact = load().clinical_facts.get(name)
    return plain(fact.label if fact else KEYS.get(name, name))


def _said(event: Event) -> Iterator[tuple[str, Any]]:
    """Names and values that an event carries."""
    for name, value in msgspec.to_builtins(event).items():
        if name in (*_HEAD, "type") or value in (None, "", [], {}):
            continue
        if isinstance(value, dict) and name != "event":
            yield from value.items()
        elif name == "event":
            yield from ((key, one) for key, one in value.items() if key not in (*_HEAD, "type"))
        else:
            yield name, ", ".join(map(str, value)) if isinstance(value, list) else value

"""The part “Record”: every entry in the order in which it happened, how it came, and how one is corrected."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple

from keel.assessment.session.event_words import event_words
from keel.assessment.session.events import AnyEvent, Corrected, minutes_between
from keel.assessment.session.view import SessionView
from keel.knowledge import load
from keel.messages import Message
from keel.web.clinic.models import Fact
from keel.web.language.rendering import plain
from keel.web.language.words import noop
from keel.web.live.clocks import DeviceClock, clock_of, differing
from keel.web.live.names import staff_names
from keel.web.live.sessions import event_facts

LATE_MIN = 2
"""Minutes after which an entry is shown as one that came late."""
_FIELDS = {
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
"""What the form of a correction asks for anew; an entry of another type is taken away, and told again."""
_WORDS = {
    "amount": noop("amount"),
    "over": noop("over"),
    "rate": noop("rate"),
    "given": noop("given"),
    "what": noop("what"),
}
"""What those are called that are no facts."""


class Entry(NamedTuple):
    """One entry as it was written: what it says, by whom, how it came, what may be corrected, and who did."""

    event: AnyEvent
    says: Message
    by: str
    fields: list[tuple[str, str]]
    may_be_corrected: bool
    is_by_hand: bool
    minutes_late: float
    recorded_at: dt.datetime
    corrected_by: str
    clock: DeviceClock | None


def log_page(view: SessionView, page: dict[str, Any]) -> dict[str, Any]:
    """What the part shows beside the frame."""
    return {"entries": list(_entries(view, page)), "clocks": differing(event_facts(page["live"]))}


def _entries(view: SessionView, page: dict[str, Any]) -> Iterator[Entry]:
    facts = {fact.payload["event"]["id"]: fact for fact in event_facts(page["live"])}
    names = staff_names(page["clinic"])
    corrected = {one.corrects: names.get(one.by, one.by) for one in view.timeline.corrections}
    for event in sorted(view.session.events, key=lambda one: one.at, reverse=True):
        if event.id in facts:
            yield _entry(event, facts[event.id], names, corrected.get(event.id, ""), view)


def _entry(event: AnyEvent, fact: Fact, names: dict[str, str], corrected_by: str, view: SessionView) -> Entry:
    late = minutes_between(event.at, fact.recorded_at)
    is_own = event.by in names and not isinstance(event, Corrected)
    return Entry(
        event=event,
        says=event_words(event, view.knowledge),
        by=names.get(event.by, event.by),
        fields=[(name, _label(name)) for name in _FIELDS.get(event.kind, ())],
        may_be_corrected=is_own and event.kind != "started" and not corrected_by,
        is_by_hand=bool((fact.payload.get("clock") or {}).get("by_hand")),
        minutes_late=late if late >= LATE_MIN else 0.0,
        recorded_at=fact.recorded_at,
        corrected_by=corrected_by,
        clock=clock_of(fact),
    )


def _label(name: str) -> str:
    fact = load().clinical_facts.get(name)
    return plain(fact.label if fact else _WORDS[name])

"""Words of a session for the pages."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import template

from keel import knowledge
from keel.assessment.session.events import Priority
from keel.assessment.session.state import Phase
from keel.findings import Severity
from keel.knowledge.emergency_cards import EmergencyCard
from keel.messages import Message
from keel.reports.documents import signature_words
from keel.web import clock
from keel.web.clinic.models import Clinic
from keel.web.clinic.roles import ROLES
from keel.web.directory.queries import listing_for
from keel.web.language.rendering import plain
from keel.web.language.words import gettext as _
from keel.web.live.board import ShownAlarm
from keel.web.live.cards import cards_of
from keel.web.live.models import Adoption
from keel.web.live.screens import Screen, screen_of

register = template.Library()


@register.simple_tag(takes_context=True)
def screen_beside(context: dict[str, Any], session: str) -> Screen:
    """The alarms beside a session, of it and of other rooms, as a screen gets them each second."""
    request = context["request"]
    return screen_of(request, request.place.clinic, clock.now(), session=session)


HOURS_FROM_MIN = 120
"""Minutes from which an age is said in hours."""


@register.filter
def phase_words(phase: Phase) -> str:
    """Where a session stands."""
    return {
        Phase.PLANNED: _("planned"),
        Phase.PREPARING: _("preparing"),
        Phase.DOSING: _("dosing"),
        Phase.PAUSED: _("paused"),
        Phase.OBSERVING: _("observing"),
        Phase.DISCHARGED: _("discharged"),
        Phase.LEFT_AGAINST_ADVICE: _("left against advice"),
        Phase.TRANSFERRED: _("taken to hospital"),
    }[phase]


@register.filter
def protocol_title(protocol: str) -> str:
    """The title of a protocol; empty for none."""
    return knowledge.load().protocols[protocol].title if protocol else ""


@register.filter
def side_words(side: str) -> str:
    """In which direction a number is stricter."""
    return _("higher") if side == "higher" else _("lower")


@register.filter
def of_cut(changes: dict[str, Any], field: str) -> Any:
    """The number that was written for a field of the form of a decision; empty for none."""
    return changes.get("cuts", {}).get(field.removeprefix("cut-"), "")


@register.filter
def of_rule(changes: dict[str, Any], rule: str) -> str:
    """The verb that was chosen for a rule; empty for none."""
    return str(changes.get("rules", {}).get(rule, ""))


@register.filter
def signers(signatures: Sequence[Adoption]) -> str:
    """Who signed, by their names."""
    return ", ".join(one.by.get_full_name() for one in signatures)


@register.filter
def alarm_words(one: ShownAlarm) -> str:
    """What an alarm wants, in a word; a first value of the cuff wants a second one."""
    priority = one.alarm.priority
    if priority is Priority.LOW and one.finding.severity is Severity.HOLD:
        return _("Measure again")
    return {Priority.HIGH: _("Act now"), Priority.MEDIUM: _("Go and look"), Priority.LOW: _("Be aware")}[priority]


@register.filter
def role_words(role: str) -> str:
    """To whom an alarm has gone on."""
    return str(ROLES[role].title) if role in ROLES else _("everyone here")


@register.filter
def sign_words(name: str) -> str:
    """A vital sign in a word."""
    return {"bp": _("Pressure"), "hr": _("Pulse"), "spo2": _("Oxygen"), "rr": _("Breaths")}[name]


@register.filter
def name_of(names: dict[str, str], username: str) -> str:
    """The name of a member of staff for the screen."""
    return names.get(username, username)


@register.inclusion_tag("live/event_head.html", takes_context=True)
def event_head(context: Any, kind: str, part: str = "") -> dict[str, Any]:
    """The hidden fields of a form that records an event: its type, an id made for this form, whose it is, its part."""
    names = ("live", "patient", "csrf_token")
    return {
        **{name: context.get(name) for name in names},
        "kind": kind,
        "id": str(uuid.uuid4()),
        "next": part or context.get("part", ""),
    }


@register.inclusion_tag("live/save.html", takes_context=True)
def save_button(context: Any, words: str, look: str = "", name: str = "", value: str = "") -> dict[str, Any]:
    """A button that records; the room and whom it is about stand inside it."""
    names = ("live", "patient", "initials")
    return {**{one: context.get(one) for one in names}, "words": words, "look": look, "name": name, "value": value}


@register.filter
def ago(minutes: float) -> str:
    """An age in words: minutes up to two hours, then hours."""
    if minutes < 1:
        return _("just now")
    if minutes < HOURS_FROM_MIN:
        return _("%(count)s min ago") % {"count": int(minutes)}
    return _("%(count)s h ago") % {"count": int(minutes // 60)}


@register.filter
def value_of(told: Any, name: str) -> str:
    """What was typed into a field of the form that came back."""
    return str(told.get(name, "")) if told else ""


@register.filter
def lookup(mapping: Any, name: str) -> Any:
    """The value under a name."""
    return mapping.get(name) if mapping else None


@register.filter
def word_of(value: str) -> str:
    """A word of a choice as people read it."""
    return plain(value.replace("_", " "))


@register.simple_tag
def emergency_cards(clinic: Clinic) -> tuple[EmergencyCard, ...]:
    """The emergency cards of a clinic."""
    return cards_of(clinic)


@register.simple_tag
def emergency_numbers(clinic: Clinic) -> list[str]:
    """The numbers to call in an emergency where a clinic is; empty where none is confirmed."""
    return [one.service.phone for one in listing_for(clinic.country).emergency if one.service.phone]


@register.filter
def card_signed(card: EmergencyCard) -> Message:
    """Version, day and who signed a card."""
    return signature_words(card)

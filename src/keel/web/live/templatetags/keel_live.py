"""Words of a session for the pages."""

import uuid
from typing import Any

from django import template

from keel.assessment.session.state import Phase
from keel.web.language.rendering import plain
from keel.web.language.words import gettext as _

register = template.Library()
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

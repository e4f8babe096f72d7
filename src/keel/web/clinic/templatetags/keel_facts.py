"""Facts as a line of words."""

import json
from typing import Any

from django import template

from keel import knowledge
from keel.web.clinic.models import Fact, Kind
from keel.web.language.words import gettext as _

register = template.Library()
LONGEST_LINE = 500
"""Characters of a fact in the ledger."""


@register.filter
def fact_kind(fact: Fact) -> str:
    """What a fact is, in a word."""
    return {
        Kind.PERSON: _("Person"),
        Kind.DOSE: _("Dose"),
        Kind.PATTERN: _("Told pattern"),
        Kind.MEASUREMENT: _("Measurement"),
        Kind.MEDICINE: _("Medicine"),
        Kind.ANSWERS: _("Answers"),
        Kind.CONDITION: _("Condition"),
        Kind.VOID: _("Taken back"),
    }[Kind(fact.kind)]


@register.filter
def fact_text(fact: Fact) -> str:
    """What a fact says; the amount first, with the unit that it was written with. One of another shape: as stored."""
    try:
        return _shortened(_text(fact))
    except (AttributeError, KeyError, TypeError, ValueError):
        return _shortened(json.dumps(fact.payload, ensure_ascii=False))


def _shortened(text: str) -> str:
    """At most `LONGEST_LINE` characters of a line of the ledger."""
    return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]}…"


def _text(fact: Fact) -> str:
    entry: dict[str, Any] = fact.payload
    match fact.kind:
        case Kind.DOSE:
            return _dose(entry)
        case Kind.PERSON:
            return ", ".join(f"{name} {value}".replace("_", " ") for name, value in entry.items())
        case Kind.ANSWERS:
            title = knowledge.load().instruments[entry["instrument"]].name
            total = entry.get("total")
            answered = _("%(count)d answers") % {"count": len(entry.get("items", {}))}
            return f"{title}: {answered if total is None else total}"
        case Kind.MEASUREMENT:
            value = entry.get("value", entry.get("text", ""))
            name = entry.get("what") or entry.get("name") or entry.get("code")
            return f"{name}: {value} {entry.get('unit') or ''}".strip()
        case Kind.VOID:
            return _("Fact %(number)d no longer counts.") % {"number": fact.voids.sequence}
        case _:
            return str(entry.get("text", ""))


def _dose(entry: dict[str, Any]) -> str:
    facts, amount = knowledge.load(), entry.get("amount")
    if isinstance(amount, dict):
        amount = _("%(low)s to %(high)s") % {"low": amount["low"], "high": amount["high"]}
    substance, route = entry["substance"], entry.get("route", "unknown")
    names = [
        facts.substances[substance].title if substance in facts.substances else substance,
        facts.routes[route].title.lower() if route in facts.routes else _("route not known"),
        _("over %(time)s") % {"time": entry["over"]} if entry.get("over") else "",
    ]
    return ", ".join([amount or _("amount not known"), *(name for name in names if name)])

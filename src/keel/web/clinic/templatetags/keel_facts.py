"""Facts as a line of words."""

import datetime as dt
import json
from typing import Any

from django import template
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from keel import knowledge
from keel.messages import Message
from keel.web.clinic.models import Fact, Kind, PatientSummary
from keel.web.clinic.summaries import Mark
from keel.web.language.rendering import plain
from keel.web.language.words import gettext as _

register = template.Library()
LARGE = 1000
"""From here on a number is shown whole."""
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
        Kind.RISK_ASSESSMENT: _("Risk judged"),
        Kind.CONTACT: _("Contact"),
        Kind.CONSENT: _("Consent"),
        Kind.VISIT: _("Visit"),
        Kind.MERGE: _("Same person"),
        Kind.SESSION: _("Session"),
        Kind.EVENT: _("In a session"),
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
        case Kind.RISK_ASSESSMENT:
            return f"{entry.get('risk', 'suicide')}: {entry['level']}, {entry.get('by', '')}: {entry.get('reason', '')}"
        case Kind.CONTACT:
            return f"{entry['name']}, {contact_words(entry['role'])}, {entry.get('phone', '')}".strip(", ")
        case Kind.CONSENT:
            given = _("given") if entry["given"] else _("refused or withdrawn")
            return f"{consent_words(entry['to'])}: {given}, {entry['on']}, {entry['version']}"
        case Kind.VISIT:
            return f"{entry['at'][:16].replace('T', ' ')} {entry.get('what', '')}".strip()
        case Kind.MERGE:
            return str(entry["number"])
        case Kind.SESSION:
            return str(entry["session"]["protocol"])
        case Kind.EVENT:
            said = {name: value for name, value in entry["event"].items() if name not in ("id", "at", "by", "type")}
            kind = entry["event"]["type"].replace("_", " ")
            return f"{kind} {json.dumps(said, ensure_ascii=False) if said else ''}".strip()
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


# Words and small drawings of the list and of the page of a patient


@register.filter
def contact_words(role: str) -> str:
    """What somebody is called for."""
    return {
        "escort": _("takes the person home"),
        "emergency": _("in an emergency"),
        "family": _("family or friend"),
        "professional": _("doctor, therapist or service"),
    }.get(str(role), str(role))


@register.filter
def consent_words(to: str) -> str:
    """What is consented to."""
    return {
        "treatment": _("Treatment"),
        "sharing": _("Sharing the record, substance use in it (42 CFR Part 2)"),
        "research": _("Research"),
    }.get(str(to), str(to))


@register.filter
def course_words(course: str) -> str:
    """Which way a score went."""
    return {
        "better": _("better"),
        "worse": _("worse"),
        "same": _("no change that counts"),
        "unknown": _("which way is better is not published"),
    }.get(str(course), "")


def mark_words(mark: str) -> str:
    """Why a patient stands first."""
    return {
        Mark.SUICIDE: _("Suicide: somebody asks now"),
        Mark.UNREAD: _("Could not be read"),
        Mark.BLOCK: _("Blocked"),
        Mark.NEVER_TOGETHER: _("Never together"),
        Mark.DOSE: _("Dose to be looked at"),
        Mark.STACKING: _("Several that add up"),
        Mark.TOGETHER: _("Serious together"),
        Mark.HOLD: _("Ask first"),
    }[Mark(mark)]


@register.filter
def marks_of(row: PatientSummary) -> list[dict[str, Any]]:
    """The marks of a row, one of each kind, in words of the page's language."""
    first: dict[str, dict[str, Any]] = {}
    for one in row.shown.get("marks", ()):
        kept = first.setdefault(one["mark"], one | {"word": mark_words(one["mark"])})
        if not kept.get("text") or isinstance(kept["text"], dict):
            kept["text"] = in_page_language(one["text"]) if one["text"] else ""
    return list(first.values())


@register.filter
def marks_more(row: PatientSummary) -> int:
    """How many marks stand behind the two that are shown."""
    count: int = len(row.shown.get("marks", ())) + row.shown.get("more", 0)
    return max(0, count - min(2, len(marks_of(row))))


@register.filter
def in_page_language(texts: dict[str, str]) -> str:
    """A text that the projection keeps in every language."""
    here = (translation.get_language() or "en").partition("-")[0]
    return texts.get(here) or texts.get("en", "")


@register.simple_tag
def due_in_short(row: PatientSummary, today: dt.date) -> dict[str, Any]:
    """How many things are overdue, and the first that is or becomes due: what, on which day, how many days ago."""
    due = sorted(row.shown.get("due", ()), key=lambda one: str(one["on"]))
    if not due:
        return {"overdue": 0, "first": ""}
    on = dt.date.fromisoformat(due[0]["on"])
    return {
        "overdue": sum(dt.date.fromisoformat(one["on"]) < today for one in due),
        "first": in_page_language(due[0]["what"]),
        "on": on,
        "days": max(0, (today - on).days),
    }


@register.filter
def figure(value: float) -> str:
    """A number of a dose: three digits of a small one, the whole of a large one, with the signs of the language."""
    return str(plain(Message("{value}", value=round(value) if value >= LARGE else float(f"{value:.3g}"))))


@register.filter
def last_total(points: list[tuple[str, float]]) -> float:
    """The newest total."""
    return points[-1][1]


@register.filter
def sparkline(points: list[tuple[str, float]]) -> SafeString:
    """The totals as a line of 120 by 28, over their days, with the same in words."""
    days = [dt.date.fromisoformat(day).toordinal() for day, _total in points]
    totals = [total for _day, total in points]
    words = ", ".join(f"{day}: {total:g}" for day, total in points)
    span, most = max(1, days[-1] - days[0]), max(1.0, *totals)
    spots = [
        (4 + 112 * (day - days[0]) / span, 25 - 22 * total / most) for day, total in zip(days, totals, strict=True)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    dots = format_html_join("", '<circle cx="{}" cy="{}" r="2.4"/>', ((f"{x:.1f}", f"{y:.1f}") for x, y in spots))
    return format_html(
        '<svg class="spark" viewBox="0 0 120 28" width="120" height="28" role="img" aria-label="{}">'
        '<polyline points="{}" fill="none" stroke="currentColor" stroke-width="1.6"/>{}</svg>',
        words,
        line,
        dots,
    )

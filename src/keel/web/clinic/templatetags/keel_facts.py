"""What the list and the pages of a clinic say and draw of facts."""

import datetime as dt
from typing import Any

from django import template
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from keel.messages import Message
from keel.web.clinic.fact_words import consent_words, contact_words, fact_kind, fact_text
from keel.web.clinic.models import PatientSummary
from keel.web.clinic.panels import panels_at
from keel.web.clinic.summaries import Mark
from keel.web.language.rendering import plain
from keel.web.language.words import gettext as _

register = template.Library()
for words in (fact_kind, fact_text, contact_words, consent_words):
    register.filter(words.__name__, words)
LARGE = 1000
"""From here on a number is shown whole."""


@register.simple_tag(takes_context=True)
def panels(context: template.Context, place: str, subject: Any) -> SafeString:
    """What apps above add to a place of a page."""
    return panels_at(place, context["request"], subject)


# Words and small drawings of the list and of the page of a patient


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

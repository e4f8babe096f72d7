"""Findings: their word, their summary, what to do next, and the reasons behind them."""

from typing import Any

from django import template

from keel.findings import Finding
from keel.messages import Message, in_language
from keel.web.language.rendering import page_catalogue, rendered
from keel.web.language.words import gettext as _
from keel.web.picture.queries import as_typed, fact_words, severity_words

register = template.Library()
register.simple_tag(severity_words)
register.filter("fact_words", fact_words)


@register.inclusion_tag("picture/finding.html")
def finding_card(finding: Finding, audience: str = "public") -> dict[str, Any]:
    """A finding: its word and symbol, summary, next step; why, how sure and sources folded below."""
    summary, next_step = finding.summary, finding.next_step
    if audience != "clinic":
        summary = summary if finding.public_summary is None else finding.public_summary
        next_step = next_step if finding.public_next_step is None else finding.public_next_step
    return {"finding": finding, "audience": audience, "summary": summary, "next_step": next_step}


@register.filter
def reason_value(value: Any) -> str:
    """The value of a reason as people read it; None is “not given”, what was typed stays as it was."""
    if value is None:
        return _("not given")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Message):
        return rendered(value)
    return as_typed(value) if isinstance(value, str) else in_language(value, page_catalogue())

"""Findings: their word, their summary, what to do next, and the reasons behind them."""

import re
from typing import Any

import msgspec
from django import template

from keel.findings import Finding, Severity
from keel.web.language import texts
from keel.web.language.said import Told, medicine_said, translated
from keel.web.language.words import gettext as _
from keel.web.language.words import numbers
from keel.web.picture.queries import fact_words

register = template.Library()
register.filter("fact_words", fact_words)
UNANSWERED = "/safety-item-unanswered"
"""How the rule ends that speaks of a question about danger without an answer."""
_LEAD = re.compile(r"(?:Outside a clinic|Elsewhere): ")
_END = re.compile(r"(?<=[.!?])\s+")


@register.simple_tag
def severity_words(severity: Severity, audience: str = "public") -> str:
    """The word of a severity; outside a clinic a block means to get help now, and nobody is there to be asked first."""
    return {
        Severity.BLOCK: _("Stop") if audience == "clinic" else _("Get help now"),
        Severity.HOLD: _("Ask first") if audience == "clinic" else _("Serious"),
        Severity.WARN: _("Take care"),
        Severity.NOTE: _("Worth knowing"),
    }[severity]


@register.inclusion_tag("picture/finding.html")
def finding_card(finding: Finding, audience: str = "public") -> dict[str, Any]:
    """A finding: its word and symbol, summary, next step; why, how sure and sources folded below."""
    if audience != "clinic" and finding.rule.endswith(UNANSWERED):
        finding = _unanswered_in_public(finding)
    is_whole = audience == "clinic" or isinstance(finding.next_step, Told)
    next_step = finding.next_step if is_whole else for_public(finding.next_step)
    return {"finding": finding, "audience": audience, "next_step": next_step}


def _unanswered_in_public(finding: Finding) -> Finding:
    """A question about danger that stayed open, said to the person: the question itself, and what a yes would mean."""
    instrument = texts.instrument(finding.rule.removesuffix(UNANSWERED))
    named = [reason.name.rpartition(" ")[2] for reason in finding.why]
    questions = " ".join(_("“%(question)s”") % {"question": item.text} for item in instrument.items if item.id in named)
    return msgspec.structs.replace(
        finding,
        summary=Told(_("You left open: %(questions)s") % {"questions": questions}),
        next_step=Told(_("An open question is not a no. If it is true for you, tell a doctor or call for help today.")),
    )


def for_public(next_step: str) -> str:
    """A next step in the language of the page, without the sentences to a clinic; empty where there are no others."""
    wanted = [one for one in _END.split(next_step) if not one.startswith("Clinic:")]
    told = [translated(one) for one in wanted]
    if None in told or not told:
        return " ".join(map(_without_lead, wanted, wanted))
    return Told(" ".join(_without_lead(one, str(here)) for one, here in zip(wanted, told, strict=True)))


def _without_lead(sentence: str, here: str) -> str:
    """A sentence as it is said here, without “outside a clinic: ” where the English begins so."""
    bare = here.partition(": ")[2] if _LEAD.match(sentence) else here
    return bare[:1].upper() + bare[1:]


@register.filter
def reason_value(value: Any) -> str:
    """The value of a reason as people read it; None is “not given”."""
    if value is None:
        return _("not given")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float | int):
        return numbers(f"{value:,.6g}")
    told = [translated(one) or medicine_said(one) for one in str(value).split(", ")]
    return translated(str(value)) or ", ".join(told)


@register.filter
def plain(name: str) -> str:
    """A name of the code as words: “days_per_week” to “days per week”."""
    return name.replace("_", " ")

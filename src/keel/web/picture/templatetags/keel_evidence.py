"""Findings, sources, marks of certainty and amounts, as every page prints them."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from keel import knowledge
from keel.assessment.instruments import Score
from keel.findings import Finding, Severity
from keel.knowledge import Certainty
from keel.knowledge.evidence import Conflict, Source, Verdict
from keel.knowledge.instruments import Band as ScoreBand
from keel.quantities import Interval, interval_text
from keel.web.check import choices
from keel.web.evidence.withheld import is_withheld
from keel.web.language import texts as pages
from keel.web.language.said import Told, drawn, name_said, translated
from keel.web.language.said import said as said_here
from keel.web.language.words import gettext as _
from keel.web.language.words import numbers
from keel.web.picture.queries import conflicts_with

register = template.Library()
UNANSWERED = "/safety-item-unanswered"
"""How the rule ends that speaks of a question about danger without an answer."""


@register.filter
def amount(interval: Interval | None, unit: str = "") -> str:
    """“20,800 mg”, “1,000 to 2,000 mg”, or “not known”."""
    if interval is None:
        return _("not known")
    return numbers(f"{interval_text(interval)} {unit}".strip())


@register.filter
def multiple(interval: Interval | None) -> str:
    """How many times, to three figures: “22.9”, “7.69 to 15.4”, or “not known”."""
    return _("not known") if interval is None else numbers(interval_text(interval, 3))


@register.filter
def grams(interval: Interval | None) -> str:
    """Milligrams in grams where that reads better (“20.8 g”), else empty."""
    if interval is None or interval.high < 1000:
        return ""
    return numbers(f"{interval_text(interval / 1000, 4)} g")


@register.filter
def reason_value(value: Any) -> str:
    """The value of a reason as people read it; None is “not given”."""
    if value is None:
        return _("not given")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float | int):
        return numbers(f"{value:,.6g}")
    told = [translated(one) or name_said(one) for one in str(value).split(", ")]
    return translated(str(value)) or ", ".join(told)


@register.filter
def medicines_said(names: Iterable[str], between: str = ", ") -> str:
    """Names of substances in the language of the page, joined."""
    return between.join(name_said(name) for name in names)


@register.filter
def notice(score: Score) -> str:
    """What stands below a questionnaire about its owners, in the language of the page."""
    return pages.instrument(score.instrument).rights.notice


@register.filter
def figure_said(figure: str) -> str:
    """The figure of a claim: its numbers as the language writes them, its words translated."""
    return translated(figure) or numbers(figure)


@register.filter
def as_typed(name: str) -> str:
    """What was typed, as it was; what was ticked, in the language of the page."""
    return name_said(name) if name in choices.DRUGS else name


@register.filter
def plain(name: str) -> str:
    """A name of the code as words: “days_per_week” to “days per week”."""
    return name.replace("_", " ")


@register.filter
def unit_words(unit: str) -> str:
    """A UCUM unit as people read it, with the space that stands before it."""
    words = {
        "%": "%",
        "x": _("times"),
        "a": _("years"),
        "mo": _("months"),
        "wk": _("weeks"),
        "d": _("days"),
        "d/wk": _("days a week"),
        "/wk": _("a week"),
        "/a": _("a year"),
        "mg/a": _("mg a year"),
        "mg/wk": _("mg a week"),
        "g/d": _("g a day"),
        "/min": _("a minute"),
        "mm[Hg]": "mmHg",
        "Cel": "°C",
        "1": "",
        "{criterion}": "",
        "{score}": "",
        "{case}": _("cases"),
        "{death}": _("deaths"),
        "{person}": _("people"),
        "{session}": _("sessions"),
        "{substance}": _("substances"),
    }
    shown = words[unit] if unit in words else translated(unit) or unit
    return f" {shown}" if shown and shown != "%" else shown


@register.filter
def origin_source(origin: str) -> Source | None:
    """The text in which a claim is made (“seed-2, line 16”), where it is one of the sources."""
    return knowledge.load().sources.get(origin.partition(",")[0])


@register.filter
def fact_words(name: str) -> str:
    """A fact that a band could rise with, as people say it."""
    words = {
        "days_per_week": _("on how many days a week"),
        "g_per_using_day": _("how much on a day"),
        "months_at_3_a_week": _("for how many months on 3 or more days a week"),
        "urinary_symptoms": _("trouble with passing urine"),
        "known_uropathy": _("a bladder already harmed by ketamine"),
        "red_flags": _("a sign that needs care at once"),
        "home_dosing": _("doses at home"),
        "most_sessions_in_a_week": _("the most sessions in a week"),
        "most_sessions_in_a_week_after_week_8": _("the most sessions in a week after week 8"),
        "maintenance_months": _("for how many months treatment went on"),
        "new_urinary_symptom": _("new trouble with passing urine"),
        "used_in_6_months": _("any use in the last 6 months"),
    }
    return words.get(name) or name.replace("_", " ")


@register.filter
def danger_words(danger: str) -> str:
    """How serious an interaction is."""
    return {
        "contraindicated": _("never together"),
        "major": _("serious"),
        "moderate": _("take care"),
        "minor": _("small"),
    }.get(str(danger), str(danger))


@register.filter
def said(text: str) -> str:
    """A sentence of a finding, an arithmetic or a rule in the language of the page; English is marked as English."""
    return said_here(text)


@register.filter
def drawing(svg: str) -> SafeString:
    """A drawing of our own (`keel.reports.charts` escapes its labels), put into the page as it is."""
    return mark_safe(drawn(svg))  # noqa: S308


@register.simple_tag
def severity_words(severity: Severity, audience: str = "public") -> str:
    """The word of a severity; outside a clinic a block means to get help now, and nobody is there to be asked first."""
    return {
        Severity.BLOCK: _("Stop") if audience == "clinic" else _("Get help now"),
        Severity.HOLD: _("Ask first") if audience == "clinic" else _("Serious"),
        Severity.WARN: _("Take care"),
        Severity.NOTE: _("Worth knowing"),
    }[severity]


@register.filter
def certainty_words(mark: Certainty | None) -> str:
    """How sure a fact is, in words for people."""
    return {
        Certainty.SEEN: _("read in the source"),
        Certainty.SECONDHAND: _("second-hand"),
        Certainty.MEMORY: _("not verified"),
        Certainty.DEFAULT: _("a default of ours"),
        None: "",
    }[mark]


@register.filter
def certainty_means(mark: Certainty | None) -> str:
    """What a mark of certainty means, in a sentence."""
    return {
        Certainty.SEEN: _("We read this in the source itself: its abstract, its text or its label."),
        Certainty.SECONDHAND: _("We read this in another work that reports the source."),
        Certainty.MEMORY: _("We believe this but found it in no source. Confirm it before you rely on it."),
        Certainty.DEFAULT: _("No source gives this number. We chose it, and a clinic must confirm it."),
        None: "",
    }[mark]


@register.simple_tag
def source_rows(ids: Iterable[str]) -> list[Source]:
    """The sources with these ids, each once; ids that the evidence does not hold are left to the knowledge check."""
    table = knowledge.load().sources
    return list(dict.fromkeys(table[name] for name in ids if name in table))


@register.simple_tag
def conflict_rows(ids: Iterable[str]) -> list[Conflict]:
    """The conflicts that a finding names, directly or by a claim that is a side of them, each once."""
    facts = knowledge.load()
    found: list[Conflict] = []
    for name in ids:
        found += [facts.conflicts[name]] if name in facts.conflicts else conflicts_with(name, facts)
    return list(dict.fromkeys(found))


@register.inclusion_tag("picture/finding.html")
def finding_card(finding: Finding, audience: str = "public", level: int = 3) -> dict[str, Any]:
    """A finding: its word and symbol, summary, next step; why, how sure and sources folded below."""
    if audience != "clinic" and finding.rule.endswith(UNANSWERED):
        finding = _unanswered_in_public(finding)
    is_whole = audience == "clinic" or isinstance(finding.next_step, Told)
    next_step = finding.next_step if is_whole else for_public(finding.next_step)
    return {"finding": finding, "audience": audience, "level": level, "next_step": next_step}


def _unanswered_in_public(finding: Finding) -> Finding:
    """A question about danger that stayed open, said to the person: the question itself, and what a yes would mean."""
    instrument = pages.instrument(finding.rule.removesuffix(UNANSWERED))
    named = [reason.name.rpartition(" ")[2] for reason in finding.why]
    questions = " ".join(_("“%(question)s”") % {"question": item.text} for item in instrument.items if item.id in named)
    return msgspec.structs.replace(
        finding,
        summary=Told(_("You left open: %(questions)s") % {"questions": questions}),
        next_step=Told(_("An open question is not a no. If it is true for you, tell a doctor or call for help today.")),
    )


@register.filter
def is_for_clinicians(finding: Finding) -> bool:
    """Whether a finding of a questionnaire is about how it was scored; people get it folded, and in other words."""
    return finding.rule.partition("/")[2].startswith(("algorithm", "prorated", "incomplete"))


@register.filter
def check_name(instrument: str) -> str:
    """What a questionnaire is about, in words, with the name under which clinics know it."""
    return {
        "phq-9": _("Low mood (PHQ-9)"),
        "gad-7": _("Worry (GAD-7)"),
        "who-5": _("Well-being (WHO-5)"),
        "pcl-5": _("After something terrible (PCL-5)"),
        "audit-c": _("Drinking (AUDIT-C)"),
        "asq": _("Thoughts of suicide (ASQ)"),
    }.get(instrument, instrument)


class BandRow(NamedTuple):
    """A range of totals, what it is called, and whether the total lies in it."""

    range: str
    name: str
    is_here: bool


@register.simple_tag
def score_bands(score: Score) -> list[BandRow]:
    """The ranges of a questionnaire's total in order; empty where it has none, or where they vary by person."""
    bandings = knowledge.load().instruments[score.instrument].bandings
    if len(bandings) != 1:
        return []
    return [BandRow(_span(band), band.name, band.name == score.band) for band in bandings[0].bands]


def _span(band: ScoreBand) -> str:
    return f"{band.least:g}+" if band.most is None else f"{band.least:g}–{band.most:g}"


_LEAD = re.compile(r"(?:Outside a clinic|Elsewhere): ")
_END = re.compile(r"(?<=[.!?])\s+")


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


@register.simple_tag
def sources(ids: Iterable[str], certainty: Certainty | None = None) -> SafeString:
    """Chips that open each source in place, with the mark of certainty before them."""
    return _sources(tuple(ids), certainty or None, get_language() or "")


@lru_cache(maxsize=4096)
def _sources(ids: tuple[str, ...], mark: Certainty | None, language: str) -> SafeString:
    """Laid out once for each language: sources hold nothing about anybody."""
    return render_to_string("picture/sources.html", {"rows": source_rows(ids), "certainty": mark})


@register.inclusion_tag("picture/certainty.html")
def certainty(mark: Certainty | None) -> dict[str, Any]:
    """The mark of certainty: symbol, words, and what they mean on demand."""
    return {"mark": mark}


@register.inclusion_tag("picture/conflict.html")
def conflict_card(conflict: Conflict) -> dict[str, Any]:
    """A question on which sources disagree, with both sides."""
    return {"conflict": conflict}


@register.filter
def verdict_words(verdict: Verdict) -> str:
    """How a statement fares against its sources."""
    return {
        Verdict.SUPPORTED: _("Supported"),
        Verdict.PARTLY: _("Partly right"),
        Verdict.CONTRADICTED: _("Contradicted"),
        Verdict.NOT_FOUND: _("No source found"),
        Verdict.OWN: _("Keel’s own statement"),
    }[verdict]


register.filter("is_withheld", is_withheld)


@register.filter
def kind_words(kind: str) -> str:
    """A kind of evidence, in the plural."""
    return {
        "claims": _("Claims"),
        "conflicts": _("Disagreements"),
        "figures": _("Figures"),
        "sources": _("Sources"),
    }.get(kind, kind)


@register.filter
def kind_one(kind: str) -> str:
    """A kind of evidence, in the singular."""
    return {
        "claims": _("Claim"),
        "conflicts": _("Disagreement"),
        "figures": _("Figure"),
        "sources": _("Source"),
    }.get(kind, kind)


@register.filter
def topic_words(topic: str) -> str:
    """A topic of the evidence as a heading: “blood-pressure” to “Blood pressure”."""
    name = topic.replace("-", " ")
    return (translated(name) or name).capitalize()

"""The scores of questionnaires: what each is about, the ranges of its total, whose it is."""

from typing import NamedTuple

from django import template

from keel import knowledge
from keel.assessment.instruments import SCORING, Score
from keel.findings import Finding
from keel.knowledge.instruments import ScoreBand
from keel.web.language import texts
from keel.web.language.words import gettext as _

register = template.Library()


@register.filter
def notice(score: Score) -> str:
    """What stands below a questionnaire about its owners, in the language of the page."""
    return texts.instrument(score.instrument).rights.notice


@register.filter
def is_for_clinicians(finding: Finding) -> bool:
    """Whether a finding of a questionnaire is about how it was scored; people get it folded, and in other words."""
    return finding.subject == SCORING


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

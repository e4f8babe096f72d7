"""The evidence behind what is shown: sources, how sure a fact is, conflicts, verdicts."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from keel import knowledge
from keel.knowledge import Certainty
from keel.knowledge.evidence import Conflict, Verdict
from keel.web.language.words import gettext as _
from keel.web.picture.queries import conflicts_with, is_withheld

register = template.Library()
register.filter("is_withheld", is_withheld)


@register.filter
def certainty_words(mark: Certainty | None) -> str:
    """How sure a fact is, in words for people."""
    return {
        Certainty.SEEN: _("read in the source"),
        Certainty.SECONDHAND: _("second-hand"),
        Certainty.MEMORY: _("not verified"),
        Certainty.DEFAULT: _("Keel’s own default"),
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
def conflict_rows(ids: Iterable[str]) -> list[Conflict]:
    """The conflicts that a finding names, directly or by a claim that is a side of them, each once."""
    facts = knowledge.load()
    found: list[Conflict] = []
    for name in ids:
        found += [facts.conflicts[name]] if name in facts.conflicts else conflicts_with(name, facts)
    return list(dict.fromkeys(found))


@register.simple_tag
def sources(ids: Iterable[str], certainty: Certainty | None = None) -> SafeString:
    """Chips that open each source in place, with the mark of certainty before them."""
    return _sources(tuple(ids), certainty or None, get_language() or "")


@lru_cache(maxsize=4096)
def _sources(ids: tuple[str, ...], mark: Certainty | None, language: str) -> SafeString:
    """Laid out once for each language: sources hold nothing about anybody."""
    table = knowledge.load().sources
    rows = list(dict.fromkeys(table[name] for name in ids if name in table))
    return render_to_string("picture/sources.html", {"rows": rows, "certainty": mark})


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

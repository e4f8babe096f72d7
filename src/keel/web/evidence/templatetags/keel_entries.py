"""The names of kinds and topics of the evidence, and the text in which a claim is made."""

from django import template

from keel import knowledge
from keel.knowledge.evidence import Source
from keel.web.language.said import translated
from keel.web.language.words import gettext as _

register = template.Library()


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


@register.filter
def origin_source(origin: str) -> Source | None:
    """The text in which a claim is made (“seed-2, line 16”), where it is one of the sources."""
    return knowledge.load().sources.get(origin.partition(",")[0])

"""The names of kinds and topics of the evidence, and the text in which a claim is made."""

from django import template

from keel import knowledge
from keel.knowledge.evidence import Source
from keel.web.language.rendering import translated
from keel.web.language.words import gettext as _

register = template.Library()


def _kind(kind: str) -> tuple[str, str]:
    """A kind of evidence, in the plural and in the singular."""
    return {
        "claims": (_("Claims"), _("Claim")),
        "conflicts": (_("Disagreements"), _("Disagreement")),
        "figures": (_("Figures"), _("Figure")),
        "sources": (_("Sources"), _("Source")),
    }[kind]


register.filter("kind_words", lambda kind: _kind(kind)[0])
register.filter("kind_one", lambda kind: _kind(kind)[1])


@register.filter
def topic_words(topic: str) -> str:
    """A topic of the evidence as a heading: “blood-pressure” to “Blood pressure”."""
    name = topic.replace("-", " ")
    return (translated(name) or name).capitalize()


@register.filter
def origin_source(origin: str) -> Source | None:
    """The text in which a claim is made (“seed-2, line 16”), where it is one of the sources."""
    return knowledge.load().sources.get(origin.partition(",")[0])

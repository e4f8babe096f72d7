"""What the pages to read have besides their texts: topics, the comparison, and who helps."""

from collections.abc import Mapping
from typing import Any

from django import template

from keel.knowledge.directory import ListedService
from keel.knowledge.texts import Column, Row, Section, Text
from keel.web.directory.queries import listing_for
from keel.web.language import texts
from keel.web.language.words import gettext as _

MOST_LINES = 4
"""Services named at the end of a text; all of them are a tap further."""

register = template.Library()


@register.simple_tag
def sections_of(text: Text) -> tuple[Section, ...]:
    """Its sections and those that it reuses."""
    return texts.sections(text)


@register.filter
def topic_name(topic: str) -> str:
    """The name of a topic of texts."""
    return {
        "question": _("Questions and answers"),
        "treatment": _("Treatment explained"),
        "help": _("Finding help"),
        "leaflet": _("Leaflets"),
        "page": _("About this check"),
    }.get(topic, topic)


@register.simple_tag
def cell(row: Row, column: Column) -> str:
    """The words of a row under a column."""
    return row.cells[column.id]


@register.inclusion_tag("learn/own.html")
def own(yours: Mapping[str, str], row: Row) -> dict[str, Any]:
    """The reader's own figure for a row; a dash in words where the row has none."""
    return {"value": yours.get(row.yours, "")}


@register.simple_tag(takes_context=True)
def need_lines(context: dict[str, Any], need: str) -> list[ListedService]:
    """The emergency number and the first services for a need in the country of the page, with the fallback."""
    listing = listing_for(context.get("help_country", ""), need)
    fallback = [listing.fallback] if listing.fallback else []
    return [*listing.emergency[:1], *listing.services[:MOST_LINES], *fallback]

"""Texts of the knowledge on a page: sentences whose marks open the source in place."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from keel.knowledge.directory import Listed
from keel.knowledge.texts import Column, Row, Section, Text, pieces, plain
from keel.web.directory.context import listing_for
from keel.web.language import texts as pages
from keel.web.language.words import gettext as _

MOST_LINES = 4
"""Services named at the end of a text; all of them are a tap further."""

register = template.Library()


@register.simple_tag
def cited(text: str) -> SafeString:
    """The text with each of its marks as a small button that opens figure, denominator and work below the line."""
    return _cited(text, pages.language())


@register.simple_tag
def section(part: Section, level: int = 3) -> SafeString:
    """A section: heading at a level (0 for none), paragraphs, list, next step, disagreements."""
    return _section(part, level, pages.language())


# Texts hold nothing about anybody and stay the same while the process lives: each is laid out once for each language.


@lru_cache(maxsize=4096)
def _cited(text: str, language: str) -> SafeString:
    cut = [(piece.text, pages.cite(piece.cites) if piece.cites else None) for piece in pieces(text)]
    return render_to_string("picture/cited.html", {"pieces": cut})


@lru_cache(maxsize=2048)
def _section(part: Section, level: int, language: str) -> SafeString:
    return render_to_string("picture/section.html", {"part": part, "level": level})


@register.simple_tag
def text(name: str) -> Text | None:
    """The text with this id in the language of the page; None where there is none."""
    return pages.here().get(name)


@register.simple_tag
def part_of(text: Text, name: str) -> Section:
    """A section of a text by its id."""
    return text.section(name)


@register.simple_tag
def sections_of(text: Text) -> tuple[Section, ...]:
    """Its sections and those that it reuses."""
    return pages.sections(text)


register.filter("without_marks", plain)


@register.filter
def signed(percent: float) -> str:
    """A change in percent with its sign: “+100”, “−50”, “0”."""
    return f"{percent:+,.0f}".replace("-", "−") if percent else "0"


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
def need_lines(context: dict[str, Any], need: str) -> list[Listed]:
    """The emergency number and the first services for a need in the country of the page, with the fallback."""
    listing = listing_for(context.get("help_country", ""), need)
    fallback = [listing.fallback] if listing.fallback else []
    return [*listing.emergency[:1], *listing.services[:MOST_LINES], *fallback]

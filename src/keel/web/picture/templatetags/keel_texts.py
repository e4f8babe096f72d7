"""Texts of the knowledge on a page: sentences whose marks open the source in place."""

from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from keel.knowledge.texts import Section, Text, pieces, plain
from keel.web.language import texts

register = template.Library()
register.filter("without_marks", plain)


@register.simple_tag
def cited(text: str) -> SafeString:
    """The text with each of its marks as a small button that opens figure, denominator and work below the line."""
    return _cited(text, texts.language())


@register.simple_tag
def section(part: Section, level: int = 3) -> SafeString:
    """A section: heading at a level (0 for none), paragraphs, list, next step, disagreements."""
    return _section(part, level, texts.language())


@lru_cache(maxsize=4096)
def _cited(text: str, language: str) -> SafeString:
    cut = [(piece.text, texts.cite(piece.cites) if piece.cites else None) for piece in pieces(text)]
    return render_to_string("picture/cited.html", {"pieces": cut})


@lru_cache(maxsize=2048)
def _section(part: Section, level: int, language: str) -> SafeString:
    return render_to_string("picture/section.html", {"part": part, "level": level})


@register.simple_tag
def text(name: str) -> Text | None:
    """The text with this id in the language of the page; None where there is none."""
    return texts.here().get(name)


@register.simple_tag
def part_of(text: Text, name: str) -> Section:
    """A section of a text by its id."""
    return text.section(name)

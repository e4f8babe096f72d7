"""Filters of amounts and units, as every page and paper prints them."""

from django import template

from keel.messages import has_words, in_language
from keel.quantities import Figure, Interval, written_unit
from keel.web.language.rendering import page_catalogue, translated
from keel.web.language.words import gettext as _
from keel.web.language.words import numbers

register = template.Library()


@register.filter
def amount(interval: Interval | None, unit: str = "") -> str:
    """“20,800 mg”, “1,000 to 2,000 mg”, or “not known”."""
    if interval is None:
        return _("not known")
    return f"{Figure(interval).in_language(page_catalogue())} {unit}".strip()


@register.filter
def multiple(interval: Interval | None) -> str:
    """How many times, to three figures: “22.9”, “7.69 to 15.4”, or “not known”."""
    return _("not known") if interval is None else Figure(interval, 3).in_language(page_catalogue())


@register.filter
def grams(interval: Interval | None) -> str:
    """Milligrams in grams where that reads better (“20.8 g”), else empty."""
    if interval is None or interval.high < 1000:
        return ""
    return f"{Figure(interval / 1000, 4).in_language(page_catalogue())} g"


@register.filter
def figure_with_unit(figure: str) -> str:
    """The figure of a claim: its numbers as the language writes them, its words translated."""
    return (translated(figure) if has_words(figure) else None) or numbers(figure)


@register.filter
def signed(percent: float) -> str:
    """A change in percent with its sign: “+100”, “−50”, “0”."""
    return f"{percent:+,.0f}".replace("-", "−") if percent else "0"


@register.filter
def unit_words(unit: str) -> str:
    """A UCUM unit as people read it, with the space that stands before it."""
    shown = "" if unit in ("{criterion}", "{score}") else in_language(written_unit(unit), page_catalogue())
    return f" {shown}" if shown and shown != "%" else shown

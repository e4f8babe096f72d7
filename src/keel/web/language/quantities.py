"""Filters of amounts and units, as every page and paper prints them."""

from django import template

from keel.messages import has_words
from keel.quantities import Figure, Interval
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

"""Filters of what the pure packages say: messages, and drawings."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from keel.web.language.rendering import rendered as in_page_language

register = template.Library()


@register.filter
def rendered(text: str) -> str:
    """A sentence of a finding, an arithmetic or a rule in the language of the page; English is marked as English."""
    return in_page_language(text)


@register.filter
def drawing(svg: str) -> SafeString:
    """A drawing of our own (`keel.reports.charts` escapes its labels), put into the page as it is."""
    return mark_safe(svg)  # noqa: S308

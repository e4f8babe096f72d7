"""Medicines and other drugs, and how serious it is to take them with ketamine."""

from collections.abc import Iterable

from django import template

from keel.web.language.rendering import rendered_name
from keel.web.picture.queries import as_typed, danger_words

register = template.Library()
register.filter("as_typed", as_typed)
register.filter("danger_words", danger_words)


@register.filter
def medicine_names(names: Iterable[str], between: str = ", ") -> str:
    """Names of substances in the language of the page, joined."""
    return between.join(rendered_name(name) for name in names)

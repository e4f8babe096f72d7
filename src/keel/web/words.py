"""Texts of the program in the language of the page, typed: what `makemessages` collects beside the templates."""

from django.utils import translation


def gettext(text: str) -> str:
    """The text in the language of the page."""
    return str(translation.gettext(text))

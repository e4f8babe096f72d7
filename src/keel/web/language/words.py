"""Texts of the program in the language of the page, typed: what is collected beside the templates."""

from django.utils import translation

from keel.messages import rewritten
from keel.web.language.rendering import page_catalogue


def gettext(text: str) -> str:
    """The text in the language of the page."""
    return str(translation.gettext(text))


def noop(text: str) -> str:
    """Marks a text for the catalogue; it is said where it is printed."""
    return text


def numbers(text: str) -> str:
    """The text with its numbers as the language of the page writes them: “20,800.5” is “20 800,5” in Spanish.

    A reader of Spanish could take “20,800 mg” for twenty milligrams; thousands are parted by a narrow space there.
    """
    held = page_catalogue()
    return rewritten(text, held.signs) if held else text

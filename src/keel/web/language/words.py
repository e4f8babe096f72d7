"""Texts of the program in the language of the page, typed: what `makemessages` collects beside the templates."""

import re

from django.utils import translation
from django.utils.formats import get_format


def gettext(text: str) -> str:
    """The text in the language of the page."""
    return str(translation.gettext(text))


def numbers(text: str) -> str:
    """The text with its numbers as the language of the page writes them: “20,800.5” is “20 800,5” in Spanish.

    A reader of Spanish could take “20,800 mg” for twenty milligrams; thousands are parted by a narrow space there.
    """
    if get_format("DECIMAL_SEPARATOR") == ".":
        return text
    text = re.sub(r"(?<=\d) to (?=\d)", f" {gettext('to')} ", text)
    parted = re.sub(r"(?<=\d),(?=\d{3})", str(get_format("THOUSAND_SEPARATOR")), text)
    return re.sub(r"(?<=\d)\.(?=\d)", str(get_format("DECIMAL_SEPARATOR")), parted)

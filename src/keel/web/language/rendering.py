"""Messages of the pure packages in the language of the page.

Findings, arithmetic and drawings are made of messages, by packages that know of no page. A text that the catalogue of
the page's language does not have whole stays English, and is marked as English for those who have it read aloud.
"""

from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString

from keel.knowledge.catalogues import ENGLISH, catalogue
from keel.messages import Catalogue, Message, Name


def page_catalogue() -> Catalogue | None:
    """The catalogue of the language of the page; None for English."""
    return catalogue((translation.get_language() or ENGLISH).partition("-")[0])


def rendered(text: str) -> str | SafeString:
    """The text in the language of the page, or as it is, marked as English."""
    plain = translated(text)
    return plain if plain is not None else format_html('<span lang="{}">{}</span>', ENGLISH, text)


def plain(text: str) -> str:
    """The text in the language of the page where the catalogue has it, else in English, without a mark."""
    return _message(text).in_language(page_catalogue())


def translated(text: str) -> str | None:
    """The text in the language of the page; None where the catalogue does not have it whole."""
    held, message = page_catalogue(), _message(text)
    return message.in_language(held) if held is None or message.is_in(held) else None


def rendered_name(name: str) -> str:
    """A name in the language of the page; one that has no other there stays as it is."""
    return Name(name).in_language(page_catalogue())


def _message(text: str) -> Message:
    return text if isinstance(text, Message) else Message(text)

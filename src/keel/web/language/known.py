"""What the catalogue or the knowledge has as it stands in the language of the page: words, sentences, names."""

import re

from django.utils import translation

from keel import knowledge
from keel.web.language.languages import FIRST
from keel.web.language.words import gettext


def language() -> str:
    """The language of the page, without its region."""
    return (translation.get_language() or FIRST).partition("-")[0]


def whole(text: str) -> str | None:
    """A text that the catalogue or the knowledge has as it stands, or but for the size of its first letter."""
    facts, lang = knowledge.load(), language()
    for one in (text, text[:1].lower() + text[1:], text[:1].upper() + text[1:]):
        told = gettext(one)
        if told == one:
            told = facts.translated(one, lang) or ""
        if told:
            return told if one == text else _sized(told, like=text)
    return None


def _sized(told: str, *, like: str) -> str:
    return (told[:1].upper() if like[:1].isupper() else told[:1].lower()) + told[1:]


def medicine_said(text: str) -> str:
    """“Name (class)”, a name or a class in the language of the page; a name that has none there stays as it is."""
    for start in (match.end() for match in re.finditer(r" \(", text) if text.endswith(")")):
        label = whole(text[start:-1])
        if label:
            return f"{_named(text[: start - 2])} ({label})"
    return whole(text) or _named(text)


def _named(name: str) -> str:
    facts, lang = knowledge.load(), language()
    for one in (name, name[:1].lower() + name[1:]):
        told = facts.named(one, lang)
        if told != one:
            return told[:1].upper() + told[1:] if name[:1].isupper() else told
    return name

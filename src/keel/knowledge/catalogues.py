"""The catalogues of translations: data/locale/<language>/LC_MESSAGES, one file a language for all that Keel says.

Texts are collected and compiled by `scripts/messages.py` (Babel). The file is called `django` because Django looks for
that name: pages, command line and JSON read the same one.
"""

from functools import lru_cache
from gettext import GNUTranslations
from pathlib import Path

from keel.knowledge.errors import UnknownId
from keel.knowledge.files import PACKAGED
from keel.messages import Catalogue, Message

ENGLISH = "en"
"""The language in which texts are written; every other one is a catalogue."""
LOCALE = PACKAGED / "locale"
COMPILED = Path("LC_MESSAGES") / "django.mo"


def languages() -> tuple[str, ...]:
    """Codes of the languages that Keel speaks, English first."""
    return (ENGLISH, *sorted(file.parents[1].name for file in LOCALE.glob(f"*/{COMPILED}")))


@lru_cache(maxsize=8)
def catalogue(language: str) -> Catalogue | None:
    """The catalogue of a language; None for English. UnknownId for a language that Keel does not speak."""
    if language == ENGLISH:
        return None
    if language not in languages():
        raise UnknownId(Message("language"), language, list(languages()))
    with (LOCALE / language / COMPILED).open("rb") as file:
        return Catalogue(language, GNUTranslations(file), lambda: _questions(language))


def _questions(language: str) -> dict[str, str]:
    """Questions of the questionnaires that have words in a language, by their English."""
    from keel.knowledge.base import load

    facts = load()
    translated = [words for words in facts.instrument_words.values() if words.lang == language]
    return {
        item.text: words.items[item.id]
        for words in translated
        for item in facts.instruments[words.id].items
        if item.id in words.items
    }

"""Words in which people describe a pattern of use, by language: the shape of data/phrases/<language>.toml."""

import msgspec

from keel.knowledge.certainty import Certainty
from keel.knowledge.documents import Document


class FrequencyPhrase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A phrase for how often, as sessions a year; an interval where the words leave it open.

    `assumes` is what Keel takes the words to mean, shown to the person; empty where they are plain arithmetic.
    """

    id: str
    phrases: tuple[str, ...]
    low: float
    mid: float
    high: float
    assumes: str = ""
    certainty: Certainty = Certainty.DEFAULT


class WordList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words that name one value: a route, a setting, a substance or a form."""

    id: str
    words: tuple[str, ...]


class Phrases(Document, frozen=True, kw_only=True):
    """All the words of one language; sessions are using days, 52 weeks and 365 days make a year."""

    frequencies: tuple[FrequencyPhrase, ...]
    routes: tuple[WordList, ...]
    settings: tuple[WordList, ...]
    substances: tuple[WordList, ...]
    forms: tuple[WordList, ...]

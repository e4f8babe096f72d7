"""Words of a question to the evidence: those that say nothing, and those that others say in other words."""

import msgspec


class SearchWord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A word of a question: a row of evidence/search-words.csv.

    `means` are other words for the same; none for a word that says nothing about the subject ("how").
    """

    word: str
    means: tuple[str, ...]

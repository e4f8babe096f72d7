"""Names near a misspelt word: every name within two edits (one for words below seven letters), nearest first.

An edit is a letter added, dropped, replaced, or swapped with its neighbour (optimal string alignment), as in SymSpell.
RapidFuzz compares the word with all names; the tests compare its answers with those of symspellpy.
"""

from collections.abc import Iterable
from typing import NamedTuple

SHORTEST = 5
"""Words with fewer letters are not guessed at."""


class Near(NamedTuple):
    """A name and how many edits away it is."""

    edits: int
    name: str


def allowed_edits(word: str) -> int:
    """How many edits a word of this length may be away from a name: 0 below five letters, 1 below seven, else 2."""
    if len(word) < SHORTEST:
        return 0
    return 1 if len(word) < 7 else 2


class Spelling:
    """Finds the names near a word; there is nothing to build."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = sorted(names)
        self._longest = max(map(len, self.names), default=0)

    def near(self, word: str) -> list[Near]:
        """Names within the allowed edits of `word`, nearest first, then by name; none for short words.

        >>> Spelling(["sertraline", "cetirizine"]).near("sertralin")
        [Near(edits=1, name='sertraline')]
        """
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        most = allowed_edits(word)
        if not most or len(word) > self._longest + most:  # an edit adds one letter at most
            return []
        found = process.extract(word, self.names, scorer=OSA.distance, score_cutoff=most, limit=None)
        return sorted(Near(int(edits), name) for name, edits, _ in found)

"""Names near a misspelt word: every name within two edits (one for words below seven letters), nearest first.

An edit is a letter added, dropped, replaced, or swapped with its neighbour (optimal string alignment), as in SymSpell.
RapidFuzz compares the word with the names that can be so near: those of about its length and with about its letters.
The tests compare the answers with those of symspellpy.
"""

from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

SHORTEST = 5
"""Words with fewer letters are not guessed at."""


class Neighbour(NamedTuple):
    """A name and how many edits away it is."""

    edits: int
    name: str


def allowed_edits(word: str) -> int:
    """How many edits a word of this length may be away from a name: 0 below five letters, 1 below seven, else 2."""
    if len(word) < SHORTEST:
        return 0
    return 1 if len(word) < 7 else 2


class Spelling:
    """Finds the names near a word: no index, but names sorted by length, with a bit for each letter they have."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = sorted(names, key=lambda name: (len(name), name))
        self._letters = np.array([_letters(name) for name in self.names], dtype=np.uint64)
        self._lengths = [len(name) for name in self.names]
        self._longest = max(self._lengths, default=0)

    def near(self, word: str) -> list[Neighbour]:
        """Names within the allowed edits of `word`, nearest first, then by name; none for short words.

        >>> Spelling(["sertraline", "cetirizine"]).near("sertralin")
        [Neighbour(edits=1, name='sertraline')]
        """
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        most = allowed_edits(word)
        if not most or len(word) > self._longest + most:  # an edit adds one letter at most
            return []
        found = process.extract(word, self._possible(word, most), scorer=OSA.distance, score_cutoff=most, limit=None)
        return sorted(Neighbour(int(edits), name) for name, edits, _ in found)

    def _possible(self, word: str, most: int) -> list[str]:
        """The names that no length and no letters rule out: an edit changes the length by one, the letters by two."""
        first = bisect_left(self._lengths, len(word) - most)
        last = bisect_left(self._lengths, len(word) + most + 1)
        differ = np.bitwise_count(self._letters[first:last] ^ np.uint64(_letters(word)))
        return [self.names[first + place] for place in np.flatnonzero(differ <= 2 * most)]


def _letters(word: str) -> int:
    """A bit for each character of a word; two characters may share one, which rules less out."""
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) % 64)
    return bits

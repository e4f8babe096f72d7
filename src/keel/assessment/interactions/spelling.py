"""Names near a misspelt word: every name within two edits (one for words below seven letters), nearest first.

An edit is a letter added, dropped, replaced, or swapped with its neighbour (restricted Damerau-Levenshtein), as in
SymSpell. Instead of SymSpell's index of deletions, which takes most of a second to build over these names, all names
are compared at once: by length, by the letters that they use, by how often they use them. An edit changes the length
by at most one and the letter counts by at most two, so no neighbour is lost; the few dozen names that pass are
measured letter by letter. The tests compare the answers with symspellpy's.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SHORTEST = 5
"""Words with fewer letters are not guessed at."""

_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
_BIT = np.left_shift(np.uint64(1), np.arange(len(_ALPHABET), dtype=np.uint64))


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
    """Finds the names near a word. Building it takes some hundredths of a second for 30,000 names."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = sorted(names)
        self._lengths = np.array([len(name) for name in self.names], dtype=np.int16)
        self._longest = max(map(len, self.names), default=0)
        self._counts = _letter_counts(self.names)
        self._letters = _letter_sets(self._counts)

    def near(self, word: str) -> list[Near]:
        """Names within the allowed edits of `word`, nearest first, then by name; none for short words."""
        most = allowed_edits(word)
        if not most or len(word) > self._longest + most:
            return []
        counts = _letter_counts([word])
        same_length = np.abs(self._lengths - len(word)) <= most
        same_letters = np.bitwise_count(self._letters ^ _letter_sets(counts)) <= 2 * most
        places = np.flatnonzero(same_length & same_letters)
        places = places[np.abs(self._counts[places] - counts).sum(axis=1, dtype=np.int16) <= 2 * most]
        measured = (Near(edits(word, self.names[place], most), self.names[place]) for place in places)
        return sorted(near for near in measured if near.edits <= most)


def _letter_counts(names: list[str]) -> NDArray[np.int8]:
    """How often each name uses each letter or digit: one row a name, one column a letter."""
    longest = max(map(len, names), default=0)
    padded = "".join(name.ljust(longest) for name in names).encode("ascii", "replace")
    letters = np.frombuffer(padded, dtype=np.uint8).reshape(len(names), longest)
    return np.stack([(letters == ord(letter)).sum(axis=1, dtype=np.int8) for letter in _ALPHABET], axis=1)


def _letter_sets(counts: NDArray[np.int8]) -> NDArray[np.uint64]:
    """The letters that each row uses, as bits."""
    sets: NDArray[np.uint64] = np.where(counts > 0, _BIT, np.uint64(0)).sum(axis=1, dtype=np.uint64)
    return sets


def edits(one: str, other: str, most: int) -> int:
    """Edits between two words; `most` + 1 as soon as it is clear that there are more.

    >>> edits("sertralin", "sertraline", 2), edits("wrod", "word", 2), edits("abc", "xyz", 2)
    (1, 1, 3)
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    one, other = one[start:], other[start:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        before, above, row = row, before, [i]
        for j, against in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)

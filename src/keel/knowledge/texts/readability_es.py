"""How much schooling a Spanish text asks for: the ease of Fernández Huerta, with a syllable count of our own.

Fernández Huerta, Consigna 1959;214:29-32. As in English the measure knows words and sentences and not meaning.
"""

import re
from itertools import pairwise

from keel.knowledge.texts.wording import sentences

_WORD = re.compile(r"[a-záéíóúüñ]+", re.IGNORECASE)
_VOWELS = re.compile(r"[aeiouáéíóúü]+")
_STRONG, _STRESSED_WEAK = "aeoáéó", "íú"


def syllables_es(word: str) -> int:
    """The number of syllables of a Spanish word, by its letters; 1 at least.

    >>> [syllables_es(word) for word in ("vejiga", "ketamina", "día", "cuando", "aéreo", "quien", "muy", "ciudad")]
    [3, 4, 2, 2, 4, 1, 1, 2]
    """
    letters = re.sub(r"qu(?=[eiéí])", "q", word.lower())
    letters = re.sub(r"gu(?=[eiéí])", "g", letters)
    letters = re.sub(r"y$", "i", letters)
    count = sum(1 + _breaks(run) for run in _VOWELS.findall(letters))
    return max(1, count)


def _breaks(vowels: str) -> int:
    """Where vowels side by side are spoken apart: two strong ones, or a strong one beside a stressed weak one."""
    return sum(
        1
        for first, second in pairwise(vowels)
        if (first in _STRONG and second in _STRONG)
        or (first in _STRESSED_WEAK and second in _STRONG)
        or (first in _STRONG and second in _STRESSED_WEAK)
    )


def ease_es(text: str) -> float:
    """The ease of a Spanish text, 100 for the easiest; 100 for a text without words.

    206.84 - 60 × syllables a word - 1.02 × words a sentence.
    """
    words = _WORD.findall(text)
    parts = [part for part in sentences(text) if _WORD.search(part)]
    if not words:
        return 100.0
    spoken = sum(syllables_es(word) for word in words)
    return 206.84 - 60 * spoken / len(words) - 1.02 * len(words) / len(parts)


def grade_es(text: str) -> float:
    """The school year that a Spanish text asks for, by the table that goes with the measure.

    The middle of its classes: 95 is read in the fourth year, 85 in the fifth, 75 in the sixth, 65 in the seventh to
    eighth; below, about a year for every ten points.
    """
    return 4 + (95 - ease_es(text)) / 10

"""How much schooling an English text asks for: the Flesch-Kincaid grade, with a syllable count of our own.

Grade 8 is read by most people of 13 to 14 years. The measure knows words and sentences, not meaning: it finds a text
that is too hard, it does not prove that one is clear. Kincaid and others, Navy Research Branch Report 8-75, 1975.
"""

import re

import msgspec

from keel.knowledge.documents import Id
from keel.knowledge.texts.wording import sentences

_VOWELS = re.compile(r"[aeiouy]+")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’]*")
# Endings whose e is silent (not after a hiss: places, changes), and vowels side by side that are spoken apart.
_SILENT = re.compile(r"([^aeiouylscgxz]es|[^aeiouytd]ed|[^aeiouyl]e|[aeiouy]le)$")
_HISS = re.compile(r"(sh|ch)es$")
_APART = re.compile(r"ia(?!l$)|io(?!n|us)|iu|ua|uo(?!us)|[aeiou]ing|creat|scie|rie[nm]|ier$|iet|suici|\w{2}ea$")


class ReadingLevel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The highest grade for some texts: a row of reading-levels.csv.

    It holds for the `fields` of entries of a `kind` whose id begins with `prefix`, below `within` where the entry holds
    several languages; `lang` says which measure counts. A text of fewer than `least_words` words is too short to be
    measured.
    """

    id: Id
    lang: str
    kind: str
    prefix: str
    within: str
    fields: tuple[str, ...]
    highest_grade: float
    least_words: int
    why: str


def syllables(word: str) -> int:
    """The number of syllables of an English word, by its letters; 1 at least.

    >>> [syllables(word) for word in ("bladder", "ketamine", "urine", "used", "area", "stopped")]
    [2, 3, 2, 1, 3, 1]
    """
    letters = re.sub(r"[^a-z]", "", word.lower())
    count = len(_VOWELS.findall(letters)) + len(_APART.findall(letters))
    if len(letters) > 2 and _SILENT.search(letters) and not _HISS.search(letters):
        count -= 1
    return max(1, count)


def grade(text: str) -> float:
    """The Flesch-Kincaid grade of a text; 0 for a text without words."""
    words = _WORD.findall(text)
    parts = [part for part in sentences(text) if _WORD.search(part)]
    if not words:
        return 0.0
    spoken = sum(syllables(word) for word in words)
    return 0.39 * len(words) / len(parts) + 11.8 * spoken / len(words) - 15.59

"""From text as people type it to entries and words.

>>> [word.plain for word in words("St John’s-wort 300 mg, Éxtasis")]
['st', 'johns', 'wort', '300', 'mg', 'extasis']
>>> entries("1,4-butanediol, Valium 2,5 mg; alcohol")
['1,4-butanediol', 'Valium 2,5 mg', 'alcohol']
"""

import re
import unicodedata
from typing import NamedTuple

# A comma between digits belongs to a name or a number.
_SEPARATOR = re.compile(r"[\n\r\t;|•·]+|(?<!\d),|,(?!\d)|\s\+\s")
_LINES = re.compile(r"[\n\r\t;|•·]+|(?<=[^\W\d_]{4})[.!?]\s+(?=[A-Z¿¡])")
_BULLET = re.compile(r"^\s*(?:[-*–—]|\d{1,2}[.)])\s+")
_WORD = re.compile(r"[^\W_]+(?:['’`´][^\W_]+)*")
_APOSTROPHE = re.compile(r"['’`´]")
_GREEK = {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ω": "omega"}


class Word(NamedTuple):
    """A word: `plain` as it is looked up, and where it stands in the text."""

    plain: str
    start: int
    end: int


def entries(text: str) -> list[str]:
    """The entries of a typed list: split at line breaks, commas, semicolons and plus signs, without bullets."""
    parts = (_BULLET.sub("", part).strip() for part in _SEPARATOR.split(text))
    return [part for part in parts if part]


def lists(text: str) -> list[list[str]]:
    """The entries of a typed list, those of one line, sentence or part between semicolons together."""
    return [entries(part) for part in _LINES.split(text)]


def words(text: str) -> list[Word]:
    """The words of a text, each as looked up: lower case, without accents, apostrophes and punctuation."""
    return [Word(plain(match.group()), match.start(), match.end()) for match in _WORD.finditer(text)]


def plain(word: str) -> str:
    """One word as it is looked up.

    >>> plain("Ménière’s"), plain("α")
    ('menieres', 'alpha')
    """
    spelled = "".join(_GREEK.get(letter, letter) for letter in _APOSTROPHE.sub("", word).casefold())
    if spelled.isascii():
        return spelled
    decomposed = unicodedata.normalize("NFKD", spelled)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()


def name_key(name: str) -> str:
    """A name as it is looked up: its words, separated by single spaces."""
    return " ".join(word.plain for word in words(name))

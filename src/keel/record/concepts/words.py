"""A text as words: folded in case and accents, each with what stood before it and where it stands in the text."""

import re
import unicodedata
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

LONGEST = 2_000
"""Characters of a text that are read; what is longer is shown as not understood."""

_WORD = re.compile(
    r"\([+-]\)"
    r"|\d+(?:[.,:]\d+)*(?:/\d+(?:[.,]\d+)?)?%?(?![^\W_])"
    r"|(?<![^\W_])[^\W\d_][/&][^\W\d_](?![^\W_])"
    r"|[^\W\d_]\d[^\W_](?:\.[^\W_]{1,4})?(?![^\W_])"
    r"|[^\W_]+(?:['’´`][^\W_]+)*"
    r"|[,;:.!?/&+\n]"
)
_COMMA, _STRONG, _QUERY = ",", ".;!\n", "?"
_SIGNS = {"/": "/", "&": "and", "+": "and"}
_KEEPS_S = ("ss", "us", "is")


class Gap(Enum):
    """What stood before a word."""

    NONE = 0
    COMMA = 1
    QUERY = 2
    STRONG = 3


class Word(NamedTuple):
    """A folded word, what stood before it, and its place in the text."""

    text: str
    gap: Gap
    start: int
    end: int

    @property
    def is_number(self) -> bool:
        """Whether it is digits: a time, an amount, a year."""
        return self.text[:1].isdigit()


class Words(NamedTuple):
    """The words of a text, the text as they stand in it, and what was too long to be read."""

    text: str
    words: tuple[Word, ...]
    ends: Gap
    beyond: str


def cut(text: str) -> Words:
    """The words of a text; a mark after the last word is kept in `ends`."""
    whole = unicodedata.normalize("NFC", text)
    read, beyond = whole[:LONGEST], whole[LONGEST:].strip()
    words: list[Word] = []
    gap = Gap.NONE
    for found in _WORD.finditer(read):
        sign = found.group()
        if sign == ":":
            continue
        if sign in _COMMA or sign in _STRONG or sign == _QUERY:
            mark = Gap.COMMA if sign == _COMMA else Gap.QUERY if sign == _QUERY else Gap.STRONG
            gap = max(gap, mark, key=lambda each: each.value)
            continue
        words.append(Word(_SIGNS.get(sign) or fold(sign), gap, found.start(), found.end()))
        gap = Gap.NONE
    return Words(read, tuple(words), gap, beyond)


def fold(word: str) -> str:
    """A word without case, accents, apostrophes and a final s of a plural, so that spellings compare as one."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(sign))
    bare = re.sub(r"['’´`]", "", bare)
    return bare[:-1] if len(bare) > 3 and bare.endswith("s") and not bare.endswith(_KEEPS_S) else bare


def folded(phrase: str) -> tuple[str, ...]:
    """The folded words of a phrase of the tables."""
    return tuple(_texts(phrase))


def _texts(phrase: str) -> Iterator[str]:
    yield from (word.text for word in cut(phrase).words)

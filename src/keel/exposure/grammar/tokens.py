"""Cuts the text of a pattern into tokens, and says of each what kinds of word it may be in a language.

Every letter of the text belongs to one token or to a space. The longest phrase of the language that begins at a place
is one token; what is in no list is a token without a reading, and nobody may skip it.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from keel.knowledge import Knowledge, find
from keel.knowledge.reading import Phrases, WordKind
from keel.messages import Message
from keel.quantities import QuantityError, parse_number

_PIECES = re.compile(
    r"""(?P<date>(?<![\d.,/-])(?:(?:19|20)\d\d-\d{1,2}(?:-\d{1,2})?|\d{1,2}/(?:\d{1,2}/)?(?:19|20)\d\d)(?![\d/-]))
    |(?P<fraction>(?<![\d.,/])\d{1,3}/\d{1,3}(?![\d/])|[½¼¾⅓⅔⅕⅛])
    |(?P<ordinal>\d{1,3}(?:st|nd|rd|th|º|ª)(?!\w))
    |(?P<number>\d+(?:[.,]\d+)*|(?<!\d)[.,]\d+)
    |(?P<word>[^\W\d_]+?(?=[x×]\d)|[^\W\d_]+(?:['’][^\W\d_]+)*)
    |(?P<sign>\S)""",
    re.VERBOSE,
)
_FRACTION_SIGNS = {"½": 1 / 2, "¼": 1 / 4, "¾": 3 / 4, "⅓": 1 / 3, "⅔": 2 / 3, "⅕": 1 / 5, "⅛": 1 / 8}
PUNCTUATION = frozenset(",.;:()!–—-\"“”'’*[]")
NUMBER, FRACTION, DATE, ORDINAL = "number", "fraction", "date", "ordinal"
MISSPELT = "misspelt"
SPELLED = frozenset({"unit", "period", "adverb", "weekday", "month", NUMBER, "route", "counter", WordKind.EVERY})
"""Kinds of which a misspelt word is understood, and shown as understood."""
SHORTEST_MISSPELT = 4
"""Letters of a word that is taken for another one letter away; an ordinary word never is."""


class Token(NamedTuple):
    """A word, phrase, number or sign: where it stands in the text, and what it may be: kind to value."""

    start: int
    end: int
    text: str
    readings: dict[str, object]

    def __contains__(self, kind: object) -> bool:
        return kind in self.readings


def folded(text: str) -> str:
    """The text in lower case, without accents, with single spaces.

    >>> folded("  Cada SÁBADO, 3 años ×2")
    'cada sabado, 3 anos x2'
    """
    if text.isascii():
        return " ".join(text.lower().split())
    plain = text.lower().replace("×", "x").replace("’", "'").replace("μ", "µ")
    letters = unicodedata.normalize("NFD", plain)
    return " ".join("".join(letter for letter in letters if unicodedata.category(letter) != "Mn").split())


class Lexicon:
    """All phrases of a language by their first word, longest first."""

    def __init__(self, phrases: Phrases, everyday_words: Collection[str] = ()) -> None:
        self._everyday_words = everyday_words
        self._phrases: dict[str, dict[tuple[str, ...], dict[str, object]]] = {}
        grammar = phrases.grammar
        self.ambiguous_number = re.compile(grammar.ambiguous_number) if grammar.ambiguous_number else None
        for role, words in grammar.words.items():
            self._add(words, role, True)
        for kind, numbers in (
            (NUMBER, grammar.numbers),
            ("part", grammar.fractions),
            ("counter", grammar.counters),
            (ORDINAL, grammar.ordinals),
            ("shorthand", grammar.shorthand),
            ("month", grammar.months),
            ("body_weight", grammar.body_weights),
        ):
            for number in numbers:
                self._add(number.words, kind, number.value)
        for vague in grammar.vague:
            self._add(vague.words, "vague", vague)
        for period in grammar.periods:
            self._add(period.words, "period", period)
            self._add(period.adverbs, "adverb", period)
        for kind, lists in (
            ("unit", grammar.units),
            ("weekday", grammar.weekdays),
            ("daypart", grammar.dayparts),
            ("uncounted", grammar.uncounted),
            ("route", phrases.routes),
            ("setting", phrases.settings),
            ("substance", phrases.substances),
            ("form", phrases.forms),
        ):
            for entry in lists:
                self._add(entry.words, kind, entry.id)
        for time in grammar.times_of_year:
            self._add(time.words, "time_of_year", time)
        for two in grammar.two_meanings:
            self._add(two.words, "two_meanings", two)
        for phrase in phrases.frequencies:
            self._add(phrase.phrases, "frequency", phrase)
        self._add(grammar.money, "money", True)
        self._add(phrases.pharmacy_forms, "pharmacy_form", True)

    def _add(self, words: Iterable[str], kind: str, value: object) -> None:
        for word in words:
            pieces = tuple(folded(piece.group()) for piece in _PIECES.finditer(word))
            by_phrase = self._phrases.setdefault(pieces[0], {})
            name = f"={kind}" if word.isupper() and word.isalpha() and len(word) > 1 else kind
            by_phrase.setdefault(pieces, {}).setdefault(name, value)

    def known_words(self) -> list[str]:
        """All phrases of the language, folded and sorted."""
        return sorted(" ".join(phrase) for by_phrase in self._phrases.values() for phrase in by_phrase)

    def spelled(self, token: Token) -> Token:
        """A token that is in no list as the one word that it is nearly: “gramm”; itself where there is none."""
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        word = folded(token.text)
        if (
            token.readings
            or len(word) < SHORTEST_MISSPELT
            or not word.replace("'", "").isalpha()
            or word in self._everyday_words
        ):
            return token
        near = process.extract(word, self._spellings.keys(), scorer=OSA.distance, score_cutoff=1, limit=None)
        readings = [self._spellings[name] for name, _, _ in near]
        if not readings or any(one != readings[0] for one in readings):
            return token
        return token._replace(readings=readings[0] | {MISSPELT: min(name for name, _, _ in near)})

    @cached_property
    def _spellings(self) -> dict[str, dict[str, object]]:
        """The single words that are understood when misspelt, with what they may be."""
        return {
            first: options[(first,)]
            for first, options in self._phrases.items()
            if len(first) >= SHORTEST_MISSPELT and SPELLED & options.get((first,), {}).keys()
        }

    def tokens(self, text: str) -> tuple[Token, ...]:
        """The tokens of a text, in order."""
        pieces, words = _cut(text)
        return tuple(self._tokens(text, pieces, words))

    def _is_hyphen(self, before: dict[str, object], word: str) -> bool:
        """Whether a hyphen joins a number to the word that it counts."""
        behind = self._phrases.get(word, {}).get((word,), {})
        return not {NUMBER, FRACTION, "part", "counter"}.isdisjoint(before) and not {
            "unit",
            "period",
            "part",
            "adverb",
            WordKind.PIECE,
        }.isdisjoint(behind)

    def _tokens(self, text: str, pieces: Sequence[re.Match[str]], words: tuple[str, ...]) -> Iterator[Token]:
        is_shouting = text.isupper()
        at = 0
        before: dict[str, object] = {}
        while at < len(pieces):
            options = self._phrases.get(words[at], {})
            length = max((len(one) for one in options if words[at : at + len(one)] == one), default=0)
            first, last = pieces[at], pieces[at + max(length, 1) - 1]
            raw = text[first.start() : last.end()]
            readings: dict[str, object] = {}
            if length:
                for kind, value in options[words[at : at + length]].items():
                    if not kind.startswith("="):
                        readings[kind] = value
                    elif raw.isupper() and not is_shouting:
                        readings[kind[1:]] = value
            if length <= 1:
                readings |= _numeric(first)
            if raw == "-" and at + 1 < len(pieces) and self._is_hyphen(before, words[at + 1]):
                at += 1  # “a 3-day bender”, “three-quarters”
                continue
            before = readings
            yield Token(first.start(), last.end(), raw, readings)
            at += max(length, 1)


@lru_cache(maxsize=1)
def _cut(text: str) -> tuple[list[re.Match[str]], tuple[str, ...]]:
    """The smallest pieces of a text, and their folded words; kept for the next language."""
    pieces = list(_PIECES.finditer(text))
    return pieces, tuple(folded(piece.group()) for piece in pieces)


def _numeric(piece: re.Match[str]) -> dict[str, object]:
    """What a piece of digits is: a number, part of one, a date, a place in a series."""
    text = piece.group()
    if piece["date"]:
        return {DATE: text}
    if piece["fraction"]:
        if text in _FRACTION_SIGNS:
            return {FRACTION: _FRACTION_SIGNS[text]}
        above, below = (int(part) for part in text.split("/"))
        return {FRACTION: above / below} if below else {}
    if piece["ordinal"]:
        return {ORDINAL: float(re.match(r"\d+", text).group())}  # type: ignore[union-attr]
    if piece["number"]:
        try:
            return {NUMBER: parse_number(f"0{text}" if text[0] in ".," else text)}
        except QuantityError as error:
            return {"unreadable": error}
    return {}


@lru_cache(maxsize=8)
def lexicon_of(language: str, knowledge: Knowledge) -> Lexicon:
    """The words of a language, made ready once; UnknownId for a language without words."""
    return Lexicon(find(Message("language of patterns"), knowledge.phrases, language), knowledge.everyday_words)


__all__ = [
    "DATE",
    "FRACTION",
    "MISSPELT",
    "NUMBER",
    "ORDINAL",
    "PUNCTUATION",
    "Lexicon",
    "Token",
    "WordKind",
    "folded",
    "lexicon_of",
]

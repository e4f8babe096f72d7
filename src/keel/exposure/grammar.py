"""A language of patterns made ready to read: its templates compiled, its words folded to plain lower-case letters."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from keel.knowledge.reading import FrequencyPhrase, PeriodWord, Phrases, WordList

NUMBER = r"\d+(?:[.,]\d+)?"
TEMPLATES = (
    "then",
    "course",
    "course_span",
    "ended_ago",
    "ended_year",
    "length",
    "since",
    "spaced",
    "counted",
    "amount_a_period",
)
"""The templates of a language, by the name of their field."""

_YEAR = r"(?P<year>(?:19|20)\d{2})(?:-(?P<month>\d{2}))?\b"


def folded(text: str) -> str:
    """The text in lower case, without accents, with single spaces.

    >>> folded("  Cada SÁBADO, 3 años ×2")
    'cada sabado, 3 anos x2'
    """
    letters = unicodedata.normalize("NFD", text.lower().replace("×", "x"))
    return " ".join("".join(letter for letter in letters if unicodedata.category(letter) != "Mn").split())


class Grammar:
    """The templates and words of one language. `find` holds the compiled templates; all text is folded first."""

    def __init__(self, phrases: Phrases) -> None:
        words = phrases.grammar
        self.phrases = phrases
        self.periods: dict[str, PeriodWord] = {folded(word): one for one in words.periods for word in one.words}
        self._numbers = {folded(word): one.value for one in words.numbers for word in one.words}
        self._fractions = {folded(word): one.value for one in words.fractions for word in one.words}
        self._units = {folded(word): one.id for one in words.units for word in one.words}
        self._one = [folded(word) for word in words.one]
        self._up_to = [folded(word) for word in words.up_to]
        self._half_more = _any(words.half_more)
        self._joins = rf"(?:-|–|—|\b{_any(words.joins)}\b)"
        self._hedges = rf"(?:{_any([*words.about, *words.up_to])}\s*)"
        self.filler = re.compile(rf"\b{_any(words.filler)}\b|[,.;:()]")
        self.ambiguous_number = re.compile(words.ambiguous_number) if words.ambiguous_number else None
        parts = self._parts(words.periods)
        self.amount = re.compile(parts["amount"])
        self.find = {name: _filled(getattr(words, name), parts) for name in TEMPLATES}
        self.frequencies = _longest_first(phrases.frequencies)
        lists = (*phrases.routes, *phrases.settings, *phrases.substances, *phrases.forms)
        self._entries = {entry: _patterns(entry) for entry in lists}

    def _parts(self, periods: Iterable[PeriodWord]) -> dict[str, str]:
        """What stands for each placeholder of a template."""
        n = rf"{NUMBER}(?:\s*{self._joins}\s*{NUMBER})?"
        unit = rf"{_any(self._units)}\b"
        amount = rf"(?:{n}|\b{_any([*self._fractions, *self._one])})\s*{unit}"
        whole = [folded(word) for one in periods if one.is_whole for word in one.words]
        return {
            "n": f"(?P<n>{n})",
            "count": f"(?P<n>{n}|{_any(self._one)})",
            "amount": rf"(?P<amount>{self._hedges}?(?:{amount}\s*{self._joins}\s*)?{amount})",
            "period": f"(?P<period>{_any(self.periods)})",
            "whole": f"(?P<period>{_any(whole)})",
            # 2000 mg is an amount and not a year.
            "year": rf"{_YEAR}(?!\s*{unit})",
        }

    def prepared(self, text: str) -> str:
        """The text folded, with number words as digits and halves counted in."""
        written = folded(text)
        counts = rf"(?:{NUMBER}|{_any([*self._numbers, *self._one])})"
        things = rf"{_any([*self._units, *self.periods])}\b"
        written = re.sub(rf"\b({counts})\s+{self._half_more}\s+(?={things})", self._and_a_half, written)
        written = re.sub(rf"\b(?:({counts})\s+)?({things})\s+{self._half_more}\b", self._thing_and_a_half, written)
        written = re.sub(rf"\b{_any(self._numbers)}\b", lambda word: f"{self._numbers[word.group()]:g}", written)
        # “una o dos veces”: one counts before a number, and nowhere else (“en una clínica”).
        return re.sub(rf"\b{_any(self._one)}\s+{self._joins}\s+(?=\d)", "1-", written)

    def _and_a_half(self, match: re.Match[str]) -> str:
        return f"{self._count(match.group(1)) + 0.5:g} "

    def _thing_and_a_half(self, match: re.Match[str]) -> str:
        return f"{self._count(match.group(1) or '1') + 0.5:g} {match.group(2)}"

    def _count(self, word: str) -> float:
        if word in self._one:
            return 1.0
        return self._numbers[word] if word in self._numbers else float(word.replace(",", "."))

    def patterns_of(self, entry: WordList) -> list[re.Pattern[str]]:
        """Patterns for the words of an entry, longest first."""
        return self._entries[entry]

    def is_one(self, word: str) -> bool:
        """Whether a word of a length means one (“a year”)."""
        return word in self._one

    def is_up_to(self, amount: str) -> bool:
        """Whether an amount leaves its lower end open."""
        return any(amount.startswith(word) for word in self._up_to)

    def amount_text(self, amount: str) -> str:
        """An amount in the words that `keel.quantities` reads: “medio gramo” as “0.5 g”."""
        written = re.sub(rf"^{self._hedges}", "", amount.strip())
        written = re.sub(rf"\b{_any(self._fractions)}\b", lambda word: f"{self._fractions[word.group()]:g}", written)
        written = re.sub(rf"\b{_any(self._one)}\b", "1", written)
        written = re.sub(rf"\s*{self._joins}\s*", "-", written)
        return re.sub(rf"{_any(self._units)}\b", lambda word: self._units[word.group()], written)


def _any(words: Iterable[str]) -> str:
    """A pattern for any of the words, longest first."""
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"


def _filled(template: str, parts: dict[str, str]) -> re.Pattern[str]:
    for name, part in parts.items():
        template = template.replace(f"{{{name}}}", part)
    return re.compile(template)


def _longest_first(phrases: Sequence[FrequencyPhrase]) -> list[tuple[FrequencyPhrase, re.Pattern[str]]]:
    pairs = [(phrase, folded(words)) for phrase in phrases for words in phrase.phrases]
    pairs.sort(key=lambda pair: -len(pair[1]))
    return [(phrase, re.compile(rf"(?<!\w){re.escape(words)}(?!\w)")) for phrase, words in pairs]


def _patterns(entry: WordList) -> list[re.Pattern[str]]:
    words = sorted((folded(word) for word in entry.words), key=len, reverse=True)
    return [re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])") for word in words]


@lru_cache(maxsize=8)
def grammar_of(phrases: Phrases) -> Grammar:
    """The grammar of a language, compiled once."""
    return Grammar(phrases)

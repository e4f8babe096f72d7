"""The tables of concepts made ready to be looked up, and the search for concepts among the words of a text."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from keel.knowledge import Knowledge
from keel.knowledge.concepts import ConceptWord, Only, Role, StateWord
from keel.record.concepts.words import Gap, Word, folded

_NEAR = 4
"""Words that may stand between two parts of a concept."""
Phrase = tuple[str, ...]
Spot = tuple[tuple[int, ...], list[StateWord]]
"""Where a word of a state stands, and its rows: one for each side on which it may say something."""


class Find(NamedTuple):
    """A place where a word of the tables stands: the positions of its words, and the row."""

    at: tuple[int, ...]
    row: ConceptWord

    @property
    def start(self) -> int:
        """Position of its first word."""
        return self.at[0]


class Vocabulary:
    """The words of some languages: concepts by their first word, small words by theirs."""

    def __init__(self, words: Sequence[ConceptWord], states: Sequence[StateWord]) -> None:
        self.fillers = frozenset(text for row in states if row.state is Role.FILLER for text in folded(row.word))
        self.skipped = frozenset(text for row in states if row.state is Role.SKIP for text in folded(row.word))
        self.joins = {text: row.state for row in states if row.state in _JOINS for text in folded(row.word)}
        self.small = self.fillers | self.skipped | {text for row in states for text in folded(row.word)}
        self.now = {folded(row.word)[0] for row in states if row.state in _NOW and len(folded(row.word)) == 1}
        self.states: dict[str, list[tuple[Phrase, StateWord]]] = {}
        for row in states:
            if row.state not in (Role.SKIP, Role.FILLER, *_JOINS):
                phrase = self._bare(row.word)
                self.states.setdefault(phrase[0], []).append((phrase, row))
        self.phrases: dict[str, list[tuple[Phrase, ConceptWord]]] = {}
        self.parted: dict[str, list[tuple[tuple[tuple[Phrase, ...], ...], ConceptWord]]] = {}
        for word in words:
            parts = tuple(tuple(map(self._bare, part.split("|"))) for part in word.word.split(" + "))
            if len(parts) == 1:
                for phrase in parts[0]:
                    self.phrases.setdefault(phrase[0], []).append((phrase, word))
            else:
                for first in dict.fromkeys(phrase[0] for phrase in parts[0]):
                    self.parted.setdefault(first, []).append((parts, word))

    def _bare(self, phrase: str) -> Phrase:
        texts = folded(phrase)
        return tuple(text for text in texts if text not in self.fillers) or texts

    def finds(self, words: Sequence[Word], walls: frozenset[int]) -> Iterator[Find]:
        """Every place where a concept is named; parts do not stand on both sides of a wall, a comma or a full stop."""
        for at, word in enumerate(words):
            for phrase, row in self.phrases.get(word.text, ()):
                if (found := self._phrase(phrase, words, at)) is not None:
                    yield Find(found, row)
            for parts, row in self.parted.get(word.text, ()):
                yield from self._parts(parts, row, words, at, walls)

    def _phrase(
        self, phrase: Phrase, words: Sequence[Word], at: int, *, over_numbers: bool = False
    ) -> tuple[int, ...] | None:
        """The positions of a phrase that begins here; fillers are passed over, a comma stands for nothing."""
        found: list[int] = []
        for wanted in phrase:
            while found and at < len(words) and words[at].text != wanted:
                if words[at].text not in self.fillers and not (over_numbers and words[at].is_number):
                    break
                at += 1
            is_there = at < len(words) and words[at].text == wanted
            if not is_there or (found and words[at].gap.value > Gap.COMMA.value):
                return None
            found.append(at)
            at += 1
        return tuple(found)

    def _parts(
        self,
        parts: tuple[tuple[Phrase, ...], ...],
        row: ConceptWord,
        words: Sequence[Word],
        at: int,
        walls: frozenset[int],
    ) -> Iterator[Find]:
        """Where all parts stand near the first one, which begins here."""
        for phrase in parts[0]:
            first = self._phrase(phrase, words, at)
            if first is None:
                continue
            low, high = _room(words, first, walls, self.fillers)
            places = [self._nearest(part, words, first, low, high) for part in parts[1:]]
            if all(places):
                positions = [*first, *(position for place in places if place for position in place)]
                yield Find(tuple(sorted(set(positions))), row)

    def _nearest(
        self, part: tuple[Phrase, ...], words: Sequence[Word], first: tuple[int, ...], low: int, high: int
    ) -> tuple[int, ...] | None:
        options = (self._phrase(phrase, words, at) for phrase, at in product(part, range(low, high)))
        inside = [each for each in options if each and each[-1] < high and not set(each) & set(first)]
        return min(inside, key=lambda each: (abs(each[0] - first[0]), -len(each)), default=None)

    def state_words(
        self, words: Sequence[Word], taken: frozenset[int]
    ) -> list[tuple[tuple[int, ...], list[StateWord]]]:
        """The words of a state that are no part of a concept, the longest at each place; one may have two sides.

        A number may stand among them: “hace 3 años”.
        """
        found = []
        at = 0
        while at < len(words):
            best: dict[tuple[int, ...], list[StateWord]] = {}
            for phrase, row in self.states.get(words[at].text, ()):
                place = self._phrase(phrase, words, at, over_numbers=True)
                if place and not set(place) & taken:
                    best.setdefault(place, []).append(row)
            if best:
                longest = max(best, key=len)
                found.append((longest, best[longest]))
                at = longest[-1] + 1
            else:
                at += 1
        return found

    def walls(self, words: Sequence[Word]) -> frozenset[int]:
        """Where a word stands that parts of a concept do not reach across: “not”, “but”, “and”, “mother”."""
        blocks = (Role.DENIED, Role.BREAK, Role.FAMILY)
        found = {at for at, word in enumerate(words) if word.text in self.joins}
        for place, rows in self.state_words(words, frozenset()):
            if any(row.state in blocks for row in rows):
                found |= set(place)
        return frozenset(found)


_JOINS = (Role.OR, Role.AND)
_NOW = (Role.PRESENT, Role.BREAK)


def _room(
    words: Sequence[Word], first: tuple[int, ...], walls: frozenset[int], small: frozenset[str]
) -> tuple[int, int]:
    """The positions before and after the first part among which the other parts are looked for.

    One comma is passed where a single word follows it, as in lists of diagnoses: “headache, severe”.
    """
    low, high = first[0], first[-1] + 1
    while low > 0 and first[0] - low < _NEAR + 2 and words[low].gap is Gap.NONE and low - 1 not in walls:
        low -= 1
    while high < len(words) and high - first[-1] < _NEAR + 3 and words[high].gap is Gap.NONE and high not in walls:
        high += 1
    if high < len(words) and words[high].gap is Gap.COMMA and high not in walls:
        end = high + 1
        while end < len(words) and words[end].gap is Gap.NONE and end not in walls:
            end += 1
        high = end if sum(words[at].text not in small for at in range(high, end)) == 1 else high
    return low, high


@lru_cache(maxsize=16)
def vocabulary(knowledge: Knowledge, language: str | None) -> Vocabulary:
    """The vocabulary of a language, or of all."""
    words = [row for row in knowledge.concept_words.values() if language in (None, *row.languages)]
    states = [row for row in knowledge.concept_states.values() if language in (None, *row.languages)]
    return Vocabulary(words, states)


def is_alone(find: Find, words: Sequence[Word], known: Vocabulary) -> bool:
    """Whether a word that also means other things stands with nothing unknown beside it, as its row asks."""
    if find.row.only is Only.ANYWHERE:
        return True
    if find.row.only is Only.TEXT:
        return len(find.at) == len(words)
    if find.row.only is Only.OBJECT:
        return not _has_object(find, words, known)
    low, high = find.at[0], find.at[-1] + 1
    while low > 0 and words[low].gap is Gap.NONE and words[low - 1].text not in known.joins:
        low -= 1
    while high < len(words) and words[high].gap is Gap.NONE and words[high].text not in known.joins:
        high += 1
    beside = (words[at] for at in range(low, high) if at not in find.at)
    return all(word.is_number or word.text in known.small for word in beside)


def _has_object(find: Find, words: Sequence[Word], known: Vocabulary) -> bool:
    """Whether an unknown thing follows a verb: an activity (“smoking”), or a word after “the”, “her”, “de”."""
    at = find.at[-1] + 1
    while at < len(words) and words[at].gap is Gap.NONE and words[at].text in known.fillers | known.skipped:
        at += 1
    if at == len(words) or words[at].gap is not Gap.NONE or words[at].text in known.small:
        return False
    return at > find.at[-1] + 1 or words[at].text.endswith("ing")

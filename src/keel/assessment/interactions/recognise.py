"""From an entry of a list to what it names.

Longest exact names first. What is left over is a dose ("50 mg twice daily"), ordinary language, a misspelling to ask
about, or not recognised. Nothing that is not exact is ever taken for a medicine.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from keel.assessment.interactions.names import Meaning, Names
from keel.assessment.interactions.spelling import Neighbour
from keel.assessment.interactions.typed_list import Word, name_key, words

LONGEST_GUESS = 3
"""Words that a misspelt name may have."""

_AMOUNT = re.compile(r"\d+([a-z]*)")
_AFTER_NUMBERS = frozenset({"", "x", "st", "nd", "rd", "th"})
_SAYS_HOW = frozenset({"number", "unit", "form", "release", "salt", "frequency", "topical"})
_ORDINARY = frozenset({"language", "joiner", "everyday"})


class TypedName(NamedTuple):
    """A stretch of an entry as typed: what it means, or the names it may be a misspelling of, or neither.

    `topical` is the word, if any, that says the medicine is put on the skin or into eye or ear.
    """

    typed: str
    meaning: Meaning | None = None
    near: tuple[Neighbour, ...] = ()
    topical: str = ""


class EntryNames(NamedTuple):
    """All that an entry names, in the order typed, and its words that were taken for ordinary language."""

    names: tuple[TypedName, ...]
    ignored: tuple[str, ...]


class _Part(NamedTuple):
    """An exact name, or one word; `kind` is what kind of word a single word is, empty for an unknown one."""

    words: tuple[Word, ...]
    meaning: Meaning | None
    kind: str

    @property
    def is_sure(self) -> bool:
        """Whether this names something whatever stands beside it: "speed" and "tabs" are ordinary words too."""
        if self.meaning is None or self.kind in _SAYS_HOW:
            return False
        return not (self.meaning.to_confirm and self.kind in _ORDINARY) or self.meaning.group is not None


def read_entry(entry: str, names: Names) -> EntryNames:
    """What an entry names. A bare dose ("50 mg") names nothing; an entry of ordinary words is not recognised."""
    parts = _parts(words(entry), names)
    if all(part.kind in _SAYS_HOW and part.meaning is None for part in parts):
        return EntryNames((), ())
    named = _named(parts)
    topical = next((part.words[0].plain for part in parts if part.kind == "topical"), "")
    found = [(part.words[0].start, TypedName(_typed(entry, part.words), part.meaning, (), topical)) for part in named]
    found += _left_over(entry, parts, names)
    if not found:
        return EntryNames((TypedName(entry),), ())
    ignored = (part.words[0].plain for part in parts if part not in named and part.kind in _ORDINARY)
    in_order = (read for _, read in sorted(found, key=lambda one: one[0]))
    return EntryNames(tuple(_without_second_names(in_order)), tuple(ignored))


def _without_second_names(names: Iterable[TypedName]) -> Iterator[TypedName]:
    """The names of one entry without a second name of the same medicine: "Prinivil (lisinopril)" is one medicine."""
    seen: set[tuple[str, ...]] = set()
    for read in names:
        known = read.meaning.substances if read.meaning and not read.meaning.to_confirm else ()
        if known and known in seen:
            continue
        seen.add(known)
        yield read


def _parts(rest: list[Word], names: Names) -> list[_Part]:
    parts: list[_Part] = []
    while rest:
        size, meaning = _longest(rest, names)
        kind = _kind(rest[0], names) if size == 1 else ""
        parts.append(_Part(tuple(rest[:size]), meaning, kind))
        rest = rest[size:]
    return parts


def _longest(rest: list[Word], names: Names) -> tuple[int, Meaning | None]:
    for size in range(min(names.longest, len(rest)), 0, -1):
        meaning = names.find(" ".join(word.plain for word in rest[:size]))
        if meaning:
            return size, meaning
    return 1, None


def _kind(word: Word, names: Names) -> str:
    amount = _AMOUNT.fullmatch(word.plain)
    if amount and (amount.group(1) in _AFTER_NUMBERS or names.kind_of(amount.group(1)) == "unit"):
        return "number"
    return names.kind_of(word.plain)


def _named(parts: Sequence[_Part]) -> list[_Part]:
    """The parts that name something.

    A name that is an ordinary word too is asked about where nothing else in the entry is named for sure, or where a
    word joins it on: "sertraline and speed", but not "sertraline, white tablets". A word of the dose ("tabs") names
    something only where nothing else does.
    """
    has_sure = any(part.is_sure for part in parts)
    named = [
        part
        for place, part in enumerate(parts)
        if part.is_sure or (part.meaning and part.kind not in _SAYS_HOW and (not has_sure or _is_joined(parts[:place])))
    ]
    if named or any(not part.meaning and not part.kind for part in parts):
        return named
    return [part for part in parts if part.meaning]


def _is_joined(before: Sequence[_Part]) -> bool:
    """Whether the last word, apart from articles and the like, is "and", "with" or another joining word."""
    last = next((part for part in reversed(before) if part.kind != "language"), None)
    return last is not None and last.kind == "joiner"


def _left_over(entry: str, parts: Sequence[_Part], names: Names) -> Iterator[tuple[int, TypedName]]:
    """Each run of unknown words as misspellings, or as not recognised, with the place where it starts.

    Words about the dose do not interrupt a run.
    """
    said = [part for part in parts if part.meaning or part.kind not in _SAYS_HOW]
    for is_unknown, run in groupby(said, key=lambda part: not part.meaning and not part.kind):
        if is_unknown:
            yield from _guess(entry, [part.words[0] for part in run], names)


def _guess(entry: str, run: Sequence[Word], names: Names) -> Iterator[tuple[int, TypedName]]:
    lost: list[Word] = []
    while run:
        size, near = _longest_guess(run, names)
        if near:
            yield from _not_recognised(entry, lost)
            yield run[0].start, TypedName(_typed(entry, run[:size]), None, near)
            lost = []
        else:
            lost.append(run[0])
        run = run[size:]
    yield from _not_recognised(entry, lost)


def _not_recognised(entry: str, lost: Sequence[Word]) -> Iterator[tuple[int, TypedName]]:
    if lost:
        yield lost[0].start, TypedName(_typed(entry, lost))


def _longest_guess(run: Sequence[Word], names: Names) -> tuple[int, tuple[Neighbour, ...]]:
    """How many of the first words are a misspelt name, and which; also a name that was typed apart."""
    for size in range(min(LONGEST_GUESS, len(run)), 0, -1):
        plain = [word.plain for word in run[:size]]
        joined = "".join(plain)
        near = (Neighbour(0, joined),) if size > 1 and names.find(joined) else names.near(" ".join(plain))
        if near:
            return size, near
    return 1, ()


def _typed(entry: str, part: Sequence[Word]) -> str:
    return entry[part[0].start : part[-1].end]


def join_words(typed: Sequence[str], names: Names) -> list[str]:
    """Arguments of a command line, joined where several of them are one name, or say how the one before is taken.

    `night nurse` is one name; `sertraline 50 mg` and `ketoconazole cream` are one entry each.
    """
    joined: list[str] = []
    rest = list(typed)
    while rest:
        sizes = range(min(names.longest, len(rest)), 1, -1)
        size = next((size for size in sizes if names.find(name_key(" ".join(rest[:size])))), 1)
        text, rest = " ".join(rest[:size]), rest[size:]
        says_how = all(_kind(word, names) in _SAYS_HOW for word in words(text))
        if joined and says_how and not names.find(name_key(text)):
            joined[-1] += f" {text}"
        else:
            joined.append(text)
    return joined

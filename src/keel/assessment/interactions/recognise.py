"""From the words of an entry to what they mean: the longest exact names first."""

from typing import NamedTuple

from keel.assessment.interactions.names import Meaning, Names
from keel.assessment.interactions.reading import Word, words


class Read(NamedTuple):
    """A stretch of an entry as typed, and its meaning; None where no name was found."""

    typed: str
    meaning: Meaning | None


def recognise(entry: str, names: Names) -> list[Read]:
    """What an entry names, in the order typed; an entry without any name comes back whole, with no meaning."""
    found: list[Read] = []
    rest = words(entry)
    while rest:
        size, meaning = _longest(rest, names)
        if meaning:
            found.append(Read(entry[rest[0].start : rest[size - 1].end], meaning))
        rest = rest[size:]
    return found or [Read(entry, None)]


def _longest(rest: list[Word], names: Names) -> tuple[int, Meaning | None]:
    for size in range(min(names.longest, len(rest)), 0, -1):
        meaning = names.exact.get(" ".join(word.plain for word in rest[:size]))
        if meaning:
            return size, meaning
    return 1, None

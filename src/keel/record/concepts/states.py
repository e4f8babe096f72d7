"""How each concept of a text stands: denied, suspected, of the past or of a relative, by the small words around it.

A word before a concept holds for it and, through “or”, for what follows (“no chest pain or cough”). Through “and” or a
comma it holds only where its row carries (“denies a, b and c”) or the list ends in “or”; else whether the later ones
are there is open, and they count as suspected. A word after a concept holds for that one, and through “or” for those
before. Nothing reaches across a full stop or a word such as “but”.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

from keel.knowledge.concepts import ConceptKind, Role, State, StateWord, Where
from keel.record.concepts.vocabulary import Vocabulary
from keel.record.concepts.words import Gap, Word

_YEAR = re.compile(r"(?:19|20)\d\d")
_IN = ("in", "en")
_FAR = 12
"""Words between a concept and a word after it, beyond which the second no longer speaks of the first."""


class Place(NamedTuple):
    """A concept in a text: its first and last position, the concept ids, and of which kind.

    `may_be_dated` is whether a year beside it makes it past: a sign, but none of suicide, which this year would hide.
    """

    first: int
    last: int
    concepts: tuple[str, ...]
    kind: ConceptKind
    may_be_dated: bool = False


class _Said(NamedTuple):
    """A word of a state: its first and last position, and its rows."""

    first: int
    last: int
    rows: tuple[StateWord, ...]

    def row(self, where: Where) -> StateWord | None:
        return next((row for row in self.rows if row.where is where), None)

    @property
    def is_break(self) -> bool:
        return any(row.state is Role.BREAK for row in self.rows)


class Reading(NamedTuple):
    """The words of a text with what is known of them: the places of concepts, and the words of a state."""

    words: Sequence[Word]
    places: Sequence[Place]
    said: Sequence[_Said]
    known: Vocabulary
    ends: Gap
    stated: frozenset[int]
    """Positions of the words of a state."""
    reach: Sequence[int]
    """For each position the last one before the next full stop or question mark."""


def _reaches(words: Sequence[Word]) -> list[int]:
    reach, last = [0] * len(words), len(words) - 1
    for at in range(len(words) - 1, -1, -1):
        reach[at] = last
        if words[at].gap.value >= Gap.QUERY.value:
            last = at - 1
    return reach


def read_states(
    words: Sequence[Word],
    places: Sequence[Place],
    found: Sequence[tuple[tuple[int, ...], list[StateWord]]],
    known: Vocabulary,
    ends: Gap,
) -> list[State]:
    """The state of each place, in their order."""
    said = [_Said(place[0], place[-1], tuple(rows)) for place, rows in found]
    stated = frozenset(position for place, _ in found for position in place)
    reading = Reading(words, places, said, known, ends, stated, _reaches(words))
    before: dict[int, State] = {}
    after: dict[int, State] = {}
    for number, one in enumerate(said):
        if not one.is_break:
            if (row := _backward(one, reading)) is not None:
                _say_after(one, row, reading, after)
            elif (row := one.row(Where.BEFORE)) is not None:
                _say_before(number, row, reading, before)
    for number, year in _years(reading):
        after.setdefault(number, year)
    for number in range(len(places)):
        if _gap_after(reading, places[number]) is Gap.QUERY:
            after.setdefault(number, State.SUSPECTED)
        if words[places[number].first].gap is Gap.QUERY and places[number].first == 0:
            before.setdefault(number, State.SUSPECTED)
    return [_joined(before.get(number), after.get(number), place.kind) for number, place in enumerate(places)]


def _joined(before: State | None, after: State | None, kind: ConceptKind) -> State:
    """What the words on both sides come to; where they contradict each other it is open."""
    said = {state for state in (before, after) if state is not None}
    if not said:
        return State.PRESENT
    if State.HYPOTHETICAL in said:
        return before if len(said) == 1 and before else State.SUSPECTED
    if State.FAMILY in said:
        # A relative may also be the one who tells: a sign is then asked about.
        return State.FAMILY if kind is ConceptKind.CONDITION else State.SUSPECTED
    if said == {State.SUSPECTED, State.DENIED}:
        return State.DENIED if after is State.DENIED else State.SUSPECTED
    if State.DENIED in said and len(said) > 1:
        return State.SUSPECTED
    if State.PRESENT in said:
        return State.SUSPECTED if State.SUSPECTED in said else State.PRESENT
    return after or before or State.PRESENT


# ------------------------------------------------------------------------------------------------- words after


def _backward(one: _Said, reading: Reading) -> StateWord | None:
    """The row by which a word speaks of what stands before it; None where it does not."""
    row = one.row(Where.AFTER)
    before = _place_before(one, reading)
    if row is None or before is None:
        return None
    if one.row(Where.BEFORE) is None:
        return row
    is_close = _gap(reading, before.last, one.first) is Gap.NONE
    ends_here = one.last + 1 >= len(reading.words) or reading.words[one.last + 1].gap is not Gap.NONE
    after = bisect_right(reading.places, one.last, key=lambda place: place.first)
    follows = after < len(reading.places) and not _is_apart(reading, one.last, reading.places[after].first)
    joined = one.last + 1 < len(reading.words) and reading.words[one.last + 1].text in reading.known.joins
    if is_close and (ends_here or joined):
        return row
    return None if follows else row


def _place_before(one: _Said, reading: Reading) -> Place | None:
    """The nearest concept before a word, with nothing unknown between; across a question mark where it stands alone."""
    number = bisect_left(reading.places, one.first, key=lambda place: place.first)
    place = reading.places[number - 1] if number else None
    if place is None or one.first - place.last > _FAR or not _is_plain(reading, place.last + 1, one.first):
        return None
    first = bisect_right(reading.said, place.last, key=lambda each: each.first)
    if any(other.is_break for other in reading.said[first : first + _FAR] if other.last < one.first):
        return None
    gap = _gap(reading, place.last, one.first)
    if gap is Gap.STRONG:
        return None
    if gap is Gap.QUERY:
        is_answer = reading.words[one.first].gap is Gap.QUERY
        return place if is_answer else None
    return place


def _say_after(one: _Said, row: StateWord, reading: Reading, after: dict[int, State]) -> None:
    number = bisect_left(reading.places, one.first, key=lambda place: place.first) - 1
    state = State(row.state)
    after[number] = state
    while number > 0:
        link = _link(reading, reading.places[number - 1], reading.places[number])
        if link not in (Role.OR, Role.AND):
            return
        number -= 1
        state = state if link is Role.OR else State.SUSPECTED
        after.setdefault(number, state)


def _years(reading: Reading) -> Iterator[tuple[int, State]]:
    """The signs that a year is told of (“a seizure in 2019”), as past; since a year is none."""
    for at in range(1, len(reading.words)):
        is_year = _YEAR.fullmatch(reading.words[at].text) and reading.words[at].gap is Gap.NONE
        number = bisect_left(reading.places, at, key=_first) - 1
        if is_year and reading.words[at - 1].text in _IN and number >= 0:
            place = reading.places[number]
            near = _is_plain(reading, place.last + 1, at) and _gap(reading, place.last, at) is Gap.NONE
            if near and place.may_be_dated:
                yield number, State.PAST


# ------------------------------------------------------------------------------------------------- words before


def _say_before(at: int, row: StateWord, reading: Reading, before: dict[int, State]) -> None:
    """What a word says of the concepts after it, up to the next such word, full stop or “but”."""
    one = reading.said[at]
    first, last = (bisect_right(reading.places, end, key=_first) for end in (one.last, _reach(at, reading)))
    group = range(first, last)
    if not group:
        return
    state = State(row.state)
    places = [reading.places[number] for number in group]
    is_sure = row.carries or (
        _is_plain(reading, one.last + 1, places[0].first)
        and _gap(reading, one.last, places[0].first) is Gap.NONE
        and not any(reading.words[at].text in reading.known.joins for at in range(one.last + 1, places[0].first))
    )
    links = [_link(reading, first, second) for first, second in pairwise(places)]
    ends_in_or = bool(links) and links[-1] is Role.OR and Role.AND not in links
    for position, number in enumerate(group):
        if position and _says_now(reading, reading.places[number]):
            return
        if position and not row.carries and not ends_in_or and links[position - 1] is not Role.OR:
            is_sure = False
        if state is State.PRESENT:
            before.setdefault(number, state)
        else:
            before[number] = state if is_sure else State.SUSPECTED


def _says_now(reading: Reading, place: Place) -> bool:
    """Whether the words of a concept say that it is now: “active psychosis” in a list of what is past."""
    return any(reading.words[at].text in reading.known.now for at in range(place.first, place.last + 1))


def _first(place: Place) -> int:
    return place.first


def _reach(at: int, reading: Reading) -> int:
    """The last position that a word speaks of."""
    one = reading.said[at]
    reach = reading.reach[one.last]
    for other in islice(reading.said, at + 1, None):
        if other.first > reach:
            break
        is_present = all(each.state is Role.PRESENT for each in other.rows)
        # “denies any current chest pain”: a word for now beside a denial does not take it back.
        absorbed = is_present and _is_plain(reading, one.last + 1, other.first) and not _has_place(reading, one, other)
        absorbed = absorbed and _gap(reading, one.last, other.first) is Gap.NONE
        if other.is_break or (other.row(Where.BEFORE) is not None and not absorbed):
            if not other.is_break and _backward(other, reading) is not None:
                continue
            return other.first - 1
    return reach


def _has_place(reading: Reading, first: _Said, second: _Said) -> bool:
    return any(first.last < place.first < second.first for place in reading.places)


# ------------------------------------------------------------------------------------------------- between words


def _gap(reading: Reading, first: int, last: int) -> Gap:
    """The strongest mark between two positions."""
    return max(
        (reading.words[at].gap for at in range(first + 1, last + 1)), key=lambda gap: gap.value, default=Gap.NONE
    )


def _gap_after(reading: Reading, place: Place) -> Gap:
    """The mark after a concept and the words that say nothing."""
    at = place.last + 1
    while at < len(reading.words) and reading.words[at].gap is Gap.NONE:
        if not _says_nothing(reading, at):
            return Gap.NONE
        at += 1
    return reading.words[at].gap if at < len(reading.words) else reading.ends


def _is_apart(reading: Reading, first: int, last: int) -> bool:
    """Whether a mark, an “and” or an “or” stands between two positions."""
    between = (reading.words[at].text in reading.known.joins for at in range(first + 1, last))
    return _gap(reading, first, last) is not Gap.NONE or any(between)


def _is_plain(reading: Reading, first: int, last: int) -> bool:
    """Whether every word between two positions says nothing, is joined, or is a word of a state."""
    return all(
        at in reading.stated or _says_nothing(reading, at) or reading.words[at].text in reading.known.joins
        for at in range(first, last)
    )


def _says_nothing(reading: Reading, at: int) -> bool:
    word = reading.words[at]
    return word.is_number or word.text in reading.known.skipped or word.text in reading.known.fillers


def _link(reading: Reading, first: Place, second: Place) -> Role | None:
    """How two neighbouring concepts are joined: by “or”, by “and”, by a comma (None), or by nothing (as by “and”)."""
    joins = {
        reading.known.joins[reading.words[at].text]
        for at in range(first.last + 1, second.first)
        if reading.words[at].text in reading.known.joins
    }
    if Role.OR in joins:
        return Role.OR
    return Role.AND if joins or _gap(reading, first.last, second.first) is Gap.NONE else None

"""From an entry of a list to what it names.

Longest exact names first. What is left over is a dose ("50 mg twice daily"), ordinary language, a misspelling to ask
about, or not recognised. Nothing that is not exact is ever taken for a medicine.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from keel.assessment.interactions.names import NONE, Names, Taken, TypedName
from keel.assessment.interactions.parts import (
    DENIES,
    JOINING,
    NO,
    ORDINARY,
    SAYS_HOW,
    Part,
    carried_by,
    has_alternative,
    is_bare,
    kind_of,
    parts_of,
    says_none,
    taken,
)
from keel.assessment.interactions.spelling import Neighbour
from keel.assessment.interactions.typed_list import Word, name_key, words

LONGEST_GUESS = 3
"""Words that a misspelt name may have."""
_LETTERS = frozenset({"unit"})
"""Kinds of word that may be a name where no number stands before them: the "G" of "chems: G and poppers"."""


class EntryNames(NamedTuple):
    """All that an entry names, in the order typed, and its words that were taken for ordinary language.

    `doubtful` are those among the ordinary words that are also names: "white" beside tablets.
    """

    names: tuple[TypedName, ...]
    ignored: tuple[str, ...]
    doubtful: tuple[str, ...] = ()


def read_list(listed: Sequence[str], names: Names) -> Iterator[EntryNames]:
    """What the entries between the commas of one line name.

    A denial holds for the bare names behind it, too, as a heading does (“Allergies: penicillin, codeine”). Without a
    colon, “allergic to penicillin, codeine” can be read both ways.
    """
    for entries, says in _carried(listed, names):
        for place, entry in enumerate(entries):
            read = read_entry(entry, names)
            if place:
                read = read._replace(names=tuple(one._replace(taken=Taken(says)) for one in read.names))
            yield read


def split_list(listed: Sequence[str], names: Names) -> Iterator[str]:
    """The entries of one line, those together that are read together: “denies alcohol, cocaine”."""
    return (", ".join(entries) for entries, _ in _carried(listed, names))


def _carried(listed: Sequence[str], names: Names) -> Iterator[tuple[Sequence[str], str]]:
    """The entries with those behind them of which they speak, and what they say of them."""
    parted = [parts_of(words(entry), names) for entry in listed]
    at = 0
    while at < len(listed):
        spoken = carried_by(parted[at])
        says = parted[at][spoken].says if spoken is not None else ""
        end = at + 1 if spoken is None else _carried_to(at, says, parted)
        if says not in (DENIES, NO):
            between = listed[at][parted[at][spoken].words[-1].end :].lstrip() if spoken is not None else ""
            says = says if between.startswith(":") else "unclear"
        yield listed[at:end], NO if says == DENIES else says
        at = end


def _carried_to(place: int, says: str, parted: Sequence[Sequence[Part]]) -> int:
    """Behind the last entry that is spoken of; an unknown word alone neither ends it nor is denied."""
    end = place + 1
    for after in range(place + 1, len(parted)):
        if not is_bare(parted[after]):
            if any(part.meaning or part.kind or part.says for part in parted[after]):
                break
        elif says != NO or has_alternative(parted[after]):
            end = after + 1
    return end


def read_entry(entry: str, names: Names) -> EntryNames:
    """What an entry names. A bare dose ("50 mg") names nothing; an entry of ordinary words is not recognised."""
    parts = parts_of(words(entry), names)
    if _is_only_dose(entry, parts):
        return EntryNames((), tuple(part.words[0].plain for part in parts if part.kind in ORDINARY))
    named = _named(parts)
    topical = next((part.words[0].plain for part in parts if part.kind == "topical"), "")
    found = [
        (part.words[0].start, TypedName(_typed(entry, part.words), part.meaning, (), topical, taken(parts, place)))
        for place, part in enumerate(parts)
        if part in named
    ]
    found += _left_over(entry, parts, names)
    if not found:
        return EntryNames((TypedName(entry, taken=Taken(NONE if says_none(parts) else "")),), ())
    ordinary = [part for part in parts if part not in named and part.kind in ORDINARY]
    in_order = _with_unmatched(entry, sorted(found, key=lambda one: one[0]))
    return EntryNames(
        tuple(_without_second_names(in_order)),
        tuple(part.words[0].plain for part in ordinary),
        tuple(part.words[0].plain for part in ordinary if part.meaning),
    )


def _is_only_dose(entry: str, parts: Sequence[Part]) -> bool:
    """Whether an entry says how something is taken, or is a heading, and names nothing.

    "50 mg", "take 1 tablet by mouth daily", "uno por la noche", "Repeats:".
    """
    has_sig = any(part.kind == "sig" for part in parts)
    if any(part.meaning for part in parts) and not has_sig:
        return False
    if all(part.kind in SAYS_HOW for part in parts):
        return True
    plain = ORDINARY if entry.rstrip().endswith(":") else ORDINARY - {"everyday"}
    says_when = has_sig or plain is ORDINARY or any(part.kind == "frequency" for part in parts)
    return says_when and all(part.kind in SAYS_HOW | plain for part in parts)


def _with_unmatched(entry: str, found: Sequence[tuple[int, TypedName]]) -> Iterator[TypedName]:
    """The names of an entry, each brand with what was not recognised directly behind it."""
    for place, (start, read) in enumerate(found):
        after = found[place + 1] if place + 1 < len(found) else None
        is_brand = read.meaning is not None and read.meaning.is_brand
        if after and is_brand and not after[1].meaning and not after[1].near:
            between = entry[start + len(read.typed) : after[0]]
            read = read._replace(unmatched=after[1].typed if between.strip(" -") == "" else "")
        yield read


def _without_second_names(names: Iterable[TypedName]) -> Iterator[TypedName]:
    """The names of one entry without a second name of the same medicine: "Prinivil (lisinopril)" is one medicine."""
    seen: set[tuple[tuple[str, ...], str]] = set()
    for read in names:
        known = read.meaning.substances if read.meaning and not read.meaning.to_confirm else ()
        if known and (known, read.taken.says) in seen:
            continue
        seen.add((known, read.taken.says))
        yield read


def _named(parts: Sequence[Part]) -> list[Part]:
    """The parts that name something.

    A name that is an ordinary word too is asked about where nothing else in the entry is named for sure, or where a
    word joins it on: "sertraline and speed", "coke and booze", but not "sertraline, white tablets". A word of the dose
    ("tabs") names something only where nothing else does.
    """
    has_sure = any(part.is_sure for part in parts)
    named = [part for place, part in enumerate(parts) if part.is_sure or _may_name(parts, place, has_sure=has_sure)]
    if named or any(not part.meaning and not part.kind for part in parts):
        return named
    if any(part.kind == "sig" for part in parts):
        return []
    return [part for part in parts if part.meaning]


def _may_name(parts: Sequence[Part], place: int, *, has_sure: bool) -> bool:
    """Whether a word that is ordinary, or a unit, or a name, is asked about as a name here."""
    part = parts[place]
    if part.meaning is None:
        return False
    if part.kind in _LETTERS:
        before, after = _beside(parts[:place][::-1]), _beside(parts[place + 1 :])
        return before in ("", *JOINING) and after in ("", *JOINING)
    if part.kind in SAYS_HOW or _describes(parts[place + 1 :]):
        return False
    return not has_sure or _is_joined(parts[:place]) or _joins(parts[place + 1 :])


def _beside(parts: Sequence[Part]) -> str:
    """The kind of the next word; empty at the end of the entry, and for a name or an unknown word."""
    part = next(iter(parts), None)
    return "" if part is None or part.meaning else part.kind


def _describes(after: Sequence[Part]) -> bool:
    """Whether a form is described, with ordinary words between: "white oval pill"."""
    part = next((part for part in after if part.kind != "everyday" or part.meaning), None)
    return part is not None and part.kind == "form"


def _joins(after: Sequence[Part]) -> bool:
    """Whether the next word joins another name on: "coke and booze", "speed, with sertraline" has none."""
    first = next(iter(after), None)
    if first is None or first.kind not in JOINING or first.words[0].plain == "with":
        return False
    following = next((part for part in after[1:] if part.kind not in ("language", "number")), None)
    return following is not None and following.meaning is not None


def _is_joined(before: Sequence[Part]) -> bool:
    """Whether the last word, apart from articles and the like, is "and", "with" or another joining word."""
    last = next((part for part in reversed(before) if part.kind != "language"), None)
    return last is not None and last.kind in JOINING


def _left_over(entry: str, parts: Sequence[Part], names: Names) -> Iterator[tuple[int, TypedName]]:
    """Each run of unknown words as misspellings, or as not recognised, with the place where it starts.

    Words about the dose do not interrupt a run.
    """
    said = [part for part in parts if part.meaning or part.kind not in SAYS_HOW]
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
        says_how = all(kind_of(word, names) in SAYS_HOW for word in words(text))
        if joined and says_how and not names.find(name_key(text)):
            joined[-1] += f" {text}"
        else:
            joined.append(text)
    return joined

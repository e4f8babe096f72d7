"""The parts of an entry: names, words about the dose, words about whether it is taken, and all other words.

Words such as "no", "allergic to" and "stopped" speak of the names after them, as far as the next "but" or "now", and
over "or" to several; "stopped" and "allergy" also of the name before them. Where "and" follows, or two of them stand
together ("not allergic to"), it is not clear, and the person is asked. "denies" goes on over "and", and over commas as
long as bare names follow it; "no" over commas where the list ends in "or".
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from keel.assessment.interactions.names import Meaning, Names, Taken
from keel.assessment.interactions.typed_list import Word

_AMOUNT = re.compile(r"x?\d+([a-z]*)")
_CODE = re.compile(r"a?nda\d+|ndc\d+|q\d+[a-z]*")
_AFTER_NUMBERS = frozenset({"", "x", "s", "st", "nd", "rd", "th"})
SAYS_HOW = frozenset({"number", "unit", "form", "release", "salt", "frequency", "topical", "sig"})
ORDINARY = frozenset({"language", "joiner", "alternative", "everyday"})
JOINING = frozenset({"joiner", "alternative"})
PASSED_OVER = frozenset({"number", "unit", "form", "release", "salt", "frequency", "topical", "language", "sig"})
AFTER_A_NAME = frozenset({"allergic", "stopped"})
DENIES, NO = "denies", "no"
CARRIED = frozenset({DENIES, NO, "allergic", "stopped"})
"""What can hold for the bare names behind it, too: “denies alcohol, cocaine”, “Allergies: penicillin, codeine”."""
BARE = JOINING | {"language"}
WHEN = frozenset({"recently", "long-ago"})
LONGEST_EXTENSION = 3
"""Words that may stand behind a brand and make another product of it."""


class Part(NamedTuple):
    """An exact name, or one word; `kind` is what kind of word a single word is, empty for an unknown one.

    `says` is what a word says of the names beside it (`ContextWord`); its kind is then `context`.
    """

    words: tuple[Word, ...]
    meaning: Meaning | None
    kind: str
    says: str = ""

    @property
    def is_sure(self) -> bool:
        """Whether this names something whatever stands beside it: "speed" and "tabs" are ordinary words too."""
        if self.meaning is None or self.kind in SAYS_HOW:
            return False
        return not (self.meaning.to_confirm and self.kind in ORDINARY) or self.meaning.group is not None


def parts_of(rest: Sequence[Word], names: Names) -> list[Part]:
    """The words of an entry as parts, longest exact names first; a brand with "Forte" behind it is one part."""
    parts: list[Part] = []
    place, furthest = 0, names.longest + LONGEST_EXTENSION + 1
    while place < len(rest):
        ahead = rest[place : place + furthest]
        part = _next(ahead, names)
        if part.meaning and part.meaning.is_brand:
            part = _extended(part, part.meaning, ahead, names)
        parts.append(part)
        place += len(part.words)
    return parts


def kind_of(word: Word, names: Names) -> str:
    """What kind of word this is when it names no medicine; empty for an unknown one."""
    amount = _AMOUNT.fullmatch(word.plain)
    if amount and (amount.group(1) in _AFTER_NUMBERS or names.kind_of(amount.group(1)) == "unit"):
        return "number"
    return "number" if _CODE.fullmatch(word.plain) else names.kind_of(word.plain)


def _next(rest: Sequence[Word], names: Names) -> Part:
    meaning, says = None, ""
    for size in range(min(names.longest, len(rest)), 0, -1):
        key = " ".join(word.plain for word in rest[:size])
        meaning = names.find(key)
        if not meaning and not _is_number_word(rest, size):
            says = names.says(key)
        if says == "sig":
            return Part(tuple(rest[:size]), None, "sig")
        if meaning or says:
            kind = kind_of(rest[0], names) if size == 1 and not says else "context" if says else ""
            return Part(tuple(rest[:size]), meaning, kind, says)
    return Part(tuple(rest[:1]), None, kind_of(rest[0], names))


def _is_number_word(rest: Sequence[Word], size: int) -> bool:
    """Whether "no" is short for number: "No. 3"."""
    return size == 1 and rest[0].plain == "no" and len(rest) > 1 and rest[1].plain[:1].isdigit()


def _extended(part: Part, brand: Meaning, rest: Sequence[Word], names: Names) -> Part:
    """A brand together with a word that makes another product of it, which is not on file: its contents are unknown."""
    start = len(part.words)
    for size in range(LONGEST_EXTENSION, 0, -1):
        key = " ".join(word.plain for word in rest[start : start + size])
        if len(rest) >= start + size and names.extends(key):
            after = rest[start + size :]
            if key == "plus" and after and kind_of(after[0], names) not in SAYS_HOW:
                return part  # "Valium plus alcohol" are two
            return Part(tuple(rest[: start + size]), names.extended(brand, key), "")
    return part


def taken(parts: Sequence[Part], place: int) -> Taken:
    """What the entry says of the name at `place` in it."""
    said = [*_before(parts, place), *_after(parts, place)]
    if not said:
        return Taken()
    when = next((part.says for part in parts if part.says in WHEN), "")
    return Taken(NO if said == [DENIES] else said[0] if len(said) == 1 else "unclear", when)


def is_bare(parts: Sequence[Part]) -> bool:
    """Whether an entry is names alone, joined where there are several: no amount, no verb, no word of when or how."""
    plain = all(part.meaning or part.kind in BARE or part.says == NO for part in parts)
    apart = not any(one.meaning and two.meaning for one, two in pairwise(parts))
    return plain and apart and any(part.meaning for part in parts)


def carried_by(parts: Sequence[Part]) -> int | None:
    """The place of the word that speaks of the bare names with which an entry ends; None where there is none."""
    place = next((place for place, part in enumerate(parts) if part.says in CARRIED), None)
    return place if place is not None and is_bare(parts[place + 1 :]) else None


def says_none(parts: Sequence[Part]) -> bool:
    """Whether an entry says that nothing is taken: “none”, “no regular medication”."""
    says_no = any(part.says in (DENIES, NO) for part in parts)
    return says_no and all(part.says or part.kind in PASSED_OVER | JOINING for part in parts)


def has_alternative(parts: Sequence[Part]) -> bool:
    """Whether an “or” or a “nor” stands in an entry."""
    return any(part.kind == "alternative" or part.words[0].plain in ("nor", "ni") for part in parts)


def _before(parts: Sequence[Part], place: int) -> Iterator[str]:
    """What stands before a name and speaks of it, nearest first; unclear where "and" or other words come between."""
    is_joined = is_far = has_other = False
    for part in reversed(parts[:place]):
        if part.says == "present":
            return
        if part.says and part.says not in WHEN:
            unclear = (is_joined and part.says not in ("allergic", DENIES)) or (is_far and part.says in (DENIES, NO))
            yield "unclear" if unclear else part.says
        elif part.kind == "joiner":
            is_joined, has_other = True, False
        elif part.kind == "alternative":
            has_other = False
        elif part.meaning or not part.kind:
            if has_other:
                return
            has_other = True
        elif part.kind == "everyday":
            is_far = True


def _after(parts: Sequence[Part], place: int) -> Iterator[str]:
    """What stands after a name and speaks of it: nothing else is named behind it."""
    after = parts[place + 1 :]
    if any(part.meaning for part in after):
        return
    for position, part in enumerate(after):
        if part.says == "present":
            return
        is_last_no = part.says == NO and position == len(after) - 1
        if part.says in AFTER_A_NAME or is_last_no:
            meaning = parts[place].meaning  # “Benadryl Allergy” is a product, “Augmentin allergy” is none
            is_product = position == 0 and part.says == "allergic" and meaning is not None and meaning.is_brand
            yield "unclear" if is_product else part.says
            return

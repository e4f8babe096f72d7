"""Whether a name is of something taken: no, allergic to it, stopped, or not clear.

Words such as "no", "allergic to" and "stopped" speak of the names after them, as far as the next "but" or "now", and
over "or" to several; "stopped" and "allergy" also of the name before them. Where "and" follows, or two of them stand
together ("not allergic to"), it is not clear, and the person is asked.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from keel.assessment.interactions.parts import Part

PASSED_OVER = frozenset({"number", "unit", "form", "release", "salt", "frequency", "topical", "language", "sig"})
AFTER_A_NAME = frozenset({"allergic", "stopped"})
WHEN = frozenset({"recently", "long-ago"})


class Taken(NamedTuple):
    """What is said of a name: `says` is no, allergic, stopped, unclear or empty (taken); `when` it was stopped."""

    says: str = ""
    when: str = ""


def taken(parts: Sequence[Part], place: int) -> Taken:
    """What the entry says of the name at `place` in it."""
    said = [*_before(parts, place), *_after(parts, place)]
    if not said:
        return Taken()
    when = next((part.says for part in parts if part.says in WHEN), "")
    return Taken(said[0] if len(said) == 1 else "unclear", when)


def _before(parts: Sequence[Part], place: int) -> Iterator[str]:
    """What stands before a name and speaks of it, nearest first; unclear where "and" or other words come between."""
    is_joined = is_far = has_other = False
    for part in reversed(parts[:place]):
        if part.says == "present":
            return
        if part.says and part.says not in WHEN:
            unclear = (is_joined and part.says != "allergic") or (is_far and part.says == "no")
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
        is_last_no = part.says == "no" and position == len(after) - 1
        if part.says in AFTER_A_NAME or is_last_no:
            yield part.says
            return

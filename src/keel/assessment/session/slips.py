"""Readings that look like a slip of the finger: asked about before they are stored, never changed.

A value is doubtful where it lies far from the last one, and where two of its digits exchanged, one dropped or one added
gives a value near the last one; a pressure where the lower value is not below the upper one. How far and how near are
cuts of the session rules.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from keel.knowledge import Number


class Slip(NamedTuple):
    """A reading to be asked about: the sign, the value typed, and what may have been meant (None: nothing near)."""

    sign: str
    typed: float
    meant: float | None


def slips(typed: Mapping[str, float], last: Mapping[str, float], cuts: Mapping[str, Number]) -> tuple[Slip, ...]:
    """What to ask about in readings by sign, against the last value of each."""
    found = [
        Slip(sign, value, meant)
        for sign, value in typed.items()
        if (before := last.get(sign)) and (meant := _meant(value, before, cuts)) is not None
    ]
    sbp, dbp = typed.get("sbp"), typed.get("dbp")
    if sbp is not None and dbp is not None and dbp >= sbp and not any(one.sign in ("sbp", "dbp") for one in found):
        found.append(Slip("dbp", dbp, None))
    return tuple(found)


def _meant(value: float, last: float, cuts: Mapping[str, Number]) -> float | None:
    """The value near the last one that a slip would have turned into this one."""
    if abs(value - last) <= last * cuts["slip_far"].value / 100:
        return None
    near = [one for one in _neighbours(value) if abs(one - last) <= last * cuts["slip_near"].value / 100]
    return min(near, key=lambda one: abs(one - last), default=None)


def _neighbours(value: float) -> Iterator[float]:
    """Every number that is one slip away: two digits exchanged, one left out, one more."""
    digits = f"{value:g}"
    if not digits.isdecimal():
        return
    places = range(len(digits))
    for first in places:
        for second in range(first + 1, len(digits)):
            exchanged = list(digits)
            exchanged[first], exchanged[second] = exchanged[second], exchanged[first]
            yield float("".join(exchanged))
    if len(digits) > 1:
        yield from (float(digits[:place] + digits[place + 1 :]) for place in places)
    for place in range(len(digits) + 1):
        yield from (float(digits[:place] + extra + digits[place:]) for extra in "0123456789")

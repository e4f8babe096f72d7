"""Intervals of a number, and amounts of a substance that know what they must not be added to."""

from collections.abc import Callable
from enum import StrEnum
from typing import Self

import msgspec


class Interval(msgspec.Struct, frozen=True, omit_defaults=True, repr_omit_defaults=True):
    """A number that is not quite known: the least, the working value and the most, in one unit.

    `open_above` where more than `high` was told (“more than 2 g”): all three are then “at least”.

    >>> Interval.of(1, 2) + Interval.exactly(10)
    Interval(low=11, mid=11.5, high=12)
    >>> Interval.of(1, 2) * Interval.of(3, 4)
    Interval(low=3, mid=5.25, high=8)
    """

    low: float
    mid: float
    high: float
    open_above: bool = False

    def __post_init__(self) -> None:
        if not self.low <= self.mid <= self.high:
            raise ValueError(f"an interval needs low ≤ mid ≤ high, not {self.low}, {self.mid}, {self.high}")

    @classmethod
    def exactly(cls, value: float) -> Self:
        """An interval of one value."""
        return cls(value, value, value)

    @classmethod
    def of(cls, low: float, high: float) -> Self:
        """From low to high, working value half way."""
        return cls(low, (low + high) / 2, high)

    @property
    def is_exact(self) -> bool:
        """Whether low and high are the same."""
        return self.low == self.high

    def each(self, change: Callable[[float], float]) -> "Interval":
        """The interval of the changed ends; `change` must not turn a larger number into a smaller one."""
        return Interval(change(self.low), change(self.mid), change(self.high), self.open_above)

    def __add__(self, other: "Interval") -> "Interval":
        is_open = self.open_above or other.open_above
        return Interval(self.low + other.low, self.mid + other.mid, self.high + other.high, is_open)

    def __mul__(self, other: "Interval | float") -> "Interval":
        """The product; both intervals must be zero or more, as amounts and counts are."""
        by = other if isinstance(other, Interval) else Interval.exactly(other)
        is_open = self.open_above or by.open_above
        return Interval(self.low * by.low, self.mid * by.mid, self.high * by.high, is_open)

    def __truediv__(self, divisor: "Interval | float") -> "Interval":
        """The quotient; both intervals must be zero or more, and the divisor more."""
        by = divisor if isinstance(divisor, Interval) else Interval.exactly(divisor)
        return Interval(self.low / by.high, self.mid / by.mid, self.high / by.low, self.open_above)


def significant(value: float) -> float:
    """A computed number without the last bits of binary noise, so that 0.5 mg/kg is not above 0.5 mg/kg."""
    return float(f"{value:.10g}")


class Form(StrEnum):
    """What the milligrams are milligrams of."""

    BASE = "base"
    """The free base, as injections and the licensed spray are labelled."""
    HYDROCHLORIDE = "hydrochloride"
    """The salt, as in older papers."""
    POWDER = "powder"
    """Powder as sold, of unknown purity; counted at face value and said so."""
    NOT_STATED = "not_stated"
    """Nobody said; counted at face value and said so."""


def base_mg(amount_mg: float, form: Form, base_per_salt: float) -> float:
    """Milligrams of base; only the salt is converted, the factor being the substance's own.

    >>> round(base_mg(32.3, Form.HYDROCHLORIDE, 0.867), 1)
    28.0
    """
    return amount_mg * base_per_salt if form is Form.HYDROCHLORIDE else amount_mg

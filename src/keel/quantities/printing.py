"""Intervals for people: one number, or “low to high” with no more digits than an interval has."""

from typing import NamedTuple

from keel.messages import ENGLISH, Catalogue, Message, Numeral, in_language, number_text
from keel.quantities.amounts import Interval


class Figure(NamedTuple):
    """An interval as it is printed, with so many significant digits; a slot of a message."""

    interval: Interval
    significant: int = 6

    def in_language(self, catalogue: Catalogue | None = None) -> str:
        """One number, “at least” one, or “low to high” with 3 significant digits at most, since it is not exact."""
        signs = catalogue.signs if catalogue else ENGLISH
        if self.interval.open_above:
            least = number_text(self.interval.low, self.significant)
            return in_language(Message("at least {number}", number=Numeral(least)), catalogue)
        if self.interval.is_exact:
            return number_text(self.interval.low, self.significant, signs)
        digits = min(3, self.significant)
        low, high = (number_text(end, digits, signs) for end in (self.interval.low, self.interval.high))
        return low if low == high else f"{low} {signs.to} {high}"


def interval_text(interval: Interval, significant: int = 6) -> str:
    """The interval in English.

    >>> interval_text(Interval.exactly(20800)), interval_text(Interval.of(811485, 3051616))
    ('20,800', '811,000 to 3,050,000')
    """
    return Figure(interval, significant).in_language()

"""Reads numbers: digits, words, fractions, ranges, comparisons; and counts of occasions."""

import msgspec

from keel.exposure.errors import PatternError
from keel.exposure.grammar.constituents import (
    Count,
    Read,
)
from keel.exposure.grammar.cursor import MOST_SKIPPED, Cursor, K, once
from keel.exposure.grammar.tokens import FRACTION, NUMBER
from keel.knowledge.reading import VagueNumber
from keel.messages import Message
from keel.quantities import Interval, QuantityError


def interval(low: float, high: float, *, open_above: bool = False) -> Interval:
    """The interval between two numbers."""
    low, high = min(low, high), max(low, high)
    return msgspec.structs.replace(Interval.of(low, high), open_above=open_above)


class NumberReader(Cursor):
    """Counts, by the place at which they begin."""

    def _one_number(self, at: int) -> Read[tuple[float, float, bool]] | None:
        """One number: low, high, whether it was vague."""
        if self.is_at(at, "unreadable"):
            error = self.value(at, "unreadable")
            raise PatternError(*error.args) if isinstance(error, QuantityError) else PatternError()
        found: Read[tuple[float, float, bool]] | None = None
        if self.is_at(at, K.DECIMAL) and self._is_digit(at + 1) and self.tokens[at + 1].text.isalpha():
            found = (value := self.number_of(at + 1, NUMBER) / 10, value, False), at + 2  # “point five”
        elif self.is_at(at, NUMBER):
            value, after = self._plain_number(at)
            if self.is_at(after, FRACTION):
                value, after = value + self.number_of(after, FRACTION), after + 1
            elif self._is_part(after) and value != 0.5:
                value, after = value * self.number_of(after, "part"), after + 1
            found = (value, value, False), after
        elif self.is_at(at, FRACTION):
            found = (self.number_of(at, FRACTION), self.number_of(at, FRACTION), False), at + 1
        elif self.is_at(at, "vague"):
            vague = self.value(at, "vague")
            assert isinstance(vague, VagueNumber)  # noqa: S101 - for the type checker
            found = (vague.low, vague.high, True), at + 1
        elif self._is_part(at):
            value = self.number_of(at, "part")
            found = (value, value, False), at + 1
        elif self.is_at(at, K.ONE) and self._is_part(at + 1):
            value = self.number_of(at + 1, "part")
            found = (value, value, False), at + 2
        if found and self.is_at(found[1], K.HALF_MORE):
            (low, high, is_vague), after = found
            found = (low + 0.5, high + 0.5, is_vague), after + 1
        return found

    def _plain_number(self, at: int) -> Read[float]:
        """A number in digits, or in words over several tokens: “twenty-five”, “two hundred and fifty”."""
        value, after = self.number_of(at, NUMBER), at + 1
        digits = ""
        while value < 10 and self.is_at(after, K.DECIMAL) and self._is_digit(after + 1 + len(digits)):
            digits += f"{self.number_of(after + 1 + len(digits), NUMBER):g}"
        if digits:
            return float(f"{value:g}.{digits}"), after + 1 + len(digits)
        while self.tokens[at].text[0].isalpha():
            following = self.skip(after, K.AND) if not self.is_sign(after, "-") else after + 1
            if not (self.is_at(following, NUMBER) and self.tokens[following].text.isalpha()):
                break
            other = self.number_of(following, NUMBER)
            if other == 100 and 0 < value < 10:
                value *= 100
            elif (value % 100 == 0 and value and 0 < other < 100) or (
                value % 100 in range(20, 100, 10) and 0 < other < 10
            ):
                value += other
            else:
                break
            after = following + 1
        return value, after

    def _is_part(self, at: int) -> bool:
        """Whether a part of a unit stands here: “an eighth ounce”; “an eighth” alone has no fixed weight."""
        return self.is_at(at, "part") and (not self.is_at(at, "uncounted") or self.is_at(at + 1, "unit"))

    def _is_digit(self, at: int) -> bool:
        return self.is_at(at, NUMBER) and self.number_of(at, NUMBER) in range(10)

    @once
    def count(self, at: int, *, one: bool = False) -> Read[Count] | None:
        """A number or a range of two, with its comparison; a lone article counts as one where `one` says so."""
        start = at
        is_more, is_less, at = self.compared(at)
        is_range = self.is_at(at, K.BETWEEN)
        first = self._one_or_number(at + is_range, one=one)
        if first is None:
            return None
        (low, high, vague), after = first
        join = (K.JOIN, K.AND) if is_range else (K.JOIN,)
        second = None
        if self.is_at(after, *join):
            second = self._one_number(self.skip(after + 1, K.ABOUT))
            if second is not None and self.is_year(after + 1):
                second = None
        if is_range and second is None:
            return None
        if second is not None:
            (_, most, also), after = second
            low, high, vague = min(low, most), max(high, most), vague or also
        is_vague = vague
        is_plus = self.is_sign(after, "+") and self.is_at(after + 1, "unit")  # “5+ g”
        if self.is_at(after, K.OR_MORE) and not self.is_at(after, K.MINUTE) and (is_plus or not self.begins(after + 1)):
            is_more, after = True, after + 1
        elif self.is_at(after, K.OR_LESS) and not self.begins(after + 1):
            is_less, after = True, after + 1
        words = self.raw(start, after)
        assumed: list[Message] = []
        if is_vague:
            assumed.append(Message("“{text}” is read as {low} to {high}", text=words, low=f"{low:g}", high=f"{high:g}"))
        value = interval(low, high)
        if is_less:
            value = Interval.of(0, high)
        elif is_more:
            value = msgspec.structs.replace(value, open_above=True)
        return Count(value, tuple(assumed), is_most=is_less), after

    def compared(self, at: int) -> tuple[bool, bool, int]:
        """Whether “more than” or “up to” stands before a number, and the place of the number."""
        is_more = is_less = False
        end = at + MOST_SKIPPED
        while at < end and self.is_at(at, K.ABOUT, K.MORE, K.LESS) and not self.is_at(at, NUMBER, "vague", "counter"):
            is_more |= self.is_at(at, K.MORE) and not self.is_at(at, K.ABOUT)
            is_less |= self.is_at(at, K.LESS) and not self.is_at(at, K.ABOUT)
            at += 1
        return is_more, is_less, at

    def begins(self, at: int) -> bool:
        """Whether a number, a unit or an article begins here, so that “plus” before it joins two things."""
        if self.is_at(at, K.ONE) and self.is_at(at + 1, "period"):
            return False
        return self.is_at(at, NUMBER, FRACTION, "part", "vague", "unit", K.ONE, K.ANOTHER)

    def _one_or_number(self, at: int, *, one: bool) -> Read[tuple[float, float, bool]] | None:
        found = self._one_number(at)
        if found is None and one and self.is_at(at, K.ONE):
            return (1.0, 1.0, False), at + 1
        return found

    def is_year(self, at: int) -> bool:
        return (
            self.is_at(at, NUMBER)
            and self.number_of(at, NUMBER) in range(1900, 2101)
            and not self.is_at(at + 1, "unit")
            and "." not in self.tokens[at].text
        )

    @once
    def occasions(self, at: int) -> Read[Count] | None:
        """A count of occasions: “3 times”, “3x”, “once or twice”, “2”; `is_occasions` where the words count them."""
        start = at
        is_more, is_less, at = self.compared(at)
        if self.is_at(at, "counter"):
            low = high = self.number_of(at, "counter")
            after = at + 1
            if self.is_at(after, K.JOIN) and self.is_at(after + 1, "counter"):
                high, after = self.number_of(after + 1, "counter"), after + 2
            elif self.is_at(after, K.JOIN) and (more := self.count(after + 1)) and self.is_at(more[1], K.TIMES):
                high, after = more[0].value.high, more[1] + 1
            value = interval(low, high, open_above=is_more)
            if is_less:
                value = Interval.of(0, high)
            return Count(value, is_most=is_less, is_occasions=True), after
        counted = self.count(start, one=self.is_at(start, K.ONE) and self.is_at(start + 1, K.JOIN, K.TIMES))
        if counted is None:
            return None
        number, after = counted
        if self.is_at(after, K.TIMES, K.SESSION):
            return number._replace(is_occasions=True), after + 1
        return number, after

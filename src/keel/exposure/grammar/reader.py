"""Reads the tokens of a pattern as constituents, the longest at each place, so that every token belongs to one.

A hand-written recursive reader: each method takes a place and returns a constituent with the place after it, or None.
Kinds of words come from the language; nothing here knows a word. What no constituent begins with stays a single token,
which `patterns.py` refuses in the person’s own words.
"""

from keel.exposure.errors import PatternError
from keel.exposure.grammar.constituents import (
    WEEKS_A_YEAR,
    Age,
    Constituent,
    Label,
    Mark,
    Read,
    Span,
    Unread,
    Weight,
    What,
    Wider,
)
from keel.exposure.grammar.cursor import K
from keel.exposure.grammar.rates import RateReader
from keel.exposure.grammar.times import TimeReader
from keel.exposure.grammar.tokens import NUMBER, PUNCTUATION, Token
from keel.messages import Message

YOUNGEST, OLDEST = 6, 100
"""Ages at which use can begin, or be told of. Defaults."""
LIGHTEST_KG, HEAVIEST_KG = 20.0, 400.0
"""Outside these a weight is a slip, or an amount. Defaults."""


class Reader(RateReader, TimeReader):
    """The constituents of one text."""

    def label(self, at: int) -> Read[Label] | None:
        """“Wk 1-4:”, “weeks 5 to 8”, “from week 9”: which weeks a phase has."""
        is_from = self.is_at(at, K.FROM)
        at += is_from
        period = self.period(at)
        if period is None or not period.is_whole or not self.is_at(at + 1, NUMBER):
            return None
        first, after = self.number_of(at + 1, NUMBER), at + 2
        last: float | None = first
        if self.is_at(after, K.JOIN) and self.is_at(after + 1, NUMBER):
            last, after = self.number_of(after + 1, NUMBER), after + 2
        elif is_from or self.is_at(after, K.OR_MORE):
            last, after = None, after + self.is_at(after, K.OR_MORE)
        elif not self.is_sign(after, ":"):
            return None
        if self.is_sign(after, ":,"):
            after += 1
        weeks = None if last is None else (last - first + 1) * WEEKS_A_YEAR / period.per_year
        if weeks is not None and weeks <= 0:
            return None
        return Label(weeks), after

    def age(self, at: int) -> Read[Age] | None:
        """“since age 19”, “started at 17”, “since I was 19”, “24 years old”, “now 24”."""
        is_start = self.is_at(at, K.FROM, K.STARTED)
        number_at = self.to_number(at, K.FROM, K.STARTED, K.FILLER, K.AGE, K.ABOUT, K.NOW, K.AGED)
        has_word = any(self.is_at(place, K.AGE) for place in range(at, number_at))
        if not self.is_at(number_at, NUMBER) or not YOUNGEST <= self.number_of(number_at, NUMBER) <= OLDEST:
            return None
        after = number_at + 1
        is_old = self.is_at(after, K.OLD)
        if not is_old and has_word and (period := self.period(after)) is not None and period.id == "year":
            is_old = True
        if not is_old and (
            self.is_at(after, "unit", "period", "adverb", "body_weight", "uncounted", K.TIMES, K.PIECE, K.JOIN)
        ):
            return None
        is_now = is_old and not (is_start and has_word)
        has_now = self.has_age and (self.is_at(at, K.NOW, K.AGED) or self.is_at(after, K.NOW))
        if not is_now and not has_word and not has_now:
            return None
        found = Age(self.number_of(number_at, NUMBER), is_start=has_word and not is_now)
        self.has_age = True
        return found, after + (is_old or (has_now and self.is_at(after, K.NOW)))

    def dispensed(self, at: int) -> Read[Mark] | None:
        """“#90”, “disp 30 tablets”: how much was handed out, which changes no figure."""
        number = self.skip(at, K.DISPENSED, "punctuation")
        if number == at or not self.is_at(number, NUMBER):
            return None
        return Mark(K.FILLER, {}), self.skip(number + 1, K.PIECE)

    def weight(self, at: int) -> Read[Weight] | None:
        """“70 kg”, “weight 11 stone”."""
        counted = self.count(at)
        if counted is None or not self.is_at(counted[1], "body_weight"):
            return None
        after = counted[1] + 1
        kg = counted[0].value.mid * self.number_of(counted[1], "body_weight")
        if not LIGHTEST_KG <= kg <= HEAVIEST_KG:
            raise PatternError(
                Message("“{text}” is read as body weight, which cannot be. Write an amount in mg or g.",
                        text=self.raw(at, after))
            )  # fmt: skip
        return Weight(kg), after

    def wider(self, at: int) -> Read[Wider] | None:
        """“sometimes 2”, “sometimes twice a day”, “sometimes 1 g”."""
        if not self.is_at(at, K.SOMETIMES) or self.is_at(at + 1, "two_meanings"):
            return None
        found: list[Read[Wider]] = []
        for way in (self.amount, self.rate, lambda place: self.count(place, one=True)):
            read = way(self.skip(at + 1, K.FILLER) if not self.is_at(at + 1, K.ONE) else at + 1)
            if read:
                found.append((Wider(read[0]), read[1]))
        return max(found, key=lambda one: one[1], default=None)

    def constituents(self) -> list[Constituent]:
        """All of them, in order; together they hold every token."""
        found: list[Constituent] = []
        at = 0
        while at < len(self.tokens):
            what, after = self._next(at)
            if self.is_changed and isinstance(what, Span) and self.is_at(at, K.SPREE):
                what = Unread()  # “from 1 g to 2 g over 2 years”: how long each was is not said
            found.append(Constituent(what, at, after))
            at = after
        return found

    def _next(self, at: int) -> Read[What]:
        ways = (
            self.each_piece,
            self.label, self.dates, self.wider, self.amount, self.rate, self.span, self.age, self.weight,
            self.duration, self.dispensed,
        )  # fmt: skip
        found = [read for way in ways if (read := way(at))]
        token = self.tokens[at]
        best = max(found, key=lambda read: read[1], default=None)
        mark = self._mark(token)
        if best is not None and (mark is None or best[1] > at + 1 or not _is_word(mark)):
            return best
        if mark is not None:
            return mark, at + 1
        return best or (Unread(), at + 1)

    def _mark(self, token: Token) -> Mark | None:
        kinds = (
            K.THEN, K.PAST, K.CHANGED, K.NOW, K.STOPPED, K.CLEAN, K.EACH_TIME, K.COUNTER_END, K.ALONGSIDE, K.NEEDED,
            K.UNSAID_AMOUNT, K.AND, "money", "route", "setting", "substance", "form", "pharmacy_form",
            K.PIECE, K.SESSION, K.ABOUT, K.FILLER, K.THE, K.OF,
        )  # fmt: skip
        for kind in kinds:
            if kind in token.readings:
                self.is_changed |= kind == K.CHANGED
                return Mark(kind, token.readings)
        if self.is_changed and K.JOIN in token and K.UNTIL in token:
            return Mark(K.NOW, {})
        if token.text in PUNCTUATION or token.text in "/":
            return Mark("punctuation", {"sign": token.text})
        return None


def _is_word(mark: Mark) -> bool:
    """Whether a mark says more than a constituent of the same token would."""
    return mark.kind in (K.THEN, K.PAST, K.CHANGED, K.NOW)

"""Reads the tokens of a pattern as constituents: amounts, rates, lengths, dates, words of a route or a time.

A recursive reader: each method takes a place and returns a constituent with the place after it, or None. At each place
the longest constituent wins, so that every token belongs to exactly one of them; what no constituent begins with stays
a single token, which the composition (`patterns.py`) refuses. Kinds of words come from the language (`tokens.py`);
nothing here knows a word.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

import msgspec

from keel.exposure.errors import PatternError
from keel.exposure.tokens import DATE, FRACTION, NUMBER, ORDINAL, PUNCTUATION, Token
from keel.knowledge.reading import FrequencyPhrase, PeriodWord, TwoMeanings, VagueNumber, WordKind
from keel.messages import Message
from keel.quantities import Interval, QuantityError

K = WordKind
T = TypeVar("T")
Read = tuple[T, int]
MG = {"mg": 1.0, "ug": 0.001, "g": 1000.0}
DAYS_A_YEAR = 365.0
WEEKS_A_YEAR = 52.0
MONTHS_A_YEAR = 12.0
HOURS_A_DAY = 24.0
MOST_UNCOUNTED = 24
"""“3 a week” counts days; a bare number above this and above the days of the period is an amount without its unit."""


LIGHTEST_KG, HEAVIEST_KG = 20.0, 400.0
"""Outside these a weight is a slip, or an amount. Defaults."""


class Count(NamedTuple):
    """A number as told: its ends, and what was taken as read. `is_whole_number` where it was written as one number."""

    value: Interval
    assumed: tuple[Message, ...] = ()
    is_most: bool = False
    is_occasions: bool = False


class Amount(NamedTuple):
    """Milligrams (or milligrams per kilogram); `value` None for a measure without a fixed weight or a piece alone.

    `pieces` multiply it; `is_counted` where they were written as a number before it (“8 x 56 mg”).
    """

    value: Interval | None
    per_kg: bool = False
    pieces: Count | None = None
    uncounted: str = ""
    routes: tuple[str, ...] = ()
    assumed: tuple[Message, ...] = ()
    is_most: bool = False
    is_session: bool = False
    unit: str = ""


class Rate(NamedTuple):
    """How often. `days` a year; `a_day` occasions on one day; `total_of` a period that an amount is the whole of.

    `occasions` a year where they were counted; with `periods` below 0 they are all that ever were. `is_every_day` where
    nobody counted the doses of a day.
    """

    days: Interval | None = None
    a_day: Interval | None = None
    total_of: PeriodWord | None = None
    periods: float = 0.0
    occasions: Interval | None = None
    assumed: tuple[Message, ...] = ()
    is_counted: bool = False
    is_most: bool = False
    is_every_day: bool = False
    weekdays: tuple[int, ...] = ()


class Span(NamedTuple):
    """A length in months; None where nobody can count it. `days` where it was told in days, as of a spree."""

    months: Interval | None
    days: Interval | None = None
    is_row: bool = False
    is_bare: bool = False
    is_last: bool = False
    can_be_spree: bool = False


class Dates(NamedTuple):
    """When it began and ended: each the first and the last day that the words leave open; ago in days where told so.

    `is_open` where “hace 3 años” can be how long it has gone on as well as when it was.
    """

    since: tuple[dt.date, dt.date] | None = None
    until: tuple[dt.date, dt.date] | None = None
    until_text: str = ""
    is_over: bool = False
    is_start_ago: Interval | None = None
    is_open: bool = False


class Mark(NamedTuple):
    """A word that orders what stands around it: then, now, past, and, sometimes; or a word of route, setting, form."""

    kind: str
    readings: dict[str, object]


class Label(NamedTuple):
    """“Weeks 1-4:”: which weeks a phase has; None for the last one."""

    weeks: float | None


class Wider(NamedTuple):
    """“sometimes 2”: a count, an amount or a rate by which what was said before is widened."""

    by: "Count | Amount | Rate"


class Weight(NamedTuple):
    """Body weight in kilograms."""

    kg: float


class Unread(NamedTuple):
    """A token that is in no list, or that stands where it says nothing."""


What = Amount | Rate | Span | Dates | Mark | Label | Wider | Weight | Unread


class Constituent(NamedTuple):
    """A piece of the pattern, and which tokens it is."""

    what: What
    first: int
    after: int


def _interval(low: float, high: float, *, open_above: bool = False) -> Interval:
    low, high = min(low, high), max(low, high)
    return msgspec.structs.replace(Interval.of(low, high), open_above=open_above)


def scaled(value: Interval, factor: float) -> Interval:
    """The interval times a number."""
    return value * factor


class Reader:
    """The tokens of one text, and the methods that read constituents from a place on."""

    def __init__(self, text: str, tokens: Sequence[Token], at: dt.datetime) -> None:
        self.text, self.tokens, self.at = text, tokens, at
        self._units: dict[int, str] = {}

    # Small steps

    def raw(self, first: int, after: int) -> str:
        """The person's own words from one token up to another."""
        return self.text[self.tokens[first].start : self.tokens[after - 1].end] if after > first else ""

    def is_at(self, at: int, *kinds: str) -> bool:
        """Whether the token at a place may be of one of these kinds."""
        return at < len(self.tokens) and any(kind in self.tokens[at] for kind in kinds)

    def value(self, at: int, kind: str) -> object:
        """The value of a token as one of a kind."""
        return self.tokens[at].readings[kind]

    def number_of(self, at: int, kind: str) -> float:
        """The value of a token that is a number of a kind."""
        return float(self.tokens[at].readings[kind])  # type: ignore[arg-type]

    def period(self, at: int, kind: str = "period") -> PeriodWord | None:
        """The period at a place."""
        found = self.tokens[at].readings.get(kind) if at < len(self.tokens) else None
        return found if isinstance(found, PeriodWord) else None

    def skip(self, at: int, *kinds: str) -> int:
        """The place after all tokens of these kinds."""
        while self.is_at(at, *kinds):
            at += 1
        return at

    def is_sign(self, at: int, signs: str) -> bool:
        """Whether a sign of punctuation stands at a place."""
        return at < len(self.tokens) and self.tokens[at].text in signs

    def refuse(self, message: Message) -> PatternError:
        """The error of this pattern."""
        return PatternError(message)

    # Numbers

    def _one_number(self, at: int) -> Read[tuple[float, float, bool]] | None:
        """One number: low, high, whether it was vague."""
        if self.is_at(at, "unreadable"):
            error = self.value(at, "unreadable")
            raise PatternError(*error.args) if isinstance(error, QuantityError) else PatternError()
        found: Read[tuple[float, float, bool]] | None = None
        if self.is_at(at, NUMBER):
            value, after = self._plain_number(at)
            if self.is_at(after, FRACTION):
                value, after = value + self.number_of(after, FRACTION), after + 1
            elif self.is_at(after, "part") and value != 0.5:
                value, after = value * self.number_of(after, "part"), after + 1
            found = (value, value, False), after
        elif self.is_at(at, FRACTION):
            found = (self.number_of(at, FRACTION), self.number_of(at, FRACTION), False), at + 1
        elif self.is_at(at, "vague"):
            vague = self.value(at, "vague")
            assert isinstance(vague, VagueNumber)  # noqa: S101 - for the type checker
            found = (vague.low, vague.high, True), at + 1
        elif self.is_at(at, "part"):
            value = self.number_of(at, "part")
            found = (value, value, False), at + 1
        elif self.is_at(at, K.ONE) and self.is_at(at + 1, "part"):
            value = self.number_of(at + 1, "part")
            found = (value, value, False), at + 2
        if found and self.is_at(found[1], K.HALF_MORE):
            (low, high, is_vague), after = found
            found = (low + 0.5, high + 0.5, is_vague), after + 1
        return found

    def _plain_number(self, at: int) -> Read[float]:
        """A number in digits, or in words over several tokens: “twenty-five”, “two hundred and fifty”."""
        value, after = self.number_of(at, NUMBER), at + 1
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

    def count(self, at: int, *, one: bool = False) -> Read[Count] | None:
        """A number or a range of two, with its comparison; a lone article counts as one where `one` says so."""
        start = at
        is_more = is_less = False
        while self.is_at(at, K.ABOUT, K.MORE, K.LESS) and not self.is_at(at, NUMBER, "vague"):
            is_more |= self.is_at(at, K.MORE) and not self.is_at(at, K.ABOUT)
            is_less |= self.is_at(at, K.LESS) and not self.is_at(at, K.ABOUT)
            at += 1
        is_range = self.is_at(at, K.BETWEEN)
        first = self._one_or_number(at + is_range, one=one)
        if first is None:
            return None
        (low, high, vague), after = first
        join = (K.JOIN, K.AND) if is_range else (K.JOIN,)
        second = None
        if self.is_at(after, *join):
            second = self._one_number(self.skip(after + 1, K.ABOUT))
            if second is not None and self._is_year(after + 1):
                second = None
        if is_range and second is None:
            return None
        if second is not None:
            (_, most, also), after = second
            low, high, vague = min(low, most), max(high, most), vague or also
        is_vague = vague
        if self.is_at(after, K.OR_MORE) and not self._begins(after + 1):
            is_more, after = True, after + 1
        elif self.is_at(after, K.OR_LESS) and not self._begins(after + 1):
            is_less, after = True, after + 1
        words = self.raw(start, after)
        assumed: list[Message] = []
        if is_vague:
            assumed.append(Message("“{text}” is read as {low} to {high}", text=words, low=f"{low:g}", high=f"{high:g}"))
        value = _interval(low, high)
        if is_less:
            value = Interval.of(0, high)
        elif is_more:
            value = msgspec.structs.replace(value, open_above=True)
        return Count(value, tuple(assumed), is_most=is_less), after

    def _begins(self, at: int) -> bool:
        """Whether a number, a unit or an article begins here, so that “plus” before it joins two things."""
        if self.is_at(at, K.ONE) and self.is_at(at + 1, "period"):
            return False
        return self.is_at(at, NUMBER, FRACTION, "part", "vague", "unit", K.ONE, K.ANOTHER)

    def _one_or_number(self, at: int, *, one: bool) -> Read[tuple[float, float, bool]] | None:
        found = self._one_number(at)
        if found is None and one and self.is_at(at, K.ONE):
            return (1.0, 1.0, False), at + 1
        return found

    def _is_year(self, at: int) -> bool:
        return (
            self.is_at(at, NUMBER)
            and self.number_of(at, NUMBER) in range(1900, 2101)
            and not self.is_at(at + 1, "unit")
            and "." not in self.tokens[at].text
        )

    # Amounts

    def mass(self, at: int) -> Read[Amount] | None:
        """An amount with its unit: “1-2 g”, “half a gram to a gram”, “0.5 mg/kg”, “more than 2 g”, “gram”."""
        start = at
        found = self._one_mass(at)
        if found is None:
            return None
        amount, after = found
        other = None
        if self.is_at(after, K.JOIN) or (self.is_at(start, K.BETWEEN) and self.is_at(after, K.AND)):
            other = self._one_mass(after + 1)
        if other and amount.value and other[0].value and other[0].per_kg == amount.per_kg and not amount.is_most:
            both, after = other
            assert both.value is not None  # noqa: S101 - for the type checker
            least = amount.value.low if both.is_most else min(amount.value.low, both.value.low)
            most = max(amount.value.high, both.value.high)
            amount = amount._replace(value=_interval(least, most), assumed=(*amount.assumed, *both.assumed))
        amount, after = self._after_mass(amount, after)
        if amount.is_most and amount.value:
            said = Message("“{text}” is read as anything from nothing to that", text=self.raw(start, after))
            amount = amount._replace(assumed=(*amount.assumed, said))
        elif amount.value and amount.value.open_above:
            said = Message("“{text}” is read as at least that: totals are at least what is shown",
                           text=self.raw(start, after))  # fmt: skip
            amount = amount._replace(assumed=(*amount.assumed, said))
        return amount, after

    def _after_mass(self, amount: Amount, after: int) -> Read[Amount]:
        """A comparison that stands behind: “1 g or more”, “2 g max”."""
        if amount.value is None:
            return amount, after
        if self.is_at(after, K.OR_MORE) and not self._begins(after + 1):
            return amount._replace(value=msgspec.structs.replace(amount.value, open_above=True)), after + 1
        if self.is_at(after, K.OR_LESS) and not self._begins(after + 1):
            return amount._replace(value=Interval.of(0, amount.value.high), is_most=True), after + 1
        return amount, after

    def _one_mass(self, at: int) -> Read[Amount] | None:
        start = at
        is_another = self.is_at(at, K.ANOTHER)
        counted = self.count(at + is_another, one=True)
        if counted is None and self.is_at(at + is_another, K.BETWEEN):
            counted = self.count(at + is_another + 1, one=True)
        if counted is None:
            compared = self.skip(at + is_another, K.ABOUT, K.MORE, K.LESS)
            if not self.is_at(compared, "unit"):
                return None
            counted = Count(Interval.exactly(1)), compared
            if any(self.is_at(place, K.MORE) and not self.is_at(place, K.ABOUT) for place in range(at, compared)):
                counted = Count(Interval(1, 1, 1, open_above=True)), compared
        number, after = counted
        # “half a gram”, “a quarter of a gram”, “2 and a half grams”
        after_of = self.skip(after, K.OF) if not self.is_at(after, "unit") else after
        if self.is_at(after - 1, "part", FRACTION) and self.is_at(after_of, K.ONE) and self.is_at(after_of + 1, "unit"):
            after_of += 1
        if self.is_at(after_of, "unit"):
            unit = str(self.value(after_of, "unit"))
            after = after_of + 1
        elif is_another and (before := [place for place in self._units if place < at]):
            unit = self._units[max(before)]
        else:
            return None
        self._units[start] = unit
        value = scaled(number.value, MG[unit])
        if self.is_at(after, K.HALF_MORE):
            value, after = value + Interval.exactly(MG[unit] / 2), after + 1
        per_kg = self.is_at(after, K.PER) and self.is_at(after + 1, "body_weight")
        after += 2 * per_kg
        return Amount(value, per_kg=per_kg, assumed=number.assumed, is_most=number.is_most, unit=unit), after

    def amount(self, at: int) -> Read[Amount] | None:
        """An amount with the pieces that it is taken in, or pieces whose weight is not said."""
        options = [self._pieces_of_mass(at), self.mass(at), self._pieces(at), self._another(at)]
        return max((one for one in options if one), key=lambda read: read[1], default=None)

    def _another(self, at: int) -> Read[Amount] | None:
        return self.mass(at) if self.is_at(at, K.ANOTHER) else None

    def _is_piece(self, at: int) -> bool:
        return self.is_at(at, K.PIECE, K.SESSION, "uncounted")

    def _pieces_end(self, at: int) -> Read[list[Token]]:
        """The words of a piece: “sublingual troches”, “Spravato”."""
        found: list[Token] = []
        while self.is_at(at, K.PIECE, K.SESSION, "uncounted", "route", "substance", "form", "pharmacy_form", "setting"):
            found.append(self.tokens[at])
            at += 1
        return found, at

    def _pieces_of_mass(self, at: int) -> Read[Amount] | None:
        """“2 x 100 mg troches”, “8 infusions of 35 mg”, “1/2-2 troches of 200 mg”, “half a 200 mg troche”."""
        counted = self.count(at)
        if counted is None:
            return None
        number, after = counted
        is_session = False
        words: list[Token] = []
        if self.is_at(after, K.TIMES) and not self.is_at(after, K.SESSION):
            after += 1
        elif self.is_at(after, K.PIECE, K.SESSION):
            is_session = self.is_at(after, K.SESSION)
            words, after = self._pieces_end(after)
        else:
            # “2 100 mg troches”, “half of a 200 mg troche”: a number of pieces before their weight
            beside = self.skip(after, K.OF)
            beside = beside if self.is_at(beside + 1, "unit") else self.skip(beside, K.ONE)
            weight = self.mass(beside) if not self.is_at(after, "unit") else None
            if weight is None or self.is_at(beside, "unit") or not self.is_at(weight[1], K.PIECE):
                return None
        after = self.skip(after, K.OF)
        if not self.is_at(after + 1, "unit"):
            after = self.skip(after, K.ONE)
        weight = self.mass(after)
        if weight is None or weight[0].pieces:
            return None
        amount, after = weight
        behind = [*words]
        if self.is_at(after, K.PIECE, K.SESSION):
            is_session |= self.is_at(after, K.SESSION)
        routes = tuple(str(word.readings["route"]) for word in behind if "route" in word.readings)
        assumed = (*number.assumed, *amount.assumed)
        return amount._replace(pieces=number, is_session=is_session, routes=routes, assumed=assumed), after

    def _pieces(self, at: int) -> Read[Amount] | None:
        """“2 troches”, “a few bumps”, “lines”: no weight is said."""
        counted = self.count(at, one=True)
        start = at
        number, after = counted or (None, at)
        if counted and self.is_at(after, K.OF) and self.is_at(after + 1, K.ONE):
            after += 2
        after = self.skip(after, K.OF) if counted else after
        if counted is None or number is None:
            # A piece without a number only describes (“lozenge”, “bag”); a measure without a weight is an amount.
            if not self.is_at(at, "uncounted"):
                return None
            after = at
        elif self.is_at(after, "weekday", "period") or not self.is_at(after, "uncounted", K.PIECE):
            return None
        names = self.tokens[after]
        words, after = self._pieces_end(after)
        routes = tuple(str(word.readings["route"]) for word in words if "route" in word.readings)
        return (
            Amount(
                None,
                pieces=number,
                uncounted=self.raw(start, after) if "uncounted" in names or counted else "",
                routes=routes,
                assumed=number.assumed if number else (),
            ),
            after,
        )

    # How often

    def rate(self, at: int) -> Read[Rate] | None:
        """How often: the longest of all ways in which it can be said."""
        ways: list[Callable[[int], Read[Rate] | None]] = [
            self._frequency,
            self._shorthand,
            self._every,
            self._weekdays,
            self._counted,
            self._adverb,
            self._whole_of,
            self._bare_weekends,
            self._unsaid,
        ]
        found = [read for way in ways if (read := way(at))]
        return max(found, key=lambda read: read[1], default=None)

    def _unsaid(self, at: int) -> Read[Rate] | None:
        return (Rate(), at + 1) if self.is_at(at, K.UNSAID_OFTEN) else None

    def _frequency(self, at: int) -> Read[Rate] | None:
        if self.is_at(at, "two_meanings"):
            two = self.value(at, "two_meanings")
            assert isinstance(two, TwoMeanings)  # noqa: S101 - for the type checker
            raise self.refuse(
                Message(
                    "“{text}” can mean “{one}” or “{other}”. Write which.",
                    text=self.tokens[at].text,
                    one=two.one,
                    other=two.other,
                )
            )
        if not self.is_at(at, "frequency"):
            return None
        phrase = self.value(at, "frequency")
        assert isinstance(phrase, FrequencyPhrase)  # noqa: S101 - for the type checker
        assumed = (Message(phrase.assumes),) if phrase.assumes else ()
        return Rate(days=Interval(phrase.low, phrase.mid, phrase.high), assumed=assumed), at + 1

    def _shorthand(self, at: int) -> Read[Rate] | None:
        if not self.is_at(at, "shorthand"):
            return None
        return Rate(a_day=Interval.exactly(self.number_of(at, "shorthand"))), at + 1

    def _in_period(self, count: Interval, period: PeriodWord, *, is_counted: bool) -> Rate:
        """Occasions counted in a period."""
        if period.id == "hour":
            return Rate(a_day=scaled(count, HOURS_A_DAY), is_counted=is_counted)
        if not period.is_whole:
            return Rate(a_day=count, is_counted=is_counted)
        return Rate(occasions=scaled(count, period.per_year), is_counted=is_counted)

    def _each(self, period: PeriodWord, gap: Interval) -> Rate:
        """Something in each of so many periods."""
        if period.id == "hour":
            a_day = Interval(HOURS_A_DAY / gap.high, HOURS_A_DAY / gap.mid, HOURS_A_DAY / gap.low)
            if gap.low >= HOURS_A_DAY:
                return Rate(days=a_day * DAYS_A_YEAR)
            return Rate(a_day=a_day)
        if not period.is_whole and gap == Interval.exactly(1):
            return Rate(a_day=Interval.exactly(1), is_every_day=True)
        year = period.per_year
        days = Interval(
            year / gap.high * period.days_low,
            year / gap.mid * (period.days_low + period.days_high) / 2,
            year / gap.low * period.days_high,
        )
        return Rate(days=days, assumed=(Message(period.assumes),) if period.assumes else ())

    def _every(self, at: int) -> Read[Rate] | None:
        """“every 2 weeks”, “q3days”, “every other week”, “every third Monday”, “alternate weekends”."""
        start = at
        if self.is_at(at, K.EVERY):
            at = self.skip(at + 1, K.ABOUT)
        elif not self.is_at(at, K.OTHER):
            return None
        gap = Interval.exactly(1)
        assumed: tuple[Message, ...] = ()
        if self.is_at(at, K.OTHER):
            gap, at = Interval.exactly(2), at + 1
        elif self.is_at(at, ORDINAL) and (self.is_at(at + 1, "period", "weekday") or self.is_at(at + 1, K.OTHER)):
            gap, at = Interval.exactly(self.number_of(at, ORDINAL)), at + 1
        elif (counted := self.count(at)) is not None and self.is_at(counted[1], "period"):
            gap, at = counted[0].value, counted[1]
            assumed = counted[0].assumed
        period = self.period(at)
        if gap.low <= 0:
            if period is None:
                return None
            raise self.refuse(
                Message("“{text}” has no length. Write for example “every 2 weeks”.", text=self.raw(start, at + 1))
            )
        if period is not None:
            rate = self._each(period, gap)
            return rate._replace(assumed=(*assumed, *rate.assumed)), at + 1
        days = self._weekday_set(at)
        if days is None:
            return None
        number, after = days
        return Rate(days=Interval.exactly(len(number) * WEEKS_A_YEAR / gap.mid), weekdays=tuple(sorted(number))), after

    def _weekday_set(self, at: int) -> Read[set[int]] | None:
        """Days of the week: “mon wed fri”, “Friday and Saturday nights”, “mon-fri”, “los viernes y los sábados”."""
        if not self.is_at(at, "weekday"):
            return None
        found = {int(self.number_of(at, "weekday"))}
        last, at = int(self.number_of(at, "weekday")), at + 1
        while True:
            nights = self.skip(at, "period") if self.is_at(at, "period") and not self.period(at).is_whole else at  # type: ignore[union-attr]
            between = nights
            is_range = self.is_at(between, K.JOIN) and not self.is_at(between, K.AND)
            while self.is_at(between, K.AND, K.JOIN, K.THE) or self.is_sign(between, ",/&+"):
                between += 1
            between = self.skip(between, K.EVERY, K.THE)
            if self.is_at(between, "weekday") or (
                self.is_at(between, K.FILLER) and between > nights and self.is_at(between + 1, "weekday")
            ):
                between += not self.is_at(between, "weekday")
                day = int(self.number_of(between, "weekday"))
                if is_range:
                    step = last
                    while step != day:
                        step = step % 7 + 1
                        found.add(step)
                found.add(day)
                last, at = day, between + 1
                continue
            return found, nights

    def _weekdays(self, at: int) -> Read[Rate] | None:
        """“Fridays”, “on Tuesdays and Thursdays”, “the first Saturday of the month”."""
        start = at
        at = self.skip(at, K.THE, K.OF)
        nth = self.is_at(at, ORDINAL) and self.is_at(at + 1, "weekday")
        days = self._weekday_set(at + nth)
        if days is None:
            return None
        number, after = days
        month = self.skip(after, K.OF, K.THE, K.EVERY, K.PER, K.FILLER)
        period = self.period(month)
        if nth and month > after and period is not None and period.id == "month":
            return Rate(days=Interval.exactly(period.per_year * len(number)), weekdays=tuple(sorted(number))), month + 1
        if nth or (at > start and self.is_at(start, K.OF)):
            return None
        if month > after and self.is_at(after, K.PER, K.EVERY) and period is not None and period.id == "week":
            after = month + 1
        return Rate(days=Interval.exactly(len(number) * WEEKS_A_YEAR), weekdays=tuple(sorted(number))), after

    def _counted(self, at: int) -> Read[Rate] | None:
        """“3 times a week”, “3x/wk”, “twice weekly”, “once or twice a month”, “5 days a week”, “3 a week”, “once”."""
        start = at
        counted = self._occasions(at)
        if counted is None:
            return None
        number, after = counted
        value = number.value
        told = Rate(assumed=number.assumed, is_counted=True, is_most=number.is_most)
        day = self.period(after)
        if day is not None and self.is_at(start, K.SPREE) and self.is_at(start, K.MORE):
            return None  # “over 3 days every month” is how the amount was spread
        if day is not None and not number.is_occasions and (not day.is_whole or day.days_high > 1) and day.id != "hour":
            return self._days_of(start, value, day, after + 1, told)
        if self.is_at(after, "adverb"):
            period = self.period(after, "adverb")
            assert period is not None  # noqa: S101 - for the type checker
            if not number.is_occasions:
                return None
            return self._in_period(value, period, is_counted=True)._replace(
                assumed=number.assumed, is_counted=True, is_most=number.is_most
            ), after + 1
        per = self.skip(after, K.PER, K.EVERY)
        period = self.period(per)
        if period is not None and (per > after or number.is_occasions):
            gap = Interval.exactly(1)
            if not number.is_occasions and value.high > max(MOST_UNCOUNTED, DAYS_A_YEAR / period.per_year):
                raise no_unit(self.raw(start, after))
            rate = self._in_period(value / gap.mid, period, is_counted=True)
            return rate._replace(assumed=number.assumed, is_counted=True, is_most=number.is_most), per + 1
        if per > after and number.is_occasions and (gaps := self.count(per)) and self.is_at(gaps[1], "period"):
            # “once every 3 weeks”, “twice every 10 days”
            period = self.period(gaps[1])
            assert period is not None  # noqa: S101 - for the type checker
            return self._per_gap(value, gaps[0].value, period, self.raw(start, gaps[1] + 1))._replace(
                assumed=number.assumed, is_counted=True, is_most=number.is_most
            ), gaps[1] + 1
        if per > after and number.is_occasions and self.is_at(per, K.OTHER, ORDINAL) and self.is_at(per + 1, "period"):
            gap = Interval.exactly(2 if self.is_at(per, K.OTHER) else self.number_of(per, ORDINAL))
            period = self.period(per + 1)
            assert period is not None  # noqa: S101 - for the type checker
            return self._per_gap(value, gap, period, self.raw(start, per + 2))._replace(
                assumed=number.assumed, is_counted=True, is_most=number.is_most
            ), per + 2
        if per > after and number.is_occasions and self.is_at(after, K.EVERY) and (days := self._weekday_set(per)):
            if value == Interval.exactly(1):
                return told._replace(days=Interval.exactly(len(days[0]) * WEEKS_A_YEAR)), days[1]
            return told._replace(days=Interval.exactly(len(days[0]) * WEEKS_A_YEAR), a_day=value), days[1]
        if number.is_occasions and not self.is_at(after, "unit"):
            return told._replace(occasions=value, periods=-1.0), self.skip(after, K.COUNTER_END)
        return None

    def _per_gap(self, value: Interval, gap: Interval, period: PeriodWord, words: str) -> Rate:
        if gap.low <= 0:
            raise self.refuse(Message("“{text}” has no length. Write for example “every 2 weeks”.", text=words))
        each = self._each(period, gap)
        if each.a_day is not None:
            return Rate(a_day=each.a_day * value)
        per_year = period.per_year
        low, mid, high = (per_year / one for one in (gap.high, gap.mid, gap.low))
        return Rate(occasions=Interval(low * value.low, mid * value.mid, high * value.high))

    def _days_of(self, start: int, value: Interval, day: PeriodWord, after: int, told: Rate) -> Read[Rate] | None:
        """“5 days a week”, “3 nights weekly”, “2 weekends a month”."""
        if self.is_at(after, "adverb"):
            period, end = self.period(after, "adverb"), after + 1
        else:
            per = self.skip(after, K.PER, K.EVERY, K.OF)
            period, end = (self.period(per), per + 1) if per > after else (None, after)
        if period is None or not period.is_whole or period.days_high > 1:
            return None
        most = round(DAYS_A_YEAR / period.per_year) if period.id != "month" else 31
        if day.days_high > 1:
            most = max(1, round(WEEKS_A_YEAR / period.per_year + 0.5))
        if value.high > most:
            raise self.refuse(
                Message(
                    "“{text}”: a {period} has {most} days at most.",
                    text=self.raw(start, end),
                    period=Message(period.id),
                    most=most * (2 if day.days_high > 1 else 1),
                )
            )
        days = Interval(
            value.low * period.per_year * day.days_low,
            value.mid * period.per_year * (day.days_low + day.days_high) / 2,
            value.high * period.per_year * day.days_high,
            open_above=value.open_above,
        )
        assumed = (*told.assumed, *((Message(day.assumes),) if day.assumes else ()))
        return told._replace(days=_capped(days), assumed=assumed), end

    def _occasions(self, at: int) -> Read[Count] | None:
        """A count of occasions: “3 times”, “3x”, “once or twice”, “2”; `is_occasions` where the words count them."""
        start = at
        is_more = is_less = False
        while self.is_at(at, K.ABOUT, K.MORE, K.LESS) and not self.is_at(at, NUMBER, "vague", "counter"):
            is_more |= self.is_at(at, K.MORE) and not self.is_at(at, K.ABOUT)
            is_less |= self.is_at(at, K.LESS) and not self.is_at(at, K.ABOUT)
            at += 1
        if self.is_at(at, "counter"):
            low = high = self.number_of(at, "counter")
            after = at + 1
            if self.is_at(after, K.JOIN) and self.is_at(after + 1, "counter"):
                high, after = self.number_of(after + 1, "counter"), after + 2
            elif self.is_at(after, K.JOIN) and (more := self.count(after + 1)) and self.is_at(more[1], K.TIMES):
                high, after = more[0].value.high, more[1] + 1
            value = _interval(low, high, open_above=is_more)
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

    def _adverb(self, at: int) -> Read[Rate] | None:
        period = self.period(at, "adverb")
        return (self._each(period, Interval.exactly(1)), at + 1) if period is not None else None

    def _whole_of(self, at: int) -> Read[Rate] | None:
        """“a day”, “per week”, “/night”, “per 2 weeks”: what the amount beside it is the whole of."""
        if not self.is_at(at, K.PER) or self.is_at(at, K.EVERY):
            return None
        after = at + 1
        counted = self.count(after) if not self.is_at(at, K.LENGTH) else None
        number = 1.0
        if counted is not None and self.is_at(counted[1], "period") and counted[0].value.is_exact:
            number, after = counted[0].value.mid, counted[1]
        period = self.period(after)
        if period is None or number <= 0:
            return None
        if period.id == "hour":
            return Rate(a_day=Interval.exactly(HOURS_A_DAY / number)), after + 1
        if not period.is_whole and number != 1:
            return self._each(period, Interval.exactly(number)), after + 1
        return Rate(total_of=period, periods=period.per_year / number), after + 1

    def _bare_weekends(self, at: int) -> Read[Rate] | None:
        """“at weekends”, “weekends only”."""
        period = self.period(at)
        if period is None or period.days_high == 1:
            return None
        return self._each(period, Interval.exactly(1)), at + 1

    # Lengths and times

    def span(self, at: int) -> Read[Span] | None:
        """“for about 3 years”, “x 5 years”, “the last 3 months”, “3 years”, “for years”, “3 days in a row”."""
        start = at
        if self.is_at(at, K.LONG) and not self.is_at(at, "period"):
            return Span(None), at + 1
        spree = self.is_at(at, K.SPREE)
        if self.is_at(last := self.skip(at, K.LENGTH, K.THE), K.LAST_YEAR) and last > at:
            return Span(Interval.exactly(MONTHS_A_YEAR), is_last=True), last + 1
        at = self.skip(at, K.LENGTH)
        is_bare = at == start
        while self.is_at(at, K.THE, K.LAST, K.ABOUT, K.FILLER) and not self.is_at(at, NUMBER, "vague"):
            if self.is_at(at, K.ONE) and self.is_at(at + 1, "period", "part"):
                break
            at += 1
        is_last = any(self.is_at(place, K.LAST) for place in range(start, at))
        if is_bare and at > start and not is_last and not self.is_at(start, K.ABOUT):
            return None
        counted = self.count(at, one=not is_bare or is_last)
        if counted is None and is_last and self.is_at(at, "period"):
            counted = Count(Interval.exactly(1)), at
        if counted is None:
            return None
        number, after = counted
        after = self.skip(after, K.LAST, K.OF) if not self.is_at(after, "period") else after
        if self.is_at(after, K.ONE) and self.is_at(after + 1, "period") and self.is_at(after - 1, "part", FRACTION):
            after += 1
        period = self.period(after)
        if period is None or period.id == "hour" or period.days_high > 1:
            return None
        after += 1
        value = number.value
        if self.is_at(after, K.HALF_MORE):
            value, after = value + Interval.exactly(0.5), after + 1
        if self.is_at(after, K.LAST):
            is_last, after = True, after + 1
        is_row = self.is_at(after, K.IN_A_ROW)
        after += is_row
        if is_bare and not period.is_whole and not is_row and not is_last:
            return None
        if value.high <= 0:
            raise self.refuse(
                Message("“{text}” has no length. Write for example “for 3 years”.", text=self.raw(start, after))
            )
        months = scaled(value, MONTHS_A_YEAR / period.per_year)
        days = None if period.is_whole else value
        return Span(months, days, is_row=is_row, is_bare=is_bare, is_last=is_last, can_be_spree=spree or is_row), after

    def _date(self, at: int) -> Read[tuple[dt.date, dt.date]] | None:
        """The first and the last day that a date leaves open: “2022”, “March 2024”, “2022-03”, “03/2024”."""
        at = self.skip(at, K.THE, K.ABOUT)
        if self.is_at(at, DATE):
            return self._written_date(self.tokens[at].text), at + 1
        if self.is_at(at, "month"):
            month, after = int(self.number_of(at, "month")), at + 1
            after = self.skip(after, K.OF, K.THE) if self._is_year(self.skip(after, K.OF, K.THE)) else after
            if self._is_year(after):
                return self._month(int(self.number_of(after, NUMBER)), month), after + 1
            year = self.at.year if month <= self.at.month else self.at.year - 1
            return self._month(year, month), after
        if self._is_year(at):
            year = int(self.number_of(at, NUMBER))
            return (dt.date(year, 1, 1), dt.date(year, 12, 28)), at + 1
        if self.is_at(at, K.LAST_YEAR):
            return (dt.date(self.at.year - 1, 1, 1), dt.date(self.at.year - 1, 12, 28)), at + 1
        return None

    def _month(self, year: int, month: int) -> tuple[dt.date, dt.date]:
        return dt.date(year, month, 1), dt.date(year, month, 28)

    def _written_date(self, text: str) -> tuple[dt.date, dt.date]:
        wrong = Message("“{text}” names no month. Write for example “since 2022-03”.", text=text)
        try:
            if "-" in text:
                parts = [int(part) for part in text.split("-")]
                if len(parts) == 3:
                    return dt.date(*parts), dt.date(*parts)
                return self._month(*parts)
            parts = [int(part) for part in text.split("/")]
            if len(parts) == 2:
                return self._month(parts[1], parts[0])
            day, month, year = parts
            days = [dt.date(year, one, other) for one, other in ((month, day), (day, month)) if 1 <= one <= 12]
            return min(days), max(days)
        except (ValueError, TypeError) as error:
            raise self.refuse(wrong) from error

    def _ago(self, at: int) -> Read[Interval] | None:
        """“6 months ago”, “hace 6 meses”: in days."""
        is_before = self.is_at(at, K.AGO)
        found = self._length(at + is_before)
        if found is None:
            return None
        days, after = found
        if is_before:
            return days, after
        return (days, after + 1) if self.is_at(after, K.AGO) else None

    def _length(self, at: int) -> Read[Interval] | None:
        """A number of periods, in days."""
        at = self.skip(at, K.LENGTH, K.ABOUT)
        counted = self.count(at, one=True)
        if counted is None:
            return None
        number, after = counted
        if self.is_at(after, K.ONE) and self.is_at(after - 1, "part", FRACTION):
            after += 1
        period = self.period(after)
        if period is None or period.days_high > 1:
            return None
        value, after = number.value, after + 1
        if self.is_at(after, K.HALF_MORE):
            value, after = value + Interval.exactly(0.5), after + 1
        return scaled(value, DAYS_A_YEAR / period.per_year), after

    def _day_ago(self, days: float, text: str) -> dt.date:
        try:
            return (self.at - dt.timedelta(days=days)).date()
        except OverflowError as error:
            raise too_long(text) from error

    def dates(self, at: int) -> Read[Dates] | None:
        """When it began or ended: “since March 2024”, “between 2019 and 2021”, “stopped 6 months ago”, “until 2020”."""
        ways = (self._stopped, self._since, self._until, self._from_to, self._just_ago, self._within)
        found = [read for way in ways if (read := way(at))]
        return max(found, key=lambda read: read[1], default=None)

    def _stopped(self, at: int) -> Read[Dates] | None:
        if not self.is_at(at, K.STOPPED, K.CLEAN):
            return None
        is_clean = self.is_at(at, K.CLEAN)
        after = self.skip(at + 1, K.FILLER, K.OF, K.THE, K.ABOUT, K.UNTIL, K.FROM, K.LENGTH)
        ago = self._ago(after) or (self._length(after) if is_clean else None)
        if ago is not None:
            days = ago[0]
            text = self.raw(at, ago[1])
            last = self._day_ago(days.low, text)
            return Dates(until=(self._day_ago(days.mid, text), last), is_over=True), ago[1]
        date = self._date(after)
        if date is not None and date[0][0] > self.at.date():
            raise self._lies_after(at, date[1])
        if date is not None:
            return Dates(until=date[0], until_text=self.raw(after, date[1]), is_over=True), date[1]
        return (Dates(is_over=True), at + 1) if not is_clean else None

    def _just_ago(self, at: int) -> Read[Dates] | None:
        """“3 years ago” by itself: it is over since then. “until 3 months ago” as well."""
        start = at
        at = self.skip(at, K.UNTIL)
        ago = self._ago(at)
        if ago is None:
            return None
        text = self.raw(start, ago[1])
        if at == start and self.is_at(at, K.AGO) and self.is_at(ago[1], K.THAT):
            return Dates(is_start_ago=ago[0]), ago[1] + 1
        until = (self._day_ago(ago[0].mid, text), self._day_ago(ago[0].low, text))
        return Dates(until=until, is_over=True, is_open=at == start and self.is_at(at, K.AGO)), ago[1]

    def _since(self, at: int) -> Read[Dates] | None:
        if not self.is_at(at, K.FROM, K.STARTED):
            return None
        after = self.skip(at + 1, K.THE, K.ABOUT, K.FILLER, K.FROM)
        ago = self._ago(after)
        if ago is not None:
            return Dates(is_start_ago=ago[0]), ago[1]
        date = self._date(after)
        if date is None:
            return None
        (first, last), after = date
        if first > self.at.date():
            raise self._lies_after(at, after)
        if self.is_at(after, K.UNTIL, K.JOIN, K.AND) and (end := self._date(after + 1)):
            return self._range((first, last), end[0], at, end[1])
        return Dates(since=(first, last)), after

    def _range(
        self, since: tuple[dt.date, dt.date], until: tuple[dt.date, dt.date], at: int, after: int
    ) -> Read[Dates]:
        if since[0] > until[1]:
            raise self._lies_after(at, after, until[1])
        return Dates(since=since, until=until, until_text=self.raw(after - 1, after), is_over=True), after

    def _from_to(self, at: int) -> Read[Dates] | None:
        """“between 2019 and 2021”, “2019-2021”."""
        start = at
        at += self.is_at(at, K.BETWEEN)
        first = self._date(at)
        if first is None or not self.is_at(first[1], K.AND, K.JOIN, K.UNTIL):
            return None
        last = self._date(first[1] + 1)
        if last is None:
            return None
        return self._range(first[0], last[0], start, last[1])

    def _within(self, at: int) -> Read[Dates] | None:
        """“in 2019”, “during March 2024”, “last year”: all of it, and over unless it is not over yet."""
        after = self.skip(at, K.LENGTH, K.THE)
        if after == at and not self.is_at(at, K.LAST_YEAR):
            return None
        if after > at and self.is_at(after, K.LAST_YEAR):
            return None
        date = self._date(after)
        if date is None:
            return None
        (first, last), after = date
        if first > self.at.date():
            raise self._lies_after(at, after)
        end = _last_day(last)
        is_over = end < self.at.date()
        return Dates(since=(first, first), until=(end, end) if is_over else None, is_over=is_over), after

    def _until(self, at: int) -> Read[Dates] | None:
        if not self.is_at(at, K.UNTIL):
            return None
        date = self._date(self.skip(at + 1, K.FILLER, K.ABOUT, K.THE))
        if date is None:
            return None
        return Dates(until=date[0], until_text=self.raw(date[1] - 1, date[1]), is_over=True), date[1]

    def _lies_after(self, at: int, after: int, end: dt.date | None = None) -> PatternError:
        day = (end or self.at.date()).isoformat()
        return self.refuse(
            Message("“{text}” lies after {end}. Give a year that has been.", text=self.raw(at, after), end=day)
        )

    # The rest

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

    def weight(self, at: int) -> Read[Weight] | None:
        """“70 kg”, “weight 11 stone”."""
        counted = self.count(at)
        if counted is None or not self.is_at(counted[1], "body_weight"):
            return None
        after = counted[1] + 1
        kg = counted[0].value.mid * self.number_of(counted[1], "body_weight")
        if not LIGHTEST_KG <= kg <= HEAVIEST_KG:
            raise self.refuse(
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
            found.append(Constituent(what, at, after))
            at = after
        return found

    def _next(self, at: int) -> Read[What]:
        ways = (self.label, self.dates, self.wider, self.amount, self.rate, self.span, self.weight)
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
            K.THEN, K.PAST, K.NOW, K.STOPPED, K.CLEAN, K.EACH_TIME, K.NEEDED, K.UNSAID_AMOUNT, K.AND,
            "money", "route", "setting", "substance", "form", "pharmacy_form",
            K.PIECE, K.SESSION, K.ABOUT, K.FILLER, K.THE, K.OF,
        )  # fmt: skip
        for kind in kinds:
            if kind in token.readings:
                return Mark(kind, token.readings)
        if token.text in PUNCTUATION or token.text in "/":
            return Mark("punctuation", {"sign": token.text})
        return None


def _last_day(day: dt.date) -> dt.date:
    """The last day of the year or month whose 28th day this is; the day itself for another."""
    if day.day != 28:
        return day
    if day.month == 12:
        return dt.date(day.year, 12, 31)
    return dt.date(day.year, day.month + 1, 1) - dt.timedelta(days=1)


def _is_word(mark: Mark) -> bool:
    """Whether a mark says more than a constituent of the same token would."""
    return mark.kind in (K.THEN, K.PAST, K.NOW)


def _capped(sessions: Interval) -> Interval:
    """Sessions are using days, so a year has at most 365 of them."""
    low, mid, high = (min(value, DAYS_A_YEAR) for value in (sessions.low, sessions.mid, sessions.high))
    return Interval(low, mid, high, open_above=sessions.open_above and high < DAYS_A_YEAR)


def no_unit(number: str) -> PatternError:
    """The error of a number that could be an amount and has no unit."""
    return PatternError(
        Message(
            "“{number}” has no unit. Write mg or g after it. A line, a bump or a bag has no fixed weight: leave "
            "the amount out if you do not know it.",
            number=number,
        )
    )


def too_long(text: str) -> PatternError:
    """The error of a length that no use can have."""
    return PatternError(
        Message("“{text}” is longer than ketamine has existed (since 1962). Check the length.", text=text)
    )

"""What a pattern is made of: amounts, rates, lengths, dates, marks; each holds what the words said and no more."""

import datetime as dt
from typing import NamedTuple, TypeVar

from keel.exposure.errors import PatternError
from keel.knowledge.reading import PeriodWord
from keel.messages import Message
from keel.quantities import Interval

T = TypeVar("T")
Read = tuple[T, int]
"""A constituent, and the place after it."""
MG = {"mg": 1.0, "ug": 0.001, "g": 1000.0, "oz": 28349.523125}
"""The ounce is the avoirdupois ounce of 28.349 523 125 g (NIST Handbook 44, appendix C)."""
DAYS_A_YEAR = 365.0
WEEKS_A_YEAR = 52.0
MONTHS_A_YEAR = 12.0
HOURS_A_DAY = 24.0


class Count(NamedTuple):
    """A number as told: its ends, and what was taken as read. `is_whole_number` where it was written as one number."""

    value: Interval
    assumed: tuple[Message, ...] = ()
    is_most: bool = False
    is_occasions: bool = False


class Amount(NamedTuple):
    """Milligrams (or milligrams per kilogram); `value` None for a measure without a fixed weight or a piece alone.

    `pieces` multiply it (“8 x 56 mg”); `uncounted` is a measure without a weight, or the words that give it one.
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
    nobody counted the doses of a day; `is_limit` where it says only on which days something daily is taken. `used_up`
    multiplies an amount that lasts for a while (“lasts me 2-3 days”), of which `periods` are the fewest. `is_hourly`
    where `a_day` is over all 24 hours, unless it is said for how many.
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
    is_gap: bool = False
    is_limit: bool = False
    used_up: Interval | None = None
    weekdays: tuple[int, ...] = ()
    is_hourly: bool = False


class Span(NamedTuple):
    """A length in months; None where nobody can count it. `days` where it was told in days, as of a spree.

    `ends` where something else came after it: “after 2 years”.
    """

    months: Interval | None
    days: Interval | None = None
    is_row: bool = False
    is_bare: bool = False
    is_last: bool = False
    can_be_spree: bool = False
    ends: bool = False


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


class Age(NamedTuple):
    """An age in years: that at which it began, or that of now."""

    years: float
    is_start: bool


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


What = Amount | Rate | Span | Dates | Age | Mark | Label | Wider | Weight | Unread


class Constituent(NamedTuple):
    """A piece of the pattern, and which tokens it is."""

    what: What
    first: int
    after: int


def capped(sessions: Interval) -> Interval:
    """Sessions are using days, so a year has at most 365 of them (“3 times a day” is every day)."""
    low, mid, high = (min(value, DAYS_A_YEAR) for value in (sessions.low, sessions.mid, sessions.high))
    return Interval(low, mid, high, sessions.open_above and high < DAYS_A_YEAR)


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

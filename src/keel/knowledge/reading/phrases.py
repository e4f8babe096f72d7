"""Words in which people describe a pattern of use, by language: the shape of data/phrases/<language>.toml.

A language is one file of words. How the words stand together is read by `keel.exposure.constituents`, which knows kinds
of words and no language: “every” and “cada” are one kind. A word may be of several kinds; where it stands decides.
Letters are compared without case and accents.
"""

from enum import StrEnum

import msgspec

from keel.knowledge.certainty import Certainty
from keel.knowledge.documents import Document


class FrequencyPhrase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A phrase for how often, as sessions a year; an interval where the words leave it open.

    `assumes` is what Keel takes the words to mean, shown to the person; empty where they are plain arithmetic. It is
    written in English in every language and translated by the catalogue, as all that Keel says. `days_each` is the most
    days of one of them: 2 for weekends.
    """

    id: str
    phrases: tuple[str, ...]
    days_each: int = 1
    low: float
    mid: float
    high: float
    assumes: str = ""
    certainty: Certainty = Certainty.DEFAULT


class WordList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words that name one value: a route, a setting, a substance, a form, a unit, a weekday."""

    id: str
    words: tuple[str, ...]


class NumberWord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words for a number: “three” is 3, “half” is 0.5, “bid” is 2 a day."""

    value: float
    words: tuple[str, ...]


class VagueNumber(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words for a number that is left open: “a few” is 2 to 4. The ends are defaults, and are shown."""

    low: float
    high: float
    words: tuple[str, ...]


class PeriodWord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words for a period, and how many of it a year has.

    `adverbs` say that something happens in each (“weekly”). `is_whole` where it holds several days (a week, not a day).
    `days_low` to `days_high` are the days meant by the period itself (“every weekend”: 1 or 2), `assumes` says so.
    """

    id: str
    words: tuple[str, ...]
    per_year: float
    adverbs: tuple[str, ...] = ()
    is_whole: bool = True
    days_low: float = 1
    days_high: float = 1
    assumes: str = ""


class TimeOfYear(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words for days that come back every year, as `MM-DD`: “Christmas”, “summer”.

    `is_season` where the other half of the world has it six months later.
    """

    words: tuple[str, ...]
    first: str
    last: str
    is_season: bool = False


class TwoMeanings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words that two readers take differently, and how to write each meaning: “biweekly”."""

    words: tuple[str, ...]
    one: str
    other: str


class WordKind(StrEnum):
    """What a word of a pattern may do. What is not here is a unit, a period, a number or the like, with a value."""

    __hash__ = str.__hash__  # that of enumerations is Python code, and each token is asked for many kinds

    AFTER = "after"
    """Between when it ended and what it was: “stopped last month after 5 years of …”."""
    AGE = "age"
    """Before an age at which it began: “since age 19”."""
    AGO = "ago"
    """How long back: “ago”, “hace”."""
    AND = "and"
    """Joins two things of a kind, or two patterns."""
    ABOUT = "about"
    """Changes nothing: “roughly”."""
    ALONGSIDE = "alongside"
    """Another substance beside it, which is not counted here: “with alcohol”."""
    ANOTHER = "another"
    """The unit before holds on: “otro medio”."""
    AGED = "aged"
    """Before the age of now, where that of the beginning was told: “since 18, I am 25”."""
    BETWEEN = "between"
    """Before the two ends of a range."""
    CHANGED = "changed"
    """What is said next is over, and what follows “to” holds today: “cut down from 2 g a day to 1 g a day”."""
    CLEAN = "clean"
    """Since when nothing is taken: “clean for 8 months”."""
    COUNTER_END = "counter_end"
    """After a count that is the whole of it: “3 times in total”."""
    DECIMAL = "decimal"
    """Between the whole and the decimals of a number in words: “one point five grams”."""
    DISPENSED = "dispensed"
    """Before a number of pieces that were handed out, which changes no figure: “#90”."""
    EACH_TIME = "each_time"
    """An amount is that of one occasion: “at a time”."""
    EVERY = "every"
    """“every”, “each”, “q”."""
    EXCEPT = "except"
    """Before days that are left out: “every day except Sunday”."""
    FILLER = "filler"
    """Carries no sign of number, time, comparison or negation."""
    FROM = "from"
    """When it began, or from when a phase counts."""
    HALF_MORE = "half_more"
    """Adds a half: “and a half”."""
    IN_A_ROW = "in_a_row"
    """Days that follow one another."""
    JOIN = "join"
    """Between the ends of a range: “to”, “or”."""
    LAST = "last"
    """A length that reaches to now: “the last 3 years”."""
    LAST_YEAR = "last_year"
    """The calendar year before this one: “last year”."""
    LASTS = "lasts"
    """Between an amount and the time in which it is used up: “a gram lasts me 3 days”."""
    LENGTH = "length"
    """Before a length: “for”."""
    LESS = "less"
    """The lower end is open: “up to”, “at most”."""
    LONG = "long"
    """A length that nobody can count: “for years”."""
    MINUTE = "minute"
    """How long one dose takes: “over 40 minutes”."""
    MORE = "more"
    """The upper end is open: “more than”, “at least”."""
    NEEDED = "needed"
    """No more than that: “prn”."""
    NOW = "now"
    """What is said next holds today."""
    OFF = "off"
    """Behind days on which nothing is taken: “5 days on 2 off”."""
    OF = "of"
    """Between a count and what is counted."""
    OLD = "old"
    """Behind an age: “24 years old”."""
    ON = "on"
    """Behind days on which it is taken: “5 days on 2 off”."""
    ONE = "one"
    """A word for one that also means other things: “a”."""
    OR_LESS = "or_less"
    """After a number, like LESS: “max”."""
    OR_MORE = "or_more"
    """After a number, like MORE: “or more”."""
    OTHER = "other"
    """One of two: “every other week”, “alternate weekends”."""
    PAST = "past"
    """What is said next is over: “used to”."""
    PEOPLE = "people"
    """Among whom an amount is shared: “2 g between 4 of us”."""
    PER = "per"
    """“a”, “per”, “/”."""
    PIECE = "piece"
    """One piece of something, whose weight stands beside it: “troche”."""
    SESSION = "session"
    """One occasion: “infusion”."""
    SHARED = "shared"
    """Before an amount that several people take: “we share 2 g”."""
    SOMETIMES = "sometimes"
    """Widens what was said before: “sometimes 2”."""
    SPREE = "spree"
    """Before days over which an amount was spread: “over 3 days every month”."""
    STARTED = "started"
    """When it began: “started 3 years ago”."""
    STOPPED = "stopped"
    """That it is over, and when."""
    THAT = "that"
    """Makes a time ago a length until now: “hace 3 años que”."""
    THE = "the"
    """An article that may stand before a date, a length, a weekday."""
    THEN = "then"
    """The next phase begins."""
    TIMES = "times"
    """Counts occasions: “times”, “x”."""
    UNSAID_AMOUNT = "unsaid_amount"
    """“no idea how much”."""
    UNSAID_OFTEN = "unsaid_often"
    """“on and off”."""
    UNTIL = "until"
    """When it ended."""
    WORKING_DAYS = "working_days"
    """Monday to Friday: “weekdays”."""


class Grammar(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The words of a language that are no routes, settings, substances or forms.

    `counters` are numbers of occasions by themselves (“twice”), `shorthand` doses a day (“bid”), `ordinals` the number
    of a series (“third”), `months` those of the year, `weekdays` days by number (1 is Monday), `dayparts` the parts of
    a day. `uncounted` are measures without a fixed weight, `money` signs and words of money. `ambiguous_number` is a
    way of writing numbers that two countries read differently.
    """

    numbers: tuple[NumberWord, ...]
    fractions: tuple[NumberWord, ...]
    vague: tuple[VagueNumber, ...]
    counters: tuple[NumberWord, ...]
    ordinals: tuple[NumberWord, ...]
    shorthand: tuple[NumberWord, ...]
    months: tuple[NumberWord, ...]
    units: tuple[WordList, ...]
    body_weights: tuple[NumberWord, ...]
    periods: tuple[PeriodWord, ...]
    times_of_year: tuple[TimeOfYear, ...]
    dayparts: tuple[WordList, ...]
    weekdays: tuple[WordList, ...]
    uncounted: tuple[WordList, ...]
    money: tuple[str, ...]
    two_meanings: tuple[TwoMeanings, ...]
    words: dict[WordKind, tuple[str, ...]]
    ambiguous_number: str = ""


class Phrases(Document, frozen=True, kw_only=True):
    """All the words of one language; sessions are using days, 52 weeks and 365 days make a year.

    `pharmacy_forms` come from a pharmacy and so from a prescription, unless it is said that they did not.
    """

    grammar: Grammar
    frequencies: tuple[FrequencyPhrase, ...]
    routes: tuple[WordList, ...]
    settings: tuple[WordList, ...]
    substances: tuple[WordList, ...]
    forms: tuple[WordList, ...]
    pharmacy_forms: tuple[str, ...]

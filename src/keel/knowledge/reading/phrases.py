"""Words in which people describe a pattern of use, by language: the shape of data/phrases/<language>.toml.

A language is one file: its words, and templates for how they stand together. A template is a regular expression in
which `{n}` is a number or a range of two, `{count}` that or a word for one, `{amount}` an amount with its unit,
`{period}` a period of time, `{whole}` one that holds several days, and `{year}` a year. Letters are compared without
case and accents.
"""

import msgspec

from keel.knowledge.certainty import Certainty
from keel.knowledge.documents import Document


class FrequencyPhrase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A phrase for how often, as sessions a year; an interval where the words leave it open.

    `assumes` is what Keel takes the words to mean, shown to the person; empty where they are plain arithmetic. It is
    written in English in every language and translated by the catalogue, as all that Keel says.
    """

    id: str
    phrases: tuple[str, ...]
    low: float
    mid: float
    high: float
    assumes: str = ""
    certainty: Certainty = Certainty.DEFAULT


class WordList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words that name one value: a route, a setting, a substance, a form, a unit."""

    id: str
    words: tuple[str, ...]


class NumberWord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words for a number: “twice” is 2, “half a” is 0.5."""

    value: float
    words: tuple[str, ...]


class PeriodWord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words for a period, and how many of it a year has; `is_whole` where it holds several days (a week, not a day)."""

    id: str
    words: tuple[str, ...]
    per_year: float
    is_whole: bool = True


class Grammar(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the words of a language stand together. The fields that are one string are templates.

    `numbers` count, `fractions` stand before a unit, `one` are words for one that also mean other things (“a”),
    `half_more` adds a half (“and a half”), `joins` stand between the ends of a range, `about` changes nothing and
    `up_to` leaves the lower end open. `filler` carries no meaning; every other word that is left over is refused.
    In `counted` the group `counting` is the word that is counted (“times”). `ambiguous_number` is a way of writing
    numbers that two countries read differently.
    """

    numbers: tuple[NumberWord, ...]
    fractions: tuple[NumberWord, ...]
    one: tuple[str, ...]
    half_more: tuple[str, ...]
    joins: tuple[str, ...]
    about: tuple[str, ...]
    up_to: tuple[str, ...]
    units: tuple[WordList, ...]
    periods: tuple[PeriodWord, ...]
    filler: tuple[str, ...]
    then: str
    course: str
    course_span: str
    ended_ago: str
    ended_year: str
    length: str
    since: str
    spaced: str
    counted: str
    amount_a_period: str
    ambiguous_number: str = ""


class Phrases(Document, frozen=True, kw_only=True):
    """All the words of one language; sessions are using days, 52 weeks and 365 days make a year."""

    grammar: Grammar
    frequencies: tuple[FrequencyPhrase, ...]
    routes: tuple[WordList, ...]
    settings: tuple[WordList, ...]
    substances: tuple[WordList, ...]
    forms: tuple[WordList, ...]

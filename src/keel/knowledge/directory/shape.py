"""People who help: the rows of data/directory.csv, needs.csv and countries.csv."""

import datetime as dt
from enum import StrEnum

import msgspec

from keel.knowledge.documents import Id

FALLBACK = "int-fah"
"""Find A Helpline: always offered, in every country."""


class Display(StrEnum):
    """Whether a row may be shown at all."""

    YES = "yes"
    AFTER_CHECK = "after check"
    NO = "no"


class Answers(StrEnum):
    """When and how somebody answers, the soonest first: the order of every list."""

    ALWAYS = "always by phone"
    ALWAYS_WRITTEN = "always in writing"
    AT_HOURS = "at its hours"
    HOURS_UNKNOWN = "at hours nobody told"
    ELSEWHERE = "a page or a place"

    @property
    def rank(self) -> int:
        """Lower is sooner."""
        return list(Answers).index(self)


class Service(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line, page or clinic: a row of directory.csv.

    `countries` are ISO 3166 codes, `*` for everywhere; `region` narrows them in words. `phone` can be dialled,
    `text_to` with `text_word` can be texted. `round_the_clock` is said only where `hours` says so
    of the whole line. `checked` is the day on which somebody last looked at the row;
    `hidden_because` says why a row is not displayed. `alias_of` names the row that replaced this one.
    """

    id: Id
    name: str
    offers: str
    audience: str
    needs: tuple[str, ...]
    countries: tuple[str, ...]
    region: str
    phone: str
    text_to: str
    text_word: str
    how: str
    url: str
    hours: str
    round_the_clock: bool
    languages: str
    cost: str
    confidentiality: str
    source: str
    source_date: str
    checked: dt.date
    confidence: str
    display: Display
    alias_of: str
    commercial: bool
    hidden_because: str
    note: str

    @property
    def answers(self) -> Answers:
        """When and how somebody answers here."""
        if self.round_the_clock and self.phone:
            return Answers.ALWAYS
        if self.round_the_clock:
            return Answers.ALWAYS_WRITTEN
        if not (self.phone or self.text_to):
            return Answers.ELSEWHERE
        return Answers.AT_HOURS if self.hours else Answers.HOURS_UNKNOWN

    @property
    def is_emergency(self) -> bool:
        """Whether this is an emergency number."""
        return "emergency" in self.needs

    @property
    def always_offered(self) -> bool:
        """Whether the row stays on show when it is old: emergency numbers and the fallback do."""
        return self.is_emergency or self.id == FALLBACK


class Need(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody may look for: a row of needs.csv."""

    id: Id
    label: str


class Country(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A country that the directory covers: a row of countries.csv."""

    code: str
    name: str

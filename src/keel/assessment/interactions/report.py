"""The answer: one item for each thing that was typed, what several share, and what could not be checked.

`msgspec.json.encode` of an `InteractionsReport` is the `interactions` shape of the interfaces.
"""

import datetime as dt
from enum import StrEnum

import msgspec

from keel.findings import Finding
from keel.knowledge.interactions import Danger
from keel.messages import EMPTY, Message


class Status(StrEnum):
    """What is known of one thing that was typed."""

    INTERACTION = "interaction"
    NOTHING_ON_FILE = "nothing_on_file"
    """Recognised; the table holds nothing on it. That is not the same as no interaction."""
    NOT_RECOGNISED = "not_recognised"
    """Nothing was checked."""
    AMBIGUOUS = "ambiguous"
    """May mean several things, or a misspelling: counts once the person confirms."""
    CONTENTS_NOT_KNOWN = "contents_not_known"
    """A brand, in a kind that is not on file: the box says what it contains."""
    PARTIAL = "partial"
    """A brand was recognised and the words directly behind it were not: it may be another product."""
    NOT_TAKEN = "not_taken"
    """Named as not taken, stopped, or an allergy."""


UNCONFIRMED = frozenset({Status.AMBIGUOUS, Status.CONTENTS_NOT_KNOWN})
"""Answers that ask, and count once the person has said more."""


class Match(StrEnum):
    """How a name was found."""

    EXACT = "exact"
    SYNONYM = "synonym"
    PRODUCT = "product"
    FUZZY = "fuzzy"


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was typed and what it means.

    `input` is the words as typed; `substances` what they were recognised as (empty until confirmed); `did_you_mean`
    names to choose from; `severity` None where no interaction is on file or nothing was checked; `could_be` the most
    serious that any of the names to choose from would mean; `message` one sentence for people.
    """

    input: str
    status: Status
    substances: tuple[str, ...] = ()
    how: Match | None = None
    did_you_mean: tuple[str, ...] = ()
    severity: Danger | None = None
    could_be: Danger | None = None
    findings: tuple[Finding, ...] = ()
    message: Message = EMPTY

    @property
    def is_unchecked(self) -> bool:
        """Whether nothing was checked for it: not recognised, or not confirmed and nothing counts until then."""
        return self.severity is None and (self.status in UNCONFIRMED or self.status is Status.NOT_RECOGNISED)


class InteractionsReport(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a whole list.

    `items` stand in the order typed; `stacking` are findings about what several share; `worst` is the most serious of
    items and stacking, `could_be` the most serious that an unconfirmed name would mean (None where there is none, or
    none would mean anything on file). `not_recognised` and `to_confirm` are inputs that were not checked; `ignored` are
    words read as ordinary language; `unread` is every word that ended in nothing: not recognised, or an ordinary word
    that is a name too. `data_as_of` is when the tables last changed and `looked_at` when their sources were last looked
    at; `limits` is what no report checks; `summary` says all this in words.
    """

    items: tuple[Item, ...]
    stacking: tuple[Finding, ...] = ()
    worst: Danger | None = None
    could_be: Danger | None = None
    not_recognised: tuple[str, ...] = ()
    to_confirm: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    data_as_of: dt.date | None = None
    looked_at: dt.date | None = None
    limits: tuple[Message, ...] = ()
    summary: Message = EMPTY

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings: what is shared first, then item by item."""
        return (*self.stacking, *(finding for item in self.items for finding in item.findings))

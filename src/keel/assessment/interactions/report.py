"""The answer: one item for each thing that was typed, what several share, and what could not be checked.

`msgspec.json.encode` of an `InteractionsReport` is the `interactions` shape of the interfaces.
"""

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


class Match(StrEnum):
    """How a name was found."""

    EXACT = "exact"
    SYNONYM = "synonym"
    PRODUCT = "product"
    FUZZY = "fuzzy"


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was typed and what it means.

    `input` is the words as typed; `substances` what they were recognised as (empty until confirmed); `did_you_mean`
    names to choose from; `severity` None where no interaction is on file or nothing was checked; `message` one
    sentence for people.
    """

    input: str
    status: Status
    substances: tuple[str, ...] = ()
    how: Match | None = None
    did_you_mean: tuple[str, ...] = ()
    severity: Danger | None = None
    findings: tuple[Finding, ...] = ()
    message: Message = EMPTY


class InteractionsReport(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a whole list.

    `items` stand in the order typed; `stacking` are findings about what several share; `worst` is the most serious of
    items and stacking. `not_recognised` and `to_confirm` are inputs that were not checked; `ignored` are words read as
    ordinary language; `summary` says all this in words.
    """

    items: tuple[Item, ...]
    stacking: tuple[Finding, ...] = ()
    worst: Danger | None = None
    not_recognised: tuple[str, ...] = ()
    to_confirm: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    summary: Message = EMPTY

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings: what is shared first, then item by item."""
        return (*self.stacking, *(finding for item in self.items for finding in item.findings))

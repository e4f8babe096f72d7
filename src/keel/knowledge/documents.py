"""The shapes that every knowledge document shares.

A document is one TOML file, named by its id. Its header says who wrote and reviewed it and when it is due again;
its numbers are `Number`s, each with unit, source and certainty.
"""

import datetime as dt
from typing import Annotated

import msgspec
from msgspec import Meta

from keel.knowledge.certainty import Certainty

Id = Annotated[str, Meta(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9._-]*$")]


class Number(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A fact that is a number: value, unit, where it comes from and how sure it is.

    `claim` names a row of evidence/claims.csv, `sources` rows of evidence/sources.csv; one of the two is needed
    unless the number is a default of ours. `low` and `high` are the interval that the source prints.
    """

    value: float
    unit: str
    claim: str | None = None
    sources: tuple[str, ...] = ()
    certainty: Certainty = Certainty.SEEN
    low: float | None = None
    high: float | None = None
    note: str = ""


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The header of every knowledge document.

    `status` is draft until a clinician has signed it; `reviewed_by` and `reviewed_on` stay empty until then.
    `review_due` is when the authors themselves must look again.
    """

    id: Id
    version: str
    title: str
    status: str = "draft"
    authored_by: str = "Keel developers"
    reviewed_by: str | None = None
    reviewed_on: dt.date | None = None
    review_due: dt.date
    licence: str = "CC-BY-4.0"


class Unit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A UCUM code that knowledge files may use, its kind and its meaning in words: a row of units.csv."""

    code: str
    kind: str
    meaning: str

"""Controlled drugs that a clinic keeps, and what the law of a place asks of their book: data/stock/*.csv."""

from decimal import Decimal

import msgspec

from keel.knowledge.certainty import Certainty
from keel.knowledge.documents import Id


class StockProduct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A product as it is counted: in its `unit` (mL, or whole devices), each with so many milligrams."""

    id: Id
    title: str
    substance: str
    unit: str
    mg_per_unit: Decimal
    is_whole: bool
    sources: tuple[str, ...]
    certainty: Certainty = Certainty.SEEN
    note: str = ""


class StockDuty(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked of the book in a jurisdiction."""

    id: Id
    jurisdiction: str
    text: str
    sources: tuple[str, ...]
    certainty: Certainty = Certainty.SEEN

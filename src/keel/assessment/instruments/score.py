"""What scoring gives: a `Score`, with what is known of its range, its cut-offs and what is missing."""

import msgspec

from keel.findings import Finding
from keel.knowledge import Certainty
from keel.messages import Message

Whole = int | float


class Range(msgspec.Struct, frozen=True):
    """Lowest and highest, None where the sources give no such end."""

    least: Whole | None
    most: Whole | None


class Proration(msgspec.Struct, frozen=True):
    """From how many items of how many a total was estimated."""

    answered: int
    of: int
    certainty: Certainty


class CutoffResult(msgspec.Struct, frozen=True):
    """One published cut-off and whether the score reaches it; None where that is not known.

    `for_whom` are the facts that the cut-off is limited to; one whose facts are contradicted is left out.
    """

    id: str
    scale: str
    cut: Message
    reached: bool | None
    means: Message
    accuracy: Message
    for_whom: dict[str, str]
    certainty: Certainty
    sources: tuple[str, ...]


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """An instrument scored.

    `total` and `band` are None where they cannot be known; `bounds` then says what the total could still be.
    `missing` lists items that were due and have no answer, `unanswered` says for every item without one why:
    unanswered, declined or not_asked. `how` is items, prorated or entered. `certainty` is the weakest of the scoring
    rules that made total and band.
    """

    instrument: str
    version: str
    title: Message
    total: Whole | None
    band: Message | None
    subscales: dict[str, Whole | None] = {}
    subscale_bands: dict[str, str] = {}
    range: Range
    bounds: Range
    how: str
    prorated_from: Proration | None = None
    cutoffs: tuple[CutoffResult, ...] = ()
    missing: tuple[str, ...] = ()
    unanswered: dict[str, str] = {}
    findings: tuple[Finding, ...] = ()
    certainty: Certainty = Certainty.SEEN
    validated: bool = True
    recall: tuple[str, ...] = ()
    licence: str = ""
    notice: str = ""
    sources: tuple[str, ...] = ()

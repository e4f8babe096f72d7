"""One statement about a person, with the rule behind it, the inputs, the sources and the next step."""

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum

import msgspec

from keel.knowledge import Certainty
from keel.messages import EMPTY, Message


class Severity(StrEnum):
    """What a finding does, strongest first."""

    BLOCK = "block"
    """Cannot start or continue; for a person outside a clinic: get help now."""
    HOLD = "hold"
    """Stop and ask; a prescriber decides and gives a reason."""
    WARN = "warn"
    """Show, acknowledge, go on."""
    NOTE = "note"
    """Worth knowing."""

    @property
    def rank(self) -> int:
        """0 for block to 3 for note."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class Limit(msgspec.Struct, frozen=True):
    """What a number limits: a fact by its id, and the comparison (">=") at which a rule speaks."""

    fact: str
    op: str


class Reason(msgspec.Struct, frozen=True):
    """An input that made the rule speak: name, value and unit (empty where it has none).

    `value` is None where the input was not given, and the finding says so. A number that a fact was held against has
    the `limit` that it is.
    """

    name: str
    value: float | int | str | bool | None
    unit: str = ""
    limit: Limit | msgspec.UnsetType = msgspec.UNSET


class NamedException(msgspec.Struct, frozen=True):
    """An exception that the source of a rule makes, by the id with which an override names it."""

    id: str
    text: Message


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that spoke: severity, one-sentence summary, why, sources, how sure, conflicts, next step.

    `subject` is what the rule is about (`exposure`, `medicine`, an instrument, a harm), `rule` its id, which nobody
    takes apart. `sources` are ids of evidence/sources.csv (without one a finding is a default); `conflicts` ids of
    claims that disagree. `public_summary` and `public_next_step` are the words for somebody at home instead of those
    for a clinician; None where the words are for everybody, empty where there are none. `opens_at` is the minute at
    which a hold ends by itself. `exceptions` are those that the source of the rule makes, where it makes any.
    """

    rule: str
    subject: str = ""
    severity: Severity
    summary: Message
    why: tuple[Reason, ...] = ()
    sources: tuple[str, ...] = ()
    confidence: Certainty = Certainty.SEEN
    conflicts: tuple[str, ...] = ()
    next_step: Message = EMPTY
    public_summary: Message | None = None
    public_next_step: Message | None = None
    opens_at: dt.datetime | msgspec.UnsetType = msgspec.UNSET
    exceptions: tuple[NamedException, ...] | msgspec.UnsetType = msgspec.UNSET

    def __post_init__(self) -> None:
        # Nobody has seen in a source what names none.
        if self.confidence is Certainty.SEEN and not self.sources:
            msgspec.structs.force_setattr(self, "confidence", Certainty.DEFAULT)


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, most severe first and otherwise in the order given, without exact repeats."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda finding: finding.severity.rank))

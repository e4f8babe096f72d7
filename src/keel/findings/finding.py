"""One statement about a person, with the rule behind it, the inputs, the sources and the next step."""

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from keel.knowledge import Certainty


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


class Reason(msgspec.Struct, frozen=True):
    """An input that made the rule speak: name, value and unit (empty where it has none).

    `value` is None where the input was not given, and the finding says so.
    """

    name: str
    value: float | int | str | bool | None
    unit: str = ""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that spoke: severity, one-sentence summary, why, sources, how sure, conflicts, next step.

    `sources` are ids of evidence/sources.csv; `conflicts` ids of claims that disagree.
    """

    rule: str
    severity: Severity
    summary: str
    why: tuple[Reason, ...] = ()
    sources: tuple[str, ...] = ()
    confidence: Certainty = Certainty.SEEN
    conflicts: tuple[str, ...] = ()
    next_step: str = ""


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, most severe first and otherwise in the order given, without exact repeats."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda finding: finding.severity.rank))

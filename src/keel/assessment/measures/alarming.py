"""Which answers alarm: those that a rule about a safety item blocks or holds, whatever the total."""

from keel.assessment.instruments import Score
from keel.findings import Finding, Severity
from keel.knowledge.instruments import Instrument


def alarming(instrument: Instrument, score: Score) -> tuple[Finding, ...]:
    """The findings of a score for which somebody must be called, worst first."""
    of_safety = {
        f"{instrument.id}/{rule.id}"
        for rule in instrument.rules
        if any(item in instrument.safety_items for clause in rule.when.clauses() for item in clause.items)
    }
    grave = (Severity.BLOCK, Severity.HOLD)
    return tuple(one for one in score.findings if one.rule in of_safety and one.severity in grave)

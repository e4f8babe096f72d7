"""A weight that is about to be written, held against the one before it and the height: pounds, jumps, sizes."""

import datetime as dt

from keel.assessment.protocols.body_weights import weight_facts
from keel.assessment.protocols.dose_figures import weight_at
from keel.assessment.protocols.gate import gate
from keel.findings import Fact, Finding, Severity
from keel.knowledge import Knowledge
from keel.quantities import significant
from keel.record import Record

_PROTOCOL, _PHASE = "iv-racemic", "pre_dose"
"""The protocol that holds the rules on weights; they are of the person, whatever is given."""


def weight_questions(kg: float, record: Record, *, at: dt.datetime, knowledge: Knowledge) -> tuple[Finding, ...]:
    """What the rules ask about a weight beside a record that does not hold it yet, as holds."""
    protocol, facts = knowledge.protocols[_PROTOCOL], dict[str, Fact](weight_confirmed=False)
    before, _ = weight_at(record, at, knowledge)
    if before:
        facts |= weight_facts((before, kg), protocol.number("weight_pounds_near"))
    if record.person.height_cm:
        facts["bmi"] = significant(kg / (record.person.height_cm / 100) ** 2)
    found = gate(protocol, _PHASE, facts, at=at, knowledge=knowledge, report_missing=False)
    return tuple(one for one in found if one.severity is Severity.HOLD)

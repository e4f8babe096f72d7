"""Protocols applied: rules of a phase against facts, the level of care that they ask for, and the arithmetic of a dose.

Knows how a rule speaks, yields and names what is missing; the rules are `knowledge/data/protocols`. May import
`interactions` and what lies above `assessment`. Start at `gate.py`; `facts.py` checks facts and works out what follows
from them, `record_facts.py` reads them from a record, `dosing.py` is the dose in the weights of `body_weights.py`, or
as labelled.
"""

from keel.assessment.protocols.dosing import DosePlan, Solution, dose_plan
from keel.assessment.protocols.errors import FactRefused, UnknownPhase, UnknownProtocol
from keel.assessment.protocols.facts import checked_facts, derived
from keel.assessment.protocols.gate import default_rules, find_protocol, gate, passes

__all__ = [
    "DosePlan",
    "FactRefused",
    "Solution",
    "UnknownPhase",
    "UnknownProtocol",
    "checked_facts",
    "default_rules",
    "derived",
    "dose_plan",
    "find_protocol",
    "gate",
    "passes",
]

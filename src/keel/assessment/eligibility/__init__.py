"""Who may be treated, and where: candidate screening from a record, the level of care, the working state of a bladder.

Each answer is findings with reasons, never a bare yes. Rules are `knowledge/data/protocols`. May import `protocols`,
`interactions`, `help` and what lies above them. Start at `eligibility.py`; then `triage.py`, `level_of_care.py` and
`record_facts.py`.
"""

from keel.assessment.eligibility.eligibility import Eligibility, eligibility, screening_phases
from keel.assessment.eligibility.level_of_care import CareKnown, LevelOfCare, bladder_state, known_care, level_of_care
from keel.assessment.eligibility.record_facts import RecordFacts, facts_from_record
from keel.assessment.eligibility.triage import Triage, triage

__all__ = [
    "CareKnown",
    "Eligibility",
    "LevelOfCare",
    "RecordFacts",
    "Triage",
    "bladder_state",
    "eligibility",
    "facts_from_record",
    "known_care",
    "level_of_care",
    "screening_phases",
    "triage",
]

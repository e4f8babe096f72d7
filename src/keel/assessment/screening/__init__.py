"""Who may be treated, and where: screening of a record against a protocol, and triage.

Each answer is findings with reasons, never a bare yes. May import `picture`, `protocols`, `help` and what lies above
them. Start at `screening.py`; then `triage.py`, and `questions.py` for what is to be asked.
"""

from keel.assessment.screening.screening import Screening, rests_on_known, screening, screening_phases
from keel.assessment.screening.triage import Triage, triage

__all__ = ["Screening", "Triage", "rests_on_known", "screening", "screening_phases", "triage"]

"""One person's facts: what was taken, measured and answered, and what else they take.

Knows the values and nothing of where they came from (readers are in `interop`) or of what follows from them
(`exposure`, `assessment`). May import `quantities`, `knowledge` and `findings`. Start at `record.py`;
`selection.py` says what of a record counts at a time.
"""

from keel.record.errors import RecordError
from keel.record.record import (
    MEDICINE_STATUSES,
    TAKEN,
    Answers,
    Condition,
    Dose,
    DoseCertainty,
    Measurement,
    Medicine,
    Person,
    Precision,
    Pregnancy,
    ReadingNote,
    Record,
    Review,
    ReviewKind,
    RiskAssessment,
    RiskLevel,
    Setting,
    Sex,
    UsePattern,
)

__all__ = [
    "MEDICINE_STATUSES",
    "TAKEN",
    "Answers",
    "Condition",
    "Dose",
    "DoseCertainty",
    "Measurement",
    "Medicine",
    "Person",
    "Precision",
    "Pregnancy",
    "ReadingNote",
    "Record",
    "RecordError",
    "Review",
    "ReviewKind",
    "RiskAssessment",
    "RiskLevel",
    "Setting",
    "Sex",
    "UsePattern",
]

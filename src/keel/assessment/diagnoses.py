"""Which listed diagnoses may be read: one that is denied or suspected, or of a relative, is left to a person."""

import re
from functools import lru_cache

from keel.knowledge import Knowledge
from keel.record import Condition


def is_plain(condition: Condition, knowledge: Knowledge) -> bool:
    """Whether a text names an illness without a word of condition-doubts.csv and without a question mark."""
    return _doubt(knowledge).search(condition.text) is None


@lru_cache(maxsize=8)
def _doubt(knowledge: Knowledge) -> re.Pattern[str]:
    words = "|".join(map(re.escape, knowledge.condition_doubts))
    return re.compile(rf"\b({words})\b|\?", re.IGNORECASE)

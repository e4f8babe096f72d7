"""What a typed list of medicines and other substances means together with ketamine.

Three answers are kept apart: an interaction, recognised with nothing on file, not recognised; a fourth, ambiguous,
asks and counts only once confirmed. May import `knowledge` and `findings`. Start at `check.py`; then `recognise.py`
(words to substances), `rate.py` (substances to findings) and `stacking.py` (what several share).
"""

from keel.assessment.interactions.check import check_medicines, is_readable, join_names, split_names
from keel.assessment.interactions.errors import ListTooLong, UnknownForm, UnknownRoute
from keel.assessment.interactions.report import InteractionsReport, Item, Match, Status

__all__ = [
    "InteractionsReport",
    "Item",
    "ListTooLong",
    "Match",
    "Status",
    "UnknownForm",
    "UnknownRoute",
    "check_medicines",
    "is_readable",
    "join_names",
    "split_names",
]

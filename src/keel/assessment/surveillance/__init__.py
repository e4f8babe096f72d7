"""What is due between sessions, what has changed, and dose beside response.

Schedules and rules are `knowledge/data/surveillance`. May import `instruments`, `exposure` and what lies above them.
Start at `due.py`; `trends.py` compares values, `dose_response.py` lays doses beside scores.
"""

from keel.assessment.surveillance.dose_response import DoseResponse, dose_response
from keel.assessment.surveillance.due import DueItem, due_list
from keel.assessment.surveillance.trends import reference_change_percent, trends

__all__ = ["DoseResponse", "DueItem", "dose_response", "due_list", "reference_change_percent", "trends"]

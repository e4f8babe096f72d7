"""Questionnaires between visits: what is due, which answers alarm, and what was done about one that did.

Knows schedules and the life of an alert; may import `record` and what lies above it, and `instruments`. Start at
`alerts.py`.
"""

from keel.assessment.measures.alarming import alarming
from keel.assessment.measures.alerts import AlertStage, AlertState, AlertStep, NotedStep, alerts_of
from keel.assessment.measures.schedule import MeasureDue, measures_due

__all__ = [
    "AlertStage",
    "AlertState",
    "AlertStep",
    "MeasureDue",
    "NotedStep",
    "alarming",
    "alerts_of",
    "measures_due",
]

"""Questionnaires scored: answers in, a `Score` with its findings out; and what a change between two scores means.

Knows how answers become numbers and how rules speak; the instruments themselves are `knowledge/data/instruments`.
May import `record` and what lies above it. Start at `scoring.py`, then `scales.py` and `conditions.py`.
"""

from keel.assessment.instruments.answers import find_item
from keel.assessment.instruments.catalogue import catalogue
from keel.assessment.instruments.change import Change, change
from keel.assessment.instruments.errors import (
    AnswerOutOfRange,
    AnswersRefused,
    NothingToScore,
    UnknownItem,
    WordingNotHeld,
)
from keel.assessment.instruments.lookup import find_instrument
from keel.assessment.instruments.score import Score
from keel.assessment.instruments.score_findings import SCORING
from keel.assessment.instruments.scoring import score_answers, score_instrument

__all__ = [
    "SCORING",
    "AnswerOutOfRange",
    "AnswersRefused",
    "Change",
    "NothingToScore",
    "Score",
    "UnknownItem",
    "WordingNotHeld",
    "catalogue",
    "change",
    "find_instrument",
    "find_item",
    "score_answers",
    "score_instrument",
]

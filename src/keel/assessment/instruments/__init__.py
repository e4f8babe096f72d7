"""Questionnaires scored: answers in, a `Score` with its findings out; and what a change between two scores means.

Knows how answers become numbers and how rules speak; the instruments themselves are `knowledge/data/instruments`.
May import `record` and what lies above it. Start at `scoring.py`, then `scales.py` and `conditions.py`.
"""

from keel.assessment.instruments.answers import Answer
from keel.assessment.instruments.catalogue import Entry, catalogue, entry
from keel.assessment.instruments.change import Change, ChangeVerdict, Course, change
from keel.assessment.instruments.errors import (
    AnswerOutOfRange,
    AnswersRefused,
    NothingToScore,
    UnknownItem,
    WordingNotHeld,
)
from keel.assessment.instruments.lookup import find_instrument
from keel.assessment.instruments.score import CutoffReached, Prorated, Range, Score
from keel.assessment.instruments.score_findings import SCORING
from keel.assessment.instruments.scoring import score_answers, score_instrument, score_sitting
from keel.assessment.instruments.sheet import State

__all__ = [
    "SCORING",
    "Answer",
    "AnswerOutOfRange",
    "AnswersRefused",
    "Change",
    "ChangeVerdict",
    "Course",
    "CutoffReached",
    "Entry",
    "NothingToScore",
    "Prorated",
    "Range",
    "Score",
    "State",
    "UnknownItem",
    "WordingNotHeld",
    "catalogue",
    "change",
    "entry",
    "find_instrument",
    "score_answers",
    "score_instrument",
    "score_sitting",
]

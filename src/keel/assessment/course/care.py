"""What is done around the sessions of a person, put together: courses, letters to others, and what is due of them."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from keel.assessment.course.due import care_due
from keel.assessment.course.letters import Letter, LetterStep, letters_of
from keel.assessment.course.state import Course, Visit, courses_of
from keel.assessment.course.steps import CourseStep
from keel.assessment.surveillance.due import DueItem
from keel.knowledge import Knowledge
from keel.record import Record


class Care(NamedTuple):
    """The courses and the letters of a person, the newest first, and what is due of them."""

    courses: tuple[Course, ...]
    letters: tuple[Letter, ...]
    due: tuple[DueItem, ...]


def care_of(
    entries: Iterable[object], visits: Iterable[Visit], record: Record, *, at: dt.datetime, knowledge: Knowledge
) -> Care:
    """What stands at a time; `entries` are steps of courses and letters in the order in which they were written."""
    told = list(entries)
    steps = [one for one in told if isinstance(one, CourseStep)]
    courses = courses_of(steps, tuple(visits), record, at=at, knowledge=knowledge)
    letters = letters_of([one for one in told if isinstance(one, LetterStep)], knowledge=knowledge)
    return Care(courses, letters, care_due(courses, letters, at=at, knowledge=knowledge))

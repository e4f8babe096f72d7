"""What is done around sessions, put together from the facts of a patient: courses of treatment, letters to others."""

import datetime as dt
from typing import NamedTuple

from keel.assessment.course.due import care_due
from keel.assessment.course.letters import Letter, LetterStep, letters_of
from keel.assessment.course.state import Course, Visit, courses_of
from keel.assessment.course.steps import CourseStep
from keel.assessment.surveillance.due import DueItem
from keel.knowledge import Knowledge
from keel.record import Record
from keel.web.clinic.entries import VisitEntry, entry_of
from keel.web.clinic.models import Kind, Patient
from keel.web.clinic.queries import same_person, standing_facts

_KINDS = (Kind.COURSE, Kind.LETTER, Kind.VISIT)


class Care(NamedTuple):
    """The courses and the letters of a person, the newest first, and what is due of them."""

    courses: tuple[Course, ...]
    letters: tuple[Letter, ...]
    due: tuple[DueItem, ...]


def care_of(patient: Patient, record: Record, *, at: dt.datetime, knowledge: Knowledge) -> Care:
    """What stands at a time, in the order of the facts; `record` is that of the patient."""
    steps: list[CourseStep] = []
    told: list[LetterStep] = []
    visits: list[Visit] = []
    for one in reversed(same_person(patient)):
        for fact in standing_facts(one).filter(kind__in=_KINDS).order_by("sequence"):
            entry = entry_of(fact)
            if isinstance(entry, VisitEntry):
                visits.append(Visit(fact.pk, entry.when, entry.course, entry.phase))
            elif isinstance(entry, CourseStep):
                steps.append(entry)
            elif isinstance(entry, LetterStep):
                told.append(entry)
    courses = courses_of(steps, visits, record, at=at, knowledge=knowledge)
    letters = letters_of(told, knowledge=knowledge)
    return Care(courses, letters, care_due(courses, letters, at=at, knowledge=knowledge))

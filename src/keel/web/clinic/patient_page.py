"""A patient's Picture for the pages of a clinic, so that what cannot be read of one patient stays with that patient.

A fact that cannot be read is left out and named. Where no Picture can be made at all, the row and the page say so; they
never look like those of a patient with nothing to decide, and every other patient is shown as ever.
"""

import datetime as dt
import logging
from typing import Any

from django.db import Error as DatabaseError

from keel import knowledge
from keel.assessment.course.care import Care, care_of
from keel.assessment.course.state import Visit
from keel.assessment.picture import picture_of
from keel.assessment.recovery.fold import as_contacts
from keel.assessment.surveillance.due import DueItem, in_order
from keel.assessment.tasks import Step, dangers, up_to
from keel.knowledge import Knowledge
from keel.messages import Message
from keel.record import Record
from keel.web.clinic.entries import VisitEntry, entry_of
from keel.web.clinic.models import Fact, Kind, Patient
from keel.web.clinic.queries import ReadFacts, read_facts, same_person, standing_facts
from keel.web.picture.queries import PicturePage

log = logging.getLogger("keel.web")


class PatientPage(PicturePage):
    """A patient's Picture ready for the page; `unread` are the facts that could not be read, by number.

    `care` holds the courses of treatment and the letters; `suicide_told` is whether thoughts of suicide were told at a
    contact and no prescriber has looked since.
    """

    is_read = True

    def __init__(self, read: ReadFacts, patient: Patient, at: dt.datetime, facts: Knowledge) -> None:
        super().__init__(picture_of(read.record, at=at, knowledge=facts), facts)
        self.record: Record = read.record
        rows = _entries(patient)
        self.care: Care = _care(rows, read.record, at, facts)
        self.suicide_told = any(_is_suicide_told(rows, kind, at) for kind in (Kind.THERAPY, Kind.RECOVERY))
        self.unread: dict[int, Message] = read.unread

    @property
    def is_first(self) -> bool:
        """Whether somebody has to look before the others: something blocks or holds, or could not be read."""
        return bool(self.urgent or self.unread or self.suicide_told)

    @property
    def due(self) -> tuple[DueItem, ...]:
        """What is due of surveillance, courses and letters, in one list."""
        return in_order((*self.picture.due, *self.care.due))


def care_at(patient: Patient, at: dt.datetime) -> Care:
    """The courses and letters of a patient at `at`, without the rest of the Picture."""
    facts = knowledge.load()
    return _care(_entries(patient), read_facts(patient, at=at, knowledge=facts).record, at, facts)


def _entries(patient: Patient) -> list[tuple[Fact, Any]]:
    """The facts of care around sessions with what each says, as they were written."""
    kinds = (Kind.COURSE, Kind.LETTER, Kind.VISIT, Kind.THERAPY, Kind.RECOVERY)
    return [
        (fact, entry_of(fact))
        for one in reversed(same_person(patient))
        for fact in standing_facts(one).filter(kind__in=kinds).order_by("sequence")
    ]


def _care(rows: list[tuple[Fact, Any]], record: Record, at: dt.datetime, facts: Knowledge) -> Care:
    visits = (Visit(fact.pk, one.when, one.course, one.phase) for fact, one in rows if isinstance(one, VisitEntry))
    return care_of((entry for _fact, entry in rows), visits, record, at=at, knowledge=facts)


def _is_suicide_told(rows: list[tuple[Fact, Any]], kind: str, at: dt.datetime) -> bool:
    steps = up_to((one for fact, one in rows if fact.kind == kind and isinstance(one, Step)), at)
    return any(one.id == "suicidal" for one in dangers(as_contacts(steps), at))


class UnreadPage:
    """Stands for a Picture that could not be made."""

    is_read = False
    is_first = True


def shown_or_not(patient: Patient, at: dt.datetime) -> PatientPage | UnreadPage:
    """The Picture of a patient at `at`, or that it could not be made; what the database refuses is not caught."""
    facts = knowledge.load()
    try:
        return PatientPage(read_facts(patient, at=at, knowledge=facts), patient, at, facts)
    except DatabaseError:
        raise
    except Exception:
        # Whatever it is, it is said on this row, above all that is in order; the log has the lines of code.
        log.exception("the record of a patient could not be read")
        return UnreadPage()

"""What the page of a patient shows beside the Picture: what is due, scores over time, visits, consents."""

import datetime as dt
from functools import cached_property
from typing import Any

from keel.assessment.course.care import Care
from keel.assessment.interactions.check import check_recorded
from keel.assessment.interactions.report import InteractionsReport
from keel.assessment.surveillance.due import DueItem
from keel.knowledge import Knowledge
from keel.record.selection import doses_taken
from keel.web.clinic.entries import ConsentEntry, entries_of
from keel.web.clinic.models import Fact, Kind, Patient
from keel.web.clinic.patient_page import PatientPage, UnreadPage
from keel.web.clinic.queries import merged_into, same_person, standing_facts
from keel.web.clinic.summaries import next_visit, score_trends

_SOON = dt.timedelta(days=14)
"""What is due within this time is shown as due soon; a default of Keel's."""


class KnownPage:
    """The parts of a patient's page that come from the facts and not from a rule."""

    def __init__(self, patient: Patient, shown: PatientPage | UnreadPage, at: dt.datetime, facts: Knowledge) -> None:
        self.patient, self.at, self._facts = patient, at, facts
        self._shown = shown if isinstance(shown, PatientPage) else None

    @property
    def overdue(self) -> list[DueItem]:
        """What should have been done, the longest overdue first."""
        return [one for one in self._due if one.overdue]

    @property
    def soon(self) -> list[DueItem]:
        """What is due today, within two weeks, or at the next session."""
        last = self.at.date() + _SOON
        return [one for one in self._due if not one.overdue and (one.due_on is None or one.due_on <= last)]

    @property
    def later(self) -> list[DueItem]:
        """What is due after that."""
        last = self.at.date() + _SOON
        return [one for one in self._due if one.due_on is not None and one.due_on > last]

    @property
    def _due(self) -> tuple[DueItem, ...]:
        return self._shown.due if self._shown else ()

    @property
    def care(self) -> Care | None:
        """Courses of treatment and letters; None where the record could not be read."""
        return self._shown.care if self._shown else None

    @cached_property
    def trends(self) -> list[dict[str, Any]]:
        """Each score over time."""
        return list(score_trends(self._shown, self.at, self._facts)) if self._shown else []

    @property
    def last_visit(self) -> dt.datetime | None:
        """The last dose in treatment."""
        taken = doses_taken(self._shown.record, self.at, medical=True) if self._shown else ()
        return taken[-1].start if taken else None

    @property
    def next_visit(self) -> dt.datetime | None:
        """The next visit that is planned."""
        return next_visit(self.patient, self.at)

    @cached_property
    def consents(self) -> list[ConsentEntry]:
        """The newest statement on each thing that is consented to."""
        newest: dict[str, ConsentEntry] = {}
        facts = standing_facts(self.patient).filter(kind=Kind.CONSENT).order_by("sequence")
        for entry in entries_of(facts, ConsentEntry):
            newest[f"{entry.to}/{entry.recipient}"] = entry
        return list(newest.values())

    @cached_property
    def merged_into(self) -> Patient | None:
        """The patient of whom this number is another."""
        return merged_into(self.patient)

    @cached_property
    def others(self) -> list[Patient]:
        """Other numbers whose facts count here."""
        return same_person(self.patient)[1:]


class Recorded:
    """The fact that was just recorded; for a medicine with what it means beside ketamine."""

    def __init__(self, fact: Fact, facts: Knowledge) -> None:
        self.fact = fact
        self.check: InteractionsReport | None = None
        if fact.kind == Kind.MEDICINE:
            self.check = check_recorded(
                (str(fact.payload.get("text", "")),), substance=None, route=None, knowledge=facts
            )


def recorded_fact(patient: Patient, number: str | None) -> Recorded | None:
    """The fact of this number, as an address names it."""
    from keel import knowledge

    fact = (
        patient.facts.filter(sequence=int(number)).first()
        if number and number.isdecimal() and len(number) < 9
        else None
    )
    return Recorded(fact, knowledge.load()) if fact else None

"""One person while a FHIR file is read: facts gather in a draft and become a record at the end."""

import datetime as dt
from typing import NamedTuple

import msgspec

from keel.interop.fhir.sittings import Sittings
from keel.interop.plausibility import Weights, question_doses, with_body_size
from keel.interop.reading import Format, Notebook
from keel.interop.times import BEFORE_ALL
from keel.knowledge import Knowledge
from keel.messages import FactName, Message
from keel.quantities import convert
from keel.record import Condition, Dose, Measurement, Medicine, Person, Pregnancy, Record, RiskAssessment, UsePattern

SUICIDE = "suicid"
"""The beginning of the word in English, Spanish and French, with accents or without."""
RISK_LEVEL = ("http://loinc.org", "93374-7")
"""The code of a level of suicide risk as it was told."""


def risk_level(words: str, at: dt.datetime | None, name: str) -> Measurement:
    """A level of suicide risk in the words in which it came, whatever they mean."""
    system, code = RISK_LEVEL
    return Measurement(code=code, system=system, name="Suicide risk level", value=words, at=at, id=name)


class Context(NamedTuple):
    """What reading needs beside the file."""

    at: dt.datetime
    knowledge: Knowledge


class Draft:
    """A person's facts so far; `notes` are what was met and not taken as one."""

    def __init__(self, person_id: str, context: Context) -> None:
        self.person = Person(id=person_id)
        self.notes = Notebook()
        self.sittings = Sittings(context.knowledge, self.notes)
        self.measurements: list[Measurement] = []
        self.pregnancy: list[tuple[dt.datetime, Pregnancy]] = []
        self.has_unread_pregnancy = False
        self.conditions: list[Condition] = []
        self.risk_assessments: list[RiskAssessment] = []
        self.medicines: list[Medicine] = []
        self.patterns: list[UsePattern] = []
        self.doses: list[Dose] = []
        self._weights = Weights((), context.knowledge)
        self._context = context

    def settle_body(self) -> None:
        """Takes weight, height and pregnancy from the measurements, before doses per kilogram are read."""
        at, knowledge = self._context
        self._weights = Weights(self.measurements, knowledge)
        self.person = with_body_size(self.person, self.measurements, at=at, knowledge=knowledge, notes=self.notes)
        if self.person.pregnancy is Pregnancy.NOT_ASKED and (self.pregnancy or self.has_unread_pregnancy):
            # An answer that nobody understood says less than any that was.
            told = self._pregnancy_now() if self.pregnancy else Pregnancy.UNKNOWN
            self.person = msgspec.structs.replace(self.person, pregnancy=told)

    def weight_near(self, time: dt.datetime) -> float | None:
        """Kilograms at a time, None where no weight was measured near it; known once the body is settled."""
        return self._weights.near(time)

    def _pregnancy_now(self) -> Pregnancy:
        when, told = max(self.pregnancy)
        limits = self._context.knowledge.reading_limits
        holds = limits.pregnant_holds if told is Pregnancy.PREGNANT else limits.not_pregnant_holds
        if when < self._context.at - dt.timedelta(minutes=convert(holds.value, holds.unit, "min")):
            reason = Message(
                "“{status}” was told on {day}, too long ago to be true now",
                status=FactName(told.value),
                day=when.date().isoformat(),
            )
            self.notes.note(Message("pregnancy status too old to use"), where=when.date().isoformat(), reason=reason)
            return Pregnancy.UNKNOWN
        return told

    def record(self, form: Format) -> Record:
        """The record, each list in order of time."""
        question_doses(self.doses, self.notes, self._context.knowledge.reading_limits)
        return Record(
            person=self.person,
            doses=tuple(sorted(self.doses, key=lambda dose: dose.start)),
            patterns=tuple(self.patterns),
            measurements=tuple(sorted(self.measurements, key=lambda one: (one.at or BEFORE_ALL, one.id))),
            medicines=tuple(self.medicines),
            answers=self.sittings.answers(),
            conditions=tuple(self.conditions),
            risk_assessments=tuple(sorted(self.risk_assessments, key=lambda one: (one.at or BEFORE_ALL, one.id))),
            notes=self.notes.notes(),
            format=form,
        )

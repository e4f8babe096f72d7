"""What stands beside the form of a dose: weight and its age, the plan, the last dose, what is open."""

import datetime as dt
from functools import cached_property
from typing import NamedTuple

from keel.assessment.protocols.dose_figures import protocol_of, weight_at
from keel.assessment.protocols.gate import jurisdiction_in
from keel.findings import Finding
from keel.knowledge import Knowledge
from keel.quantities import significant
from keel.record import Dose
from keel.record.selection import doses_taken
from keel.web.clinic.models import Kind, Patient
from keel.web.clinic.patient_page import PatientPage, UnreadPage, shown_or_not
from keel.web.clinic.queries import standing_facts

_PLANS = (("racemic", "iv"), ("esketamine", "nasal"))


class Weight(NamedTuple):
    """Kilograms, the day on which it was measured or told, and how many days ago that was."""

    kg: float
    on: dt.date
    days: int
    was_measured: bool


class Plan(NamedTuple):
    """What a protocol gives: `per_kg` over `minutes`, for this weight `mg`, or one of `options`."""

    title: str
    per_kg: float | None
    minutes: float | None
    mg: float | None
    options: tuple[float, ...]


class DoseAside:
    """What is known of a patient, for whoever writes a dose."""

    def __init__(self, patient: Patient, at: dt.datetime, knowledge: Knowledge) -> None:
        self.patient, self.at, self._knowledge = patient, at, knowledge
        self.page: PatientPage | UnreadPage = shown_or_not(patient, at)

    @property
    def is_read(self) -> bool:
        """Whether the record could be read."""
        return self.page.is_read

    @property
    def open(self) -> list[Finding]:
        """What blocks or holds in the Picture."""
        return self.page.urgent if isinstance(self.page, PatientPage) else []

    @cached_property
    def weight(self) -> Weight | None:
        """The weight that a dose is made by, and how old it is."""
        if not isinstance(self.page, PatientPage):
            return None
        kg, day = weight_at(self.page.record, self.at, self._knowledge)
        if kg is None:
            return None
        on = day or self._told_on()
        return Weight(kg, on, (self.at.date() - on).days, day is not None)

    def _told_on(self) -> dt.date:
        """The day on which a weight without a day of its own was written down."""
        told = standing_facts(self.patient).filter(kind=Kind.PERSON).order_by("-sequence")
        return (
            next((one.recorded_at for one in told if "weight" in one.payload), self.at)
            .astimezone(self.at.tzinfo)
            .date()
        )

    @cached_property
    def last(self) -> Dose | None:
        """The last dose on record."""
        taken = doses_taken(self.page.record, self.at) if isinstance(self.page, PatientPage) else ()
        return taken[-1] if taken else None

    @property
    def days_since(self) -> int:
        """Days since the last dose."""
        return (self.at.date() - self.last.start.astimezone(self.at.tzinfo).date()).days if self.last else 0

    @cached_property
    def plans(self) -> list[Plan]:
        """What the protocols give, for this weight."""
        jurisdiction = jurisdiction_in(self.patient.clinic.country, self._knowledge)
        kg, found = self.weight.kg if self.weight else None, []
        for substance, route in _PLANS:
            protocol = protocol_of(substance, route, self._knowledge, jurisdiction)
            if protocol is None:
                continue
            dosing = protocol.dosing
            per_kg = protocol.number(dosing.per_kg) if dosing.per_kg else None
            options = sorted({protocol.number(one.mg) for one in dosing.options})
            found.append(
                Plan(
                    title=self._knowledge.substances[substance].title,
                    per_kg=per_kg,
                    minutes=protocol.number(dosing.over) if dosing.over else None,
                    mg=significant(per_kg * kg) if per_kg and kg else None,
                    options=tuple(options),
                )
            )
        return found

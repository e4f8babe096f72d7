"""How a session begins: who it is about as the record knows them, in the form of a session file."""

import datetime as dt
from typing import Any

from keel.assessment.protocols.dose_figures import weight_at
from keel.assessment.protocols.gate import jurisdiction_in
from keel.assessment.protocols.record_facts import facts_from_record
from keel.knowledge import Knowledge
from keel.record import Pregnancy, Record, Sex
from keel.record.selection import conditions_at, person_facts
from keel.web.clinic.models import Kind, Patient
from keel.web.clinic.panels import answers_for_gate
from keel.web.clinic.queries import record_of, same_person, standing_facts


def session_document(
    patient: Patient, *, protocol: str, plan: dict[str, Any], at: dt.datetime, knowledge: Knowledge
) -> dict[str, Any]:
    """The session file of a patient without its events. What nobody knows is not there, so that the gate asks for it.

    The ledger is every dose on record, here or elsewhere; answers that stand on record are known at the gate.
    """
    record = record_of(patient, at=at, knowledge=knowledge)
    return {
        "protocol": protocol,
        "jurisdiction": jurisdiction_in(patient.clinic.country, knowledge),
        "timezone": patient.clinic.timezone,
        "person": _person(record, patient, at, knowledge),
        "screening": _known(record, at, knowledge) | answers_for_gate(patient, at),
        "medicines": [{"text": one.text, "status": one.status} for one in record.medicines],
        "conditions": [
            {"text": one.text, "codes": one.codes, "status": one.status, "present": one.present}
            | {name: day.isoformat() for name, day in (("onset", one.onset), ("ended", one.ended)) if day}
            for one in conditions_at(record, at)
        ],
        "doses": [fact.payload for one in same_person(patient) for fact in standing_facts(one).filter(kind=Kind.DOSE)],
        "reviews": [
            {"of": str(one.of), "on": one.on.isoformat(), "by": one.by}
            | ({} if one.responded is None else {"responded": one.responded})
            for one in record.reviews
        ],
        **({"plan": plan} if plan else {}),
    }


def _person(record: Record, patient: Patient, at: dt.datetime, knowledge: Knowledge) -> dict[str, Any]:
    person = record.person
    weight, weighed_on = weight_at(record, at, knowledge)
    known = {
        "id": patient.number,
        "age": None if person.birth_date else person.age_years,
        "birth_date": person.birth_date.isoformat() if person.birth_date else None,
        "sex": None if person.sex is Sex.UNKNOWN else str(person.sex),
        "weight": None if weight is None else f"{weight:g} kg",
        "weighed_on": weighed_on.isoformat() if weighed_on else None,
        "height": None if person.height_cm is None else f"{person.height_cm:g} cm",
        "pregnancy": None if person.pregnancy is Pregnancy.NOT_ASKED else str(person.pregnancy),
        "country": person.country or None,
    }
    return {name: value for name, value in known.items() if value is not None}


def _known(record: Record, at: dt.datetime, knowledge: Knowledge) -> dict[str, Any]:
    """What the record answers of the questions of a gate; the rest of it the session reads by itself."""
    catalogue, own = knowledge.clinical_facts, person_facts(record.person, at)
    found = facts_from_record(record, at=at, knowledge=knowledge).facts
    return {
        name: value
        for name, value in found.items()
        if value is not None and name not in own and name in catalogue and not catalogue[name].is_computed
    }

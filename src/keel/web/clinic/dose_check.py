"""A dose against what is on record of its patient, before it is written: what is asked, and who answered it.

A hold is passed by a prescriber with a reason. A block is passed by nobody: a dose that was given all the same is
recorded as what it was, with its amount typed again, by whom it was found, and what happened.
"""

import datetime as dt
import hashlib
import json
from typing import Any, NamedTuple

import msgspec
from django.contrib.auth.models import AbstractUser

from keel import knowledge
from keel.assessment.protocols.dose_figures import DoseMeaning, weight_at
from keel.assessment.protocols.gate import jurisdiction_in
from keel.assessment.protocols.given_dose import meaning_of
from keel.assessment.protocols.new_weight import weight_questions
from keel.interop import read_records
from keel.knowledge import Knowledge
from keel.record import Record
from keel.web.clinic.errors import FactRefused
from keel.web.clinic.models import Fact, Kind, Patient
from keel.web.clinic.queries import add_entry, permissions_in, read_facts
from keel.web.clinic.roles import Permission
from keel.web.language.words import gettext as _

NEAR = dt.timedelta(days=7)
"""Doses this near to a dose are looked at beside it; the longest gap that a protocol asks for is two days."""


class Decision(NamedTuple):
    """What somebody decided about a dose that was asked about: `shown` names what they saw (`shown_of`).

    `amount_again` is the amount typed a second time, for a dose that is blocked and was given.
    """

    by: AbstractUser
    reason: str
    shown: str
    was_given: bool = False
    amount_again: str = ""


class DoseAsked(FactRefused):
    """A dose that is not written before somebody has looked at what it means. `shown` names what is shown."""

    def __init__(self, meaning: DoseMeaning, shown: str, text: str = "", field: str = "") -> None:
        super().__init__(text, field)
        self.meaning, self.shown = meaning, shown


def meaning_beside(
    patient: Patient, payload: dict[str, Any], *, at: dt.datetime, instead_of: Fact | None = None
) -> DoseMeaning:
    """What a dose means beside the facts that count; `instead_of` is the one that it corrects."""
    facts = knowledge.load()
    document: dict[str, Any] = {"person": {}}
    beside = _record_beside(patient, payload, at, facts, instead_of)
    add_entry(document, Kind.DOSE, payload)
    if beside.person.weight_kg is not None:
        document["person"]["weight"] = f"{beside.person.weight_kg!r} kg"
    (dose,) = read_records(json.dumps(document).encode(), at=at, knowledge=facts).records[0].doses
    jurisdiction = jurisdiction_in(patient.clinic.country or beside.person.country, facts)
    return meaning_of(dose, beside, at=at, knowledge=facts, jurisdiction=jurisdiction)


def weight_beside(
    patient: Patient, kind: Kind, payload: dict[str, Any], *, at: dt.datetime, instead_of: Fact | None = None
) -> DoseMeaning | None:
    """A weight that a fact holds, with what is asked about it; None where the fact holds none, or nothing is asked."""
    facts = knowledge.load()
    document: dict[str, Any] = {"person": {}}
    add_entry(document, kind, payload)
    new = read_records(json.dumps(document).encode(), at=at, knowledge=facts).records[0]
    told, height = weight_at(new, at, facts)[0], new.person.height_cm
    if told is None and height is None:
        return None
    beside = read_facts(patient, at=at, knowledge=facts, without=instead_of, doses_within=(at, at)).record
    before, weighed_on = weight_at(beside, at, facts)
    kg = told or before
    if kg is None:
        return None
    if height is not None:
        beside = msgspec.structs.replace(beside, person=msgspec.structs.replace(beside.person, height_cm=height))
    findings = weight_questions(kg, beside, at=at, knowledge=facts)
    return DoseMeaning(weight_kg=kg, plan_mg=before, weighed_on=weighed_on, findings=findings) if findings else None


def _record_beside(
    patient: Patient, payload: dict[str, Any], at: dt.datetime, facts: Knowledge, instead_of: Fact | None
) -> Record:
    start = _start(payload, at)
    return read_facts(
        patient,
        at=at,
        knowledge=facts,
        without=instead_of,
        doses_within=(start - NEAR, start + NEAR) if start else None,
    ).record


def _start(payload: dict[str, Any], at: dt.datetime) -> dt.datetime | None:
    try:
        start = dt.datetime.fromisoformat(str(payload.get("start")))
    except ValueError:
        return None
    return start if start.tzinfo else start.replace(tzinfo=at.tzinfo)


def shown_of(payload: dict[str, Any], meaning: DoseMeaning) -> str:
    """Names a dose with what was asked about it: another amount, or a new hold, has another name."""
    rules = sorted(one.rule for one in (*meaning.blocks, *meaning.holds))
    told = json.dumps([payload, rules], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


def require_decision(
    patient: Patient,
    payload: dict[str, Any],
    meaning: DoseMeaning,
    decision: Decision | None,
    *,
    needs_prescriber: bool = True,
) -> tuple[str, ...]:
    """The rules that were decided on; DoseAsked while nobody has, or where the answer is not whole."""
    asked = tuple(dict.fromkeys(one.rule for one in (*meaning.blocks, *meaning.holds)))
    if not asked:
        return ()
    shown = shown_of(payload, meaning)
    if decision is None or decision.shown != shown:
        raise DoseAsked(meaning, shown)
    if not decision.reason.strip():
        raise DoseAsked(meaning, shown, _("Say why."), "reason")
    if meaning.blocks:
        if not decision.was_given:
            raise DoseAsked(meaning, shown, _("A block is passed by nobody. Correct the dose."), "was_given")
        if _plain(decision.amount_again) != _plain(_typed(payload)):
            text = _("This is not the amount above. Type it again, or correct the dose.")
            raise DoseAsked(meaning, shown, text, "amount_again")
    elif needs_prescriber and Permission.DECIDE not in permissions_in(decision.by, patient.clinic):
        raise DoseAsked(meaning, shown, _("A prescriber decides. Choose who did."), "decided_by")
    return asked


def _typed(payload: dict[str, Any]) -> str:
    """The amount as it was typed, else the number of devices."""
    return str(payload.get("amount") or payload.get("devices") or "")


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()

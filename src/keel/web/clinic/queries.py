"""What the pages read: only what the person may see, and a patient's record put together from the facts."""

import datetime as dt
import json
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db.models import QuerySet

from keel.interop import read_records
from keel.knowledge import Knowledge
from keel.record import Record
from keel.web.clinic.models import Clinic, Fact, Kind, Membership, Patient
from keel.web.clinic.roles import Permission, Role

_LISTS = {
    Kind.DOSE: "doses",
    Kind.PATTERN: "patterns",
    Kind.MEASUREMENT: "measurements",
    Kind.MEDICINE: "medicines",
    Kind.ANSWERS: "answers",
    Kind.CONDITION: "conditions",
}
"""Kind of fact to the list of a record file that holds it; a person is not a list."""


def memberships_of(user: AbstractUser) -> QuerySet[Membership]:
    """Where a person works, by the name of the clinic."""
    return Membership.objects.filter(user=user).select_related("clinic").order_by("clinic__name")


def permissions_in(user: AbstractUser, clinic: Clinic) -> frozenset[Permission]:
    """What a person may do in a clinic; nothing where they do not work."""
    if not user.is_active:
        return frozenset()
    role = Membership.objects.filter(user=user, clinic=clinic).values_list("role", flat=True).first()
    return Role(role).permissions if role else frozenset()


def patient_for(user: AbstractUser, clinic: str, number: str) -> Patient:
    """A patient of a clinic where the person works; Patient.DoesNotExist for all others, whether or not they exist."""
    patient: Patient = Patient.objects.select_related("clinic").get(
        clinic__slug=clinic, number=number, clinic__memberships__user=user, clinic__memberships__user__is_active=True
    )
    return patient


def standing_facts(patient: Patient) -> QuerySet[Fact]:
    """The facts that count: neither superseded nor voided, in their order."""
    return patient.facts.filter(superseded_by__isnull=True, voided_by__isnull=True).exclude(kind=Kind.VOID)


def record_of(patient: Patient, *, at: dt.datetime, knowledge: Knowledge) -> Record:
    """A patient's record: the facts that count, read as the record file that they make up."""
    document: dict[str, Any] = {"person": {}}
    for kind, payload in standing_facts(patient).values_list("kind", "payload"):
        add_entry(document, kind, payload)
    document["person"]["id"] = patient.number
    return read_records(json.dumps(document).encode(), at=at, knowledge=knowledge).records[0]


def add_entry(document: dict[str, Any], kind: str, payload: dict[str, Any]) -> None:
    """Puts a fact into a record file; a later person fact adds to an earlier one key by key."""
    if kind == Kind.PERSON:
        document.setdefault("person", {}).update(payload)
    else:
        document.setdefault(_LISTS[Kind(kind)], []).append(payload)

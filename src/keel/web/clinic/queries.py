"""What the pages read: only what the person may see, and a patient's record put together from the facts."""

import datetime as dt
import json
from collections.abc import Callable, Collection, Iterable
from typing import Any, NamedTuple

import msgspec
from django.contrib.auth.models import AbstractUser
from django.db.models import Q, QuerySet
from django.http import Http404

from keel.assessment.interactions import is_readable
from keel.interop import ReadError, read_records
from keel.knowledge import Knowledge
from keel.messages import Message, joined
from keel.record import ReadingNote, Record
from keel.web.clinic.models import Clinic, EmergencyAccess, Fact, Kind, Membership, Patient
from keel.web.clinic.roles import ROLES, Permission, Role

_LISTS = {
    Kind.DOSE: "doses",
    Kind.PATTERN: "patterns",
    Kind.MEASUREMENT: "measurements",
    Kind.MEDICINE: "medicines",
    Kind.ANSWERS: "answers",
    Kind.CONDITION: "conditions",
    Kind.RISK_ASSESSMENT: "risk_assessments",
    Kind.REVIEW: "reviews",
}
"""Kind of fact to the list of a record file that holds it; a person is not a list."""
RECORDED = (Kind.PERSON, *_LISTS)
"""Kinds of fact that make up a record; the others are the clinic’s own."""


class Place(NamedTuple):
    """A clinic where a person works, with the roles that they hold there."""

    clinic: Clinic
    roles: tuple[type[Role], ...]

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the roles allow together."""
        return frozenset[Permission]().union(*(role.permissions for role in self.roles))


def places_of(user: AbstractUser) -> list[Place]:
    """Where a person works, by the name of the clinic."""
    rows = Membership.objects.filter(user=user, user__is_active=True).select_related("clinic")
    held: dict[Clinic, set[str]] = {}
    for row in rows.order_by("clinic__name", "clinic_id"):
        held.setdefault(row.clinic, set()).add(row.role)
    return [Place(clinic, _roles(names)) for clinic, names in held.items()]


def place_of(user: AbstractUser, slug: str) -> Place | None:
    """The clinic of this address where the person works; None where they do not, whether or not it exists."""
    return next((place for place in places_of(user) if place.clinic.slug == slug), None)


def permissions_in(user: AbstractUser, clinic: Clinic) -> frozenset[Permission]:
    """What a person may do in a clinic; nothing where they do not work."""
    place = place_of(user, clinic.slug)
    return place.permissions if place else frozenset()


def _roles(names: Collection[str]) -> tuple[type[Role], ...]:
    return tuple(role for role in ROLES.values() if role.id in names)


def patient_for(user: AbstractUser, clinic: str, number: str) -> Patient:
    """A patient of a clinic where the person works; Patient.DoesNotExist for all others, erased ones too."""
    works_there = Membership.objects.filter(user=user, user__is_active=True, clinic__slug=clinic)
    patient: Patient = Patient.objects.select_related("clinic").get(
        number=number, clinic_id__in=works_there.values("clinic_id"), erased_at__isnull=True
    )
    return patient


def patient_or_404(user: AbstractUser, clinic: Clinic, number: str) -> Patient:
    """A patient of a clinic where the person works; Http404 for all others."""
    try:
        return patient_for(user, clinic.slug, number)
    except Patient.DoesNotExist:
        raise Http404 from None


def people_who_may(permission: Permission, clinic: Clinic) -> list[tuple[str, str]]:
    """User name and name of everybody here whose role allows something."""
    roles = [role.id for role in ROLES.values() if permission in role.permissions]
    held = clinic.memberships.filter(role__in=roles, user__is_active=True).select_related("user")
    return sorted({(row.user.get_username(), row.user.get_full_name()) for row in held}, key=lambda one: one[1])


def free_number(clinic: Clinic) -> str:
    """The number after the highest one of the kind that was given last; 1001 for the first patient."""
    last = clinic.patients.order_by("-pk").values_list("number", flat=True).first() or "1000"
    stem = last.rstrip("0123456789")
    alike = clinic.patients.filter(number__startswith=stem).values_list("number", flat=True)
    taken = [int(tail) for one in alike if (tail := one[len(stem) :]).isdecimal()]
    return f"{stem}{max(taken, default=1000) + 1}"


def open_emergency(user: AbstractUser, clinic: Clinic, number: str, *, at: dt.datetime) -> EmergencyAccess | None:
    """What lets a person see this patient now though their role does not; None where nothing does."""
    accesses = EmergencyAccess.objects.filter(
        user=user, patient__clinic=clinic, patient__number=number, opened_at__lte=at, ends_at__gt=at
    )
    access: EmergencyAccess | None = accesses.first()
    return access


def standing_facts(patient: Patient) -> QuerySet[Fact]:
    """The facts that count: neither superseded nor voided, in their order."""
    return patient.facts.filter(superseded_by__isnull=True, voided_by__isnull=True).exclude(kind=Kind.VOID)


def merged_into(patient: Patient) -> Patient | None:
    """The patient of whom this number was found to be another, while that stands."""
    merges = Fact.objects.filter(
        kind=Kind.MERGE,
        patient__clinic_id=patient.clinic_id,
        payload__number=patient.number,
        superseded_by__isnull=True,
        voided_by__isnull=True,
    )
    merge = merges.select_related("patient").first()
    return merge.patient if merge else None


def same_person(patient: Patient) -> list[Patient]:
    """The patient, and the other numbers whose facts count here."""
    numbers = [fact.payload.get("number") for fact in standing_facts(patient).filter(kind=Kind.MERGE)]
    others = Patient.objects.filter(clinic_id=patient.clinic_id, number__in=numbers).order_by("number")
    return [patient, *others]


class ReadFacts(NamedTuple):
    """A patient's record, and the facts that could not be read, by their number in the ledger, with the reason."""

    record: Record
    unread: dict[int, Message]


def record_of(patient: Patient, *, at: dt.datetime, knowledge: Knowledge) -> Record:
    """A patient's record: the facts that count, read as the record file that they make up."""
    return read_facts(patient, at=at, knowledge=knowledge).record


def read_facts(
    patient: Patient,
    *,
    at: dt.datetime,
    knowledge: Knowledge,
    without: Fact | None = None,
    doses_within: tuple[dt.datetime, dt.datetime] | None = None,
) -> ReadFacts:
    """A patient's record of all facts that can be read; one that cannot is named, and takes no other with it.

    Facts of numbers that were merged into this one stand before its own. `without` leaves out a fact that is about to
    be corrected, `doses_within` the doses that lie outside.
    """
    rows: list[tuple[int, str, Any]] = []
    for one in reversed(same_person(patient)):
        facts = standing_facts(one).filter(kind__in=RECORDED)
        if without is not None:
            facts = facts.exclude(pk=without.pk)
        if doses_within is not None:
            facts = facts.filter(~Q(kind=Kind.DOSE) | Q(effective_at__range=doses_within))
        rows += facts.values_list("sequence", "kind", "payload")

    def read(some: Iterable[tuple[int, str, Any]]) -> Record:
        document: dict[str, Any] = {"person": {}}
        for _sequence, kind, payload in some:
            add_entry(document, kind, payload)
        document["person"]["id"] = patient.number
        return read_records(json.dumps(document).encode(), at=at, knowledge=knowledge).records[0]

    unread = {row[0]: _TOO_LONG for row in rows if _is_too_long(row)}
    if not unread:
        try:
            return ReadFacts(read(rows), {})
        except ReadError:
            pass  # one of them cannot be read: which
    unread |= {row[0]: reason for row in rows if row[0] not in unread and (reason := _why_unread(read, row))}
    kept = [row for row in rows if row[0] not in unread]
    notes = [
        ReadingNote(what=Message("fact {number}: could not be read", number=number), reason=reason)
        for number, reason in unread.items()
    ]
    record = read(kept)
    return ReadFacts(msgspec.structs.replace(record, notes=(*record.notes, *notes)), unread)


def _why_unread(read: Callable[[Iterable[tuple[int, str, Any]]], Record], row: tuple[int, str, Any]) -> Message | None:
    try:
        read([row])
    except ReadError as error:
        return joined(" ", (error.problem, error.fix))
    return None


_TOO_LONG = Message("It is too long for a medicine. Record each medicine on its own.")


def _is_too_long(row: tuple[int, str, Any]) -> bool:
    text = row[2].get("text") if row[1] == Kind.MEDICINE and isinstance(row[2], dict) else None
    return isinstance(text, str) and not is_readable(text)


def add_entry(document: dict[str, Any], kind: str, payload: dict[str, Any]) -> None:
    """Puts a fact into a record file; a later person fact adds to an earlier one key by key."""
    if kind == Kind.PERSON:
        document.setdefault("person", {}).update(payload)
    else:
        document.setdefault(_LISTS[Kind(kind)], []).append(payload)

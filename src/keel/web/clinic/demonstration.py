"""Loads the demonstration into an empty database, or finds it there."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.db import transaction

from keel.web.clinic.actions import record_fact, void_fact
from keel.web.clinic.dose_check import Decision, DoseAsked
from keel.web.clinic.models import Clinic, Kind, Membership, Patient
from keel.web.clinic.roles import ROLES, Permission, Prescriber
from keel.web.clinic.summaries import rebuilt_at_the_end
from keel.web.errors import DemoRefused

PASSWORD = "keel-demonstration"  # noqa: S105 - the log-in of made-up staff who see made-up people
_DATA = Path(__file__).with_name("people.toml")


class ClinicEntry(msgspec.Struct, forbid_unknown_fields=True):
    """A clinic of the demonstration."""

    slug: str
    name: str
    country: str
    timezone: str


class StaffEntry(msgspec.Struct, forbid_unknown_fields=True):
    """A member of staff: name to log in with, clinic, roles."""

    name: str
    clinic: str
    roles: list[str]


class FactEntry(msgspec.Struct, forbid_unknown_fields=True):
    """A fact, once or repeated; `take_back` is why it is voided, `decided` why a prescriber passed what holds it."""

    kind: Kind
    days_ago: float
    entry: dict[str, Any]
    at: str = "09:00"
    count: int = 1
    every_days: float = 7
    take_back: str = ""
    decided: str = ""


class PatientEntry(msgspec.Struct, forbid_unknown_fields=True):
    """A patient with their facts."""

    clinic: str
    number: str
    name: str
    facts: list[FactEntry]


class People(msgspec.Struct, forbid_unknown_fields=True):
    """The whole of `people.toml`."""

    clinics: list[ClinicEntry]
    staff: list[StaffEntry]
    patients: list[PatientEntry]


class _DatedFact(NamedTuple):
    """One fact at its time; ordered by time, as it would have been recorded."""

    at: dt.datetime
    number: str
    position: int
    fact: FactEntry


def people() -> People:
    """The people of the demonstration, as the file has them."""
    return msgspec.toml.decode(_DATA.read_bytes(), type=People)


@transaction.atomic
def load(now: dt.datetime) -> list[StaffEntry]:
    """Loads the demonstration unless it is there, and gives the staff. DemoRefused beside clinics that are real."""
    wanted = people()
    if Clinic.objects.filter(is_demonstration=False).exists():
        raise DemoRefused("This database holds clinics that are not a demonstration. Give keel demo another --folder.")
    if not Clinic.objects.exists():
        clinics = {
            entry.slug: Clinic.objects.create(**msgspec.structs.asdict(entry), is_demonstration=True)
            for entry in wanted.clinics
        }
        staff = {entry.name: _staff(entry, clinics) for entry in wanted.staff}
        with rebuilt_at_the_end(at=now):
            for slug, clinic in clinics.items():
                writers = [staff[one.name] for one in wanted.staff if one.clinic == slug and _may_write(one)]
                _load_patients([one for one in wanted.patients if one.clinic == slug], clinic, writers, now)
    return wanted.staff


def _may_write(entry: StaffEntry) -> bool:
    return any(Permission.VOID_FACTS in ROLES[role].permissions for role in entry.roles)


def _staff(entry: StaffEntry, clinics: dict[str, Clinic]) -> AbstractUser:
    user: AbstractUser = get_user_model().objects.create_user(
        entry.name, password=PASSWORD, display_name=entry.name.capitalize(), is_made_up=True
    )
    for role in entry.roles:
        Membership.objects.create(user=user, clinic=clinics[entry.clinic], role=role)
    return user


def _load_patients(entries: list[PatientEntry], clinic: Clinic, writers: list[AbstractUser], now: dt.datetime) -> None:
    patients = {
        entry.number: Patient.objects.create(clinic=clinic, number=entry.number, display_name=entry.name)
        for entry in entries
    }
    due = sorted(one for entry in entries for one in _dated(entry, ZoneInfo(clinic.timezone), now))
    for turn, one in enumerate(due):
        _record(one, patients[one.number], writers[turn % len(writers)])


def _dated(entry: PatientEntry, zone: ZoneInfo, now: dt.datetime) -> Iterator[_DatedFact]:
    today = now.astimezone(zone).date()
    for position, fact in enumerate(entry.facts):
        for turn in range(fact.count):
            day = today - dt.timedelta(days=int(fact.days_ago - turn * fact.every_days))
            time = dt.time.fromisoformat(fact.at)
            yield _DatedFact(dt.datetime.combine(day, time, zone), entry.number, position * 1000 + turn, fact)


def _record(one: _DatedFact, patient: Patient, writer: AbstractUser) -> None:
    time_key = {Kind.DOSE: "start", Kind.MEASUREMENT: "at", Kind.ANSWERS: "at"}.get(one.fact.kind)
    payload = {**one.fact.entry, time_key: one.at.isoformat()} if time_key else one.fact.entry
    key, written = f"demonstration-{one.position}", one.at + dt.timedelta(minutes=5)
    given: dict[str, Any] = {"patient": patient, "kind": one.fact.kind, "payload": payload, "key": key, "at": written}
    try:
        fact = record_fact(by=writer, **given)
    except DoseAsked as asked:
        if not one.fact.decided:
            raise
        decider = patient.clinic.memberships.filter(role=Prescriber.id)[0].user
        fact = record_fact(by=writer, decision=Decision(decider, one.fact.decided, asked.shown), **given)
    if one.fact.take_back:
        void_fact(by=writer, fact=fact, reason=one.fact.take_back, key=f"{key}-void", at=written)

"""What therapy and the programme show in the demonstration: loaded once, after its people."""

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.contrib.auth import get_user_model
from django.db import transaction

from keel.web.clinic.actions import record_fact
from keel.web.clinic.models import Kind, Patient
from keel.web.clinic.summaries import rebuilt_at_the_end

CLINIC = "harbour"
_TIMES = ("ended", "planned")
"""Fields of a step that have a time of day; the others are days."""
_DATA = Path(__file__).with_name("people.toml")


class StepEntry(msgspec.Struct, forbid_unknown_fields=True):
    """A step: when and by whom it was written; `days` and `hours` are fields that lie so long after that."""

    days_ago: int
    at: str
    by: str
    entry: dict[str, Any]
    days: dict[str, int] = {}
    hours: dict[str, float] = {}


class PersonEntry(msgspec.Struct, forbid_unknown_fields=True):
    """The steps of one patient."""

    number: str
    kind: Kind
    steps: list[StepEntry]


class Care(msgspec.Struct, forbid_unknown_fields=True):
    """The whole of `people.toml`."""

    people: list[PersonEntry]


@transaction.atomic
def load(now: dt.datetime) -> None:
    """Writes the steps of the demonstration, unless they are there."""
    with rebuilt_at_the_end(at=now):
        _load(now)


def _load(now: dt.datetime) -> None:
    for person in msgspec.toml.decode(_DATA.read_bytes(), type=Care).people:
        patient = Patient.objects.select_related("clinic").get(clinic__slug=CLINIC, number=person.number)
        if patient.facts.filter(kind=person.kind).exists():
            continue
        for number, step in enumerate(sorted(person.steps, key=lambda one: (-one.days_ago, one.at))):
            at = _at(step, now.astimezone(ZoneInfo(patient.clinic.timezone)))
            writer = get_user_model().objects.get(username=step.by)
            payload, key = _payload(step, at), f"demonstration-care-{number}"
            record_fact(by=writer, patient=patient, kind=person.kind, payload=payload, key=key, at=at)


def _at(step: StepEntry, now: dt.datetime) -> dt.datetime:
    day = now.date() - dt.timedelta(days=step.days_ago)
    return dt.datetime.combine(day, dt.time.fromisoformat(step.at), now.tzinfo)


def _payload(step: StepEntry, at: dt.datetime) -> dict[str, Any]:
    later = {name: at + dt.timedelta(days=days) for name, days in step.days.items()}
    later |= {name: at + dt.timedelta(hours=hours) for name, hours in step.hours.items()}
    shown = {name: (one if name in _TIMES else one.date()).isoformat() for name, one in later.items()}
    return step.entry | shown | {"at": at.isoformat()}

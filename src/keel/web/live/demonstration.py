"""The afternoon of the demonstration: six rooms at different phases, and what happens in them as time goes on."""

import datetime as dt
import logging
import time
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Max

from keel.web import clock
from keel.web.clinic.actions import record_fact, register
from keel.web.clinic.models import Clinic, Fact, Kind, Patient
from keel.web.live.actions import open_session, record_events
from keel.web.live.models import LiveSession, Room

CLINIC, NURSE, PRESCRIBER = "harbour", "bob", "alice"
_DATA = Path(__file__).with_name("rooms.toml")
_SIGNS = ("sbp", "dbp", "hr", "rr", "spo2")
_MINUTE = dt.timedelta(minutes=1)
PLAYED_EVERY_S = 2
"""Seconds between two looks at what happens in the rooms."""
log = logging.getLogger("keel.web")


class Deed(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What somebody did, `at` minutes after the start."""

    at: float
    type: str
    text: str = ""
    amount: str = ""
    over: str = ""
    given: str = ""
    observed: bool | None = None
    lot: str = ""
    name: str = ""
    answers: str = ""


class RoomEntry(msgspec.Struct, forbid_unknown_fields=True):
    """A room with its patient and their evening."""

    name: str
    number: str
    patient: str
    person: dict[str, str]
    protocol: str
    plan: dict[str, Any]
    answers: list[str]
    began: float
    checks: list[list[float | str]]
    deeds: list[Deed]


class Evening(msgspec.Struct, forbid_unknown_fields=True):
    """The whole of `rooms.toml`."""

    answers: dict[str, dict[str, Any]]
    rooms: list[RoomEntry]


def evening() -> Evening:
    """The rooms, as the file has them."""
    return msgspec.toml.decode(_DATA.read_bytes(), type=Evening)


def load(now: dt.datetime) -> None:
    """Begins the afternoon: each session as many minutes ago as the file says, with all that has happened by now.

    Sessions of an earlier day are ended first, so that the rooms are free; one of today goes on.
    """
    clinic = Clinic.objects.get(slug=CLINIC)
    nurse, told = get_user_model().objects.get(username=NURSE), evening()
    for position, entry in enumerate(told.rooms):
        room, _ = Room.objects.get_or_create(clinic=clinic, name=entry.name, defaults={"position": position})
        patient = clinic.patients.filter(number=entry.number).first()
        if patient is None:
            patient = registered(entry, clinic, now)
        for old in LiveSession.objects.filter(room=room, ended_at=None):
            if (now - old.opened_at).total_seconds() < 6 * 3600:
                break
            text = {"reason": "the demonstration began anew"}
            event = {"id": f"end-{old.id}", "at": now.isoformat(), "type": "left_against_advice", **text}
            record_events(by=nurse, live=old, events=[event], at=now)
        if not LiveSession.objects.filter(room=room, ended_at=None).exists():
            start = now - entry.began * _MINUTE
            live = open_session(
                by=nurse,
                patient=patient,
                protocol=entry.protocol,
                room=room,
                plan=entry.plan,
                key=f"demonstration-{start.isoformat()}",
                at=start,
            )
            play(live, entry, told, start, now)


def play_on(now: dt.datetime) -> None:
    """What has happened in the rooms since it was last looked at."""
    told = evening()
    rows = {entry.name: entry for entry in told.rooms}
    for live in LiveSession.objects.filter(patient__clinic__slug=CLINIC, ended_at=None, room__name__in=rows):
        play(live, rows[live.room.name], told, live.opened_at, now)


def play(live: LiveSession, entry: RoomEntry, told: Evening, start: dt.datetime, now: dt.datetime) -> None:
    """Records what the evening holds up to `now` and is not there yet, each at its time."""
    nurse = get_user_model().objects.get(username=NURSE)
    there = set(live.patient.facts.values_list("key", flat=True))
    missing = (event for event in _events(live, entry, told, start) if event["id"] not in there)
    for moment, events in groupby(missing, key=lambda event: dt.datetime.fromisoformat(event["at"])):
        if moment <= now:
            record_events(by=nurse, live=live, events=list(events), at=moment)


def _events(live: LiveSession, entry: RoomEntry, told: Evening, start: dt.datetime) -> list[dict[str, Any]]:
    """The evening as events, in the order of time."""
    rows = [*_answered(entry, told), *_checked(entry), *_done(entry, told)]
    rows.sort(key=lambda row: row[0])
    return [
        {"id": f"{live.id[:24]}-{number}", "at": (start + minute * _MINUTE).isoformat(), **event}
        for number, (minute, event) in enumerate(rows)
    ]


Row = tuple[float, dict[str, Any]]


def _answered(entry: RoomEntry, told: Evening) -> Iterator[Row]:
    if entry.answers:
        facts = {name: value for group in entry.answers for name, value in told.answers[group].items()}
        yield 2, {"type": "checked", "facts": facts}


def _checked(entry: RoomEntry) -> Iterator[Row]:
    for minute, *values in entry.checks:
        at, (*signs, moaas, dissociation) = float(minute), values
        seen = {name: value for name, value in zip(_SIGNS, signs, strict=True) if value != ""}
        yield at, {"type": "vitals_recorded", **seen}
        if moaas != "":
            yield at, {"type": "sedation_scored", "moaas": int(moaas)}
        if dissociation != "":
            scale = "dissociation" if isinstance(dissociation, str) else "cadss6"
            yield at, {"type": "dissociation_scored", scale: dissociation}


def _done(entry: RoomEntry, told: Evening) -> Iterator[Row]:
    for deed in entry.deeds:
        event = {name: value for name, value in msgspec.to_builtins(deed).items() if name not in ("at", "answers")}
        yield deed.at, event | ({"criteria": told.answers[deed.answers]} if deed.answers else {})


def registered(entry: RoomEntry, clinic: Clinic, now: dt.datetime) -> Patient:
    """The patient of an entry, registered and weighed four hours before a time."""
    by, arrived = get_user_model().objects.get(username=PRESCRIBER), now - 4 * 60 * _MINUTE
    person = {name: value for name, value in entry.person.items() if name != "weight"}
    patient = register(
        by=by,
        clinic=clinic,
        number=entry.number,
        name=entry.patient,
        person=person,
        key=f"room-{entry.number}",
        at=arrived,
    )
    value, unit = entry.person["weight"].split()
    weight = {"what": "weight", "value": float(value), "unit": unit, "at": arrived.isoformat()}
    record_fact(by=by, patient=patient, kind=Kind(Kind.MEASUREMENT), payload=weight, key="weight", at=arrived)
    return patient


# While it is served


def load_rooms(speed: float) -> None:
    """Begins the afternoon; its clock runs at this speed, and never back."""
    newest = Fact.objects.aggregate(Max("recorded_at"))["recorded_at__max"]
    clock.run_faster(speed, shown=max(clock.now(), newest))
    load(clock.now())


def play_afternoon() -> None:
    """Keeps the afternoon going, as long as the process runs."""
    while True:
        try:
            play_on(clock.now())
        except Exception:
            log.exception("the afternoon of the demonstration")
        connection.close()
        time.sleep(PLAYED_EVERY_S)

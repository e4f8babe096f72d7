"""What monitors send, filed into the session that ran where the monitor stood at the time of the reading.

A message is answered with AA once it is stored, whatever became of it; a monitor that nobody knows, a patient who is
not the one of the room and a value that cannot be are kept with the reason. A monitor's value stands beside those that
people enter and replaces none. A continuous sign is kept every `KEPT_EVERY_S` seconds, more often while it is out of
range (`OUT_EVERY_S`); each reading of a cuff is kept.
"""

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractUser
from django.db import IntegrityError, transaction
from django.db.models import Q

from keel import knowledge
from keel.assessment.session.limits import beyond, limits_of
from keel.interop import Format, ReadError, read_records
from keel.interop.hl7_vitals import SIGNS, Reading, VitalsMessage, acknowledgement, read_vitals, rows_of_signs
from keel.knowledge import Knowledge
from keel.messages import EMPTY, Message, joined
from keel.record import Record
from keel.record.selection import meaning_of
from keel.web.clinic import audit
from keel.web.clinic.models import Clinic
from keel.web.language.rendering import plain
from keel.web.live.actions import record_events, watcher_user
from keel.web.live.errors import SessionRefused
from keel.web.live.models import LiveSession, Monitor, MonitorMessage, MonitorPlace, Room
from keel.web.live.rules import rules_of
from keel.web.live.sessions import with_heads

KEPT_EVERY_S = 30
"""Seconds from one kept value of a continuous sign to the next; a default of Keel's, no source states one."""
OUT_EVERY_S = 10
"""The same while the sign is out of range; the first value that is, is kept at once. A default of Keel's."""
_CUFF = frozenset({"sbp", "dbp"})
_Sets = dict[str, tuple[LiveSession, list[tuple[dt.datetime, dict[str, float]]]]]
"""The sets of vital signs for each session, by the id of the session, each with its time."""
_ANOTHER = Message("the monitor names another patient than the room has")
_NO_SESSION = Message("no session ran where this monitor stood at the time of the reading")
_NO_PATIENT = "person without a Patient resource"
"""What the reader notes of nearly everything that a monitor sends, and says nothing of its values."""
_FHIR = (Format.FHIR_BUNDLE, Format.FHIR_RESOURCE, Format.FHIR_NDJSON)


def take_message(text: str, *, at: dt.datetime) -> str:
    """Files a message and gives the answer to it: AA stored, AR not understood."""
    facts = knowledge.load()
    try:
        message = read_vitals(text, zone=ZoneInfo("UTC"), at=at, knowledge=facts)
        monitor = _monitor_of(message)
        if monitor is not None:
            message = read_vitals(text, zone=ZoneInfo(monitor.timezone), at=at, knowledge=facts)
    except ReadError as error:
        return acknowledgement(text, "AR", at=at, control_id=_name_of(text, at), why=str(error))
    _file(message, monitor, text, at=at)
    return acknowledgement(text, "AA", at=at, control_id=_name_of(text, at))


def _file(
    message: VitalsMessage, monitor: Monitor | None, text: str, *, at: dt.datetime, others: Iterable[Message] = ()
) -> tuple[int, Message]:
    """Stores a message once; the same one again changes nothing. How many sets were filed, and why not the rest.

    `others` says what was met besides its readings.
    """
    # Numbers of messages begin anew when a monitor is switched on, and some have none: what it says tells them apart.
    name = f"{message.control_id[:40]} {hashlib.sha256(text.encode()).hexdigest()[:20]}".strip()
    with transaction.atomic():
        if MonitorMessage.objects.filter(sender=message.sender[:64], control_id=name).exists():
            return 0, EMPTY
        stored, reasons = (
            (0, [Message("nobody knows this monitor")]) if monitor is None else _sets(message, monitor, at)
        )
        why = joined("; ", dict.fromkeys([*reasons, *others]))
        if monitor is not None:
            _heard(monitor, message.sent_at or max((one.at for one in message.readings), default=None), at=at)
        try:
            with transaction.atomic():
                MonitorMessage.objects.create(
                    sender=message.sender[:64],
                    control_id=name,
                    monitor=monitor,
                    received_at=at,
                    stored=stored,
                    why=plain(why)[:300],
                    text=text if why else "",
                )
        except IntegrityError:  # the same message at the same time: what was filed is the same too
            return 0, EMPTY
    return stored, why


def _sets(message: VitalsMessage, monitor: Monitor, at: dt.datetime) -> tuple[int, list[Message]]:
    """How many sets of a message were filed, and why the rest was not."""
    reasons = [one.why for one in message.readings if one.value is None and one.why]
    filed = _Sets()
    named = {one.device for one in message.readings}
    others = set(
        Monitor.objects.filter(identifier__in=named).exclude(pk=monitor.pk).values_list("identifier", flat=True)
    )
    if others:
        reasons.append(Message("it is of another monitor, which may stand elsewhere"))
    monitor.unfiled, is_placed = "", False
    for moment, signs in rows_of_signs(tuple(one for one in message.readings if one.device not in others)):
        live = session_at(monitor, moment)
        if live is None:
            reasons.append(_NO_SESSION)
        elif _is_of_another(message.patient, live):
            reasons.append(_ANOTHER)
        else:
            is_placed = True
            if kept := _kept(signs, live, monitor, moment):
                filed.setdefault(live.id, (live, []))[1].append((moment, kept))
        monitor.unfiled = "" if is_placed else plain(reasons[-1])
    return file_sets(filed, monitor, at=at), reasons


def _kept(signs: dict[str, float], live: LiveSession, monitor: Monitor, moment: dt.datetime) -> dict[str, float]:
    """Of a set what is kept: a cuff's reading always, another sign where enough time has gone since the last."""
    out = beyond(signs, limits_of(rules_of(live.rules).protocols[live.protocol]))
    kept = {}
    for name, value in signs.items():
        last, was_out = monitor.kept.get(name, (None, False))
        since = (moment - dt.datetime.fromisoformat(last)).total_seconds() if last else 0.0
        least = (OUT_EVERY_S if was_out else 0) if name in out else KEPT_EVERY_S
        if name in _CUFF or not 0 < since < least:
            kept[name] = value
            monitor.kept[name] = (moment.isoformat(), name in out)
    return kept


def _heard(monitor: Monitor, clock_at: dt.datetime | None, *, at: dt.datetime) -> None:
    """Keeps that a monitor was heard, what its clock said, and what became of it."""
    told = {"heard_at": at, "clock_at": clock_at, "unfiled": monitor.unfiled[:300], "kept": monitor.kept}
    Monitor.objects.filter(pk=monitor.pk).update(**told)


def file_sets(filed: _Sets, monitor: Monitor, *, at: dt.datetime) -> int:
    """Writes sets into sessions, once: the same reading sent again is the same event. How many were written."""
    written = 0
    for live, sets in filed.values():
        events: list[dict[str, Any]] = []
        for moment, signs in sets:
            told = f"{monitor.identifier} {moment.astimezone(dt.UTC).isoformat()} {sorted(signs.items())}"
            name = f"m-{hashlib.sha256(told.encode()).hexdigest()[:40]}"
            of = {"by": monitor.name, "device": monitor.name}
            events.append({"id": name, "at": moment.isoformat(), "type": "vitals_recorded", **of, **signs})
        by = watcher_user()
        taken = record_events(by=by, live=live, events=events, at=at, device=monitor.identifier, is_sent=True)
        written += len(taken.stored)
    return written


def session_at(monitor: Monitor, moment: dt.datetime) -> LiveSession | None:
    """The session that ran where a monitor stood at a time."""
    place = monitor.places.filter(since__lte=moment).order_by("since", "pk").last()
    if place is None or place.room_id is None:
        return None
    there = Q(ended_at=None) | Q(ended_at__gte=moment)
    live: LiveSession | None = (
        with_heads(LiveSession.objects.filter(there, room_id=place.room_id, opened_at__lte=moment))
        .order_by("-opened_at")
        .first()
    )
    return live


def _is_of_another(number: str, live: LiveSession) -> bool:
    """Whether it is the number of another patient here; a monitor's own for nobody in particular checks nothing."""
    is_other = bool(number) and number != live.patient.number
    return is_other and bool(live.patient.clinic.patients.filter(number=number).exists())


def _monitor_of(message: VitalsMessage) -> Monitor | None:
    names = [*(one.device for one in message.readings), message.sender]
    found = {one.identifier: one for one in Monitor.objects.filter(identifier__in=names).select_related("clinic")}
    return next((found[name] for name in names if name in found), None)


def _name_of(text: str, at: dt.datetime) -> str:
    """An id of an answer, the same for the same message."""
    return hashlib.sha256(f"{at.date()} {text}".encode()).hexdigest()[:20]


def take_observations(monitor: Monitor, body: bytes, *, at: dt.datetime) -> tuple[int, Message]:
    """Files FHIR Observations, one, a Bundle or NDJSON: how many sets were written, and what was not and why.

    ReadError where they cannot be read, or name another patient than the room has: then nothing is filed.
    """
    facts = knowledge.load()
    reading = read_records(body, at=at, knowledge=facts, zone=ZoneInfo(monitor.timezone))
    notes = [*reading.notes, *(note for record in reading.records for note in record.notes)]
    others = [Message("{what}: {reason}", what=one.what, reason=one.reason) for one in notes if one.what != _NO_PATIENT]
    messages = [_of_record(record, monitor, facts) for record in reading.records]
    if reading.format not in _FHIR or not any(message.readings for message in messages):
        raise ReadError(joined("; ", [Message("No vital sign with a time is in it."), *dict.fromkeys(others)]))
    for message in messages:
        for one in message.readings:
            if (live := session_at(monitor, one.at)) and _is_of_another(message.patient, live):
                monitor.unfiled = plain(_ANOTHER)
                _heard(monitor, one.at, at=at)
                raise ReadError(_ANOTHER)
    done = [_file(one, monitor, f"{one.patient} {body.decode()}", at=at, others=others) for one in messages]
    return sum(filed for filed, _ in done), joined("; ", dict.fromkeys(why for _, why in done if why))


def _of_record(record: Record, monitor: Monitor, facts: Knowledge) -> VitalsMessage:
    """The vital signs with a time in what was read of a person, as a message of the monitor."""
    told = [(SIGNS.get(meaning_of(one, facts)), one.number, one.at) for one in record.measurements]
    readings = tuple(
        Reading(device=monitor.identifier, sign=sign, value=value, at=moment)
        for sign, value, moment in told
        if sign and value is not None and moment
    )
    return VitalsMessage(
        sender=monitor.identifier,
        control_id="",
        patient=record.person.id,
        sent_at=None,
        readings=readings,
        unread=(),
    )


def place(monitor: Monitor, room: Room | None, *, by: AbstractUser, at: dt.datetime) -> None:
    """Says that a monitor stands in this room from now on."""
    with transaction.atomic():
        locked = Clinic.objects.select_for_update().get(pk=monitor.clinic_id)
        MonitorPlace.objects.create(monitor=monitor, room=room, since=at, by=by)
        detail = {"room": room.name if room else ""}
        audit.append(
            locked, at=at, actor=by.get_username(), action="place_monitor", subject=monitor.identifier, detail=detail
        )


def add_monitor(
    *, by: AbstractUser, clinic: Clinic, identifier: str, name: str, zone: str, at: dt.datetime
) -> tuple[Monitor, str]:
    """A monitor of a clinic, and the secret with which it posts FHIR, which is kept nowhere."""
    secret = secrets.token_urlsafe(32)
    if Monitor.objects.filter(identifier=identifier).exists():
        raise SessionRefused(Message("A monitor of this identifier is known already."))
    with transaction.atomic():
        locked = Clinic.objects.select_for_update().get(pk=clinic.pk)
        digest = hashlib.sha256(secret.encode()).hexdigest()
        monitor: Monitor = Monitor.objects.create(
            clinic=clinic, identifier=identifier, name=name, timezone=zone, digest=digest
        )
        audit.append(locked, at=at, actor=by.get_username(), action="add_monitor", subject=identifier, detail={})
    return monitor, secret


def monitor_with(identifier: str, secret: str) -> Monitor | None:
    """The monitor that proves itself by its secret; None for any other."""
    monitor: Monitor | None = Monitor.objects.select_related("clinic").filter(identifier=identifier).first()
    told = hashlib.sha256(secret.encode()).hexdigest()
    return monitor if monitor is not None and hmac.compare_digest(told, monitor.digest) else None

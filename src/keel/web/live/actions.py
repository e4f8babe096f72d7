"""Every write of the live room: a session that begins, and its events.

An event that happened is never lost: it is stored whatever a gate says, and the fold names the deed. What has not
happened yet and is asked for at the screen (`is_asked`) is refused where the gate holds.
"""

import datetime as dt
import hashlib
import logging
import re
import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple, get_args

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.db import DatabaseError, transaction

from keel.assessment.protocols.errors import UnknownProtocol
from keel.assessment.session.errors import SessionError
from keel.assessment.session.events import AlarmFact, Plain, SelfTested, Session
from keel.assessment.session.opening import open_session as open_view
from keel.assessment.session.state import SessionState
from keel.assessment.session.watch import WATCHER
from keel.findings import Finding, Severity
from keel.interop import ReadError
from keel.messages import Message, joined, text_of
from keel.web import clock
from keel.web.clinic.actions import append_events, append_in_turn
from keel.web.clinic.errors import FactRefused, NotAllowed
from keel.web.clinic.models import Clinic, Fact, Kind, Patient
from keel.web.clinic.queries import merged_into, permissions_in, place_of, same_person
from keel.web.clinic.roles import Permission, Role
from keel.web.clinic.summaries import mark_stale, summarise_after_write
from keel.web.language.words import gettext as _
from keel.web.live import sessions
from keel.web.live.adoption import may_open, rule_book, rules_today
from keel.web.live.alarms import alarms_due
from keel.web.live.errors import GateHolds, SessionRefused
from keel.web.live.models import LiveSession, Room
from keel.web.live.opening import session_document
from keel.web.live.queries import is_watched
from keel.web.live.rules import rules_of

log = logging.getLogger("keel.web")

LONGEST_ID = 64
PASSING = ("overridden",)
"""Events that take the permission to decide; so does a plan that a `started` event brings."""
WATCHING = (
    *("note", "vitals_recorded", "sedation_scored", "dissociation_scored", "adverse_event"),
    *("alarm_acknowledged", "alarm_paused"),
    *("checked", "dose_checked", "risk_assessed", "held", "emergency_step", "handed_over"),
)
"""Events that anybody writes who takes part in sessions; the others take the permission to run them."""
WATCHER_USER = "keel:watcher"
"""The user by whom Keel writes what it notices; no person can have this name, and nobody can sign in by it."""
OF_KEEL = frozenset(
    str(one.__struct_config__.tag) for one in get_args(Plain) if issubclass(one, AlarmFact | SelfTested)
)
"""Events that no person writes."""
ENDINGS = ("discharged", "left_against_advice", "transferred")
DEEDS = {
    "dose_started": "may_start",
    "device_given": "may_give",
    "rate_changed": "may_continue",
    "dose_resumed": "may_continue",
    "discharged": "may_discharge",
}
"""What is asked for at the screen before it is done, to the gate that lets it."""
HOLDING = (Severity.BLOCK, Severity.HOLD)


class Taken(NamedTuple):
    """What became of some events: ids that are stored, and ids that are not, each with the reason."""

    stored: tuple[str, ...]
    refused: tuple[tuple[str, Message], ...]


def open_session(
    *,
    by: AbstractUser,
    patient: Patient,
    protocol: str,
    room: Room | None,
    plan: dict[str, Any],
    key: str,
    at: dt.datetime,
) -> LiveSession:
    """Begins a session; twice with one key is as once. NotAllowed; SessionRefused with what to do."""
    clinic = patient.clinic
    if Permission.RUN_SESSIONS not in permissions_in(by, clinic):
        raise NotAllowed(_("Your role does not allow this."))
    knowledge = rules_today(clinic)
    if protocol not in knowledge.protocols:
        raise SessionRefused(Message("Choose a protocol."))
    if not may_open(clinic, protocol):
        raise SessionRefused(Message("This clinic has not adopted the protocol. A prescriber adopts it first."))
    with transaction.atomic():
        locked = Clinic.objects.select_for_update().get(pk=clinic.pk)
        same: LiveSession | None = LiveSession.objects.filter(opening__key=key, patient=patient).first()
        if same is not None:
            return same
        _refuse_taken(patient, room)
        session = session_document(patient, protocol=protocol, plan=plan, at=at, knowledge=knowledge)
        book, name = rule_book(clinic, protocol), new_name()
        live = LiveSession(
            id=name, patient=patient, room=room, rules=book, protocol=protocol, opened_at=at, last_sequence=0
        )
        payload = {"id": name, "room": room.name if room else "", "rules": book.digest, "session": session}
        live.opening = Fact(payload=payload)  # read before it is stored: what cannot be folded does not begin
        _fold(live, {**session, "id": name, "events": []}, at)
        live.opening = append_in_turn(_fact(patient, Kind.SESSION, payload, key, by, at, at), locked, "open_session")
        live.last_sequence = live.opening.sequence
        live.save(force_insert=True)
        tested = {"id": f"{name}-alarms", "type": "self_tested", "is_running": is_watched(clock.real_now())}
        append_own(live, [tested | {"at": at.isoformat(), "by": WATCHER}], locked, at)
        live.save(update_fields=["last_sequence"])
    record_events(by=by, live=live, events=[{"id": f"{name}-start", "at": at.isoformat(), "type": "started"}], at=at)
    return live


def new_name() -> str:
    """An id of a session, which nobody can guess."""
    return uuid.uuid4().hex


def record_events(
    *,
    by: AbstractUser,
    live: LiveSession,
    events: Sequence[dict[str, Any]],
    at: dt.datetime,
    device: str = "",
    clock: dict[str, Any] | None = None,
    is_asked: bool = False,
    is_sent: bool = False,
) -> Taken:
    """Appends events, each in the form of a session file without `by`: that is who is signed in.

    What a monitor sent (`is_sent`) has the monitor as its author and needs no role.

    One whose id is stored already counts as stored. With `is_asked` a deed is refused where its gate holds
    (`GateHolds`, nothing is written). `device` and `clock` (what the device knows of its clock) are kept beside it.
    """
    roles, allowed = _roles(by, live), permissions_in(by, live.patient.clinic)
    stored: list[str] = []
    refused: list[tuple[str, Message]] = []
    with transaction.atomic():
        locked = Clinic.objects.select_for_update().get(pk=live.patient.clinic_id)
        live.refresh_from_db(fields=["last_sequence", "ended_at", "room"])
        document = sessions.document_of(live)
        facts: list[Fact] = []
        sent_before = _sent_before(live, events)
        beside = {name: value for name, value in (("device", device), ("clock", clock)) if value}
        for told in events:
            try:
                if is_sent:
                    event = told
                else:
                    _refuse_not_allowed(told, allowed, by.get_username(), [*document["events"], *events])
                    event = _signed(told, by, roles)
                told_first = sent_before.get(str(event.get("id", "")), beside)
                facts.append(_event_fact(live, event, by=by, at=at, beside=told_first))
            except (SessionRefused, NotAllowed) as error:
                refused.append((str(told.get("id", "")), Message(str(error))))
        there = _ids(document)
        fresh = [sessions.event_of(fact.payload, at) for fact in facts if fact.key not in there]
        unread = _unread(live, document, fresh, at)
        refused += [(fact.key, unread[fact.key]) for fact in facts if fact.key in unread]
        facts = [fact for fact in facts if fact.key not in unread]
        # What is asked is asked of the session as it is with all that was sent before it.
        for some in ([fact] for fact in facts) if is_asked else [facts]:
            if is_asked and some[0].payload["event"]["type"] in DEEDS and some[0].key not in there:
                _ask_gate(live, document, some[0].payload["event"], at)
            for fact, answer in zip(some, _append(live, document, some, locked), strict=True):
                if isinstance(answer, FactRefused):
                    refused.append((fact.key, Message(str(answer))))
                else:
                    stored.append(fact.key)
        is_another = _settle(live, document, locked, by, at)
    if is_another:
        summarise_after_write(live.patient, at=at)
    return Taken(tuple(stored), tuple(refused))


def _ids(document: dict[str, Any]) -> set[str]:
    return {event["id"] for event in document["events"]}


def _unread(
    live: LiveSession, document: dict[str, Any], fresh: list[dict[str, Any]], at: dt.datetime
) -> dict[str, Message]:
    """Of new events those with which the session cannot be read and folded, each with the reason.

    All are tried at once, and in halves where one of them is bad: many come when a tablet was away.
    """
    if not fresh:
        return {}
    try:
        whole = sessions.read(live, {**document, "events": [*document["events"], *fresh]})
        open_view(whole, at=sessions.local(live, at), knowledge=rules_of(live.rules))
    except (ReadError, SessionError, UnknownProtocol) as error:
        if len(fresh) == 1:
            return {str(fresh[0]["id"]): _why(error)}
        half = len(fresh) // 2
        bad = _unread(live, document, fresh[:half], at)
        good = [one for one in fresh[:half] if str(one["id"]) not in bad]
        return bad | _unread(live, {**document, "events": [*document["events"], *good]}, fresh[half:], at)
    return {}


def _append(
    live: LiveSession, document: dict[str, Any], facts: Sequence[Fact], locked: Clinic
) -> list[Fact | FactRefused]:
    answers = append_events(facts, locked, "session_event")
    for appended in answers:
        if isinstance(appended, Fact) and appended.sequence > live.last_sequence:
            live.last_sequence = appended.sequence
            document["events"].append(sessions.event_of(appended.payload, appended.recorded_at))
    return answers


def _settle(live: LiveSession, document: dict[str, Any], locked: Clinic, by: AbstractUser, at: dt.datetime) -> bool:
    """Brings the row of a session, and the record, up to its facts; whether the Picture is another one for it."""
    session = sessions.read(live, document)
    state = sessions.folded(live, session, at)
    append_alarms(live, session, state, locked, at)
    if state.phase.is_over and live.ended_at is None:
        live.ended_at = at
        mark_stale(live.patient)
    elif live.ended_at is not None and not state.phase.is_over:
        _open_again(live)
    is_new = _tell_record(live, state, locked, by, at)
    live.save(update_fields=["last_sequence", "ended_at", "room"])
    return is_new or live.ended_at is not None


def _open_again(live: LiveSession) -> None:
    """The ending was taken back: the person is here, and watched, in no room where another is in theirs."""
    others = LiveSession.objects.filter(ended_at=None).exclude(pk=live.pk)
    if others.filter(patient__in=_numbers_of(live.patient)).exists():
        return
    if live.room is not None and others.filter(room=live.room).exists():
        live.room = None
    live.ended_at = None


def _tell_record(live: LiveSession, state: SessionState, locked: Clinic, by: AbstractUser, at: dt.datetime) -> bool:
    """Brings the record to what the session gave and weighed, from the start of a dose on; whether it says more now."""
    kept = Fact.objects.filter(patient_id=live.patient_id, key__startswith=f"{live.id}-").exclude(kind=Kind.EVENT)
    told: dict[str, list[Fact]] = {}
    for fact in kept.order_by("sequence"):
        if stem := _STEM.match(fact.key[len(live.id) :]):
            told.setdefault(stem[0], []).append(fact)
    says: dict[str, tuple[str, dict[str, Any]]] = dict.fromkeys(told, (Kind.MEASUREMENT, {}))
    says["-dose-0"] = (Kind.DOSE, dose_given(live, state))
    for one in state.weighings:
        entry = {"what": "weight", "value": f"{one.weight_kg:g} kg", "at": one.at.isoformat()}
        says[f"-weight-{hashlib.sha256(one.event.encode()).hexdigest()[:12]}"] = (Kind.MEASUREMENT, entry)
    return sum(_tell(live, stem, *said, told.get(stem, []), locked, by, at) for stem, said in says.items()) > 0


_STEM = re.compile("-dose-0|-weight-[0-9a-f]{12}")
"""What the key of a fact that a session tells the record begins with, after the id of the session."""


def _tell(
    live: LiveSession,
    stem: str,
    kind: str,
    entry: dict[str, Any],
    told: list[Fact],
    locked: Clinic,
    by: AbstractUser,
    at: dt.datetime,
) -> bool:
    """Tells the record one thing, where the session says other than when it was `told` last; whether it did.

    What somebody corrected or took back there by hand stays, until the session itself says something else.
    """
    last, head = (told[-1] if told else None), next((one for one in reversed(told) if one.kind == kind), None)
    if entry == (last.payload if last else {}):
        return False
    while head is not None and (after := Fact.objects.filter(supersedes=head).first()):
        head = after
    standing = None if head is None or Fact.objects.filter(voids=head).exists() else head
    key = f"{live.id}{stem}" if last is None else f"{live.id}{stem}-{last.sequence}"
    if entry:
        happened = _moment(entry["start"] if kind == Kind.DOSE else entry["at"])
        fact = _fact(live.patient, kind, entry, key, by, at, min(happened, at))
        fact.supersedes = standing
    elif standing is None:
        return False
    else:
        fact = Fact(patient=live.patient, kind=Kind.VOID, recorded_at=at, recorded_by=by, key=key, voids=standing)
    fact.reason = "" if standing is None else "the session was corrected" if live.ended_at else "the session went on"
    append_in_turn(fact, locked, "record_fact", was_decided=True)
    mark_stale(live.patient)
    return True


def dose_given(live: LiveSession, state: SessionState) -> dict[str, Any]:
    """What a session gave, as an entry of a record; nothing where no dose was begun.

    Of an infusion that has no end yet it is all that was started: nobody waits for an entry that may never come.
    """
    dose, protocol = state.dose, rules_of(live.rules).protocols[live.protocol]
    start = dose.devices[0] if dose.devices else dose.started_at
    if start is None:
        return {}
    end = dose.devices[-1] if dose.devices else dose.ended_at
    entry: dict[str, Any] = {
        "substance": protocol.substance,
        "route": state.route,
        "start": start.isoformat(),
        "setting": "clinic",
        "form": "base",
        "origin": f"session {live.id}",
    }
    is_open = dose.ended_at is None and not dose.devices and not state.phase.is_over
    amount = dose.started_mg if is_open else state.given_mg
    if amount is not None:
        entry["amount"] = f"{amount:g} mg"
    if is_open:
        entry["certainty"] = "estimated"
    if dose.devices:
        entry["devices"] = len(dose.devices)
    if end is not None and end > start:
        entry["end"] = end.isoformat()
    return entry


def _numbers_of(patient: Patient) -> list[Patient]:
    """The patient under each number of the same person, whichever of them is asked."""
    return same_person(merged_into(patient) or patient)


def _refuse_taken(patient: Patient, room: Room | None) -> None:
    if patient.erased_at is not None:
        raise SessionRefused(Message("This patient was erased. Nothing can be recorded."))
    if LiveSession.objects.filter(patient__in=_numbers_of(patient), ended_at=None).exists():
        raise SessionRefused(Message("This person is in a session already. Open that one."))
    if room is not None and LiveSession.objects.filter(room=room, ended_at=None).exists():
        raise SessionRefused(Message("Somebody else is in that room. Choose another."))


def _refuse_not_allowed(
    event: dict[str, Any], allowed: frozenset[Permission], me: str, beside: Sequence[dict[str, Any]]
) -> None:
    kind = str(event.get("type", ""))
    if kind == "corrected":
        was = _corrected_by(event, beside)
        _refuse_other_kind(event, was)
        if was is not None and was.get("type") == "held" and was.get("by") != me and Permission.DECIDE not in allowed:
            raise SessionRefused(Message("Who put the session on hold takes that back, or a prescriber."))
        if isinstance(event.get("event"), dict):
            _refuse_not_allowed(event["event"], allowed, me, beside)
    if kind in OF_KEEL:
        raise SessionRefused(Message("Only Keel itself writes what it notices."))
    needed = Permission.RUN_SESSIONS
    if kind in WATCHING:
        needed = Permission.WRITE_IN_SESSIONS
    elif kind in PASSING or (kind == "started" and event.get("plan")):
        needed = Permission.DECIDE
    if needed not in allowed:
        raise NotAllowed(_("Your role does not allow this."))


def _corrected_by(event: dict[str, Any], beside: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """What a correction is about, also through corrections of corrections; None for what is not there."""
    named = {str(one.get("id")): one for one in reversed(beside)}
    was: dict[str, Any] | None = named.pop(str(event.get("corrects")), None)
    while was is not None and was.get("type") == "corrected":
        was = named.pop(str(was.get("corrects")), None)
    return was


def _refuse_other_kind(event: dict[str, Any], was: dict[str, Any] | None) -> None:
    """A correction is of the kind of what it corrects, and Keel's stays."""
    if was is None:
        return  # the fold names it
    if was.get("type") in OF_KEEL:
        raise SessionRefused(Message("Only Keel itself writes what it notices."))
    inner = event.get("event")
    if isinstance(inner, dict) and inner.get("type") != was.get("type"):
        raise SessionRefused(
            Message("A correction is of the same kind as the entry. Remove that one, and add another.")
        )


def _signed(event: dict[str, Any], by: AbstractUser, roles: Sequence[type[Role]]) -> dict[str, Any]:
    """The event with who is signed in as its author; a role and a name in it are theirs too, whatever was sent."""
    signed = {name: value for name, value in event.items() if name not in ("device", "told_at")}
    signed["by"] = by.get_username()
    if event.get("type") in ("overridden", "risk_assessed"):
        signed |= {"name": by.get_full_name(), "role": roles[0].id if roles else ""}
    elif event.get("type") == "discharged":
        signed["name"] = by.get_full_name()
    elif event.get("type") == "corrected" and isinstance(event.get("event"), dict):
        signed["event"] = _signed(event["event"], by, roles)
    elif isinstance(event.get("plan"), dict):
        signed["plan"] = {**event["plan"], "chosen_by": by.get_full_name()}
    return signed


def _roles(by: AbstractUser, live: LiveSession) -> Sequence[type[Role]]:
    place = place_of(by, live.patient.clinic.slug)
    return place.roles if place else ()


def _event_fact(
    live: LiveSession,
    event: dict[str, Any],
    *,
    by: AbstractUser,
    at: dt.datetime,
    beside: dict[str, Any],
) -> Fact:
    """The fact of an event with what is kept beside it; SessionRefused where it has no id or no time."""
    name = str(event.get("id", ""))
    if not 0 < len(name) <= LONGEST_ID:
        raise SessionRefused(Message("An event has an id of 1 to 64 characters."))
    happened = _moment(str(event.get("at", "")))
    payload: dict[str, Any] = {"session": live.id, "event": {**event, "at": happened.isoformat()}, **beside}
    return _fact(live.patient, Kind.EVENT, payload, name, by, at, min(happened, at))


def _sent_before(live: LiveSession, events: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What was told of its device beside each event that was sent before: its clock has gone on since."""
    names = [str(one.get("id", "")) for one in events]
    kept = Fact.objects.filter(patient_id=live.patient_id, key__in=names).values_list("key", "payload")
    return {name: {part: payload[part] for part in ("device", "clock") if payload.get(part)} for name, payload in kept}


def _ask_gate(live: LiveSession, document: dict[str, Any], event: dict[str, Any], at: dt.datetime) -> None:
    """GateHolds where the session as it is now does not let the deed, or where the deed itself would be held."""
    state, kind = _fold(live, document, at), event["type"]
    begun = next((one for one in reversed(document["events"]) if one["type"] == kind == "dose_started"), None)
    if begun is not None:
        when = sessions.local(live, _moment(begun["at"]))
        raise GateHolds(
            Message(
                "A dose was started already: {amount} by {who} at {time}. Nothing was recorded.",
                amount=begun.get("amount", ""),
                who=begun["by"],
                time=f"{when:%H:%M}",
            ),
            _holding(state),
        )
    may = state.may_start or state.may_continue if kind == "device_given" else getattr(state, DEEDS[kind])
    if not may:
        of_phase = [one for one in state.reasons if one.subject == "phase"]
        raise GateHolds(Message("The gate holds. Nothing was recorded."), _holding(state) or of_phase)
    if kind in ENDINGS:
        return
    after = _fold(live, {**document, "events": [*document["events"], sessions.event_of({"event": event}, at)]}, at)
    before = {one.rule for one in (*state.alarms, *state.reasons)}
    caused = [one for one in after.alarms if one.rule not in before and one.severity in HOLDING]
    if caused:
        raise GateHolds(Message("This would be held at once. Nothing was recorded."), caused)


def _holding(state: SessionState) -> list[Finding]:
    return list(dict.fromkeys(one for one in (*state.reasons, *state.alarms) if one.severity in HOLDING))


def _fold(live: LiveSession, document: dict[str, Any], at: dt.datetime) -> SessionState:
    return sessions.folded(live, sessions.read(live, document), at)


def _moment(text: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise SessionRefused(Message("An event says when it happened, with its offset.")) from None
    if moment.tzinfo is None:
        raise SessionRefused(Message("An event says when it happened, with its offset."))
    return moment


def _fact(
    patient: Patient,
    kind: str,
    payload: dict[str, Any],
    key: str,
    by: AbstractUser,
    at: dt.datetime,
    effective_at: dt.datetime,
) -> Fact:
    return Fact(
        patient=patient,
        kind=kind,
        payload=payload,
        effective_at=effective_at,
        recorded_at=at,
        recorded_by=by,
        key=key,
    )


def _why(error: Exception) -> Message:
    if isinstance(error, ReadError):
        return joined(" ", (error.problem, error.fix))
    return text_of(error)


def append_alarms(live: LiveSession, session: Session, state: SessionState, locked: Clinic, at: dt.datetime) -> None:
    """Appends what is due of a session's alarms with the write that brought it.

    A fault in it takes the write with it in no case: the watcher meets the same one within seconds, and every board
    then says that the alarms of this session are not running.
    """
    before = live.last_sequence
    try:
        with transaction.atomic():
            append_own(live, alarms_due(live, session, state, at), locked, at)
    except DatabaseError:
        raise
    except Exception:
        log.exception("the alarms of a session could not be looked at")
        live.last_sequence = before


def append_own(live: LiveSession, events: list[dict[str, Any]], locked: Clinic, at: dt.datetime) -> None:
    """Appends what Keel itself says of a session, inside a transaction with the clinic locked."""
    for event in events:
        fact = Fact(
            patient=live.patient,
            kind=Kind.EVENT,
            payload={"session": live.id, "event": event},
            effective_at=at,
            recorded_at=at,
            recorded_by=watcher_user(),
            key=event["id"],
        )
        live.last_sequence = append_in_turn(fact, locked, "session_event").sequence


def watcher_user() -> AbstractUser:
    """The user of the watcher."""
    users = get_user_model().objects
    user: AbstractUser
    user, _made = users.get_or_create(
        username=WATCHER_USER, defaults={"display_name": "Keel", "is_active": False, "password": "!"}
    )
    return user

"""Every write of the live room: a session that begins, and its events.

An event that happened is never lost: it is stored whatever a gate says, and the fold names the deed. What has not
happened yet and is asked for at the screen (`is_asked`) is refused where the gate holds.
"""

import datetime as dt
import logging
import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple, get_args

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.db import DatabaseError, transaction

from keel.assessment.protocols.errors import UnknownProtocol
from keel.assessment.session.errors import SessionError
from keel.assessment.session.events import AlarmFact, Plain, SelfTested, Session
from keel.assessment.session.fold import fold_session
from keel.assessment.session.opening import open_session as open_view
from keel.assessment.session.state import SessionState
from keel.assessment.session.watch import WATCHER
from keel.findings import Finding, Severity
from keel.interop import ReadError
from keel.messages import Message, joined, text_of
from keel.web import clock
from keel.web.clinic.actions import append_in_turn
from keel.web.clinic.errors import FactRefused, NotAllowed
from keel.web.clinic.models import Clinic, Fact, Kind, Patient
from keel.web.clinic.queries import permissions_in, place_of
from keel.web.clinic.roles import Permission, Role
from keel.web.clinic.summaries import mark_stale, summarise_patient
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
        for told in events:
            name = str(told.get("id", ""))
            try:
                if is_sent:
                    event = told
                else:
                    _refuse_not_allowed(told, allowed)
                    event = _signed(told, by, roles)
                fact = _event_fact(live, document, event, by=by, at=at, device=device, clock=clock or {})
                if is_asked and told["type"] in DEEDS and name not in _ids(document):
                    _ask_gate(live, document, event, at)
                _append(live, document, fact, locked)
            except GateHolds:
                raise
            except (ReadError, SessionError, UnknownProtocol) as error:
                refused.append((name, _why(error)))
            except (FactRefused, SessionRefused, NotAllowed) as error:
                refused.append((name, Message(str(error))))
            else:
                stored.append(name)
        _settle(live, document, locked, by, at)
    if live.ended_at:
        summarise_patient(live.patient, at=at)
    return Taken(tuple(stored), tuple(refused))


def _ids(document: dict[str, Any]) -> set[str]:
    return {event["id"] for event in document["events"]}


def _append(live: LiveSession, document: dict[str, Any], fact: Fact, locked: Clinic) -> None:
    appended = append_in_turn(fact, locked, "session_event")
    if appended.sequence > live.last_sequence:
        live.last_sequence = appended.sequence
        document["events"].append(sessions.event_of(appended.payload, appended.recorded_at))


def _settle(live: LiveSession, document: dict[str, Any], locked: Clinic, by: AbstractUser, at: dt.datetime) -> None:
    """Brings the row of a session up to its facts; when the person has gone, what was given joins the ledger."""
    session = sessions.read(live, document)
    state = fold_session(session, at=sessions.local(live, at), knowledge=rules_of(live.rules))
    append_alarms(live, session, state, locked, at)
    if state.phase.is_over and live.ended_at is None:
        live.ended_at = at
        mark_stale(live.patient)
    if live.ended_at is not None:
        for number, entry in enumerate(doses_given(live, state)):
            fact = _fact(live.patient, Kind.DOSE, entry, f"{live.id}-dose-{number}", by, at, _moment(entry["start"]))
            append_in_turn(_in_place_of_before(fact), locked, "record_fact", was_decided=True)
    live.save(update_fields=["last_sequence", "ended_at"])


def doses_given(live: LiveSession, state: SessionState) -> list[dict[str, Any]]:
    """What a session gave, as an entry of a record; nothing where no dose was begun."""
    dose, protocol = state.dose, rules_of(live.rules).protocols[live.protocol]
    start = dose.devices[0] if dose.devices else dose.started_at
    if start is None:
        return []
    end = dose.devices[-1] if dose.devices else dose.ended_at
    entry: dict[str, Any] = {
        "substance": protocol.substance,
        "route": state.route,
        "start": start.isoformat(),
        "setting": "clinic",
        "form": "base",
        "origin": f"session {live.id}",
    }
    if state.given_mg is not None:
        entry["amount"] = f"{state.given_mg:g} mg"
    if dose.devices:
        entry["devices"] = len(dose.devices)
    if end is not None and end > start:
        entry["end"] = end.isoformat()
    return [entry]


def _in_place_of_before(fact: Fact) -> Fact:
    """The fact as a correction of the one that this session wrote before, where there is one that says otherwise."""
    stem = fact.key
    before = Fact.objects.filter(patient=fact.patient, key__startswith=stem, superseded_by=None, voided_by=None).first()
    if before is None or before.payload == fact.payload:
        return before or fact
    fact.supersedes, fact.reason = before, "the session was corrected"
    fact.key = f"{stem}-{before.sequence}"
    return fact


def _refuse_taken(patient: Patient, room: Room | None) -> None:
    if LiveSession.objects.filter(patient=patient, ended_at=None).exists():
        raise SessionRefused(Message("This person is in a session already. Open that one."))
    if room is not None and LiveSession.objects.filter(room=room, ended_at=None).exists():
        raise SessionRefused(Message("Somebody else is in that room. Choose another."))


def _refuse_not_allowed(event: dict[str, Any], allowed: frozenset[Permission]) -> None:
    kind = str(event.get("type", ""))
    if kind in OF_KEEL:
        raise SessionRefused(Message("Only Keel itself writes what it notices."))
    needed = Permission.RUN_SESSIONS
    if kind in WATCHING:
        needed = Permission.WRITE_IN_SESSIONS
    elif kind in PASSING or (kind == "started" and event.get("plan")):
        needed = Permission.DECIDE
    if needed not in allowed:
        raise NotAllowed(_("Your role does not allow this."))


def _signed(event: dict[str, Any], by: AbstractUser, roles: Sequence[type[Role]]) -> dict[str, Any]:
    """The event with who is signed in as its author; a role and a name in it are theirs too, whatever was sent."""
    signed = {name: value for name, value in event.items() if name != "device"} | {"by": by.get_username()}
    if event.get("type") in ("overridden", "risk_assessed"):
        signed |= {"name": by.get_full_name(), "role": roles[0].id if roles else ""}
    elif event.get("type") == "discharged":
        signed["name"] = by.get_full_name()
    elif isinstance(event.get("plan"), dict):
        signed["plan"] = {**event["plan"], "chosen_by": by.get_full_name()}
    return signed


def _roles(by: AbstractUser, live: LiveSession) -> Sequence[type[Role]]:
    place = place_of(by, live.patient.clinic.slug)
    return place.roles if place else ()


def _event_fact(
    live: LiveSession,
    document: dict[str, Any],
    event: dict[str, Any],
    *,
    by: AbstractUser,
    at: dt.datetime,
    device: str,
    clock: dict[str, Any],
) -> Fact:
    """The fact of an event; ReadError or SessionError where the session with it cannot be read and folded."""
    name = str(event.get("id", ""))
    if not 0 < len(name) <= LONGEST_ID:
        raise SessionRefused(Message("An event has an id of 1 to 64 characters."))
    happened = _moment(str(event.get("at", "")))
    payload: dict[str, Any] = {"session": live.id, "event": {**event, "at": happened.isoformat()}}
    payload |= {"device": device} if device else {}
    payload |= {"clock": clock} if clock else {}
    if name not in _ids(document):
        added = sessions.event_of(payload, at)
        whole = sessions.read(live, {**document, "events": [*document["events"], added]})
        open_view(whole, at=sessions.local(live, at), knowledge=rules_of(live.rules))
    return _fact(live.patient, Kind.EVENT, payload, name, by, at, min(happened, at))


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
    return fold_session(sessions.read(live, document), at=sessions.local(live, at), knowledge=rules_of(live.rules))


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

"""Alarms as facts: what is due of a session's alarms is appended, by whoever stores an event and by the watcher."""

import datetime as dt
import logging
from typing import Any

import msgspec
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.db import DatabaseError, transaction

from keel.assessment.session.events import Session
from keel.assessment.session.fold import fold_session
from keel.assessment.session.state import SessionState
from keel.assessment.session.watch import alarm_facts
from keel.web.clinic.actions import append_in_turn
from keel.web.clinic.models import Clinic, Fact, Kind
from keel.web.live.models import LiveSession
from keel.web.live.rules import rules_of
from keel.web.live.sessions import local

log = logging.getLogger("keel.web")

WATCHER = "keel:watcher"
"""The user by whom Keel writes what it notices; no person can have this name, and nobody can sign in by it."""


def alarms_due(live: LiveSession, session: Session, state: SessionState, at: dt.datetime) -> list[dict[str, Any]]:
    """The events about alarms that are to be appended to a session now, in the form of a session file."""
    here, knowledge = local(live, at), rules_of(live.rules)
    found = alarm_facts(
        session,
        state,
        at=here,
        knowledge=knowledge,
        fold=lambda other: fold_session(other, at=here, knowledge=knowledge),
    )
    return [msgspec.to_builtins(one) | {"at": at.isoformat()} for one in found]


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
        username=WATCHER, defaults={"display_name": "Keel", "is_active": False, "password": "!"}
    )
    return user

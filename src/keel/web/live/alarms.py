"""What is due of a session's alarms, for whoever stores an event and for the watcher; `actions` appends it."""

import datetime as dt
from typing import Any

import msgspec

from keel.assessment.session.events import Session
from keel.assessment.session.state import SessionState
from keel.assessment.session.watch import alarm_facts
from keel.web.live.models import LiveSession
from keel.web.live.rules import rules_of
from keel.web.live.sessions import folded, local


def alarms_due(live: LiveSession, session: Session, state: SessionState, at: dt.datetime) -> list[dict[str, Any]]:
    """The events about alarms that are to be appended to a session now, in the form of a session file."""
    here, knowledge = local(live, at), rules_of(live.rules)
    found = alarm_facts(
        session,
        state,
        at=here,
        knowledge=knowledge,
        fold=lambda other: folded(live, other, at),
    )
    return [msgspec.to_builtins(one) | {"at": at.isoformat()} for one in found]

"""A session that is watched: events at their times, and what is due of its alarms appended as a server does."""

import datetime as dt
from typing import Any

import msgspec

from keel.assessment.session.alarms import Alarm
from keel.assessment.session.events import AlarmFact
from keel.assessment.session.fold import fold_session
from keel.assessment.session.state import SessionState
from keel.assessment.session.watch import alarm_facts
from keel.knowledge import load
from support.sessions import base_session, clock, read_session


class WatchedSession:
    """The infusion of the specification until a time of day, with a plain set of signs in range before it."""

    def __init__(self, until: str = "09:36", name: str = "iv") -> None:
        tree = base_session(name)
        tree["events"] = [one for one in tree["events"] if one["at"] <= clock(until)]
        tree["id"] = "room-3"
        self.session = read_session(tree)
        self._number = 0

    def tell(self, at: str, kind: str, *, recorded_at: str | None = None, **said: Any) -> str:
        """An event that happened at a time of day; its id."""
        self._number += 1
        event = {"id": f"t{self._number}", "at": clock(at), "by": "bob", "type": kind, **said}
        if recorded_at:
            event["recorded_at"] = clock(recorded_at)
        tree = {"protocol": self.session.protocol, "timezone": "UTC", "events": [event]}
        self.session = msgspec.structs.replace(self.session, events=(*self.session.events, *read_session(tree).events))
        return event["id"]

    def signs(self, at: str, **signs: Any) -> str:
        """A whole set of signs in range but for those that are given."""
        whole = {"sbp": 128, "dbp": 78, "hr": 72, "rr": 14, "spo2": 98, **signs}
        self.tell(at, "sedation_scored", moaas=5)
        return self.tell(at, "vitals_recorded", **whole)

    def state(self, at: str) -> SessionState:
        """The state at a time of day."""
        return fold_session(self.session, at=dt.datetime.fromisoformat(clock(at)), knowledge=load())

    def watch(self, at: str) -> list[str]:
        """Lets the watcher look at a time of day: what it appends, as `kind rule occurrence [priority or role]`."""
        facts = self.due(at)
        self.session = msgspec.structs.replace(self.session, events=(*self.session.events, *facts))
        return [_said(one) for one in facts]

    def due(self, at: str) -> tuple[AlarmFact, ...]:
        """What the watcher would append at a time of day."""
        moment = dt.datetime.fromisoformat(clock(at))
        return alarm_facts(
            self.session,
            self.state(at),
            at=moment,
            knowledge=load(),
            fold=lambda session: fold_session(session, at=moment, knowledge=load()),
        )

    def standing(self, at: str) -> dict[str, Alarm]:
        """The alarms that stand, by rule."""
        return {one.rule: one for one in self.state(at).standing}


def _said(fact: AlarmFact) -> str:
    more = getattr(fact, "priority", getattr(fact, "to", ""))
    return f"{fact.kind.removeprefix('alarm_')} {fact.rule} {fact.occurrence} {more}".strip()

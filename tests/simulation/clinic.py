"""The simulated clinic: it plays a script through the actions of the live room, on a database in memory.

What a tablet was told is kept beside it as its own account of the day, and nothing here is read from a fold.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any
from unittest.mock import patch

from django.db import DatabaseError

from simulation.script import Step
from simulation.stated import Story, Told, may_leave, may_start
from support.clock import START
from support.live import PERSON, PLAN

PRESCRIBERS = ("alice",)
STAFF = (("alice", "prescriber"), ("bob", "nurse"), ("ben", "nurse"))


class Lost(DatabaseError):
    """The server fails in the middle of a write."""


class Room:
    """What people did in a room, by their own account."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.live: Any = None
        self.told: dict[str, Told] = {}
        """What the server has acknowledged, by id, with the time that it counts from."""
        self.sent: dict[str, Told] = {}
        self.refused: dict[str, str] = {}
        self.seen: list[tuple[dt.datetime, bytes]] = []
        self.gates = {"start": 0, "discharge": 0}
        self.most_given = 0.0
        self.over_at: dt.datetime | None = None

    def story(self, at: dt.datetime) -> Story:
        return Story(self.told.values(), at)


class SimulatedClinic:
    """A clinic in an empty database. `step` plays a line of a script; what came of it stands in the attributes."""

    def __init__(self, seed: int, rooms: int) -> None:
        from keel.web.accounts.models import User
        from keel.web.clinic.actions import record_fact
        from keel.web.clinic.models import Clinic, Kind, Membership, Patient
        from keel.web.live import models, sessions, watcher
        from keel.web.live.monitors import add_monitor, place

        sessions._kept.clear()
        self.seed, self.at = seed, START
        self.clinic = Clinic.objects.create(
            slug="harbour", name="Harbour Clinic", country="GB", timezone="Europe/London", is_demonstration=True
        )
        self.other = Clinic.objects.create(slug="hill", name="Hill Street Practice", is_demonstration=True)
        self.people: dict[str, Any] = {}
        for name, role in (*STAFF, ("charlie", "prescriber")):
            user = User.objects.create(username=name, display_name=name.capitalize(), is_made_up=True)
            place_of = self.other if name == "charlie" else self.clinic
            Membership.objects.create(clinic=place_of, user=user, role=role)
            self.people[name] = user
        self.rooms = [Room(number) for number in range(rooms)]
        self.patients, self.places = [], []
        for room in self.rooms:
            patient = Patient.objects.create(clinic=self.clinic, number=f"H-{room.number}", display_name="Dana")
            record_fact(
                by=self.people["alice"], patient=patient, kind=Kind.PERSON, payload=PERSON, key="person", at=START
            )
            here = models.Room.objects.create(clinic=self.clinic, name=f"Room {room.number}")
            monitor, _secret = add_monitor(
                by=self.people["bob"],
                clinic=self.clinic,
                identifier=self.device(room.number),
                name=f"Monitor {room.number}",
                zone="UTC",
                at=START,
            )
            place(monitor, here, by=self.people["bob"], at=START)
            self.patients.append(patient)
            self.places.append(here)
        self.watcher: Any = watcher.Watcher("watcher-0")
        self.starts = 0
        self.last_round: dt.datetime | None = None
        self.watched_since: dt.datetime | None = None
        self.problems: list[str] = []
        self.messages: set[str] = set()
        self.counts: dict[str, int] = {}
        self.asked: set[str] = set()
        """Ids of what was asked for at the screen."""
        self.last_types: tuple[str, ...] = ()

    @staticmethod
    def device(number: int) -> str:
        return f"0123456789ABC{number:03}"

    def count(self, name: str) -> None:
        self.counts[name] = self.counts.get(name, 0) + 1

    # ------------------------------------------------------------------------------------------------ time

    def advance(self, at_s: int) -> Iterator[Room]:
        """Time goes on: the watcher looks where time alone brings something, and each room that it looked at."""
        until = START + dt.timedelta(seconds=at_s)
        while (due := self._next_look()) < until:
            self.at = max(due, self.at)
            self.look()
            yield from (room for room in self.rooms if room.live is not None and room.over_at is None)
        self.at = max(until, self.at)

    def _next_look(self) -> dt.datetime:
        """When the watcher is to look next; far away where it is down.

        It looks each five seconds in a clinic. Here it does where something falls due by the reference, and now and
        then besides: a sign that grows old, an alarm that nobody has seen.
        """
        if self.watcher is None:
            return dt.datetime.max.replace(tzinfo=dt.UTC)
        after = self.last_round or START
        looks = [after + dt.timedelta(minutes=10)]
        for room in self.rooms:
            if room.live is None or room.over_at is not None:
                continue
            signs = [one["at"] for one in room.told.values() if one["type"] == "vitals_recorded"]
            looks += [max(signs) + dt.timedelta(minutes=limit, seconds=55) for limit in (15, 35) if signs]
            looks += [raised + dt.timedelta(seconds=limit) for raised in self._raised(room) for limit in (65, 125, 185)]
        return min(one for one in looks if one > after)

    def _raised(self, room: Room) -> list[dt.datetime]:
        return [
            fact.recorded_at
            for fact in self.facts(room)
            if fact.payload["event"]["type"] in ("alarm_raised", "alarm_worsened", "alarm_escalated")
        ]

    def look(self) -> None:
        """A round of the watcher."""
        if self.watcher is not None and self.watcher.round(self.at):
            self.watched_since = self.watched_since or self.at
            self.last_round = self.at

    # ------------------------------------------------------------------------------------------------ a step

    def step(self, step: Step) -> Room:
        """Plays a line at its time."""
        room = self.rooms[step.room]
        if step.what == "watcher_down":
            self.watcher = self.watched_since = None
        elif step.what == "watcher_up":
            self.restart()
        elif step.what == "open":
            self._open(room, step)
        elif room.live is not None:
            getattr(self, f"_{step.what}")(room, step)
        return room

    def restart(self) -> None:
        """The server comes up anew: nothing is left of what it kept in memory."""
        from keel.web.live import sessions, watcher

        sessions._kept.clear()
        self.starts += 1
        self.watcher = watcher.Watcher(f"watcher-{self.starts}")
        self.look()

    def _open(self, room: Room, step: Step) -> None:
        from keel.web.live import actions

        if room.live is None:
            with patch.object(actions, "new_name", lambda: f"day{self.seed}room{room.number}"):
                room.live = actions.open_session(
                    by=self.people["bob"],
                    patient=self.patients[room.number],
                    protocol="iv-racemic",
                    room=self.places[room.number],
                    plan=PLAN,
                    key=f"begin-{room.number}",
                    at=self.at,
                )
            name = f"{room.live.id}-start"
            room.told[name] = {"id": name, "type": "started", "at": self.at, "by": "bob"}

    def _send(self, room: Room, step: Step) -> None:
        event = dict(step.more["event"])
        happened = START + dt.timedelta(seconds=event.pop("at_s"))
        event["at"] = happened.isoformat()
        if isinstance(event.get("event"), dict):
            event["event"] = {**event["event"], "at": self._time_of(room, event["corrects"]), "by": "bob"}
        self._tell(room, step, event, happened)

    def _time_of(self, room: Room, name: str) -> str:
        told = room.told.get(name)
        return (told["at"] if told else self.at).isoformat()

    def _tell(self, room: Room, step: Step, event: dict[str, Any], happened: dt.datetime) -> None:
        from keel.web.live.actions import record_events
        from keel.web.live.errors import GateHolds

        name, is_asked = event["id"], step.more.get("asked", False)
        event = room.sent.setdefault(name, event)
        if is_asked:
            self.asked.add(name)
        before = self._facts_in_all()
        try:
            with failing(step.more.get("fault", ""), step.more.get("number", 0)):
                taken = record_events(
                    by=self.people[step.by],
                    live=room.live,
                    events=[event],
                    at=self.at,
                    device=step.more.get("device", ""),
                    is_asked=is_asked,
                )
        except Lost:
            self.count(f"lost in {step.more['fault']}")
            self.restart_after(room)
            is_kept = self._is_stored(room, name)
            if not is_kept and self._facts_in_all() != before:
                self.problems.append(f"{name}: a write that failed left something of itself")
            if is_kept:
                self._keep(room, step, event, happened)
            return
        except GateHolds as held:
            self.count("held at the screen")
            room.refused[name] = str(held.text)
            if self._facts_in_all() != before:
                self.problems.append(f"{name}: a deed that was refused left something of itself")
            if not held.reasons and "already" not in str(held.text):
                self.problems.append(f"{name}: refused without a reason")
            return
        if name in taken.stored:
            self._asked(room, event, is_asked)
            self._keep(room, step, event, happened)
        else:
            room.refused[name] = str(dict(taken.refused)[name])
            self.count("refused")

    def _asked(self, room: Room, event: dict[str, Any], is_asked: bool) -> None:
        """Invariant 2: what was asked for at the screen and taken is what the reference lets at that moment."""
        gate = {"dose_started": may_start, "discharged": may_leave}.get(event["type"])
        if is_asked and gate is not None and event["id"] not in room.told:
            closed = gate(room.story(self.at), PRESCRIBERS)
            self.problems += [f"{event['id']}: taken at the screen against {one}" for one in closed]

    def _keep(self, room: Room, step: Step, event: dict[str, Any], happened: dt.datetime) -> None:
        if event["id"] in room.told:
            self.count("sent twice")
            return
        kept = {**event, "at": min(happened, self.at), "by": step.by, "device": step.more.get("device", "")}
        if isinstance(event.get("event"), dict):
            kept["event"] = {**event["event"], "at": dt.datetime.fromisoformat(event["event"]["at"])}
        room.told[event["id"]] = kept
        self.count(event["type"])
        if self.at - happened > dt.timedelta(minutes=2):
            self.count("came late")

    def restart_after(self, room: Room) -> None:
        """After a crash the server is as new; the watcher that was down stays so."""
        from keel.web.live import sessions

        sessions._kept.clear()
        room.live.refresh_from_db()

    def _answer(self, room: Room, step: Step) -> None:
        from keel.web.live.sessions import state_of

        room.live.refresh_from_db()
        standing = state_of(room.live, at=self.at).standing
        if standing:
            alarm = standing[0]
            event = {"id": step.more["id"], "type": step.more["kind"], "rule": alarm.rule, "at": self.at.isoformat()}
            event["occurrence"] = alarm.occurrence
            if event["type"] == "alarm_paused":
                event["over"] = step.more["over"]
            self._tell(room, step, event, self.at)

    def _monitor(self, room: Room, step: Step) -> None:
        from keel.interop.hl7_evening import messages
        from keel.web.live.monitors import take_message

        text = next(messages(self.device(room.number), 1, seed=step.more["number"], now=lambda: self.at))
        for _turn in range(2):
            if "|AA|" not in take_message(text, at=self.at):
                self.problems.append("a message of a monitor was not accepted")
        self.messages.add(text.split("\r")[0])
        room.live.refresh_from_db()
        for fact in self.facts(room):
            event = fact.payload["event"]
            if event.get("device") and event["id"] not in room.told:
                room.told[event["id"]] = {**event, "at": dt.datetime.fromisoformat(event["at"])}
                self.count("sent by a monitor")

    def _stranger(self, room: Room, step: Step) -> None:
        """Somebody of another clinic tries to write here."""
        event = {"id": f"s{step.at_s}", "type": "note", "text": "x"}
        self._tell(room, step, event | {"at": self.at.isoformat()}, self.at)
        if event["id"] in room.told or self._is_stored(room, event["id"]):
            self.problems.append("a stranger wrote into a session")

    def _forged(self, room: Room, step: Step) -> None:
        """Somebody sends what only Keel writes, and another content under an id that is there."""
        from keel.web.live.actions import record_events

        made_up = {"id": "f1", "type": "alarm_cleared", "rule": "A-MON-STALE", "occurrence": 1}
        known = next(iter(room.sent.values()), None)
        forged = [made_up | {"at": self.at.isoformat()}]
        forged += [known | {"text": "another"}] if known and known["id"] in room.told else []
        taken = record_events(by=self.people[step.by], live=room.live, events=forged, at=self.at)
        if taken.stored or len(taken.refused) != len(forged):
            self.problems.append(f"forged events were stored: {taken.stored}")

    # ------------------------------------------------------------------------------------------------ what is stored

    def facts(self, room: Room) -> list[Any]:
        from keel.web.clinic.models import Fact

        found = Fact.objects.filter(patient=self.patients[room.number], payload__session=room.live.id)
        return list(found.select_related("recorded_by").order_by("sequence"))

    def _is_stored(self, room: Room, name: str) -> bool:
        from keel.web.clinic.models import Fact

        return bool(Fact.objects.filter(patient=self.patients[room.number], key=name).exists())

    def _facts_in_all(self) -> tuple[int, int]:
        from keel.web.clinic.models import AuditRow, Fact

        return Fact.objects.count(), AuditRow.objects.count()


@contextmanager
def failing(fault: str, number: int) -> Iterator[None]:
    """Within it the n-th row that is written, or the commit, or the answer after it, fails."""
    from django.db import connection

    if not fault:
        yield
        return
    left = [number]

    def fail(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if fault == "write" and sql.startswith(("INSERT", "UPDATE")):
            left[0] -= 1
            if left[0] == 0:
                raise Lost
        return execute(sql, params, many, context)

    commit = connection._commit

    def fails_to_commit() -> None:
        if fault == "commit":
            raise Lost
        commit()
        raise Lost

    commits = {} if fault == "write" else {"_commit": fails_to_commit}
    with connection.execute_wrapper(fail), patch.multiple(connection, **commits) if commits else nullcontext():
        yield


def encoded(state: Any) -> bytes:
    """A state as bytes, to be compared."""
    from keel.messages import encode_json

    return encode_json(state)

"""The board: every room of a clinic, who is in it, and what it needs, those first that need somebody."""

import datetime as dt
import hashlib
import json
import logging
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from keel import knowledge
from keel.assessment.session.alarms import Alarm
from keel.assessment.session.events import Priority
from keel.assessment.session.state import SessionState
from keel.findings import Finding, Severity
from keel.knowledge import Certainty
from keel.messages import Message, Numeral
from keel.web.clinic.models import Clinic, Membership
from keel.web.live.devices import can_be_heard
from keel.web.live.models import BoardChoice, LiveSession
from keel.web.live.queries import Heartbeat
from keel.web.live.rules import rules_of
from keel.web.live.sessions import BEAT_S, seen, watched_sessions

log = logging.getLogger("keel.web")

NURSE = "nurse"
"""The role whose alarms they are first."""
EVERYONE = "everyone"
"""The last to whom an alarm goes on: whoever is there."""
SIGNS = (("bp", ("sbp", "dbp"), "mm Hg"), ("hr", ("hr",), "/min"), ("spo2", ("spo2",), "%"), ("rr", ("rr",), "/min"))
"""What the board shows of the vital signs: the name, the values, the unit."""


class ShownAlarm(msgspec.Struct, frozen=True, kw_only=True):
    """An alarm that stands, with what the rule says. `is_true` is False where its cause went and nobody has seen it."""

    key: str
    alarm: Alarm
    finding: Finding
    is_true: bool

    def sounds_for(self, roles: Iterable[str]) -> bool:
        """Whether it is for somebody with these roles: a high one for everybody, others for those it has reached."""
        reached = {NURSE, *self.alarm.passed_on_to}
        return self.alarm.priority is Priority.HIGH or EVERYONE in reached or bool(reached & set(roles))

    @property
    def quiet_until(self) -> dt.datetime | None:
        """Until when it is silent; None where it sounds, or is silent for good (`is_seen`)."""
        return max((one for one in (self.alarm.paused_until, self.alarm.reminds_at) if one), default=None)

    @property
    def is_seen(self) -> bool:
        """Whether somebody has acknowledged it."""
        return self.alarm.acknowledged_at is not None


class Sign(msgspec.Struct, frozen=True):
    """A vital sign on the board: its newest value and age; whether a rule speaks of it, whether it is too old."""

    name: str
    value: str
    unit: str
    age_min: float
    is_out: bool
    is_old: bool


class RoomShown(msgspec.Struct, frozen=True, kw_only=True):
    """A room as the board shows it; `state` is None where the session cannot be read."""

    live: LiveSession
    who: str
    state: SessionState | None
    alarms: tuple[ShownAlarm, ...]
    signs: tuple[Sign, ...] = ()

    @property
    def level(self) -> str:
        """What it needs, in a word: the priority of its gravest alarm, `due` where something is overdue, or `calm`."""
        gravest = min((one.alarm.priority for one in self.alarms), key=lambda one: one.rank, default=None)
        is_late = self.state is not None and any(one.overdue for one in self.state.due)
        return gravest or ("due" if is_late else "calm")

    @property
    def last_dose_at(self) -> dt.datetime | None:
        """When the last dose began, or its last device."""
        since = self.state.minutes_since_last_dose if self.state else None
        return None if self.state is None or since is None else self.state.as_of - dt.timedelta(minutes=since)


def rooms_now(clinic: Clinic, at: dt.datetime, beat: Heartbeat) -> list[RoomShown]:
    """Every room with somebody in it, those first that need somebody; a room that cannot be read stands first."""
    names = names_on_board(clinic)
    found = (_room(live, at, names, live.id in beat.failed) for live in watched_sessions(at, patient__clinic=clinic))
    return sorted((room for room in found if room is not None), key=_urgency)


def names_on_board(clinic: Clinic) -> str:
    """By what a clinic's board calls people."""
    choice = BoardChoice.objects.filter(clinic=clinic).values_list("names", flat=True).first()
    return str(choice or BoardChoice.Names.NUMBER)


def staff_names(clinic: Clinic) -> dict[str, str]:
    """The names of the staff for the screen, by the name in the audit."""
    users = (row.user for row in Membership.objects.filter(clinic=clinic).select_related("user"))
    return {user.get_username(): user.get_full_name() for user in users}


def board_token(clinic: Clinic, roles: Iterable[str], language: str, at: dt.datetime, beat: Heartbeat) -> str:
    """What the board of somebody with these roles hangs on: the same as long as nothing on it has changed."""
    watched = watched_sessions(at, patient__clinic=clinic).values_list("id", "last_sequence", "ended_at")
    rows = [(name, sequence, str(ended_at)) for name, sequence, ended_at in watched]
    told = [
        *(clinic.pk, rows, int(at.timestamp()) // BEAT_S, sorted(roles), language, knowledge.load().hash),
        *(names_on_board(clinic), sorted(beat.failed), beat.is_alive, can_be_heard(clinic, at)),
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:20]


def shown_alarms(live: LiveSession, state: SessionState) -> tuple[ShownAlarm, ...]:
    """The alarms that stand in a session, most urgent first, each with what its rule says."""
    speaking = {one.rule: one for one in reversed(state.alarms)}
    return tuple(
        ShownAlarm(
            key=f"{live.id}/{alarm.rule}/{alarm.occurrence}",
            alarm=alarm,
            finding=speaking.get(alarm.rule) or _no_longer(alarm, live),
            is_true=alarm.rule in speaking,
        )
        for alarm in state.standing
    )


def room_json(room: RoomShown) -> dict[str, Any]:
    """A room in the shape of `board.json`."""
    state = room.state
    following = state.due[0] if state and state.due else None
    return {
        "room": room.live.room.name if room.live.room else "",
        "patient": room.live.patient.number,
        "session": room.live.id,
        "phase": state.phase if state else None,
        "minutes_since_last_dose": state.minutes_since_last_dose if state else None,
        "next": following and {"what": following.what, "due_at": following.due_at, "overdue": following.overdue},
        "alarms": [_alarm_json(one) for one in room.alarms],
        "responsible": state.responsible if state else "",
    }


def _alarm_json(one: ShownAlarm) -> dict[str, Any]:
    """The finding, and beside it how the alarm stands."""
    finding = {name: value for name, value in msgspec.structs.asdict(one.finding).items() if value is not msgspec.UNSET}
    return finding | msgspec.structs.asdict(one.alarm) | {"still_true": one.is_true}


def _room(live: LiveSession, at: dt.datetime, names: str, is_unwatched: bool) -> RoomShown | None:
    try:
        state = seen(live, at=at).state
    except Exception:  # what is wrong with one room hides no other, and is shown as an alarm of this one
        log.exception("a session cannot be read")
        return RoomShown(live=live, who=who(live, names), state=None, alarms=(_not_watched(live, at),))
    alarms = shown_alarms(live, state)
    if live.ended_at is not None and all(one.is_seen for one in alarms):
        return None
    if is_unwatched:
        alarms = (_not_watched(live, at), *alarms)
    return RoomShown(live=live, who=who(live, names), state=state, alarms=alarms, signs=tuple(_signs(live, state)))


def who(live: LiveSession, names: str) -> str:
    """The person as the board calls them."""
    if names == str(BoardChoice.Names.INITIALS):
        return "".join(f"{part[0]}." for part in live.patient.display_name.split() if part[0].isalpha())
    return str(live.patient.number)


def _urgency(room: RoomShown) -> tuple[Any, ...]:
    """Unseen alarms by priority, then seen ones, then what is overdue, then what is due next."""
    unseen = min((one.alarm.priority.rank for one in room.alarms if not one.is_seen), default=9)
    any_rank = min((one.alarm.priority.rank for one in room.alarms), default=9)
    due = room.state.due if room.state else ()
    return unseen, any_rank, not any(one.overdue for one in due), str(due[0].due_at) if due else "~", room.live.id


def _signs(live: LiveSession, state: SessionState) -> Iterator[Sign]:
    """The newest vital signs, with what is out of range and what is too old to stand for now."""
    cuts = rules_of(live.rules).protocols[live.protocol].cuts
    oldest = cuts.get("stale_running" if state.dose.is_running else "stale_observing")
    spoken = {reason.name for one in state.alarms for reason in one.why}
    for name, facts, unit in SIGNS:
        known = [state.latest[fact] for fact in facts if fact in state.latest]
        if len(known) < len(facts):
            continue
        age = max(one.age_min for one in known)
        out = any(spoken & {fact, f"{fact}_rise"} for fact in facts)
        text = "/".join(Numeral(f"{one.value:g}") for one in known)
        yield Sign(name, text, unit, age, out, oldest is not None and age > oldest.value)


def _no_longer(alarm: Alarm, live: LiveSession) -> Finding:
    """What stands for a rule that no longer speaks."""
    protocol = rules_of(live.rules).protocols[live.protocol]
    title = next((rule.title for rule in protocol.rules if rule.id == alarm.rule), "")
    what = Message(title) if title else Message(alarm.rule)
    return Finding(
        rule=alarm.rule,
        subject="session",
        severity=Severity.BLOCK if alarm.priority is Priority.HIGH else Severity.WARN,
        summary=Message("Was so, and is so no longer: {what}.", what=what),
        confidence=Certainty.DEFAULT,
        next_step=Message("Look at the person, and say that you have seen it."),
    )


def _not_watched(live: LiveSession, at: dt.datetime) -> ShownAlarm:
    finding = Finding(
        rule="KEEL-ROOM-NOT-WATCHED",
        subject="session",
        severity=Severity.BLOCK,
        summary=Message("The alarms of this room are not running: Keel cannot read its session."),
        confidence=Certainty.DEFAULT,
        next_step=Message("Watch the person and the monitor. Tell whoever looks after Keel."),
    )
    alarm = Alarm(rule=finding.rule, occurrence=1, priority=Priority.HIGH, raised_at=at)
    return ShownAlarm(key=f"{live.id}/{finding.rule}/1", alarm=alarm, finding=finding, is_true=True)


def not_running() -> Finding:
    """What every board says when the watcher has stopped."""
    return Finding(
        rule="KEEL-NOT-WATCHED",
        subject="board",
        severity=Severity.BLOCK,
        summary=Message("Alarms are not running."),
        confidence=Certainty.DEFAULT,
        next_step=Message("Watch every person and every monitor. Start Keel again."),
    )

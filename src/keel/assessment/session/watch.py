"""Which facts about alarms are due in a session: what its watcher, or whoever stores an event, appends.

A rule that speaks raises its alarm, a stronger one that takes its place worsens it, a weaker one eases it, and what
nobody says any more is cleared. What came in late and is older than the alarm takes nothing away. All limits are those
of `session-rules` and of the rules themselves.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from hashlib import sha256
from typing import Any

import msgspec

from keel.assessment.session.alarms import Alarm
from keel.assessment.session.events import (
    AlarmChanged,
    AlarmCleared,
    AlarmEased,
    AlarmEscalated,
    AlarmFact,
    AlarmRaised,
    AlarmWorsened,
    AnyEvent,
    Priority,
    Session,
    minutes_between,
)
from keel.assessment.session.state import SessionState
from keel.findings import Severity
from keel.knowledge import Knowledge
from keel.knowledge.protocols import Rule, facts_of
from keel.knowledge.sessions import SessionRule, SessionRules

WATCHER = "Keel"
"""Who writes what is noticed."""
_BY_VERB = {
    Severity.BLOCK: Priority.HIGH,
    Severity.HOLD: Priority.MEDIUM,
    Severity.WARN: Priority.LOW,
    Severity.NOTE: None,
}
_CUFF = {"sbp", "dbp", "sbp_rise", "dbp_rise"}
"""What a cuff measures: a first value out of range is measured again before it counts."""


def alarm_facts(
    session: Session,
    state: SessionState,
    *,
    at: dt.datetime,
    knowledge: Knowledge,
    fold: Callable[[Session], SessionState],
) -> tuple[AlarmFact, ...]:
    """What is to be appended to a session at a time, given its state; empty where nothing has changed.

    `state` may be some seconds older than `at`: what time alone brings to an alarm that stands is told by `at`. `fold`
    gives the state of another session at that time: this one, without what came in late.
    """
    return tuple(_Watch(session, state, at, knowledge, fold).facts())


class _Watch(msgspec.Struct, frozen=True, dict=True):
    session: Session
    state: SessionState
    at: dt.datetime
    knowledge: Knowledge
    fold: Callable[[Session], SessionState]

    def facts(self) -> Iterator[AlarmFact]:
        """Everything that is due."""
        speaking, standing = self._speaking(self.state), {one.rule for one in self.state.standing}
        for alarm in self.state.standing:
            change = self._change(alarm, speaking, standing)
            if change is not None:
                standing.add(change.rule)
                yield change
            if not isinstance(change, AlarmCleared | AlarmWorsened):
                yield from self._passed_on(alarm)
        for rule, priority in speaking.items():
            # What a graver alarm stands for is not a second one.
            if rule not in standing and not standing.intersection(self._stronger(rule)):
                is_first = priority is Priority.MEDIUM and self._is_cuff(rule)
                yield AlarmRaised(**self._new(rule, "raised"), priority=Priority.LOW if is_first else priority)

    def _speaking(self, state: SessionState) -> dict[str, Priority]:
        """The rules that speak and alarm, most urgent first."""
        found: dict[str, Priority] = {}
        for one in state.alarms:
            own = self._rules[one.rule].alarm if one.rule in self._rules else "none"
            priority = _BY_VERB[one.severity] if not own else None if own == "none" else Priority(own)
            if priority is not None:
                found[one.rule] = min(priority, found.get(one.rule, priority), key=lambda each: each.rank)
        return dict(sorted(found.items(), key=lambda item: (item[1].rank, item[0])))

    def _change(self, alarm: Alarm, speaking: Mapping[str, Priority], standing: set[str]) -> AlarmFact | None:
        """What becomes of an alarm: worse, better, over; None where it is as it was."""
        if alarm.rule in speaking:
            wanted = self._confirmed(alarm, speaking[alarm.rule])
            if wanted.rank < alarm.priority.rank:
                return self._into(AlarmWorsened, alarm, alarm.rule, wanted)
            is_less = wanted.rank > alarm.priority.rank and not alarm.is_latched
            if not is_less or self._is_late(alarm):
                return None
            return self._into(AlarmEased, alarm, alarm.rule, wanted)
        graver = [rule for rule in speaking if rule in self._stronger(alarm.rule)]
        if graver and graver[0] not in standing:
            return self._into(AlarmWorsened, alarm, graver[0], speaking[graver[0]])
        if alarm.is_latched or self._is_late(alarm):
            return None
        milder = [rule for rule in speaking if alarm.rule in self._stronger(rule) and rule not in standing]
        if milder:
            return self._into(AlarmEased, alarm, milder[0], speaking[milder[0]])
        return AlarmCleared(**self._head(alarm.rule, alarm.occurrence, "cleared"))

    def _confirmed(self, alarm: Alarm, priority: Priority) -> Priority:
        """The priority of a rule whose alarm stands; a first cuff value is low until a repeat came or was due."""
        is_open = alarm.priority is Priority.LOW and priority is Priority.MEDIUM and self._is_cuff(alarm.rule)
        if not is_open:
            return priority
        cuff = [one.at for name, one in self.state.latest.items() if name in _CUFF]
        is_overdue = minutes_between(alarm.raised_at, self.at) >= self._repeat_min(alarm.rule)
        return priority if is_overdue or max(cuff, default=alarm.raised_at) > alarm.raised_at else Priority.LOW

    def _is_late(self, alarm: Alarm) -> bool:
        """Whether only facts that are older than the alarm and came in after it would take it away."""
        late = self._own.cuts["late_min"].value
        kept = [one for one in self.session.events if not _came_late(one, alarm.raised_at, late)]
        if len(kept) == len(self.session.events):
            return False
        before = msgspec.structs.replace(self.session, events=tuple(kept))
        return alarm.rule in self._speaking(self.fold(before))

    def _passed_on(self, alarm: Alarm) -> Iterator[AlarmFact]:
        """To the next role, where nobody has acknowledged it in time; a clock that was set back is no excuse."""
        roles = [role for role in self._own.escalates_to if role not in alarm.passed_on_to]
        if alarm.acknowledged_at is not None or alarm.priority is Priority.LOW or not roles:
            return
        limit = self._own.cuts[f"escalate_{alarm.priority}_min"].value
        if not 0 <= minutes_between(alarm.passed_on_at or alarm.raised_at, self.at) < limit:
            head = self._head(alarm.rule, alarm.occurrence, f"escalated/{roles[0]}")
            yield AlarmEscalated(**head, to=roles[0])

    # ------------------------------------------------------------------------------------------------ what is read

    @property
    def _own(self) -> SessionRules:
        return self.knowledge.session_rules["session"]

    @cached_property
    def _rules(self) -> dict[str, Rule | SessionRule]:
        """The rules that may alarm: those of the session's own, and those of a running session."""
        protocol = self.knowledge.protocols[self.state.protocol]
        running = protocol.rules_of(*protocol.gates.running, *protocol.gates.monitoring)
        rules: tuple[Rule | SessionRule, ...] = (*self._own.rules, *running)
        return {one.id: one for one in rules}

    def _stronger(self, rule: str) -> tuple[str, ...]:
        """The rules in whose presence this one is silent."""
        found = self._rules.get(rule)
        return found.yields_to if isinstance(found, Rule) else ()

    def _is_cuff(self, rule: str) -> bool:
        """Whether a rule speaks of one value of the cuff that is to be measured again."""
        found = self._rules[rule]
        return isinstance(found, Rule) and bool(found.repeat) and set(facts_of(found)) <= _CUFF

    def _repeat_min(self, rule: str) -> float:
        found = self._rules[rule]
        return self.knowledge.protocols[self.state.protocol].number(found.repeat) if isinstance(found, Rule) else 0.0

    # ------------------------------------------------------------------------------------------------ what is written

    def _into(self, kind: type[AlarmChanged], alarm: Alarm, rule: str, priority: Priority) -> AlarmFact:
        """The alarm that goes on as one of `rule`."""
        head = self._new(rule, str(kind.__struct_config__.tag).removeprefix("alarm_"))
        return kind(**head, priority=priority, was=alarm.rule, was_occurrence=alarm.occurrence)

    def _new(self, rule: str, what: str) -> dict[str, Any]:
        """The head of an occurrence that begins now."""
        known = (one for one in self.session.events if isinstance(one, AlarmRaised | AlarmChanged))
        return self._head(rule, max((one.occurrence for one in known if one.rule == rule), default=0) + 1, what)

    def _head(self, rule: str, occurrence: int, what: str) -> dict[str, Any]:
        name = f"{self.session.id}/{rule}/{occurrence}/{what}"
        number = sha256(name.encode()).hexdigest()[:32]
        return {"id": f"alarm-{number}", "at": self.at, "by": WATCHER, "rule": rule, "occurrence": occurrence}


def _came_late(event: AnyEvent, raised_at: dt.datetime, late_min: float) -> bool:
    """Whether an event is older than an alarm and was entered after it, long after it happened."""
    entered = event.recorded_at
    return entered is not None and event.at <= raised_at < entered and minutes_between(event.at, entered) > late_min

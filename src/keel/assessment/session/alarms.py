"""The alarms that stand in a session, from the events that say so.

One condition is one alarm. That it was raised, worsened, eased, seen, paused, passed on and cleared are events, each
naming rule and occurrence; so an order of arrival, a clock that was set back or a second watcher changes nothing.
`watch.py` says which of them are due.
"""

import datetime as dt
from collections.abc import Iterable, Mapping

import msgspec

from keel.assessment.session.events import (
    AlarmAcknowledged,
    AlarmChanged,
    AlarmCleared,
    AlarmEased,
    AlarmEscalated,
    AlarmPaused,
    AlarmRaised,
    Event,
    Priority,
)
from keel.knowledge.protocols import Cut
from keel.quantities import parse_duration_min

Occurrence = tuple[str, int]
"""A rule and which time it is that it alarms."""


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """One alarm that stands. It is silent while it is paused, and once seen until `reminds_at`.

    `raised_at` is when it was raised or last worsened; `passed_on_to` the roles that it went to as nobody had
    acknowledged it, `passed_on_at` the last time of it.
    """

    rule: str
    occurrence: int
    priority: Priority
    raised_at: dt.datetime
    acknowledged_by: str = ""
    acknowledged_at: dt.datetime | None = None
    reminds_at: dt.datetime | None = None
    paused_by: str = ""
    paused_until: dt.datetime | None = None
    passed_on_to: tuple[str, ...] = ()
    passed_on_at: dt.datetime | None = None

    @property
    def is_latched(self) -> bool:
        """Whether it stays though its cause may have gone: nobody has seen it yet."""
        return self.priority is Priority.HIGH and self.acknowledged_at is None

    def sounds(self, at: dt.datetime) -> bool:
        """Whether it sounds at a time."""
        if self.paused_until is not None and at < self.paused_until:
            return False
        return self.acknowledged_at is None or (self.reminds_at is not None and at >= self.reminds_at)


def standing_alarms(events: Iterable[Event], cuts: Mapping[str, Cut]) -> tuple[Alarm, ...]:
    """The alarms that stand after some events, most urgent first; `cuts` are the numbers of the session rules."""
    told = list(events)
    begun = {(one.rule, one.occurrence): one for one in told if isinstance(one, AlarmRaised | AlarmChanged)}
    ended = {(one.rule, one.occurrence) for one in told if isinstance(one, AlarmCleared)}
    ended |= {(one.was, one.was_occurrence) for one in begun.values() if isinstance(one, AlarmChanged)}
    answers = [one for one in told if isinstance(one, AlarmAcknowledged | AlarmPaused)]
    passed_on = [one for one in told if isinstance(one, AlarmEscalated)]
    last = dict(sorted(begun))
    found = []
    for key, fact in begun.items():
        if key in ended or fact.occurrence < last[fact.rule]:
            continue
        keys, raised_at = _same(fact, begun)
        own = [one for one in answers if _answers(one, keys, begun)]
        seen = max((one for one in own if isinstance(one, AlarmAcknowledged)), key=lambda one: one.at, default=None)
        until, by = max(
            ((_until(one, fact, cuts), one.by) for one in own if isinstance(one, AlarmPaused)), default=(None, "")
        )
        on = sorted((one for one in passed_on if (one.rule, one.occurrence) in keys), key=lambda one: one.at)
        alarm = Alarm(
            rule=fact.rule,
            occurrence=fact.occurrence,
            priority=fact.priority,
            raised_at=raised_at,
            acknowledged_by=seen.by if seen else "",
            acknowledged_at=seen.at if seen else None,
            reminds_at=_reminder(seen, fact.priority, cuts),
            paused_by=by,
            paused_until=until,
            passed_on_to=tuple(dict.fromkeys(one.to for one in on)),
            passed_on_at=on[-1].at if on else None,
        )
        found.append(alarm)
    return tuple(sorted(found, key=lambda one: (one.priority.rank, one.raised_at, one.rule)))


def _same(
    fact: AlarmRaised | AlarmChanged, begun: Mapping[Occurrence, AlarmRaised | AlarmChanged]
) -> tuple[set[Occurrence], dt.datetime]:
    """The occurrences that an alarm has been without having become worse, and when the first of them began."""
    keys = {(fact.rule, fact.occurrence)}
    while isinstance(fact, AlarmEased) and (before := begun.get((fact.was, fact.was_occurrence))) is not None:
        if (before.rule, before.occurrence) in keys:
            break
        fact = before
        keys.add((fact.rule, fact.occurrence))
    return keys, fact.at


def _answers(
    answer: AlarmAcknowledged | AlarmPaused,
    keys: set[Occurrence],
    begun: Mapping[Occurrence, AlarmRaised | AlarmChanged],
) -> bool:
    """Whether an answer is to one of some occurrences; one that names none is to the last that had begun by then."""
    number = answer.occurrence
    if number is None:
        known = [one.occurrence for one in begun.values() if one.rule == answer.rule and one.at <= answer.at]
        number = max(known, default=0)
    return (answer.rule, number) in keys


def _until(pause: AlarmPaused, fact: AlarmRaised | AlarmChanged, cuts: Mapping[str, Cut]) -> dt.datetime:
    """When a pause ends, at the latest when that priority allows."""
    most = cuts["pause_high_min" if fact.priority is Priority.HIGH else "pause_most_min"].value
    return pause.at + dt.timedelta(minutes=min(parse_duration_min(pause.over), most))


def _reminder(seen: AlarmAcknowledged | None, priority: Priority, cuts: Mapping[str, Cut]) -> dt.datetime | None:
    if seen is None or priority is Priority.LOW:
        return None
    return seen.at + dt.timedelta(minutes=cuts["remind_min"].value)

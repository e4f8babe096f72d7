"""How alarms were answered, by rule, over many sessions: a rule that nobody acts on is looked at again.

An occurrence was acted on where a person did something at the patient between its beginning and its end, or within
`acted_on_min`: read, scored, paused, stopped, changed the rate, held, passed a hold, did a step of a card. That it was
seen or silenced, or that somebody wrote a note, is no act.
"""

import datetime as dt
import statistics
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from keel.assessment.session.events import (
    AdverseEvent,
    AlarmAcknowledged,
    AlarmChanged,
    AlarmCleared,
    AlarmEased,
    AlarmEscalated,
    AlarmPaused,
    AlarmRaised,
    AnyEvent,
    Checked,
    DissociationScored,
    DosePaused,
    DoseStopped,
    EmergencyStep,
    Ending,
    Held,
    Overridden,
    Priority,
    RateChanged,
    RiskAssessed,
    SedationScored,
    VitalsRecorded,
)
from keel.knowledge.protocols import Cut

_ACTS = (
    *(VitalsRecorded, SedationScored, DissociationScored, AdverseEvent, Checked, RiskAssessed, EmergencyStep),
    *(DosePaused, DoseStopped, RateChanged, Held, Overridden, *Ending.__args__),
)


class RuleAnswers(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the alarms of one rule. `seconds` is the median from beginning to acknowledgement."""

    rule: str
    raised: int
    high: int
    acknowledged: int
    seconds: float | None
    passed_on: int
    paused: int
    acted_on: int
    overridden: int
    needs_review: bool
    """Whether too few of enough alarms were acted on."""


class _Occurrence(msgspec.Struct, frozen=True):
    rule: str
    priority: Priority
    seconds: float | None
    was_passed_on: bool
    was_paused: bool
    was_acted_on: bool
    was_overridden: bool


def alarm_report(sessions: Iterable[Iterable[AnyEvent]], cuts: Mapping[str, Cut]) -> tuple[RuleAnswers, ...]:
    """Each rule that alarmed in the events of some sessions, the most frequent first."""
    by_rule: dict[str, list[_Occurrence]] = {}
    for events in sessions:
        for one in _occurrences(list(events), cuts["acted_on_min"].value):
            by_rule.setdefault(one.rule, []).append(one)
    rows = (_row(rule, found, cuts) for rule, found in by_rule.items())
    return tuple(sorted(rows, key=lambda row: (-row.raised, row.rule)))


def _row(rule: str, found: list[_Occurrence], cuts: Mapping[str, Cut]) -> RuleAnswers:
    seconds = [one.seconds for one in found if one.seconds is not None]
    acted_on = sum(one.was_acted_on for one in found)
    is_little = acted_on * 100 < cuts["acted_on_least"].value * len(found)
    return RuleAnswers(
        rule=rule,
        raised=len(found),
        high=sum(one.priority is Priority.HIGH for one in found),
        acknowledged=len(seconds),
        seconds=statistics.median(seconds) if seconds else None,
        passed_on=sum(one.was_passed_on for one in found),
        paused=sum(one.was_paused for one in found),
        acted_on=acted_on,
        overridden=sum(one.was_overridden for one in found),
        needs_review=is_little and len(found) >= cuts["acted_on_of"].value,
    )


def _occurrences(events: list[AnyEvent], acted_min: float) -> Iterator[_Occurrence]:
    """The alarms of a session, each once: one that only became milder goes on as the same."""
    ended: dict[tuple[str, int], dt.datetime] = {}
    for event in events:
        if isinstance(event, AlarmCleared):
            ended[event.rule, event.occurrence] = event.at
        elif isinstance(event, AlarmChanged) and not isinstance(event, AlarmEased):
            ended[event.was, event.was_occurrence] = event.at
    for event in events:
        if isinstance(event, AlarmRaised | AlarmChanged) and not isinstance(event, AlarmEased):
            until = ended.get((event.rule, event.occurrence), event.at + dt.timedelta(minutes=acted_min))
            yield _occurrence(event, events, max(until, event.at))


def _occurrence(alarm: AlarmRaised | AlarmChanged, events: list[AnyEvent], until: dt.datetime) -> _Occurrence:
    own = [one for one in events if getattr(one, "rule", "") == alarm.rule and _is_of(one, alarm)]
    seen = min((one.at for one in own if isinstance(one, AlarmAcknowledged)), default=None)
    during = [one for one in events if isinstance(one, _ACTS) and alarm.at < one.at <= until]
    return _Occurrence(
        rule=alarm.rule,
        priority=alarm.priority,
        seconds=None if seen is None else max(0.0, (seen - alarm.at).total_seconds()),
        was_passed_on=any(isinstance(one, AlarmEscalated) for one in own),
        was_paused=any(isinstance(one, AlarmPaused) for one in own),
        was_acted_on=any(not (isinstance(one, VitalsRecorded) and one.device) for one in during),
        was_overridden=any(isinstance(one, Overridden) and one.rule == alarm.rule for one in during),
    )


def _is_of(event: AnyEvent, alarm: AlarmRaised | AlarmChanged) -> bool:
    """Whether an answer is to this occurrence; one that names none is to what stood then."""
    number = getattr(event, "occurrence", None)
    return event.at >= alarm.at if number is None else number == alarm.occurrence

"""When a hold ends by itself: the first whole minute at which its rule is no longer met, nothing else changing.

Only a time since something grows. The minute is tried on the facts as they will stand then, so that the printed time
opens the hold, and the minute before it does not.
"""

import datetime as dt
import math
from collections.abc import Callable, Iterable, Iterator

import msgspec

from keel.findings import Fact, Facts, Finding, Severity, Truth, evaluate
from keel.knowledge.protocols import Protocol, Rule, leaves
from keel.messages import Message
from keel.quantities import significant

_GROWS = {"hours_since_": 60.0, "minutes_since_": 1.0, "days_since_": 1440.0, "weeks_since_": 10080.0}
"""Beginning of a fact's name to the minutes of its unit."""
FactsAt = Callable[[dt.datetime], Facts]


def unit_minutes(fact: str) -> float | None:
    """The minutes of the unit in which a time since something is counted; None for a fact that does not grow."""
    return next((minutes for name, minutes in _GROWS.items() if fact.startswith(name)), None)


def grown(fact: str, value: Fact, minutes: float) -> Fact:
    """The value of a fact some minutes later: a time since something has grown by then."""
    unit = unit_minutes(fact)
    if unit is None or isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return significant(value + minutes / unit)


def growing(facts: Facts, at: dt.datetime) -> FactsAt:
    """The facts of `at` as they stand at a later moment."""
    return lambda moment: {name: grown(name, one, (moment - at).total_seconds() / 60) for name, one in facts.items()}


def with_ends(
    findings: Iterable[Finding], protocol: Protocol, *, at: dt.datetime, facts_at: FactsAt
) -> Iterator[Finding]:
    """The findings; one that holds or blocks until a time says the time, in the zone of `at`."""
    rules = {rule.id: rule for rule in protocol.rules}
    for finding in findings:
        rule = rules.get(finding.rule)
        holds = finding.severity in (Severity.BLOCK, Severity.HOLD) and finding.subject == protocol.id
        end = _end(rule, protocol, at, facts_at) if rule is not None and holds else None
        yield finding if end is None else _until(finding, end, at)


def _end(rule: Rule, protocol: Protocol, at: dt.datetime, facts_at: FactsAt) -> dt.datetime | None:
    moments = sorted(set(_candidates(rule, protocol, facts_at(at), at)))
    return next((moment for moment in moments if not _is_met(rule, protocol, facts_at(moment))), None)


def _is_met(rule: Rule, protocol: Protocol, facts: Facts) -> bool:
    return evaluate(rule.when, facts, protocol.cuts).truth is Truth.MET


def _candidates(rule: Rule, protocol: Protocol, facts: Facts, at: dt.datetime) -> Iterator[dt.datetime]:
    """The whole minutes after `at` by which a time that grows has reached its limit, and those just after."""
    for leaf in leaves(rule.when):
        unit, value = unit_minutes(leaf.fact), facts.get(leaf.fact)
        limit = protocol.cuts[leaf.cut].value if leaf.cut else leaf.value
        if unit is None or leaf.op not in ("<", "<=") or isinstance(value, bool) or isinstance(limit, bool):
            continue
        if isinstance(value, int | float) and isinstance(limit, int | float) and value <= limit:
            exact = at + dt.timedelta(minutes=(limit - value) * unit)
            whole = exact.replace(second=0, microsecond=0)
            late = math.ceil(round((exact - whole).total_seconds() / 60, 6))
            moments = (whole + dt.timedelta(minutes=late + more) for more in (0, 1))
            yield from (moment for moment in moments if moment > at)


def _until(finding: Finding, moment: dt.datetime, at: dt.datetime) -> Finding:
    clock = moment.strftime("%H:%M" if moment.date() == at.date() else "%Y-%m-%d %H:%M")
    summary = Message("{finding} Earliest {time}.", finding=finding.summary, time=clock)
    return msgspec.structs.replace(finding, summary=summary, opens_at=moment)

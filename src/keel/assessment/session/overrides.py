"""Overrides: a prescriber passes a hold with name and reason, for the values as they were then.

An override counts for a finding that holds, when a prescriber gave it, while no value has become worse since. What
blocks cannot be overridden.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from keel.assessment.session.events import Held, Overridden, Plain
from keel.assessment.session.notices import Says
from keel.findings import Finding, Reason, Severity

FindingsAt = Callable[[dt.datetime], Sequence[Finding]]
"""The findings as they stood at an earlier moment."""
PRESCRIBER = "prescriber"
# What only says how something was found or signed, and not how bad it is.
_BESIDE = ("confirmed by", "set by")


class Passed(msgspec.Struct, frozen=True, kw_only=True):
    """A hold that a prescriber passed."""

    rule: str
    by: str
    name: str
    role: str
    reason: str
    at: dt.datetime
    event: str
    finding: Finding


class Weighed(NamedTuple):
    """Findings after overrides, what was passed, and what is to be said of overrides that do not count."""

    findings: tuple[Finding, ...]
    passed: tuple[Passed, ...]
    said: tuple[Finding, ...]


def weigh(
    findings: Sequence[Finding],
    events: Iterable[Plain],
    earlier: FindingsAt,
    says: Says,
    in_person: Collection[str] = (),
) -> Weighed:
    """The findings, those that were passed turned into notes; `earlier` gives the findings at an override's time.

    `in_person` are rules that only a prescriber who sees the person can pass.
    """
    overrides: dict[str, list[Overridden]] = {}
    for event in events:
        if isinstance(event, Overridden):
            overrides.setdefault(event.rule, []).append(event)
    kept: list[Finding] = []
    passed: list[Passed] = []
    said: list[Finding] = []
    for finding in findings:
        given = overrides.get(_name(finding)) or overrides.get(finding.rule) or []
        if not given or finding.severity not in (Severity.BLOCK, Severity.HOLD):
            kept.append(finding)
            continue
        problems = [_problem(finding, override, earlier, says, in_person) for override in given]
        counts = next((one for one, problem in zip(given, problems, strict=True) if problem is None), None)
        if counts is None:
            kept.append(finding)
            said += [problem for problem in problems[-1:] if problem is not None]
        else:
            kept.append(_noted(finding, counts))
            passed.append(_passed(finding, counts))
    return Weighed(tuple(kept), tuple(passed), tuple(said))


def held_findings(events: Iterable[Plain], says: Says) -> tuple[Finding, ...]:
    """A finding for each `held` event; an override that names the event passes it."""
    return tuple(
        says("KEEL-HELD", event=event.id, by=event.by, reason=event.reason)
        for event in events
        if isinstance(event, Held)
    )


def _name(finding: Finding) -> str:
    """What an override names: the rule, or for a manual hold the event that set it."""
    if finding.rule != "KEEL-HELD":
        return finding.rule
    return next((str(reason.value) for reason in finding.why if reason.name == "event"), finding.rule)


def _problem(
    finding: Finding, override: Overridden, earlier: FindingsAt, says: Says, in_person: Collection[str]
) -> Finding | None:
    if finding.severity is Severity.BLOCK:
        return says("KEEL-OVERRIDE-BLOCK", rule=finding.rule, name=override.name, event=override.id)
    if override.role.strip().casefold() != PRESCRIBER:
        role = override.role or "not given"
        return says("KEEL-OVERRIDE-ROLE", rule=finding.rule, name=override.name, role=role, event=override.id)
    if finding.rule in in_person and not override.in_person:
        return says("KEEL-OVERRIDE-PERSON", rule=finding.rule, name=override.name, event=override.id)
    then = [one for one in earlier(override.at) if one.rule == finding.rule and _name(one) == _name(finding)]
    if not any(covers(one, finding) for one in then):
        return says("KEEL-OVERRIDE-PAST", rule=finding.rule, name=override.name, event=override.id)
    return None


def covers(then: Finding, now: Finding) -> bool:
    """Whether a finding is no worse than it was: each value no further beyond its limit, nothing more missing."""
    before: dict[str, list[object]] = {}
    for reason in then.why:
        before.setdefault(reason.name, []).append(reason.value)
    limits = {name.split(" for ")[1]: name.split()[1] for name in before if name.startswith("limit ")}
    return all(_no_worse(reason, before, limits) for reason in now.why)


def _no_worse(reason: Reason, before: Mapping[str, Sequence[object]], limits: Mapping[str, str]) -> bool:
    if reason.name.startswith(("limit ", *_BESIDE)):
        return True
    return any(_is_no_worse(then, reason.value, limits.get(reason.name, "")) for then in before.get(reason.name, ()))


def _is_no_worse(then: object, now: object, limit: str) -> bool:
    if limit and isinstance(then, int | float) and isinstance(now, int | float):
        return now <= then if limit.startswith(">") else now >= then
    return then == now


def _noted(finding: Finding, override: Overridden) -> Finding:
    moment = override.at.isoformat(timespec="minutes")
    return msgspec.structs.replace(
        finding,
        severity=Severity.NOTE,
        summary=f"{finding.summary} Passed by {override.name} ({override.role}) at {moment}: {override.reason}",
        next_step="",
    )


def _passed(finding: Finding, override: Overridden) -> Passed:
    return Passed(
        rule=finding.rule,
        by=override.by,
        name=override.name,
        role=override.role,
        reason=override.reason,
        at=override.at,
        event=override.id,
        finding=finding,
    )

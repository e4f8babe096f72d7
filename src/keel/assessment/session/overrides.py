"""Overrides: a prescriber passes a hold with name and reason, for the values as they were then.

An override counts for a finding that holds, when a prescriber gave it, while no value has become worse since. What
blocks cannot be overridden, nor what is missing of a rule that must be answered.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from keel.assessment.protocols.gate import CONFIRMED_BY, SET_BY
from keel.assessment.session.events import Overridden
from keel.assessment.session.gate import gate_state
from keel.assessment.session.state import PassedHold
from keel.assessment.session.view import SessionView
from keel.findings import Finding, Reason, Severity
from keel.knowledge.protocols import leaves
from keel.messages import EMPTY, Message, listed

Deeds = Sequence[tuple[dt.datetime, Finding]]
"""What was done while a gate held, and when."""
PRESCRIBER = "prescriber"
# What only says how something was found or signed, and not how bad it is.
_BESIDE = (CONFIRMED_BY, SET_BY)


class Outcome(NamedTuple):
    """Findings after overrides, the holds that were passed, and remarks on overrides that do not count."""

    findings: tuple[Finding, ...]
    passed: tuple[PassedHold, ...]
    remarks: tuple[Finding, ...]


def apply_overrides(view: SessionView, findings: Sequence[Finding], deeds: Deeds = ()) -> Outcome:
    """The findings, those that were passed turned into notes; a deed can be passed from the moment it was done."""
    overrides: dict[str, list[Overridden]] = {}
    for event in view.events:
        if isinstance(event, Overridden):
            overrides.setdefault(event.rule, []).append(event)
    kept: list[Finding] = []
    passed: list[PassedHold] = []
    remarks: list[Finding] = []
    for finding in findings:
        given = overrides.get(override_name(finding)) or overrides.get(finding.rule) or []
        if not given or finding.severity not in (Severity.BLOCK, Severity.HOLD):
            kept.append(finding)
            continue
        problems = [_problem(view, finding, override, deeds) for override in given]
        by = next((one for one, problem in zip(given, problems, strict=True) if problem is None), None)
        if by is None:
            kept.append(finding)
            remarks += [problem for problem in problems[-1:] if problem is not None]
        else:
            kept.append(_noted(finding, by))
            passed.append(PassedHold.of(finding, by))
    return Outcome(tuple(kept), tuple(passed), tuple(remarks))


def override_name(finding: Finding) -> str:
    """What an override names: the rule, or for a manual hold the event that set it."""
    if finding.rule != "KEEL-HELD":
        return finding.rule
    return next((str(reason.value) for reason in finding.why if reason.name == "event"), finding.rule)


def _problem(view: SessionView, finding: Finding, override: Overridden, deeds: Deeds) -> Finding | None:
    """Why an override does not count; None where it does."""
    rule, name, event = finding.rule, override.name, override.id
    if finding.severity is Severity.BLOCK:
        return view.finding("KEEL-OVERRIDE-BLOCK", rule=rule, name=name, event=event)
    if override.role.strip().casefold() != PRESCRIBER:
        role = override.role or Message("not given")
        return view.finding("KEEL-OVERRIDE-ROLE", rule=rule, name=name, role=role, event=event)
    known = next((one for one in view.protocol.rules if one.id == rule), None)
    if known is not None and known.prescriber_in_person and not override.in_person:
        return view.finding("KEEL-OVERRIDE-PERSON", rule=rule, name=name, event=event)
    if override.exception and override.exception not in {one.id for one in (known.exceptions if known else ())}:
        return view.finding("KEEL-OVERRIDE-EXCEPTION", rule=rule, name=name, exception=override.exception, event=event)
    if open_facts := _to_be_answered(view, finding):
        what = listed(Message(view.knowledge.clinical_facts[fact].label) for fact in open_facts)
        return view.finding("KEEL-OVERRIDE-ANSWER", rule=rule, name=name, what=what, event=event)
    stood = gate_state(view.at_moment(override.at))
    then = [*stood.reasons, *stood.alarms, *(deed for when, deed in deeds if when <= override.at)]
    if not any(
        override_name(one) == override_name(finding) and one.rule == rule and covers(one, finding) for one in then
    ):
        return view.finding("KEEL-OVERRIDE-PAST", rule=rule, name=name, event=event)
    return None


def _to_be_answered(view: SessionView, finding: Finding) -> list[str]:
    """Of what a finding says is missing the facts that no override passes: they only need an answer."""
    asked = [rule for rule in view.protocol.rules if rule.must_be_answered]
    facts = {name for rule in asked for name in (*rule.needs, *(leaf.fact for leaf in leaves(rule.when)))}
    return [reason.name for reason in finding.why if reason.value is None and reason.name in facts]


def covers(then: Finding, now: Finding) -> bool:
    """Whether a finding is no worse than it was: each value no further beyond its limit, nothing more missing."""
    before: dict[str, list[object]] = {}
    for reason in then.why:
        before.setdefault(reason.name, []).append(reason.value)
    limits = {reason.limit.fact: reason.limit.op for reason in then.why if reason.limit}
    return all(_no_worse(reason, before, limits) for reason in now.why)


def _no_worse(reason: Reason, before: Mapping[str, Sequence[object]], limits: Mapping[str, str]) -> bool:
    if reason.limit or reason.name in _BESIDE:
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
        summary=Message(
            "{finding} Passed by {name} ({role}) at {time}: {reason}",
            finding=finding.summary,
            name=override.name,
            role=override.role,
            time=moment,
            reason=override.reason,
        ),
        next_step=EMPTY,
    )

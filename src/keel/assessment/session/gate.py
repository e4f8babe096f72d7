"""What stands at a moment of a session, before overrides: the findings of its gate, and alarms."""

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from keel.assessment.protocols.dosing import dose_plan, weights_finding
from keel.assessment.protocols.instrument_verbs import stricter_verbs
from keel.assessment.session.events import Held, VitalsRecorded, minutes_between
from keel.assessment.session.schedule import due_checks
from keel.assessment.session.second_check import differing_checks, missing_checks
from keel.assessment.session.state import DueCheck, MissedCheck, Phase
from keel.assessment.session.view import SessionView
from keel.assessment.session.vitals import SIGNS
from keel.findings import Finding, Severity, worst_first
from keel.messages import Message, Numeral, listed

_COUNTS = ("sessions_so_far", "treatment_week", "weeks_in_treatment")
"""What tells how far a course is."""

_LAST_SETS = 6
"""How many of the newest sets of a monitor tell its interval."""


class GateState(NamedTuple):
    """What stands at a moment: findings of the gate of its phase, alarms, checks due and missed."""

    reasons: tuple[Finding, ...]
    alarms: tuple[Finding, ...]
    due: tuple[DueCheck, ...]
    missed: tuple[MissedCheck, ...]


def gate_state(view: SessionView) -> GateState:
    """What stands at the moment of a view; findings are worst first."""
    due, missed = due_checks(view)
    facts = {**view.facts, "minutes_overdue": max((one.minutes_overdue for one in due), default=0.0)}
    reasons = [_without_ledger(one, view) for one in view.ask(view.gate_phases, facts, missing=True)]
    if not view.phase.is_over:
        reasons += stricter_verbs(facts, [*reasons, *view.out_of_range], view.knowledge)
    if view.phase.gate == "start":
        reasons += [*view.medicines.findings, *_weights(view), *missing_checks(view)]
    if not view.phase.is_over:
        reasons += [*_questions(view), *_signs_undone(view), *_swapped(view), *differing_checks(view)]
    held = [event for event in view.events if isinstance(event, Held)]
    reasons += [view.finding("KEEL-HELD", event=one.id, by=one.by, reason=one.reason) for one in held]
    alarms = [notice.finding(view.knowledge) for notice in view.dose.notices]
    if view.dose.has_begun and not view.phase.is_over:
        alarms += missing_checks(view)
        alarms += [*view.running(facts), *_missing_values(view), *_silent_device(view)]
    if view.phase.is_over:
        alarms += view.ask(view.protocol.gates.after, facts)
    elif view.phase is not Phase.PLANNED:
        # Before the dose, old values are a matter of the gate.
        shown = facts if view.dose.has_begun else {**facts, "vitals_age_min": None}
        alarms += view.ask(view.protocol.gates.monitoring, shown)
    return GateState(worst_first(reasons), worst_first(alarms), due, missed)


def _without_ledger(finding: Finding, view: SessionView) -> Finding:
    """What the rules of the course lack: it holds, but where nobody gave a ledger or said how many sessions there were.

    Then it warns: nothing can be counted, and all that they would ask is open.
    """
    is_of_course = finding.rule == view.protocol.gates.missing.get("course") and finding.severity is Severity.HOLD
    is_counted = view.session.doses is not None or any(view.facts.get(name) is not None for name in _COUNTS)
    if is_of_course and not is_counted:
        return msgspec.structs.replace(finding, severity=Severity.WARN)
    return finding


def _questions(view: SessionView) -> Iterator[Finding]:
    """What was said in words that leave a sign open: it holds until somebody asks."""
    labels = view.knowledge.clinical_facts
    for one in view.questions:
        signs = listed(Message(labels[name].label) for name in one.facts)
        yield view.finding("KEEL-NOT-HEARD", what=one.text, signs=signs, event=one.event)


def _signs_undone(view: SessionView) -> Iterator[Finding]:
    """A danger sign that was told and answered with no since: it holds until somebody has reassessed the person."""
    for one in view.signs_undone:
        sign = Message(view.knowledge.clinical_facts[one.fact].label)
        at = one.at.astimezone(view.at.tzinfo)
        yield view.finding("KEEL-SIGN-TOLD", sign=sign, time=at.isoformat(timespec="minutes"), event=one.event)


def _swapped(view: SessionView) -> Iterator[Finding]:
    """Pressures of which the lower value is not below the upper one."""
    for event in view.events:
        if isinstance(event, VitalsRecorded) and event.sbp and event.dbp and event.dbp >= event.sbp:
            sbp, dbp = Numeral(f"{event.sbp:g}"), Numeral(f"{event.dbp:g}")
            yield view.finding("KEEL-PRESSURE", sbp=sbp, dbp=dbp, event=event.id)


def _weights(view: SessionView) -> Iterator[Finding]:
    """The doses of the three weights where the sources disagree on which to use; the chosen one is named."""
    if view.protocol.dosing.kind == "per_weight" and view.route != "sublingual":
        plan = dose_plan(
            view.protocol, view.person, at=view.at, knowledge=view.knowledge, jurisdiction=view.jurisdiction
        )
        if (finding := weights_finding(plan, view.protocol, basis=str(view.plan.basis or ""))) is not None:
            yield finding
        elif plan.bmi is None and plan.by_weight:
            yield view.finding("KEEL-NO-HEIGHT")


def _silent_device(view: SessionView) -> Iterator[Finding]:
    """A monitor that sent the newest signs and has sent nothing for longer than its own interval explains.

    Where somebody has measured by hand since, the age of the signs is what counts.
    """
    sets = [one for one in view.events if isinstance(one, VitalsRecorded)]
    if not sets or not sets[-1].device:
        return
    name, cuts = sets[-1].device, view.knowledge.session_rules["session"].cuts
    times = [one.at for one in sets if one.device == name][-_LAST_SETS:]
    gaps = sorted(minutes_between(one, next_one) for one, next_one in itertools.pairwise(times))
    silent = minutes_between(times[-1], view.at)
    if gaps and silent > cuts["silent_intervals"].value * gaps[len(gaps) // 2] + cuts["silent_more_min"].value:
        yield view.finding("KEEL-DEVICE-SILENT", device=name, minutes=Numeral(f"{silent:.0f}"))


def _missing_values(view: SessionView) -> Iterator[Finding]:
    """What the newest set since the dose lacks of the signs that the schedule asks for."""
    first, timed_checks = view.dose.first_at, view.protocol.slots
    sets = [one for one in view.vitals.sets if first is not None and one.at > first]
    wanted = {check for timed in timed_checks if timed.anchor != "session_start" for check in timed.checks}
    if not sets or not {"hr", "spo2", "rr"} & wanted:
        return
    newest, near = sets[-1], view.cut("repeat_min") or 0.0
    wanted -= {"bp"} if newest.is_sent else set()
    lacking = [
        Message(view.knowledge.clinical_facts[fact].label)
        for check, facts in SIGNS.items()
        for fact in facts
        if check in wanted
        and fact not in newest.signs
        and not any(abs(minutes_between(one.at, newest.at)) < near for one in view.vitals.of(fact))
    ]
    # A blood pressure alone is a set of its own where the schedule asks for it alone.
    is_alone = any(timed.checks == ("bp",) for timed in timed_checks)
    if lacking and not (is_alone and any(one.at == newest.at for one in view.vitals.pressures)):
        yield view.finding("KEEL-MISSING-VALUE", what=listed(lacking))

"""The fold: a session and a time in, its state out. Pure: the same events give the same state in any order of arrival.

The session is opened as a view (`opening.py`, `view.py`). The gate is asked (`gate.py`), overrides are applied
(`overrides.py`), deeds done while a gate held are named, and the rest is shown beside it (`summary.py`).
"""

import datetime as dt
from collections.abc import Iterator

import msgspec

from keel.assessment.protocols.gate import default_rules, passes
from keel.assessment.session.events import DeviceGiven, Discharged, DoseStarted, Plain, RiskAssessed, Session
from keel.assessment.session.gate import gate_state
from keel.assessment.session.notices import shortened
from keel.assessment.session.opening import open_session
from keel.assessment.session.overrides import apply_overrides
from keel.assessment.session.prediction import predict
from keel.assessment.session.state import MissedCheck, Phase, SessionState
from keel.assessment.session.suicide_risk import is_clinician
from keel.assessment.session.summary import (
    baseline,
    dose_summary,
    latest_values,
    not_considered_in,
    observation,
    past_alarms,
    since_dose,
)
from keel.assessment.session.view import SessionView
from keel.findings import Finding, Severity, worst_first
from keel.knowledge import Knowledge
from keel.messages import Message, joined, listed

_SHOWN_DEFAULTS = 8


def fold_session(session: Session, *, at: dt.datetime, knowledge: Knowledge) -> SessionState:
    """The state of a session at a time.

    UnknownProtocol where the protocol is not on file, SessionError where it gives no dose.
    """
    view = open_session(session, at=at, knowledge=knowledge)
    now, left = gate_state(view), next((one for one in view.events if isinstance(one, Discharged)), None)
    # After discharge the gate is that of the moment of leaving.
    gate = now if left is None else gate_state(view.before(left))
    deeds = tuple(_deeds(view))
    outcome = apply_overrides(view, [*gate.reasons, *now.alarms, *(finding for _, finding in deeds)], deeds)
    gate_rules = {one.rule for one in gate.reasons}
    reasons = [one for one in outcome.findings if one.rule in gate_rules]
    alarms = [one for one in outcome.findings if one.rule not in gate_rules]
    alarms += [*outcome.remarks, *_remarks(view, now.missed)]
    is_clear = passes([*reasons, *alarms])
    # What closes the gate is a reason of it, wherever it was found; and the gates of other phases are closed by phase.
    reasons += [one for one in alarms if not passes([one]) and one not in reasons]
    phase = view.finding(f"KEEL-PHASE-{view.phase.gate.upper()}" if left is None else "KEEL-PHASE-LEFT")
    reasons.append(msgspec.structs.replace(phase, subject="phase"))
    return SessionState(
        phase=view.phase,
        may_start=is_clear and view.phase.gate == "start",
        may_continue=is_clear and view.phase.gate == "giving",
        may_discharge=is_clear and view.phase.gate == "discharge",
        reasons=worst_first(reasons),
        due=now.due,
        alarms=worst_first(alarms),
        given_mg=view.dose.given_mg,
        minutes_since_last_dose=since_dose(view),
        predicted=predict(view),
        as_of=at,
        protocol=view.protocol.id,
        jurisdiction=view.jurisdiction,
        route=view.route,
        person=view.person.id,
        observation=observation(view),
        dose=dose_summary(view),
        baseline=baseline(view),
        latest=dict(latest_values(view)),
        passed=outcome.passed,
        corrections=view.timeline.corrections,
        not_yet=view.timeline.not_yet,
        missed=now.missed,
        history=tuple(past_alarms(view)),
        unconfirmed=_unconfirmed(view),
        knowledge_hash=knowledge.hash,
    )


def _deeds(view: SessionView) -> Iterator[tuple[dt.datetime, Finding]]:
    """Doses, devices and discharges that were done while their gate held, as it stood just before each."""
    for event in view.events:
        if _is_gated(event, view):
            before = view.before(event)
            then = gate_state(before)
            found = apply_overrides(before, [*then.reasons, *then.alarms]).findings
            holding = dict.fromkeys(one.rule for one in found if one.severity in (Severity.BLOCK, Severity.HOLD))
            if holding:
                rule = "KEEL-DISCHARGED-HELD" if isinstance(event, Discharged) else "KEEL-GATE-PASSED"
                yield event.at, view.finding(rule, event=event.id, rules=", ".join(holding))


def _is_gated(event: Plain, view: SessionView) -> bool:
    if isinstance(event, DoseStarted):
        return view.protocol.dosing.kind != "devices"
    return isinstance(event, DeviceGiven | Discharged)


def _remarks(view: SessionView, missed: tuple[MissedCheck, ...]) -> Iterator[Finding]:
    """What a reader should know beside the gate: odd events, answers not understood, no place, missed, defaults."""
    yield from (notice.finding(view.knowledge) for notice in view.timeline.notices)
    for event in view.events:
        if isinstance(event, RiskAssessed) and not is_clinician(event):
            yield view.finding("KEEL-ASSESSMENT-ROLE", name=event.name, role=event.role, event=event.id)
    for what, fix in view.answers.refused:
        yield view.finding("KEEL-NOT-UNDERSTOOD", what=what, fix=fix)
    unread = view.condition_facts.unread
    if unread:
        yield view.finding("KEEL-CONDITION", what=joined(" ", unread))
    beside = not_considered_in(view)
    if beside:
        yield view.finding("KEEL-NOT-CONSIDERED", what=listed(beside))
    if not view.jurisdiction and any(rule.jurisdictions or rule.elsewhere for rule in view.protocol.rules):
        yield view.finding("KEEL-NO-PLACE")
    if missed:
        times = [(one.what, one.due_at.isoformat(timespec="minutes")) for one in missed]
        shown = joined("; ", (Message("{what} at {time}", what=what, time=time) for what, time in times))
        yield view.finding("KEEL-MISSED", what=shown)
    rules = _unconfirmed(view)
    if rules and view.phase is not Phase.DISCHARGED:
        names = shortened(rules, _SHOWN_DEFAULTS)
        yield view.finding("KEEL-DEFAULTS", count=str(len(rules)), rules=names)


def _unconfirmed(view: SessionView) -> tuple[str, ...]:
    """Rules of the gate of this phase, and of alarms once a dose was begun, that no clinic has confirmed."""
    gates, phases = view.protocol.gates, view.gate_phases
    if view.phase.gate != "start":
        phases = (*phases, *gates.running, *gates.monitoring)
    wanted = view.with_rules(phases)
    if not wanted:
        return ()
    return default_rules(view.protocol, wanted, at=view.at, jurisdiction=view.jurisdiction, route=view.route)

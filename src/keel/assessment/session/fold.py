"""The fold: a session and a time in, its state out. Pure: the same events give the same state in any order of arrival.

The session is opened as a view (`opening.py`, `view.py`). The gate is asked (`gate.py`), overrides are applied
(`overrides.py`), deeds done while a gate held are named, and the rest is shown beside it (`summary.py`).
"""

import datetime as dt
from collections.abc import Iterator, Sequence

import msgspec

from keel.assessment.protocols.gate import default_rules, passes
from keel.assessment.session.after_leaving import told_since
from keel.assessment.session.alarms import standing_alarms
from keel.assessment.session.conflicts import conflicts
from keel.assessment.session.course import differing
from keel.assessment.session.event_words import NOT_SAID
from keel.assessment.session.events import (
    DeviceGiven,
    Discharged,
    DoseStarted,
    LeftAgainstAdvice,
    Plain,
    RiskAssessed,
    Session,
    Transferred,
)
from keel.assessment.session.gate import gate_state
from keel.assessment.session.log import call_back, log_entries, responsible
from keel.assessment.session.opening import open_session
from keel.assessment.session.overrides import apply_overrides
from keel.assessment.session.prediction import predict
from keel.assessment.session.state import MissedCheck, SessionState
from keel.assessment.session.summary import (
    baseline,
    dose_summary,
    latest_values,
    not_considered_in,
    observation,
    past_alarms,
    since_dose,
    weighings,
)
from keel.assessment.session.view import SessionView
from keel.findings import Fact, Finding, Severity, worst_first
from keel.knowledge import Knowledge
from keel.messages import Message, Numeral, joined, listed


def fold_session(session: Session, *, at: dt.datetime, knowledge: Knowledge, looks_back: bool = True) -> SessionState:
    """The state of a session at a time; with `looks_back` also its `history`, for which each past set is judged anew.

    UnknownProtocol where the protocol is not on file, SessionError where it gives no dose.
    """
    view = open_session(session, at=at, knowledge=knowledge)
    now, left = gate_state(view), view.ending
    # Once the person has left the gate is that of the moment of leaving.
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
    alarms += told_since(view)
    phase = view.finding(f"KEEL-PHASE-{view.phase.gate.upper()}" if left is None else "KEEL-PHASE-LEFT")
    reasons.append(msgspec.structs.replace(phase, subject="phase"))
    return SessionState(
        phase=view.phase,
        may_start=is_clear and view.phase.gate == "start",
        may_continue=is_clear and view.phase.gate == "giving",
        may_discharge=is_clear and view.phase.gate == "discharge" and (left is None or isinstance(left, Discharged)),
        reasons=worst_first([*_gone(view), *reasons]),
        due=tuple(sorted([*now.due, *call_back(view)], key=lambda one: (one.due_at, one.rule))),
        alarms=worst_first(alarms),
        standing=standing_alarms(view.events, knowledge.session_rules["session"].cuts),
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
        weighings=tuple(weighings(view)),
        passed=outcome.passed,
        corrections=view.timeline.corrections,
        log=tuple(log_entries(view)),
        responsible=responsible(view),
        not_yet=view.timeline.not_yet,
        missed=now.missed,
        history=tuple(past_alarms(view)) if looks_back else msgspec.UNSET,
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
                yield (
                    event.at,
                    view.finding(_deed(event, found, before, view), event=event.id, rules=", ".join(holding)),
                )


def _deed(event: Plain, found: Sequence[Finding], before: SessionView, view: SessionView) -> str:
    """The rule of a deed that was done while its gate held.

    A dose that began against a block does not go on, whoever passes what: it would open the block from behind.
    """
    if isinstance(event, Discharged):
        return "KEEL-DISCHARGED-HELD"
    was_blocked = before.phase.gate == "start" and any(one.severity is Severity.BLOCK for one in found)
    return "KEEL-BLOCK-PASSED" if was_blocked and view.phase.gate == "giving" else "KEEL-GATE-PASSED"


def _gone(view: SessionView) -> Iterator[Finding]:
    """How the person left, where that was no discharge."""
    left = view.ending
    if isinstance(left, LeftAgainstAdvice):
        told, contact = left.told or NOT_SAID, left.contact_tried or NOT_SAID
        yield view.finding("KEEL-LEFT", event=left.id, told=told, contact=contact)
    elif isinstance(left, Transferred):
        yield view.finding("KEEL-TRANSFERRED", event=left.id, to=left.to, reason=left.reason)


def _is_gated(event: Plain, view: SessionView) -> bool:
    if isinstance(event, DoseStarted):
        return view.protocol.dosing.kind != "devices"
    return isinstance(event, DeviceGiven | Discharged)


def _remarks(view: SessionView, missed: tuple[MissedCheck, ...]) -> Iterator[Finding]:
    """What a reader should know beside the gate: odd events, answers not understood, no place, missed, defaults."""
    noticed = (*view.timeline.notices, *conflicts(view.events, view.knowledge))
    yield from (notice.finding(view.knowledge) for notice in noticed)
    for event in view.events:
        for text in dict.fromkeys(view.words[event.id].past):
            yield view.finding("KEEL-PAST", what=text, event=event.id)
        if isinstance(event, RiskAssessed) and not event.is_by_clinician:
            yield view.finding("KEEL-ASSESSMENT-ROLE", name=event.name, role=event.role, event=event.id)
    if view.session.doses is None and "course" in view.protocol.gates.start and view.phase.gate == "start":
        yield view.finding("KEEL-NO-LEDGER")
    stated = view.answers.facts(view.events, view.at)
    for name, (typed, counted) in differing(stated, view.counted).items():
        label = Message(view.knowledge.clinical_facts[name].label)
        yield view.finding("KEEL-COUNTED", what=label, typed=_written(typed), counted=_written(counted))
    if view.dose.has_begun and not view.phase.is_over and not responsible(view):
        yield view.finding("KEEL-NOBODY-RESPONSIBLE")
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
    if rules and view.phase.gate == "start":
        yield view.finding("KEEL-DEFAULTS", count=str(len(rules)))


def _written(value: Fact) -> Message:
    """A typed or counted value in words."""
    if isinstance(value, bool):
        return Message("yes") if value else Message("no")
    return Message("{value}", value=Numeral(f"{value:g}")) if isinstance(value, int | float) else Message(str(value))


def _unconfirmed(view: SessionView) -> tuple[str, ...]:
    """Rules of the gate of this phase, and of alarms once a dose was begun, that no clinic has confirmed."""
    gates, phases = view.protocol.gates, view.gate_phases
    if view.phase.gate != "start":
        phases = (*phases, *gates.running, *gates.monitoring)
    wanted = view.with_rules(phases)
    if not wanted:
        return ()
    return default_rules(view.protocol, wanted, at=view.at, jurisdiction=view.jurisdiction, route=view.route)

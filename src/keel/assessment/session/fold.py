"""The fold: a session and a time in, its state out. Pure: the same events give the same state in any order of arrival.

First the events are put in order (`timeline.py`); then each moment is looked at (`moment.py`): the dose is counted
(`dose.py`), readings are compared (`vitals.py`), the rules are asked, the schedule is laid (`schedule.py`). Last,
overrides are weighed (`overrides.py`) and deeds done while a gate held are named.
"""

import datetime as dt
from collections.abc import Iterator

from keel.assessment.protocols.gate import default_rules, passes
from keel.assessment.session.dose import minutes_between
from keel.assessment.session.events import DeviceGiven, Discharged, DoseStarted, Plain, Session
from keel.assessment.session.moment import Seen, Watch, holding
from keel.assessment.session.overrides import Weighed, weigh
from keel.assessment.session.prediction import predict
from keel.assessment.session.state import Alarmed, Given, Latest, Observation, Phase, SessionState
from keel.assessment.session.vitals import MEASURED, baseline_pressure
from keel.findings import Finding, worst_first
from keel.knowledge import Knowledge

_BEFORE_DOSE = (Phase.PLANNED, Phase.PREPARING)
_DURING_DOSE = (Phase.DOSING, Phase.PAUSED)
_SHOWN_DEFAULTS = 8


def fold_session(session: Session, *, at: dt.datetime, knowledge: Knowledge) -> SessionState:
    """The state of a session at a time.

    UnknownProtocol where the protocol is not on file, SessionError where it gives no dose.
    """
    watch = Watch(session, knowledge, at)
    seen = watch.at_moment(at)
    deeds = tuple(_deeds(watch))
    gate_reasons = _at_the_door(watch, seen).reasons
    gate_rules = {one.rule for one in gate_reasons}
    weighed = _weigh(watch, [*gate_reasons, *seen.alarms, *(finding for _, finding in deeds)], seen, deeds)
    reasons = [one for one in weighed.findings if one.rule in gate_rules]
    alarms = [one for one in weighed.findings if one.rule not in gate_rules]
    alarms += [*weighed.said, *watch.line.findings, *_remarks(watch, seen)]
    clear = passes([*reasons, *alarms])
    dose = seen.scene.dose
    return SessionState(
        phase=seen.phase,
        may_start=clear and seen.phase in _BEFORE_DOSE,
        may_continue=clear and seen.phase in _DURING_DOSE,
        may_discharge=clear and seen.phase not in (*_BEFORE_DOSE, *_DURING_DOSE),
        reasons=worst_first(reasons),
        due=seen.due,
        alarms=worst_first(alarms),
        given_mg=dose.given_mg,
        minutes_since_last_dose=_since_dose(seen),
        predicted=predict(dose, watch.person, watch.protocol, route=watch.route, at=at, knowledge=knowledge),
        as_of=at,
        protocol=watch.protocol.id,
        jurisdiction=watch.place,
        route=watch.route,
        person=watch.person.id,
        observation=_observation(watch, seen),
        dose=_given(seen),
        baseline=_baseline(seen),
        latest=dict(_latest(seen)),
        passed=weighed.passed,
        corrections=watch.line.corrections,
        not_yet=watch.line.not_yet,
        missed=seen.missed,
        history=tuple(_history(watch, seen)),
        unconfirmed=_unconfirmed(watch, seen),
        knowledge_hash=knowledge.hash,
    )


def _at_the_door(watch: Watch, seen: Seen) -> Seen:
    """What was seen just before the person left; before discharge, what is seen now."""
    events = seen.scene.events
    left = next((position for position, event in enumerate(events) if isinstance(event, Discharged)), None)
    return seen if left is None else watch.look(events[:left], events[left].at)


# ------------------------------------------------------------------------------------------------ overrides and deeds

Deeds = tuple[tuple[dt.datetime, Finding], ...]


def _weigh(watch: Watch, findings: list[Finding], seen: Seen, deeds: Deeds = ()) -> Weighed:
    def stood(moment: dt.datetime) -> list[Finding]:
        then = watch.at_moment(moment)
        return [*then.reasons, *then.alarms, *(finding for when, finding in deeds if when <= moment)]

    in_person = {rule.id for rule in watch.protocol.rules if rule.prescriber_in_person}
    return weigh(findings, seen.scene.events, stood, watch.says, in_person)


def _deeds(watch: Watch) -> Iterator[tuple[dt.datetime, Finding]]:
    """Doses, devices and discharges that were done while their gate held, as it stood just before each."""
    events = watch.line.events
    for position, event in enumerate(events):
        if _is_gated(event, watch):
            seen = watch.look(events[:position], event.at)
            weighed = _weigh(watch, [*seen.reasons, *seen.alarms], seen)
            held = holding(weighed.findings)
            if held:
                rule = "KEEL-DISCHARGED-HELD" if isinstance(event, Discharged) else "KEEL-GATE-PASSED"
                yield event.at, watch.says(rule, event=event.id, rules=", ".join(held))


def _is_gated(event: Plain, watch: Watch) -> bool:
    if isinstance(event, DoseStarted):
        return watch.protocol.dosing.kind != "devices"
    return isinstance(event, DeviceGiven | Discharged)


def _remarks(watch: Watch, seen: Seen) -> Iterator[Finding]:
    """What a reader should know beside the gate: answers not understood, no place, defaults, missed checks."""
    for what, mend in watch.told.refused:
        yield watch.says("KEEL-NOT-UNDERSTOOD", what=what, mend=mend)
    if not watch.place and any(rule.jurisdictions or rule.elsewhere for rule in watch.protocol.rules):
        yield watch.says("KEEL-NO-PLACE")
    if seen.missed:
        shown = "; ".join(f"{one.what} at {one.due_at.isoformat(timespec='minutes')}" for one in seen.missed)
        yield watch.says("KEEL-MISSED", what=shown)
    rules = _unconfirmed(watch, seen)
    if rules and seen.phase is not Phase.DISCHARGED:
        more = f" and {len(rules) - _SHOWN_DEFAULTS} more" if len(rules) > _SHOWN_DEFAULTS else ""
        names = f"{', '.join(rules[:_SHOWN_DEFAULTS])}{more}"
        yield watch.says("KEEL-DEFAULTS", count=str(len(rules)), rules=names)


def _unconfirmed(watch: Watch, seen: Seen) -> tuple[str, ...]:
    """Rules of the gate of this phase, and of alarms once a dose was begun, that no clinic has confirmed."""
    phases = [*watch.gate_phases(seen.phase)]
    if seen.phase not in _BEFORE_DOSE:
        phases += [*watch.protocol.gates.running, *watch.protocol.gates.monitoring]
    known = {rule.phase for rule in watch.protocol.rules}
    wanted = tuple(phase for phase in phases if phase in known)
    if not wanted:
        return ()
    return default_rules(watch.protocol, wanted, at=seen.scene.at, jurisdiction=watch.place, route=watch.route)


# ------------------------------------------------------------------------------------------------ what else is shown


def _since_dose(seen: Seen) -> float | None:
    """Minutes since the last of the dose went in: 0 while an infusion runs, None before any dose."""
    dose, at = seen.scene.dose, seen.scene.at
    ended = dose.ended_at
    if ended is None and dose.parts:
        ended = dose.parts[-1].start + dt.timedelta(minutes=dose.parts[-1].minutes)
    if ended is None:
        return 0.0 if dose.is_running and dose.given_mg is not None else None
    return round(max(0.0, minutes_between(ended, at)), 2)


def _given(seen: Seen) -> Given:
    dose, plan = seen.scene.dose, seen.scene.plan
    return Given(
        planned_mg=plan.mg,
        planned_min=plan.minutes,
        is_running=dose.is_running,
        is_paused=dose.is_paused,
        rate_mg_per_h=round(dose.rate_mg_per_min * 60, 4),
        started_at=dose.first_at,
        ended_at=dose.ended_at,
        due_end=dose.due_end,
        devices=tuple(device.at for device in dose.devices),
        devices_planned=plan.devices,
    )


def _observation(watch: Watch, seen: Seen) -> Observation:
    dose, at, protocol = seen.scene.dose, seen.scene.at, watch.protocol
    required = protocol.cuts["observation_min"].value if "observation_min" in protocol.cuts else None
    end = dose.ended_at
    over = end + dt.timedelta(minutes=required) if end is not None and required is not None else None
    return Observation(
        counted_from="last device" if protocol.dosing.kind == "devices" else "end of the dose",
        required_min=required,
        minutes=None if end is None else round(minutes_between(end, at), 2),
        minutes_from_first=None if dose.first_at is None else round(minutes_between(dose.first_at, at), 2),
        over_at=over,
    )


def _baseline(seen: Seen) -> dict[str, float]:
    """The last values before the dose."""
    readings, first = seen.scene.readings, seen.scene.dose.first_at
    pressure = baseline_pressure(readings.pressures, first)
    found = {"sbp": pressure.sbp, "dbp": pressure.dbp} if pressure else {}
    for name in ("hr", "rr", "spo2", "moaas", "cadss6"):
        reading = readings.before(name, first) if first is not None else readings.newest(name)
        if reading is not None and isinstance(reading.value, int | float):
            found[name] = float(reading.value)
    return found


def _latest(seen: Seen) -> Iterator[tuple[str, Latest]]:
    for name in MEASURED:
        reading = seen.scene.readings.newest(name)
        if reading is not None and isinstance(reading.value, bool | int | float | str):
            age = round(minutes_between(reading.at, seen.scene.at), 2)
            yield name, Latest(value=reading.value, at=reading.at, age_min=age)


def _history(watch: Watch, seen: Seen) -> Iterator[Alarmed]:
    """Sets that were out of range when they were taken."""
    for moment, is_pause in watch.turns(seen.scene):
        found = () if is_pause else watch.readings_at(moment)
        if found:
            yield Alarmed(at=moment, rules=tuple(one.rule for one in found))

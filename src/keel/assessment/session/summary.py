"""What a session shows beside its findings: the dose, the observation clock, baseline, newest values, past alarms."""

import datetime as dt
from collections.abc import Iterator

from keel.assessment.protocols.considered import facts_read, not_considered
from keel.assessment.session.events import minutes_between
from keel.assessment.session.pressures import baseline_pressure
from keel.assessment.session.state import DoseSummary, LatestValue, Observation, PastAlarm, Weighing
from keel.assessment.session.view import SessionView
from keel.assessment.session.vitals import MEASURED
from keel.messages import Message


def since_dose(view: SessionView) -> float | None:
    """Minutes since the last of the dose went in: 0 while an infusion runs, None before any dose."""
    dose, ended = view.dose, view.dose.ended_at
    if ended is None and dose.parts:
        ended = dose.parts[-1].start + dt.timedelta(minutes=dose.parts[-1].minutes)
    if ended is None:
        return 0.0 if dose.is_running and dose.given_mg is not None else None
    return round(max(0.0, minutes_between(ended, view.at)), 2)


def dose_summary(view: SessionView) -> DoseSummary:
    """The dose as it is planned and runs."""
    dose, plan = view.dose, view.plan
    return DoseSummary(
        planned_mg=plan.mg,
        planned_min=plan.minutes,
        started_mg=dose.started_mg,
        is_running=dose.is_running,
        is_paused=dose.is_paused,
        rate_mg_per_h=round(dose.rate_mg_per_min * 60, 4),
        started_at=dose.first_at,
        ended_at=dose.ended_at,
        due_end=dose.due_end,
        devices=tuple(device.at for device in dose.devices),
        devices_planned=plan.devices,
    )


def observation(view: SessionView) -> Observation:
    """The observation clock."""
    first, end, required = view.dose.first_at, view.dose.ended_at, view.cut("observation_min")
    by_devices = view.protocol.dosing.kind == "devices"
    return Observation(
        counted_from=Message("last device") if by_devices else Message("end of the dose"),
        required_min=required,
        minutes=None if end is None else round(minutes_between(end, view.at), 2),
        minutes_from_first=None if first is None else round(minutes_between(first, view.at), 2),
        over_at=None if end is None or required is None else end + dt.timedelta(minutes=required),
    )


def baseline(view: SessionView) -> dict[str, float]:
    """The last values before the dose."""
    vitals, first = view.vitals, view.dose.first_at
    pressure = baseline_pressure(vitals.pressures, first)
    found = {"sbp": pressure.sbp, "dbp": pressure.dbp} if pressure else {}
    for name in ("hr", "rr", "spo2", "moaas", "cadss6"):
        sign = vitals.before(name, first) if first is not None else vitals.newest(name)
        if sign is not None and isinstance(sign.value, int | float):
            found[name] = float(sign.value)
    return found


def latest_values(view: SessionView) -> Iterator[tuple[str, LatestValue]]:
    """The newest value of each thing that was measured."""
    for name in MEASURED:
        sign = view.vitals.newest(name)
        if sign is not None and isinstance(sign.value, bool | int | float | str):
            age = round(minutes_between(sign.at, view.at), 2)
            yield name, LatestValue(value=sign.value, at=sign.at, age_min=age)


def weighings(view: SessionView) -> Iterator[Weighing]:
    """The weights that were told in the session."""
    for one in view.weighings:
        if one.at is not None and one.event is not None and isinstance(one.value, int | float):
            yield Weighing(event=one.event, at=one.at, weight_kg=float(one.value))


def past_alarms(view: SessionView) -> Iterator[PastAlarm]:
    """Sets that were out of range when they were taken."""
    for moment, is_pause in view.turns:
        found = () if is_pause else view.at_moment(moment).out_of_range
        if found:
            yield PastAlarm(at=moment, rules=tuple(one.rule for one in found))


def not_considered_in(view: SessionView) -> tuple[Message, ...]:
    """Answers and words of a session that are understood and that no rule of its protocol reads."""
    read, knowledge = facts_read(view.protocol, view.knowledge), view.knowledge
    answers = not_considered((one.fact for one in view.answers.given), read, knowledge)
    said = {
        text: None
        for event in view.events
        for text, facts in view.words[event.id].understood
        if len(not_considered(facts, read, knowledge)) == len(set(facts))
    }
    named = (Message(knowledge.clinical_facts[name].label) for name in answers)
    return (*named, *(Message("“{text}”", text=text) for text in said))

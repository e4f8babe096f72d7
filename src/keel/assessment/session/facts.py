"""The facts of a session at a moment, for the rules: person, plan, screening, answers, readings, clocks, devices.

A statement made later wins. Hours and minutes since something, once stated, grow with the clock.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from keel.assessment.protocols.errors import FactRefused
from keel.assessment.protocols.facts import checked_facts, derived, significant
from keel.assessment.protocols.level_of_care import level_of_care
from keel.assessment.protocols.record_facts import medicine_facts
from keel.assessment.session.dose import DoseState, PlannedDose, minutes_between
from keel.assessment.session.events import (
    AdverseEvent,
    Checked,
    CriteriaChecked,
    Discharged,
    Plain,
    Session,
    SessionMedicine,
)
from keel.assessment.session.reading import parse_age_years, parse_height_cm
from keel.assessment.session.vitals import Readings, asked_signs, pressure_facts, reading_facts
from keel.findings import Fact
from keel.knowledge import Knowledge
from keel.knowledge.clinical_facts import ClinicalFact
from keel.knowledge.conditions import Scalar
from keel.knowledge.protocols import Protocol
from keel.quantities import QuantityError, parse_weight_kg
from keel.record import TAKEN, Person
from keel.record.selection import person_facts

_GROWS = {"hours_since_": 60.0, "minutes_since_": 1.0, "days_since_": 1440.0, "weeks_since_": 10080.0}
"""Beginning of a fact's name to the minutes of its unit."""


class Statement(NamedTuple):
    """One answer, when it was given and by which event (None: at screening)."""

    name: str
    value: Scalar
    at: dt.datetime | None
    event: str | None


class Told(NamedTuple):
    """Answers of a session, and what in them was not understood: name and mend."""

    statements: tuple[Statement, ...]
    refused: tuple[tuple[str, str], ...]


def told(session: Session, events: Iterable[Plain], catalogue: Mapping[str, ClinicalFact]) -> Told:
    """Every answer in order; one that cannot be is left out and named, so that its fact stays missing."""
    statements: list[Statement] = []
    refused: list[tuple[str, str]] = []
    sources: list[tuple[Mapping[str, Fact], dt.datetime | None, str | None]] = [(session.screening, None, None)]
    for event in events:
        if isinstance(event, Checked | CriteriaChecked):
            sources.append((event.facts if isinstance(event, Checked) else event.criteria, event.at, event.id))
    for given, at, name_of_event in sources:
        for name, value in given.items():
            try:
                checked = checked_facts({name: value}, catalogue)
            except FactRefused as error:
                refused.append((f"{name} = {value!r}".replace("'", ""), f"{error.problem} {error.mend}"))
                continue
            statements += [
                Statement(known, one, at, name_of_event) for known, one in checked.items() if one is not None
            ]
    return Told(tuple(statements), tuple(dict.fromkeys(refused)))


def taken(session: Session) -> tuple[str, ...]:
    """The medicines of a session that are taken now, as typed."""
    entries = [SessionMedicine(text=one) if isinstance(one, str) else one for one in session.medicines]
    return tuple(entry.text for entry in entries if entry.status in TAKEN)


@lru_cache(maxsize=64)
def _medicine_facts(listed: tuple[str, ...], knowledge: Knowledge) -> Mapping[str, Fact]:
    """The same list at every moment of a session is read once."""
    return dict(medicine_facts(listed, knowledge))


def as_person(session: Session) -> Person:
    """The person of a session as the record has them; what cannot be read is not known."""
    person = session.person
    return Person(
        id=person.id,
        age_years=_parsed(person.age, parse_age_years) if isinstance(person.age, str) else person.age,
        birth_date=person.birth_date,
        sex=person.sex,
        weight_kg=_parsed(person.weight, parse_weight_kg),
        height_cm=_parsed(person.height, parse_height_cm),
        pregnancy=person.pregnancy,
        country=person.country,
    )


def _parsed(text: str | None, parse: Callable[[str], float]) -> float | None:
    if text is None:
        return None
    try:
        return parse(text)
    except QuantityError:
        return None


class Scene(NamedTuple):
    """What is known of a session at a moment, before any rule is asked."""

    at: dt.datetime
    events: tuple[Plain, ...]
    person: Person
    plan: PlannedDose
    dose: DoseState
    readings: Readings
    statements: tuple[Statement, ...]


def facts_at(
    scene: Scene, session: Session, protocol: Protocol, *, route: str, knowledge: Knowledge
) -> dict[str, Fact]:
    """Every fact that the rules may ask about, at the moment of the scene."""
    facts: dict[str, Fact] = {
        **_person_facts(scene.person, session, scene.at),
        **_plan_facts(scene.plan, protocol, route),
        **_told_facts(scene.statements, scene.at),
        **_last_dose(session, scene.at),
        **_events_facts(scene.events),
        **reading_facts(scene.readings, at=scene.at, first_dose=scene.dose.first_at, signs=asked_signs(protocol)),
        **_pressures(scene, protocol),
        **_clocks(scene, protocol),
    }
    # A medicine on the list is a yes, whatever was answered; one that is not on it is no “no”.
    facts |= _medicine_facts(taken(session), knowledge)
    if any(rule.phase == "home" for rule in protocol.rules):
        facts.setdefault("level_of_care", _level(facts, scene, protocol, knowledge))
    return derived(facts)


def _person_facts(person: Person, session: Session, at: dt.datetime) -> dict[str, Fact]:
    weighed = session.person.weighed_on
    known = person_facts(person, at)
    if weighed is not None and weighed <= at.date():
        known["days_since_weighed"] = (at.date() - weighed).days
    return known


def _plan_facts(plan: PlannedDose, protocol: Protocol, route: str) -> dict[str, Fact]:
    known: dict[str, Fact] = {
        "substance": protocol.substance or None,
        "route": route or None,
        "planned_mg": plan.mg,
        "planned_min": plan.minutes,
    }
    return {name: value for name, value in known.items() if value is not None}


def _told_facts(statements: Iterable[Statement], at: dt.datetime) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for statement in statements:
        facts[statement.name] = _grown(statement, at)
    return facts


def _grown(statement: Statement, at: dt.datetime) -> Scalar:
    value = statement.value
    if statement.at is None or isinstance(value, bool) or not isinstance(value, int | float):
        return value
    unit = next((minutes for name, minutes in _GROWS.items() if statement.name.startswith(name)), None)
    return value if unit is None else significant(value + minutes_between(statement.at, at) / unit)


def _last_dose(session: Session, at: dt.datetime) -> dict[str, Fact]:
    if session.last_dose_at is None or session.last_dose_at > at:
        return {}
    return {
        "hours_since_last_dose": significant(minutes_between(session.last_dose_at, at) / 60),
        "first_session": False,
    }


def _events_facts(events: Iterable[Plain]) -> dict[str, Fact]:
    """What happened: each kind of adverse event until it is resolved; the release once it is signed."""
    facts: dict[str, Fact] = {}
    for event in events:
        if isinstance(event, AdverseEvent):
            facts[event.what] = not event.resolved
            if event.serious:
                facts["serious_adverse_event"] = True
        elif isinstance(event, Discharged):
            facts["release_signed"] = True
    return facts


def _pressures(scene: Scene, protocol: Protocol) -> dict[str, Fact]:
    cuts = protocol.cuts
    return pressure_facts(
        scene.readings,
        first_dose=scene.dose.first_at,
        dose_end=scene.dose.ended_at,
        repeat_min=cuts["repeat_min"].value if "repeat_min" in cuts else 0.0,
        apart_min=cuts["discharge_bp_apart"].value if "discharge_bp_apart" in cuts else 0.0,
    )


def _clocks(scene: Scene, protocol: Protocol) -> dict[str, Fact]:
    dose = scene.dose
    facts: dict[str, Fact] = {"is_running": dose.is_running}
    if dose.ended_at is not None:
        since = minutes_between(dose.ended_at, scene.at)
        facts["minutes_since_dose_end"] = significant(since)
        facts |= {"hours_since_session": significant(since / 60), "days_since_session": significant(since / 1440)}
    if dose.deviation_percent is not None:
        facts["plan_deviation_percent"] = dose.deviation_percent
    if dose.rate_over_plan_percent is not None:
        facts["rate_over_plan_percent"] = dose.rate_over_plan_percent
    if protocol.dosing.kind == "devices":
        facts |= _devices(scene, protocol)
    return facts


def _devices(scene: Scene, protocol: Protocol) -> dict[str, Fact]:
    devices, planned = scene.dose.devices, scene.plan.devices
    facts: dict[str, Fact] = {
        "devices_given": len(devices),
        "unobserved_devices": sum(device.observed is not True for device in devices),
    }
    if planned is not None:
        facts["devices_left"] = planned - len(devices)
    if devices:
        last = devices[-1].at
        facts["minutes_since_last_device"] = significant(minutes_between(last, scene.at))
        first_due = protocol.number("mon_bp") - protocol.number("mon_bp_early")
        late = [one for one in scene.readings.pressures if minutes_between(last, one.at) >= first_due]
        # The set that answers the task at 40 minutes is not yet the one before leaving.
        facts["completion_bp_taken"] = len(late) > 1
    return facts


def _level(facts: Mapping[str, Fact], scene: Scene, protocol: Protocol, knowledge: Knowledge) -> Fact:
    """The level of care by triage; not known while a red-flag question is open, so that the gate asks for it."""
    enabled = {"pathway_enabled": protocol.enablement.on}
    level = level_of_care({**enabled, **facts}, at=scene.at, knowledge=knowledge)
    return None if level.unanswered else level.level

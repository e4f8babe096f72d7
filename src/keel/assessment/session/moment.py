"""One moment of a session: the facts then, and what the gate, the readings and the schedule say, before overrides."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from keel.assessment.interactions import check_medicines, unchecked
from keel.assessment.protocols.gate import find_protocol, gate, jurisdiction_of, place_of, route_of
from keel.assessment.session.dose import dose_state, minutes_between, planned
from keel.assessment.session.errors import SessionError
from keel.assessment.session.events import Discharged, DosePaused, Plain, Session, Started
from keel.assessment.session.facts import Scene, as_person, facts_at, taken, told
from keel.assessment.session.notices import Says
from keel.assessment.session.overrides import held_findings
from keel.assessment.session.schedule import Due, Missed, Moments, due_checks
from keel.assessment.session.state import Phase
from keel.assessment.session.timeline import Timeline, timeline
from keel.assessment.session.vitals import SIGNS, Readings
from keel.findings import Fact, Finding, Severity, worst_first
from keel.knowledge import Knowledge
from keel.knowledge.protocols import Protocol
from keel.record import Person

GATES = {
    Phase.PLANNED: "start",
    Phase.PREPARING: "start",
    Phase.DOSING: "giving",
    Phase.PAUSED: "giving",
    Phase.OBSERVING: "discharge",
    Phase.DISCHARGED: "discharge",
}
"""A phase to the gate that stands in it."""
# What happens during a session is told as an event: what nobody told did not happen.
_TOLD_AS_EVENTS = (
    "crisis_symptom",
    "new_arrhythmia",
    "syncope",
    "apnoea",
    "severe_agitation",
    "panic_unsettled",
    "psychosis_in_session",
    "vomiting",
    "infiltration",
    "pump_fault",
    "asks_to_stop",
    "unresponsive",
)


class Seen(NamedTuple):
    """What is seen at a moment: findings of the gate, alarms, what is due, what was missed."""

    scene: Scene
    facts: dict[str, Fact]
    phase: Phase
    reasons: tuple[Finding, ...]
    alarms: tuple[Finding, ...]
    due: tuple[Due, ...]
    missed: tuple[Missed, ...]


class Watch:
    """A session looked at from any moment up to `at`. The same moment is looked at once."""

    def __init__(self, session: Session, knowledge: Knowledge, at: dt.datetime) -> None:
        self.session, self.knowledge, self.says = session, knowledge, Says(knowledge)
        self.protocol: Protocol = find_protocol(knowledge, session.protocol)
        if self.protocol.dosing.kind == "none":
            dosing = [one.id for one in knowledge.protocols.values() if one.dosing.kind != "none"]
            problem = f"In {self.protocol.id} no dose is given: it is no protocol of a session."
            raise SessionError(problem, where="$.protocol", mend=f"Use one of {', '.join(dosing)}.")
        self.person: Person = as_person(session)
        country = place_of(session.person.country, knowledge)
        self.place = (jurisdiction_of(session.jurisdiction, knowledge) or self.protocol.jurisdiction or country).upper()
        routes = self.protocol.routes
        self.route = route_of(self.protocol, session.route) or (routes[0] if len(routes) == 1 else "")
        self.line: Timeline = timeline(session.events, at=at, protocol=self.protocol, says=self.says)
        self.told = told(session, self.line.events, knowledge.clinical_facts)
        self.medicines = self._medicine_findings()
        self.answers: dict[str, list[tuple[str, Fact]]] = {}
        for one in self.told.statements:
            self.answers.setdefault(one.event or "", []).append((one.name, one.value))
        self.at_moment = cache(lambda moment: self.look(self.line.until(moment), moment))
        self.readings_at = cache(self._readings_at)

    def look(self, events: tuple[Plain, ...], at: dt.datetime) -> Seen:
        """What is seen at a moment that has these events behind it."""
        scene = self._scene(events, at)
        facts = facts_at(scene, self.session, self.protocol, route=self.route, knowledge=self.knowledge)
        phase = phase_of(scene)
        due, missed = self._due(scene, facts)
        facts["minutes_overdue"] = max((one.minutes_overdue for one in due), default=0.0)
        reasons = self._reasons(phase, facts, scene)
        return Seen(scene, facts, phase, reasons, self._alarms(scene, facts, phase), due, missed)

    def ask(self, phases: Iterable[str], facts: Mapping[str, Fact], at: dt.datetime, *, missing: bool) -> list[Finding]:
        """What the rules of some phases say here; nothing where the protocol has none."""
        known = {rule.phase for rule in self.protocol.rules}
        wanted = tuple(phase for phase in phases if phase in known)
        if not wanted:
            return []
        return list(
            gate(
                self.protocol,
                wanted,
                facts,
                at=at,
                knowledge=self.knowledge,
                jurisdiction=self.place,
                route=self.route,
                report_missing=missing,
            )
        )

    def gate_phases(self, phase: Phase) -> tuple[str, ...]:
        """The phases of rules that stand as the gate in a phase of the session."""
        phases: tuple[str, ...] = getattr(self.protocol.gates, GATES[phase])
        return phases

    def _scene(self, events: tuple[Plain, ...], at: dt.datetime) -> Scene:
        dosing = self.protocol.dosing
        device_mg = self.protocol.number(dosing.device_mg) if dosing.kind == "devices" else None
        plan = planned(self.session.plan, events, self.person.weight_kg, device_mg)
        dose = dose_state(
            self.protocol,
            events,
            at=at,
            route=self.route,
            plan=plan,
            weight_kg=self.person.weight_kg,
            says=self.says,
        )
        seen_ids = {event.id for event in events}
        statements = tuple(one for one in self.told.statements if one.event is None or one.event in seen_ids)
        return Scene(at, events, self.person, plan, dose, Readings(events, self.answers), statements)

    def _reasons(self, phase: Phase, facts: dict[str, Fact], scene: Scene) -> tuple[Finding, ...]:
        asked = self.ask(self.gate_phases(phase), facts, scene.at, missing=True)
        beside = self.medicines if GATES[phase] == "start" else ()
        return worst_first([*asked, *beside, *held_findings(scene.events, self.says)])

    def _medicine_findings(self) -> tuple[Finding, ...]:
        """What the medicine list brings to the gate before a dose, by the one checker.

        What a label forbids blocks, what is major holds until a prescriber has decided (interactions reference,
        section 1); what is weaker speaks through the rules of the protocol. A name that was not recognised warns.
        """
        listed = taken(self.session)
        if not listed:
            return ()
        route = self.route if self.route in self.knowledge.routes else None
        report = check_medicines(
            listed, substance=self.protocol.substance or None, route=route, knowledge=self.knowledge
        )
        grave = [one for one in report.findings if one.severity in (Severity.BLOCK, Severity.HOLD)]
        return (*grave, *unchecked(report))

    def _alarms(self, scene: Scene, facts: dict[str, Fact], phase: Phase) -> tuple[Finding, ...]:
        """The dose itself, readings out of range since it began, values missing and old, checks overdue."""
        alarms = list(scene.dose.problems)
        if scene.dose.has_begun and phase is not Phase.DISCHARGED:
            alarms += self.running(facts, scene.at)
            alarms += self._missing_values(scene)
        if phase is Phase.DISCHARGED:
            alarms += self.ask(self.protocol.gates.after, facts, scene.at, missing=False)
        if phase not in (Phase.PLANNED, Phase.DISCHARGED):
            # Before the dose, old values are a matter of the gate.
            shown = facts if scene.dose.has_begun else {**facts, "vitals_age_min": None}
            alarms += self.ask(self.protocol.gates.monitoring, shown, scene.at, missing=False)
        return worst_first(alarms)

    def running(self, facts: Mapping[str, Fact], at: dt.datetime) -> list[Finding]:
        """What the rules of a running session say of the facts."""
        return self.ask(
            self.protocol.gates.running, {**dict.fromkeys(_TOLD_AS_EVENTS, False), **facts}, at, missing=False
        )

    def _readings_at(self, moment: dt.datetime) -> tuple[Finding, ...]:
        scene = self._scene(self.line.until(moment), moment)
        facts = facts_at(scene, self.session, self.protocol, route=self.route, knowledge=self.knowledge)
        return tuple(self.running(facts, moment))

    def _missing_values(self, scene: Scene) -> Iterator[Finding]:
        """What the newest set since the dose lacks of the signs that the schedule asks for."""
        first = scene.dose.first_at
        sets = [one for one in scene.readings.sets if first is not None and one.at > first]
        wanted = {check for slot in self.protocol.slots if slot.anchor != "session_start" for check in slot.checks}
        asked = [fact for check, facts in SIGNS.items() if check in wanted for fact in facts]
        if not sets or not {"hr", "spo2", "rr"} & wanted:
            return
        near = self.protocol.cuts["repeat_min"].value if "repeat_min" in self.protocol.cuts else 0.0
        lacking = [
            self.knowledge.clinical_facts[fact].label
            for fact in asked
            if not any(abs(minutes_between(one.at, sets[-1].at)) < near for one in scene.readings.of(fact))
            and getattr(sets[-1], fact) is None
        ]
        # A blood pressure alone is a set of its own where the schedule asks for it alone.
        if lacking and not self._is_pressure_task(scene, sets[-1].at):
            yield self.says("KEEL-MISSING-VALUE", what=", ".join(lacking))

    def _is_pressure_task(self, scene: Scene, moment: dt.datetime) -> bool:
        alone = any(slot.checks == ("bp",) for slot in self.protocol.slots)
        return alone and any(one.at == moment for one in scene.readings.pressures)

    # ---------------------------------------------------------------------------------------------- the schedule

    def _due(self, scene: Scene, facts: dict[str, Fact]) -> tuple[tuple[Due, ...], tuple[Missed, ...]]:
        due, missed = due_checks(self.protocol, self.moments(scene), scene.readings, at=scene.at, route=self.route)
        both = [*due, *self._repeats(scene, facts)]
        return tuple(sorted(both, key=lambda one: (one.due_at, one.rule))), missed

    def moments(self, scene: Scene) -> Moments:
        """The moments on which the schedule hangs."""
        dose, devices = scene.dose, scene.dose.devices
        first_event = scene.events[0].at if scene.events else None
        return Moments(
            session_start=next((one.at for one in scene.events if isinstance(one, Started)), first_event),
            dose_start=dose.first_at,
            dose_end=dose.ended_at,
            first_device=devices[0].at if devices else None,
            last_device=devices[-1].at if devices else None,
            trigger=self._trigger(scene),
            discharge=next((one.at for one in scene.events if isinstance(one, Discharged)), None),
        )

    def turns(self, scene: Scene) -> list[tuple[dt.datetime, bool]]:
        """Sets of vital signs and pauses since the dose began, in order; True for a pause."""
        first = scene.dose.first_at
        sets = {(one.at, False) for one in scene.readings.sets if first is not None and one.at > first}
        return sorted(sets | {(one.at, True) for one in scene.events if isinstance(one, DosePaused)})

    def _trigger(self, scene: Scene) -> dt.datetime | None:
        """The newest set or pause while close checks still run: until enough sets in a row are in range."""
        if "stable_sets" not in self.protocol.cuts:
            return None
        enough = int(self.protocol.number("stable_sets"))
        needed, last = 0, None
        for moment, is_pause in self.turns(scene):
            found = () if is_pause else self.readings_at(moment)
            if is_pause or any(one.severity in (Severity.BLOCK, Severity.HOLD) for one in found):
                needed = enough
            elif found:
                needed = max(needed, 1)
            else:
                needed = max(0, needed - 1)
            last = moment
        return last if needed else None

    def _repeats(self, scene: Scene, facts: dict[str, Fact]) -> Iterator[Due]:
        """Before the dose: readings that a rule wants to see again."""
        if scene.dose.has_begun or not scene.readings.sets:
            return
        rules = {rule.id: rule for rule in self.protocol.rules}
        for finding in self.ask(self.protocol.gates.start, facts, scene.at, missing=False):
            rule = rules[finding.rule]
            if rule.repeat:
                when = scene.readings.sets[-1].at + dt.timedelta(minutes=self.protocol.number(rule.repeat))
                late = minutes_between(when, scene.at)
                yield Due(
                    what=f"Repeat the reading: {rule.title[0].lower()}{rule.title[1:]}",
                    due_at=when,
                    overdue=late > 0,
                    minutes_overdue=max(0.0, round(late, 2)),
                    checks=(),
                    rule=rule.id,
                )


def phase_of(scene: Scene) -> Phase:
    """Where the session stands at a moment."""
    dose = scene.dose
    if any(isinstance(event, Discharged) for event in scene.events):
        return Phase.DISCHARGED
    if dose.is_paused:
        return Phase.PAUSED
    if dose.is_running:
        return Phase.DOSING
    if dose.has_begun:
        return Phase.OBSERVING
    return Phase.PREPARING if scene.events else Phase.PLANNED


def holding(findings: Sequence[Finding]) -> list[str]:
    """The rules that block or hold, each once."""
    return list(dict.fromkeys(one.rule for one in findings if one.severity in (Severity.BLOCK, Severity.HOLD)))

"""The view of a session: what is known of it at a time, in one value from which gate, schedule and prediction read.

Of the whole session it holds the protocol, the place, the route, the person, the medicines and the events in order
(`opening.py` makes it). Of its time it says the plan, the dose, the vital signs, the facts, the phase, and what rules
say of them. `view.at_moment(time)` and `view.before(event)` are the same session seen earlier, each a view too.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

import msgspec

from keel.assessment.protocols.body_weights import body_weights, weight_facts
from keel.assessment.protocols.facts import RecordFacts, derived
from keel.assessment.protocols.gate import gate
from keel.assessment.protocols.level_of_care import level_of_care
from keel.assessment.session.answers import Answer, Answers, judgement_age
from keel.assessment.session.course import counted_facts, counted_with, with_elsewhere
from keel.assessment.session.dose import DoseState, Order, device_facts, dose_facts, dose_state
from keel.assessment.session.events import (
    DeviceGiven,
    DosePaused,
    DoseStarted,
    Ending,
    LeftAgainstAdvice,
    Plain,
    Plan,
    Session,
    Transferred,
    WeightBasis,
)
from keel.assessment.session.facts import MedicineList, taken, weighed_facts
from keel.assessment.session.heard import (
    UNTOLD_IS_NO,
    Question,
    SignTold,
    Words,
    event_facts,
    questions,
    signs_undone,
)
from keel.assessment.session.notices import Notice
from keel.assessment.session.plan import PlannedDose, newest_plan, number_in, plan_facts, planned_dose
from keel.assessment.session.pressures import pressure_facts
from keel.assessment.session.recovery_score import aldrete_facts
from keel.assessment.session.state import Phase
from keel.assessment.session.suicide_risk import SuicideRisk, told_answers
from keel.assessment.session.timeline import Timeline
from keel.assessment.session.vitals import Vitals, asked_signs, is_dissociated, vital_facts
from keel.findings import Fact, Finding
from keel.knowledge import Knowledge
from keel.knowledge.protocols import Protocol, facts_of
from keel.quantities import parse_weight_kg
from keel.record import Person
from keel.record.selection import person_facts

_NO_EVENT = "serious_adverse_event"
"""How grave one was; it is never over."""


def asked_at_the_door(protocol: Protocol) -> set[str]:
    """The facts that the rules of leaving ask about."""
    return {name for rule in protocol.rules_of(*protocol.gates.discharge) for name in facts_of(rule)}


class SessionView(msgspec.Struct, frozen=True, dict=True, eq=False, kw_only=True):
    """A session seen at `at`, with the `events` that count then, in order.

    `person_before` is the person as the record had them. `timeline`, `answers` and `words` are those of the whole
    session, `withdrawn` the answers that a correction took away; `condition_facts` what the list of conditions says.
    `read_medicines` reads a list of medicines, each once.
    Each question below is answered once.
    """

    session: Session
    knowledge: Knowledge
    protocol: Protocol
    jurisdiction: str
    route: str
    person_before: Person
    timeline: Timeline
    answers: Answers
    withdrawn: tuple[Answer, ...]
    read_medicines: Callable[[tuple[str, ...]], MedicineList]
    condition_facts: RecordFacts
    words: Words
    at: dt.datetime
    events: tuple[Plain, ...]
    moments: dict[dt.datetime, "SessionView"] = msgspec.field(default_factory=dict)

    # ------------------------------------------------------------------------------------------------ other times

    def at_moment(self, moment: dt.datetime) -> "SessionView":
        """The session at another time, with all that had happened by then."""
        if moment not in self.moments:
            self.moments[moment] = self._seen(self.timeline.until(moment), moment)
        return self.moments[moment]

    def before(self, event: Plain) -> "SessionView":
        """The session just before an event."""
        events = self.timeline.events
        return self._seen(events[: events.index(event)], event.at)

    def later(self, moment: dt.datetime) -> "SessionView":
        """The session at a later moment, if nothing more happens."""
        return self._seen(self.events, moment)

    def _seen(self, events: tuple[Plain, ...], at: dt.datetime) -> "SessionView":
        return msgspec.structs.replace(self, events=events, at=at.astimezone(self.at.tzinfo))

    # ------------------------------------------------------------------------------------------------ what is known

    @cached_property
    def person(self) -> Person:
        """The person, by the weight that was measured in the session, the last before the dose."""
        weighed = self._weighed
        kg = self.person_before.weight_kg if weighed is None else number_in(f"{weighed.value} kg", parse_weight_kg)
        return msgspec.structs.replace(self.person_before, weight_kg=kg)

    @cached_property
    def _weighed(self) -> Answer | None:
        """The newest weighing before the dose: one after it changes nothing that was given."""
        doses = (one.at for one in self.events if isinstance(one, DoseStarted | DeviceGiven))
        began = next(doses, self.at)
        told = (one for one in reversed(self.weighings) if one.at is not None and one.at <= began)
        return next(told, None)

    @cached_property
    def weighings(self) -> list[Answer]:
        """The weights that were told in the session, in order."""
        told = (one for one in self._said if one.fact == "weight_kg" and one.event is not None)
        return [one for one in told if one.value is not None]

    @property
    def _weighed_facts(self) -> dict[str, Fact]:
        """How long ago the person was weighed, where that was in the session and nobody has said other since."""
        weighed = self._weighed
        told = [one.at for one in self._said if one.fact == "days_since_weighed" and one.at is not None]
        if weighed is None or weighed.at is None or any(one > weighed.at for one in told):
            return {}
        return weighed_facts(weighed.at.astimezone(self.at.tzinfo).date(), self.at, self.session.timezone)

    @cached_property
    def order(self) -> Order:
        """What is ordered now."""
        return self.ordered(newest_plan(self.session.plan, self.events))

    @property
    def plan(self) -> PlannedDose:
        """What is ordered now, in numbers."""
        return self.order.dose

    def ordered(self, plan: Plan | None) -> Order:
        """A plan as an order: its numbers, and the weight by which amounts per kilogram are made."""
        dosing = self.protocol.dosing
        device_mg = self.protocol.number(dosing.device_mg) if dosing.kind == "devices" else None
        weight_kg = self._weight_by(plan.weight_basis if plan else None)
        return Order(planned_dose(plan, weight_kg, device_mg), weight_kg)

    def _weight_by(self, basis: WeightBasis | None) -> float | None:
        """The actual weight, or the one that the plan chose; of two formulas (sex not recorded) the lighter one."""
        if basis in (None, WeightBasis.ACTUAL) or self.protocol.dosing.kind != "per_weight":
            return self.person.weight_kg
        weights = body_weights(self.protocol, self.person)
        return min((one.kg for one in weights if one.basis == basis and one.kg is not None), default=None)

    @cached_property
    def dose(self) -> DoseState:
        """What was given, and what is running."""
        plan = self.session.plan
        return dose_state(self.protocol, self.events, at=self.at, route=self.route, plan=plan, orders=self.ordered)

    @cached_property
    def vitals(self) -> Vitals:
        """The vital signs, scales and symptoms."""
        return Vitals(self.events, self.answers.given, self.words)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """What was said in words that leave a sign open, as long as nobody has answered it."""
        return questions(self.events, self.words)

    @cached_property
    def signs_undone(self) -> tuple[SignTold, ...]:
        """The danger signs that were told, and that a later answer says are not there."""
        return signs_undone(self.events, self.words)

    @property
    def medicines(self) -> MedicineList:
        """What the medicines say that are on record or were told by now."""
        return self.read_medicines(taken(self.session, self.events))

    @cached_property
    def _said(self) -> list[Answer]:
        """The answers of screening and of the events seen, in order."""
        known = {None, *(event.id for event in self.events)}
        return [one for one in self.answers.given if one.event in known]

    @cached_property
    def suicide_risk(self) -> SuicideRisk:
        """What was said of suicide, and who has assessed it."""
        gone = [one for one in self.withdrawn if one.at is not None and one.at <= self.at]
        return SuicideRisk.of([*self._said, *told_answers(self.events, self.words)], gone, self.events)

    @cached_property
    def ending(self) -> Ending | None:
        """The event with which the person left."""
        return next((event for event in self.events if isinstance(event, Ending)), None)

    @property
    def left_at(self) -> dt.datetime | None:
        """When the person left."""
        return self.ending.at if self.ending else None

    @cached_property
    def phase(self) -> Phase:
        """Where the session stands."""
        if self.ending is not None:
            gone = {LeftAgainstAdvice: Phase.LEFT_AGAINST_ADVICE, Transferred: Phase.TRANSFERRED}
            return gone.get(type(self.ending), Phase.DISCHARGED)
        if self.dose.is_paused:
            return Phase.PAUSED
        if self.dose.is_running:
            return Phase.DOSING
        if self.dose.has_begun:
            return Phase.OBSERVING
        return Phase.PREPARING if self.events else Phase.PLANNED

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """Every fact that the rules may ask about; of two that have one name the later group wins."""
        at, dose, vitals, protocol = self.at, self.dose, self.vitals, self.protocol
        facts: dict[str, Fact] = {
            **person_facts(self.person, at),
            **self.condition_facts.facts,
            **weighed_facts(self.session.person.weighed_on, at, self.session.timezone),
            **plan_facts(self.plan, protocol, self.route, self.order.weight_kg),
            **with_elsewhere(counted_with(self.answers.facts(self.events, at), self.counted), self.counted, at),
            **self._weighed_facts,
            **judgement_age(self._said, asked_at_the_door(protocol), at),
            **weight_facts(self._weights_kg, self.cut("weight_pounds_near") or 0.0),
            **event_facts(self.events, self.words),
            **self.suicide_risk.facts(),
            "events_open": self._events_open,
            **vital_facts(
                vitals,
                at=at,
                first_dose=dose.first_at,
                signs=asked_signs(protocol),
                set_min=self.cut("repeat_min") or 0.0,
            ),
            **is_dissociated(
                vitals,
                first_dose=dose.first_at,
                cadss6_rise=self.cut("discharge_cadss6_rise") or 0.0,
                cadss_most=self.cut("discharge_cadss") or 0.0,
            ),
            **pressure_facts(
                vitals.pressures,
                half=vitals.half_pressure,
                first_dose=dose.first_at,
                dose_end=dose.ended_at,
                repeat_min=self.cut("repeat_min") or 0.0,
                apart_min=self.cut("discharge_bp_apart") or 0.0,
                severe=(self.cut("severe_sbp"), self.cut("severe_dbp")),
            ),
            **dose_facts(dose, at),
            **device_facts(dose, self.plan, vitals.pressures, protocol, at),
            # What is on a list is a yes, whatever was answered; what is not on it is not a “no”.
            **self.medicines.facts,
            **{name: value for name, value in self.condition_facts.facts.items() if value is True},
            **{name: value for name, value in person_facts(self.person, at).items() if value is True},
        }
        for name in self.condition_facts.suspected:
            if facts.get(name) is False:
                del facts[name]
        facts |= aldrete_facts(facts, self.cut)
        if any(rule.phase == "home" for rule in protocol.rules):
            facts.setdefault("level_of_care", self._level_of_care(facts))
        return derived(facts)

    @property
    def _events_open(self) -> int:
        """How many kinds of adverse event of the catalogue are on record and not over."""
        happened, catalogue = event_facts(self.events, self.words), self.knowledge.clinical_facts.values()
        return sum(happened.get(one.id) is True for one in catalogue if one.group == "event" and one.id != _NO_EVENT)

    @property
    def _weights_kg(self) -> list[float]:
        """The weights of the person as told: the one before, the one of today, and those answered in the session."""
        before = number_in(self.session.person.previous_weight, parse_weight_kg)
        told = [before, self.person_before.weight_kg, *(one.value for one in self.weighings)]
        return [float(one) for one in told if isinstance(one, int | float) and one > 0]

    @cached_property
    def counted(self) -> dict[str, Fact]:
        """What the doses on record before this session come to for the rules of a course."""
        plan = newest_plan(self.session.plan, self.events)
        return counted_facts(self.session, plan, self.protocol, started=self.timeline.began, at=self.at)

    def _level_of_care(self, facts: Mapping[str, Fact]) -> Fact:
        """By triage; not known while a red-flag question is open, so that the gate asks for it."""
        enabled = {"pathway_enabled": self.protocol.enablement.on}
        level = level_of_care({**enabled, **facts}, at=self.at, knowledge=self.knowledge)
        return None if level.unanswered else level.level

    def cut(self, name: str) -> float | None:
        """A number of the protocol; None where it has none of that name."""
        cut = self.protocol.cuts.get(name)
        return None if cut is None else cut.value

    # ------------------------------------------------------------------------------------------------ what rules say

    def ask(self, phases: Iterable[str], facts: Mapping[str, Fact], *, missing: bool = False) -> list[Finding]:
        """What the rules of some phases say of the facts; with `missing` also what they lack."""
        wanted = self.with_rules(phases)
        if not wanted:
            return []
        return list(
            gate(
                self.protocol,
                wanted,
                facts,
                at=self.at,
                knowledge=self.knowledge,
                jurisdiction=self.jurisdiction,
                route=self.route,
                report_missing=missing,
                facts_at=lambda moment: facts if moment == self.at else self.later(moment).facts,
            )
        )

    def with_rules(self, phases: Iterable[str]) -> tuple[str, ...]:
        """Those of some phases for which the protocol has rules."""
        known = {rule.phase for rule in self.protocol.rules}
        return tuple(phase for phase in phases if phase in known)

    @property
    def gate_phases(self) -> tuple[str, ...]:
        """The phases of rules that stand as the gate now."""
        phases: tuple[str, ...] = getattr(self.protocol.gates, self.phase.gate)
        return phases

    def running(self, facts: Mapping[str, Fact]) -> list[Finding]:
        """What the rules of a running session say of the facts."""
        return self.ask(self.protocol.gates.running, {**dict.fromkeys(UNTOLD_IS_NO, False), **facts})

    @cached_property
    def out_of_range(self) -> tuple[Finding, ...]:
        """What the rules of a running session say now."""
        return tuple(self.running(self.facts))

    @cached_property
    def turns(self) -> list[tuple[dt.datetime, bool]]:
        """Sets of vital signs and pauses since the dose began, in order; True for a pause."""
        first = self.dose.first_at
        sets = {(one.at, False) for one in self.vitals.sets if first is not None and one.at > first}
        return sorted(sets | {(one.at, True) for one in self.events if isinstance(one, DosePaused)})

    def finding(self, rule: str, /, **parts: str) -> Finding:
        """A rule of the session's own as a finding."""
        return Notice(rule, **parts).finding(self.knowledge)

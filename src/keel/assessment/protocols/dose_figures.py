"""The figures of a dose: milligrams, per kilogram and as a multiple of the plan, and doses far beyond it."""

import datetime as dt
from collections.abc import Iterator

import msgspec

from keel.assessment.protocols.gate import gate, jurisdiction_in
from keel.findings import Fact, Finding, Reason, Severity, worst_first
from keel.knowledge import Certainty, Knowledge
from keel.knowledge.protocols import Protocol
from keel.knowledge.reading import CodeKind
from keel.messages import FactName, Message, Numeral, plural
from keel.quantities import significant
from keel.record import Dose, Record
from keel.record.selection import day_of, numbers_measured

DOSE_PHASE = "dose"
"""The phase of the rules on an amount."""


class DoseMeaning(msgspec.Struct, frozen=True, kw_only=True):
    """A dose in figures, and what speaks against it, worst first.

    `mg` and `mg_per_kg` are the amount as given (salt not converted), `plan_per_kg` mg/kg and `plan_mg` mg of the plan
    of `protocol`, `times_plan` how many plans the dose is; each None where it is not known. `weighed_on` is the day of
    the weight, None for one that came without a day. `nearest` is the dose on record nearest in time to this one.
    """

    protocol: str = ""
    mg: float | None = None
    mg_per_kg: float | None = None
    minutes: float = 0.0
    weight_kg: float | None = None
    weighed_on: dt.date | None = None
    plan_mg: float | None = None
    plan_per_kg: float | None = None
    plan_minutes: float | None = None
    times_plan: float | None = None
    nearest: Dose | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def blocks(self) -> tuple[Finding, ...]:
        """What no reason passes."""
        return tuple(one for one in self.findings if one.severity is Severity.BLOCK)

    @property
    def holds(self) -> tuple[Finding, ...]:
        """What a prescriber may pass with a reason."""
        return tuple(one for one in self.findings if one.severity is Severity.HOLD)


def protocol_of(substance: str, route: str, knowledge: Knowledge, jurisdiction: str = "") -> Protocol | None:
    """The protocol with rules on the amount of this substance by this route; the jurisdiction’s own where it has one.

    The United Kingdom keeps the label that the European Union has.
    """
    near = {"UK": "EU"}.get(jurisdiction, jurisdiction)
    fitting = [
        one
        for one in knowledge.protocols.values()
        if one.substance == substance
        and route in one.routes
        and any(not rule.routes or route in rule.routes for rule in one.rules_of(DOSE_PHASE))
    ]
    fitting.sort(key=lambda one: (one.jurisdiction not in (near, ""), one.jurisdiction != near, one.routes[0] != route))
    return fitting[0] if fitting else None


def implausible_doses(record: Record, *, at: dt.datetime, knowledge: Knowledge) -> tuple[Finding, ...]:
    """A finding on each kind of dose on record that is far beyond its plan, whoever insisted on it.

    Doses of the clinic or by prescription whose amount a rule of their protocol blocks hold; those above
    `doubtful_multiple` of the plan are warned of. Alike ones are one finding, with how often and since when.
    """
    jurisdiction = jurisdiction_in(record.person.country, knowledge)
    far: dict[tuple[object, ...], list[Dose]] = {}
    for dose in record.doses:
        if dose.setting.is_medical and dose.start <= at and (dose.amount_mg or dose.per_kg or dose.devices):
            amount = (dose.amount_mg, dose.per_kg, dose.devices)
            far.setdefault((dose.substance, dose.route, *amount), []).append(dose)
    found = []
    for alike in far.values():
        known = figures_of(alike[0], record, knowledge, jurisdiction)
        severity = _how_far(alike[0], known, knowledge, jurisdiction, at)
        if severity is not None:
            found.append(_implausible(alike, known, severity, at, knowledge))
    return worst_first(found)


def _how_far(
    dose: Dose, known: DoseMeaning, knowledge: Knowledge, jurisdiction: str, at: dt.datetime
) -> Severity | None:
    protocol = protocol_of(dose.substance, dose.route, knowledge, jurisdiction)
    if protocol is None:
        return None
    doubtful = knowledge.reading_limits.doubtful_multiple.value
    facts = planned_facts(known, knowledge)
    rules = gate(
        protocol,
        DOSE_PHASE,
        facts,
        at=at,
        knowledge=knowledge,
        jurisdiction=jurisdiction,
        route=dose.route,
        report_missing=False,
    )
    if any(one.severity is Severity.BLOCK for one in rules) and (known.times_plan or doubtful) > 1:
        return Severity.HOLD
    return Severity.WARN if known.times_plan is not None and known.times_plan > doubtful else None


def _implausible(
    alike: list[Dose], known: DoseMeaning, severity: Severity, at: dt.datetime, knowledge: Knowledge
) -> Finding:
    first = min(alike, key=lambda one: one.start)
    count = len(alike)
    title = knowledge.routes[first.route].title
    return Finding(
        rule="KEEL-DOSE-IMPLAUSIBLE",
        subject="dose",
        severity=severity,
        summary=plural(
            "{count} dose on record is far beyond its plan. {route}: {dose}, on {day}.",
            "{count} doses on record are far beyond their plan. {route}: {dose}, the first on {day}.",
            count=count,
            dose=written_amount(known),
            route=Message(title),
            day=day_of(first.start, at).isoformat(),
        ),
        why=tuple(_reasons(known)),
        confidence=Certainty.DEFAULT,
        next_step=Message(
            "Look whether it was a slip of amount or unit, and correct the fact. If it was given, what follows from it "
            "is to be looked at now."
        ),
    )


def written_amount(known: DoseMeaning) -> Message:
    """The figures of a dose in one phrase, as far as they are known."""
    if known.mg is None:
        return Message("{per_kg} mg/kg", per_kg=known.mg_per_kg or 0.0)
    if known.mg_per_kg is None:
        return Message("{mg} mg", mg=known.mg)
    return Message("{mg} mg, which is {per_kg} mg/kg", mg=known.mg, per_kg=Numeral(f"{known.mg_per_kg:.3g}"))


def _reasons(known: DoseMeaning) -> Iterator[Reason]:
    if known.mg is not None:
        yield Reason(FactName("planned_mg"), known.mg, "mg")
    if known.mg_per_kg is not None:
        yield Reason(FactName("planned_mg_per_kg"), round(known.mg_per_kg, 4), "mg/kg")
    if known.weight_kg is not None:
        yield Reason(FactName("weight_kg"), known.weight_kg, "kg")
    if known.plan_mg is not None:
        yield Reason(Message("plan"), known.plan_mg, "mg")
    if known.times_plan is not None:
        yield Reason(Message("times the plan"), known.times_plan, "1")


def figures_of(dose: Dose, record: Record, knowledge: Knowledge, jurisdiction: str) -> DoseMeaning:
    weight, weighed_on = weight_at(record, dose.start, knowledge)
    mg, per_kg = (dose.amount_mg.mid if dose.amount_mg else None), (dose.per_kg.mid if dose.per_kg else None)
    protocol = protocol_of(dose.substance, dose.route, knowledge, jurisdiction)
    dosing = protocol.dosing if protocol else None
    if mg is None and dose.devices and protocol and dosing and dosing.device_mg:
        mg = dose.devices * protocol.number(dosing.device_mg)
    if mg is None and per_kg is not None and weight:
        mg = per_kg * weight
    if per_kg is None and mg is not None and weight:
        per_kg = mg / weight
    plan_kg = plan_min = plan_mg = None
    # The plan per kilogram of a protocol is of its first route; the rules alone know the others.
    if protocol and dosing and dosing.per_kg and dose.route == protocol.routes[0]:
        plan_kg, plan_min = protocol.number(dosing.per_kg), protocol.number(dosing.over)
        plan_mg = significant(plan_kg * weight) if weight else None
    if protocol and dosing and dosing.options:
        plan_mg = max(protocol.number(option.mg) for option in dosing.options)
    times = mg / plan_mg if mg is not None and plan_mg else per_kg / plan_kg if per_kg and plan_kg else None
    return DoseMeaning(
        protocol=protocol.id if protocol else "",
        mg=None if mg is None else significant(mg),
        mg_per_kg=None if per_kg is None else significant(per_kg),
        minutes=dose.duration_min,
        weight_kg=weight,
        weighed_on=weighed_on,
        plan_mg=plan_mg,
        plan_per_kg=plan_kg,
        plan_minutes=plan_min,
        times_plan=None if times is None else significant(times),
    )


def weight_at(record: Record, at: dt.datetime, knowledge: Knowledge) -> tuple[float | None, dt.date | None]:
    """Kilograms at a time and the day on which they were measured: the newest before it, else as told without a day."""
    measured = [
        one
        for one in numbers_measured(record, at)
        if one.unit == "kg"
        and (row := knowledge.reading_codes.coded(CodeKind.MEASURE, one.system, one.code))
        and row.means == "weight"
    ]
    newest = measured[-1] if measured else None
    if newest is not None and newest.at is not None and newest.number is not None:
        return newest.number, day_of(newest.at, at)
    return record.person.weight_kg, None


def planned_facts(known: DoseMeaning, knowledge: Knowledge) -> dict[str, Fact]:
    """The figures as facts. Without a weight, what the amount is per kilogram of the heaviest person: at least this."""
    per_kg, heaviest = known.mg_per_kg, knowledge.reading_limits.possible["weight"].high
    if per_kg is None and known.mg is not None:
        per_kg = known.mg / heaviest
    facts: dict[str, Fact | None] = {
        "planned_mg": known.mg,
        "planned_mg_per_kg": per_kg,
        "planned_min": known.minutes or None,
        "weight_kg": known.weight_kg,
    }
    return {name: value for name, value in facts.items() if value is not None}

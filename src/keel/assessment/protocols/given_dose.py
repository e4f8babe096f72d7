"""What a dose that was given, or is about to be, means for its person, and which rules speak against it.

A dose is held against the protocol of its substance and route: what was written, in milligrams, per kilogram and as a
multiple of the plan. A dose of the clinic meets the whole gate as far as its facts are known; one from elsewhere was
not the clinic's to forbid, so that of its amount alone is asked.
"""

import datetime as dt
from collections.abc import Iterator

import msgspec

from keel.assessment.interactions.check import check_recorded
from keel.assessment.protocols.gate import gate, jurisdiction_in, limit_reason
from keel.assessment.protocols.record_facts import facts_from_record
from keel.findings import Fact, Finding, Reason, Severity, worst_first
from keel.knowledge import Certainty, Knowledge
from keel.knowledge.protocols import Protocol
from keel.knowledge.reading import CodeKind
from keel.messages import FactName, Message, Numeral, plural
from keel.quantities import convert, significant
from keel.record import Dose, Precision, Record, Setting
from keel.record.selection import day_of, medicines_taken, numbers_measured

_DOSE = "dose"
"""The phase of the rules on an amount."""
_ASKS = (Severity.BLOCK, Severity.HOLD)


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
        and any(not rule.routes or route in rule.routes for rule in one.rules_of(_DOSE))
    ]
    fitting.sort(key=lambda one: (one.jurisdiction not in (near, ""), one.jurisdiction != near, one.routes[0] != route))
    return fitting[0] if fitting else None


def meaning_of(
    dose: Dose, record: Record, *, at: dt.datetime, knowledge: Knowledge, jurisdiction: str = ""
) -> DoseMeaning:
    """What a dose means beside a record that does not hold it yet."""
    jurisdiction = jurisdiction or jurisdiction_in(record.person.country, knowledge)
    known = _figures(dose, record, knowledge, jurisdiction)
    nearest = _nearest(dose, record)
    found = [*_of_the_protocol(dose, known, record, knowledge, jurisdiction, at)]
    found += _of_the_form(dose, known, nearest, at, knowledge)
    if dose.setting is Setting.CLINIC:
        taken = check_recorded(
            medicines_taken(record, dose.start), substance=dose.substance, route=dose.route, knowledge=knowledge
        )
        found += [one for one in taken.findings if one.severity in _ASKS]
    else:
        found = [_asked(one) for one in found]
    findings = worst_first(one for one in found if one.severity is not Severity.NOTE)
    return msgspec.structs.replace(known, nearest=nearest, findings=findings)


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
        known = _figures(alike[0], record, knowledge, jurisdiction)
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
    facts = _planned(known, knowledge)
    rules = gate(
        protocol,
        _DOSE,
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
            dose=_written(known),
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


def _written(known: DoseMeaning) -> Message:
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


def _figures(dose: Dose, record: Record, knowledge: Knowledge, jurisdiction: str) -> DoseMeaning:
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


def _planned(known: DoseMeaning, knowledge: Knowledge) -> dict[str, Fact]:
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


def _of_the_protocol(
    dose: Dose, known: DoseMeaning, record: Record, knowledge: Knowledge, jurisdiction: str, at: dt.datetime
) -> Iterator[Finding]:
    protocol = protocol_of(dose.substance, dose.route, knowledge, jurisdiction)
    if protocol is None:
        return
    facts: dict[str, Fact] = {}
    phases = _phases(protocol, is_ours=dose.setting is Setting.CLINIC)
    if dose.setting is Setting.CLINIC:
        facts = dict(facts_from_record(record, at=dose.start, knowledge=knowledge).facts)
        facts.pop("hours_since_last_dose", None)  # `_repeats` shows the dose that is too near, before or after
        if known.weighed_on is not None:
            facts["days_since_weighed"] = max(0, (day_of(dose.start, at) - known.weighed_on).days)
    yield from gate(
        protocol,
        phases,
        facts | _planned(known, knowledge),
        at=dose.start,
        knowledge=knowledge,
        jurisdiction=jurisdiction,
        route=dose.route,
        report_missing=False,
    )


def _phases(protocol: Protocol, *, is_ours: bool) -> tuple[str, ...]:
    there = {rule.phase for rule in protocol.rules}
    return tuple(one for one in protocol.gates.start if one in there) if is_ours else (_DOSE,)


def _of_the_form(
    dose: Dose, known: DoseMeaning, nearest: Dose | None, at: dt.datetime, knowledge: Knowledge
) -> Iterator[Finding]:
    """What the figures alone say: no time, devices that do not fit, another dose too near, more than anybody takes."""
    if known.plan_minutes is not None and dose.amount_mg and known.minutes == 0 and dose.setting is Setting.CLINIC:
        yield _finding(
            Severity.HOLD,
            "KEEL-DOSE-AT-ONCE",
            Message(
                "No time is written for this dose, which the protocol gives over {minutes} minutes.",
                minutes=known.plan_minutes,
            ),
            (Reason(FactName("planned_min"), 0, "min"), limit_reason(">=", "planned_min", known.plan_minutes, "min")),
            Message("Write over how long it was given."),
        )
    yield from _devices(dose, known, knowledge)
    if nearest is not None:
        yield from _repeats(dose, known, nearest, at, knowledge)
    most = knowledge.reading_limits.most_a_day
    if known.mg is not None and known.mg > convert(most.value, "g", "mg"):
        yield _finding(
            Severity.HOLD,
            "KEEL-DOSE-OF-A-DAY",
            Message("{dose} at once is more than is known of a whole day.", dose=_written(known)),
            (Reason(FactName("planned_mg"), known.mg, "mg"), limit_reason(">", "planned_mg", most.value, "g")),
            Message("Check amount and unit for a slip."),
        )


def _devices(dose: Dose, known: DoseMeaning, knowledge: Knowledge) -> Iterator[Finding]:
    protocol = knowledge.protocols.get(known.protocol)
    if dose.devices is None or protocol is None or not protocol.dosing.device_mg or dose.amount_mg is None:
        return
    each = protocol.number(protocol.dosing.device_mg)
    if abs(dose.devices * each - dose.amount_mg.mid) > 1e-6:
        yield _finding(
            Severity.BLOCK,
            "KEEL-DOSE-DEVICES",
            Message(
                "{devices} devices of {each} mg are {sum} mg, and {mg} mg are written.",
                devices=dose.devices,
                each=each,
                sum=dose.devices * each,
                mg=dose.amount_mg.mid,
            ),
            (Reason(FactName("planned_mg"), dose.amount_mg.mid, "mg"),),
            Message("Count the devices again, and write the amount that they make."),
        )


def _repeats(dose: Dose, known: DoseMeaning, nearest: Dose, at: dt.datetime, knowledge: Knowledge) -> Iterator[Finding]:
    """Another dose on record nearer than the protocol allows, or, without a protocol, within the same hour."""
    if dose.precision is not Precision.MINUTE:
        return
    protocol = knowledge.protocols.get(known.protocol)
    is_ours = dose.setting is Setting.CLINIC
    gap = protocol.cuts.get("min_gap_h") if protocol and is_ours else None
    least = gap.value if gap else knowledge.reading_limits.repeat_within.value / 60
    hours = abs((dose.start - nearest.start).total_seconds()) / 3600
    if hours >= least:
        return
    yield _finding(
        Severity.HOLD,
        "KEEL-DOSE-REPEAT",
        Message(
            "Another dose is on record {minutes} minutes from this one: {dose}, {day}.",
            minutes=round(hours * 60),
            dose=_amount(nearest),
            day=f"{nearest.start.astimezone(at.tzinfo):%Y-%m-%d %H:%M}",
        )
        if hours < 2
        else Message(
            "Another dose is on record {hours} hours from this one: {dose}, {day}.",
            hours=Numeral(f"{hours:.0f}"),
            dose=_amount(nearest),
            day=f"{nearest.start.astimezone(at.tzinfo):%Y-%m-%d %H:%M}",
        ),
        (
            Reason(Message("time between the two"), round(hours, 2), "h"),
            Reason(Message("least time between"), least, "h"),
        ),
        Message("See whether it is the same dose written twice. Record this one only if both were given."),
    )


def _amount(dose: Dose) -> Message:
    if dose.amount_mg is not None:
        return Message("{mg} mg", mg=dose.amount_mg.mid)
    if dose.per_kg is not None:
        return Message("{per_kg} mg/kg", per_kg=dose.per_kg.mid)
    return Message("amount not known")


def _nearest(dose: Dose, record: Record) -> Dose | None:
    """The dose on record whose start is nearest; of several the newest."""
    exact = [one for one in record.doses if one.precision is Precision.MINUTE]
    return min(exact, key=lambda one: (abs(one.start - dose.start), one.start < dose.start), default=None)


def _finding(severity: Severity, rule: str, summary: Message, why: tuple[Reason, ...], next_step: Message) -> Finding:
    return Finding(
        rule=rule,
        subject="dose",
        severity=severity,
        summary=summary,
        why=why,
        confidence=Certainty.DEFAULT,
        next_step=next_step,
    )


def _asked(finding: Finding) -> Finding:
    """A block as a question: what somebody took elsewhere is a report, and not an act that could be forbidden."""
    if finding.severity is Severity.BLOCK:
        return msgspec.structs.replace(finding, severity=Severity.HOLD)
    return finding

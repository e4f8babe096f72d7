"""The dose of a protocol: in three weights side by side with its arithmetic, or the devices that the label has.

It computes and shows. Which weight is used is the clinician's choice, and the reason is kept. The caps are the rules of
the protocol's own phase `dose`.
"""

import datetime as dt
import math
from collections.abc import Iterator

import msgspec

from keel.assessment.protocols.body_weights import BodyWeight, body_mass_index, body_weights
from keel.assessment.protocols.errors import DoesNotFit, NoDose
from keel.assessment.protocols.gate import find_protocol, gate, limit_reason
from keel.findings import Finding, Reason, Severity, worst_first
from keel.knowledge import Certainty, Knowledge
from keel.knowledge.protocols import Cut, DoseOption, Protocol, Statement, leaves
from keel.messages import FactName, Message, Numeral
from keel.quantities import significant
from keel.record import Person

_CAPS = "dose"
"""The phase of the rules that limit a dose."""


class Solution(msgspec.Struct, frozen=True):
    """What the pump gives: the strength that is drawn up (mg/mL), and the volume that it is made up to (mL)."""

    mg_per_ml: float | None = None
    ml: float | None = None


class Volume(msgspec.Struct, frozen=True):
    """Millilitres of the rounded dose from a vial; `must_dilute` where the strength is too high to give as it is."""

    mg_per_ml: float
    ml: float
    must_dilute: bool


class WeightDose(msgspec.Struct, frozen=True, kw_only=True):
    """One dose by one weight.

    `basis` is actual, ideal or adjusted; `formula` is male or female for the last two. `dose_mg` is unrounded,
    `rounded_mg` rounded down; rates and volumes are those of the rounded dose. `ml` is what is drawn up of the stated
    strength, and `rate_ml_per_h` the pump's rate, where strength or volume were stated. `held_by` are the caps that the
    rounded dose exceeds; those of the actual weight are findings of the plan, the others hold once that weight is used.
    """

    basis: str
    formula: str
    weight_kg: float
    dose_mg: float
    rounded_mg: float
    rate_mg_per_min: float
    rate_mg_per_h: float
    ml: float | None
    rate_ml_per_h: float | None
    volumes: tuple[Volume, ...]
    held_by: tuple[str, ...]
    arithmetic: Message


class DoseNumber(msgspec.Struct, frozen=True, kw_only=True):
    """A number that the dose rests on, or a cap: the name of its cut, where it comes from, how sure it is."""

    id: str
    value: float
    unit: str
    is_cap: bool
    certainty: Certainty
    sources: tuple[str, ...]
    note: str


class LabelledDose(msgspec.Struct, frozen=True, kw_only=True):
    """One dose of a label: milligrams, devices, minutes between two devices, for whom and when."""

    id: str
    mg: float
    devices: int
    minutes_between: float
    text: Message
    sources: tuple[str, ...]
    certainty: Certainty


class DosePlan(msgspec.Struct, frozen=True, kw_only=True):
    """Doses of a protocol for a person: by weight (`by_weight`), or as labelled (`options`); and what is published.

    `per_kg_mg`, `over_min` and `solution` are what was computed with; `numbers` all that it rests on, with caps.
    `unknown` says in words what could not be computed.
    """

    protocol: str
    kind: str
    per_kg_mg: float | None = None
    over_min: float | None = None
    solution: Solution = Solution()
    bmi: float | None = None
    by_weight: tuple[WeightDose, ...] = ()
    options: tuple[LabelledDose, ...] = ()
    published: tuple[Statement, ...] = ()
    numbers: tuple[DoseNumber, ...] = ()
    findings: tuple[Finding, ...] = ()
    unknown: tuple[Message, ...] = ()
    sources: tuple[str, ...] = ()


def dose_plan(
    protocol: Protocol | str,
    person: Person,
    *,
    at: dt.datetime,
    knowledge: Knowledge,
    jurisdiction: str = "",
    solution: Solution = Solution(),  # noqa: B008 - a value that nobody can change
) -> DosePlan:
    """The doses of a protocol for a person.

    Per weight: dose = mg/kg x weight, rate = dose / minutes, for the actual, the ideal (Devine) and the adjusted weight
    (ideal + 0.4 x (actual - ideal)). In mL/h: rate / strength, or volume / time where a volume is stated. DoesNotFit
    where a dose of that strength is more than the volume, NoDose where the protocol gives none.
    """
    known = find_protocol(knowledge, protocol) if isinstance(protocol, str) else protocol
    if known.dosing.kind == "per_weight":
        return _per_weight(known, person, solution, at, knowledge, jurisdiction)
    if known.dosing.kind == "devices":
        return _devices(known, person.age_at(at), jurisdiction or known.jurisdiction)
    if known.dosing.kind == "none":
        raise NoDose(known.id, (one.id for one in knowledge.protocols.values() if one.dosing.kind != "none"))
    return DosePlan(protocol=known.id, kind=known.dosing.kind, published=known.dosing.published)


def _per_weight(
    protocol: Protocol, person: Person, solution: Solution, at: dt.datetime, knowledge: Knowledge, jurisdiction: str
) -> DosePlan:
    dosing = protocol.dosing
    bmi = body_mass_index(person)
    findings: list[Finding] = []
    rows, unknown = [], []
    for weight in body_weights(protocol, person):
        if weight.kg is None:
            unknown.append(weight.text)
            continue
        row = _row(protocol, weight, weight.kg, solution)
        caps = _caps(protocol, row, person, at, knowledge, jurisdiction)
        findings += caps if weight.basis == "actual" else ()
        rows.append(msgspec.structs.replace(row, held_by=tuple(cap.rule for cap in caps)))
    findings += _dilution(protocol, solution, max((row.rounded_mg for row in rows), default=0.0))
    if not rows:
        findings.append(_not_known(protocol, "weight_kg", "kg", unknown[0], Message("Weigh the person.")))
    plan = DosePlan(
        protocol=protocol.id,
        kind=dosing.kind,
        per_kg_mg=protocol.number(dosing.per_kg),
        over_min=protocol.number(dosing.over),
        solution=solution,
        bmi=bmi,
        by_weight=tuple(rows),
        published=dosing.published,
        numbers=tuple(_numbers(protocol)),
        unknown=tuple(unknown),
        sources=protocol.cuts[dosing.per_kg].sources,
    )
    of_weights = weights_finding(plan, protocol)
    return msgspec.structs.replace(plan, findings=worst_first([*([of_weights] if of_weights else []), *findings]))


def _row(protocol: Protocol, weight: BodyWeight, kg: float, solution: Solution) -> WeightDose:
    dosing = protocol.dosing
    per_kg, over = protocol.number(dosing.per_kg), protocol.number(dosing.over)
    dose = significant(per_kg * kg)
    rounded = round_down(dose, protocol.number(dosing.rounding))
    strength, volume = solution.mg_per_ml, solution.ml
    ml = None if strength is None else significant(rounded / strength)
    if ml is not None and volume is not None and ml > volume:
        raise DoesNotFit(rounded, ml, volume)
    pumped = ml if volume is None else volume
    if volume is None and strength is not None and must_dilute(protocol, strength):
        pumped = None
    return WeightDose(
        basis=weight.basis,
        formula=weight.formula,
        weight_kg=kg,
        dose_mg=dose,
        rounded_mg=rounded,
        rate_mg_per_min=significant(rounded / over),
        rate_mg_per_h=significant(rounded * 60 / over),
        ml=ml,
        rate_ml_per_h=None if pumped is None else significant(pumped * 60 / over),
        volumes=tuple(
            Volume(one, significant(rounded / one), must_dilute(protocol, one))
            for one in map(protocol.number, dosing.strengths)
        ),
        held_by=(),
        arithmetic=Message(
            "{weight}; {per_kg} mg/kg × {kg} kg = {dose} mg, rounded down to {rounded} mg; ÷ {minutes} min = {per_min} "
            "mg/min = {per_h} mg/h",
            weight=weight.text,
            per_kg=per_kg,
            kg=Numeral(f"{kg:.1f}"),
            dose=Numeral(f"{dose:.1f}"),
            rounded=rounded,
            minutes=over,
            per_min=Numeral(f"{rounded / over:.4g}"),
            per_h=Numeral(f"{rounded * 60 / over:.4g}"),
        ),
    )


def round_down(value: float, step: float) -> float:
    """The largest multiple of `step` that is not above `value`.

    >>> round_down(35.93, 0.5), round_down(35.0, 0.5)
    (35.5, 35.0)
    """
    return significant(math.floor(value / step + 1e-9) * step)


def must_dilute(protocol: Protocol, mg_per_ml: float) -> bool:
    """Whether what has this strength may not be given as it is."""
    limit = protocol.dosing.dilute_from
    return bool(limit) and mg_per_ml >= protocol.number(limit)


def _caps(
    protocol: Protocol, row: WeightDose, person: Person, at: dt.datetime, knowledge: Knowledge, jurisdiction: str
) -> tuple[Finding, ...]:
    """What the protocol's rules on a dose say of this one, by the weight that was measured."""
    facts = {
        "planned_mg": row.rounded_mg,
        "planned_min": protocol.number(protocol.dosing.over),
        "weight_kg": person.weight_kg,
    }
    if not protocol.rules_of(_CAPS):
        return ()
    return gate(protocol, _CAPS, facts, at=at, knowledge=knowledge, jurisdiction=jurisdiction, report_missing=False)


def _numbers(protocol: Protocol) -> Iterator[DoseNumber]:
    """The numbers of the computation, and the caps."""
    dosing = protocol.dosing
    used = (dosing.per_kg, dosing.over, dosing.rounding, *dosing.strengths, dosing.bmi_all_weights)
    ideal = (dosing.ideal_male, dosing.ideal_female, dosing.ideal_per_inch, dosing.ideal_from_inch)
    caps = [leaf.cut for rule in protocol.rules_of(_CAPS) for leaf in leaves(rule.when) if leaf.cut]
    for name in dict.fromkeys((*used, *ideal, dosing.adjusted_share, *caps)):
        cut: Cut = protocol.cuts[name]
        yield DoseNumber(
            id=name,
            value=cut.value,
            unit=cut.unit,
            is_cap=name in caps,
            certainty=cut.certainty,
            sources=cut.sources,
            note=cut.note,
        )


def _not_known(protocol: Protocol, fact: str, unit: str, summary: Message, next_step: Message) -> Finding:
    return Finding(
        rule=f"{protocol.letter}-DOSE-{fact.partition('_')[0].upper()}",
        subject="dose",
        severity=Severity.HOLD,
        summary=summary,
        why=(Reason(FactName(fact), None, unit),),
        confidence=Certainty.DEFAULT,
        conflicts=protocol.dosing.conflicts if protocol.dosing.kind == "devices" else (),
        next_step=next_step,
    )


def weights_finding(plan: DosePlan, protocol: Protocol, *, basis: str = "") -> Finding | None:
    """From the body-mass index at which the sources disagree on: the dose by each weight, and the weight chosen."""
    limit = protocol.cuts[protocol.dosing.bmi_all_weights]
    if plan.bmi is None or plan.bmi < limit.value:
        return None
    doses = [Reason(_dose_by(row), row.rounded_mg, "mg") for row in plan.by_weight]
    return Finding(
        rule=f"{protocol.letter}-DOSE-OBESITY",
        severity=Severity.WARN,
        subject="dose",
        summary=Message(
            "Actual, ideal and adjusted weight give different doses, and the sources disagree on which to use."
        ),
        why=(
            Reason(FactName("bmi"), round(plan.bmi, 1), "kg/m2"),
            limit_reason(">=", "bmi", limit.value, "kg/m2"),
            *doses,
            *([Reason(FactName("weight_basis"), basis)] if basis else []),
        ),
        sources=limit.sources,
        confidence=limit.certainty,
        conflicts=protocol.dosing.conflicts,
        next_step=Message("The clinician picks one and keeps the reason."),
    )


def _dose_by(row: WeightDose) -> Message:
    basis = Message("dose by {basis} weight", basis=Message(row.basis))
    return Message("{dose} ({formula})", dose=basis, formula=Message(row.formula)) if row.formula else basis


def _dilution(protocol: Protocol, solution: Solution, mg: float) -> Iterator[Finding]:
    """What holds where the pump would give more than may be given undiluted; with a volume, the dose made up to it."""
    dosing, letter = protocol.dosing, protocol.letter
    given = solution.mg_per_ml if solution.ml is None else mg / solution.ml
    if given is not None and must_dilute(protocol, given):
        cut = protocol.cuts[dosing.dilute_from]
        yield Finding(
            rule=f"{letter}-DOSE-DILUTE",
            severity=Severity.HOLD,
            subject="dose",
            summary=Message("This strength is not given undiluted: no rate in mL/h is computed."),
            why=(
                Reason(Message("strength"), significant(given), "mg/mL"),
                limit_reason(">=", "strength", cut.value, cut.unit),
            ),
            sources=cut.sources,
            confidence=cut.certainty,
            next_step=Message("Dilute it, and state the volume that it is made up to."),
        )


def _devices(protocol: Protocol, age_years: float | None, jurisdiction: str) -> DosePlan:
    dosing = protocol.dosing
    fitting = [option for option in dosing.options if _fits(option, protocol, age_years, jurisdiction)]
    needs_age = any(option.least_age or option.below_age for option in dosing.options)
    is_open = age_years is None and needs_age
    unknown = (Message("Age is not known, and the labelled dose depends on it."),) if is_open else ()
    enter = Message("Enter the age or the birth date.")
    return DosePlan(
        protocol=protocol.id,
        kind=dosing.kind,
        options=tuple(
            LabelledDose(
                id=option.id,
                mg=protocol.number(option.mg),
                devices=option.devices,
                minutes_between=protocol.number(dosing.apart),
                text=Message(option.text),
                sources=option.sources,
                certainty=option.certainty,
            )
            for option in fitting
        ),
        published=dosing.published,
        findings=tuple(_not_known(protocol, "age_years", "a", reason, enter) for reason in unknown),
        unknown=unknown,
        sources=tuple(dict.fromkeys(source for option in fitting for source in option.sources)),
    )


def _fits(option: DoseOption, protocol: Protocol, age_years: float | None, jurisdiction: str) -> bool:
    places = {jurisdiction.upper(), jurisdiction.upper().partition("-")[0]}
    if jurisdiction and option.jurisdictions and not places & set(option.jurisdictions):
        return False
    if age_years is None:
        return True
    is_old_enough = not option.least_age or age_years >= protocol.number(option.least_age)
    return is_old_enough and (not option.below_age or age_years < protocol.number(option.below_age))

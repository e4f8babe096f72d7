"""The dose of a protocol: in three weights side by side with its arithmetic, or the devices that the label has.

It computes and shows. Which weight is used is the clinician's choice, and the reason is kept.
"""

import datetime as dt
import math
from collections.abc import Iterator

import msgspec

from keel.assessment.protocols.gate import find_protocol
from keel.findings import Finding, Reason, Severity
from keel.knowledge import Certainty, Knowledge
from keel.knowledge.protocols import DoseOption, Dosing, Protocol, Statement
from keel.quantities import significant
from keel.record import Person, Sex

CM_PER_INCH = 2.54


class Volume(msgspec.Struct, frozen=True):
    """Millilitres of the rounded dose from a vial; `must_dilute` where the strength is too high to give as it is."""

    mg_per_ml: float
    ml: float
    must_dilute: bool


class WeightDose(msgspec.Struct, frozen=True, kw_only=True):
    """One dose by one weight.

    `basis` is actual, ideal or adjusted; `formula` is male or female for the last two. `dose_mg` is unrounded,
    `rounded_mg` rounded down; rates and volumes are those of the rounded dose. `is_above_alert` where the rounded dose
    exceeds the alert of the protocol.
    """

    basis: str
    formula: str
    weight_kg: float
    dose_mg: float
    rounded_mg: float
    rate_mg_per_min: float
    rate_mg_per_h: float
    bag_rate_ml_per_h: float | None
    volumes: tuple[Volume, ...]
    is_above_alert: bool
    arithmetic: str


class DosePlan(msgspec.Struct, frozen=True, kw_only=True):
    """Doses of a protocol for a person: by weight (`by_weight`), or as labelled (`options`); and what is published.

    `per_kg_mg` and `over_min` are what was computed with. `unknown` says in words what could not be computed.
    """

    protocol: str
    kind: str
    per_kg_mg: float | None = None
    over_min: float | None = None
    bmi: float | None = None
    by_weight: tuple[WeightDose, ...] = ()
    options: tuple[dict[str, object], ...] = ()
    published: tuple[Statement, ...] = ()
    findings: tuple[Finding, ...] = ()
    unknown: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


def dose_plan(
    protocol: Protocol | str,
    person: Person,
    *,
    at: dt.datetime,
    knowledge: Knowledge,
    jurisdiction: str = "",
    per_kg_mg: float | None = None,
    over_min: float | None = None,
    bag_ml: float | None = None,
) -> DosePlan:
    """The doses of a protocol for a person.

    Per weight: dose = mg/kg x weight, rate = dose / minutes, for the actual, the ideal (Devine) and the adjusted weight
    (ideal + 0.4 x (actual - ideal)). `per_kg_mg` and `over_min` are the protocol's where not given.
    """
    known = find_protocol(knowledge, protocol) if isinstance(protocol, str) else protocol
    dosing = known.dosing
    if dosing.kind == "per_weight":
        return _per_weight(known, person, per_kg_mg=per_kg_mg, over_min=over_min, bag_ml=bag_ml)
    if dosing.kind == "devices":
        return _devices(known, person.age_at(at), jurisdiction or known.jurisdiction)
    return DosePlan(protocol=known.id, kind=dosing.kind, published=dosing.published)


def _per_weight(
    protocol: Protocol, person: Person, *, per_kg_mg: float | None, over_min: float | None, bag_ml: float | None
) -> DosePlan:
    dosing = protocol.dosing
    per_kg = protocol.number(dosing.per_kg) if per_kg_mg is None else per_kg_mg
    over = protocol.number(dosing.over) if over_min is None else over_min
    rows, unknown = [], []
    for basis, formula, weight, reason in weights(protocol, person):
        if weight is None:
            unknown.append(reason)
        else:
            rows.append(_row(protocol, basis, formula, weight, per_kg, over, bag_ml, reason))
    bmi = _bmi(person)
    return DosePlan(
        protocol=protocol.id,
        kind=dosing.kind,
        per_kg_mg=per_kg,
        over_min=over,
        bmi=bmi,
        by_weight=tuple(rows),
        published=dosing.published,
        findings=tuple(_weight_findings(protocol, rows, bmi, unknown)),
        unknown=tuple(unknown),
        sources=protocol.cuts[dosing.per_kg].sources,
    )


def weights(protocol: Protocol, person: Person) -> Iterator[tuple[str, str, float | None, str]]:
    """Basis, formula, kilograms and arithmetic of each weight; None with the reason where it cannot be computed.

    Ideal weight (Devine) = 50 kg for men or 45.5 kg for women, plus 2.3 kg for each inch over 60 inches. Where sex is
    not recorded as male or female, both formulas are given.
    """
    actual = person.weight_kg
    if actual is None:
        yield "actual", "", None, "Body weight is not known: no dose per kilogram can be computed."
        return
    yield "actual", "", actual, f"{actual:g} kg as measured"
    dosing, height = protocol.dosing, person.height_cm
    if height is None:
        yield "ideal", "", None, "Height is not known: ideal and adjusted weight cannot be computed."
        return
    inches_over = height / CM_PER_INCH - protocol.number(dosing.ideal_from_inch)
    if inches_over < 0:
        yield "ideal", "", None, "The formula of ideal weight is not defined below 60 inches (152.4 cm)."
        return
    sexes = (person.sex.value,) if person.sex in (Sex.MALE, Sex.FEMALE) else ("male", "female")
    for sex in sexes:
        base = protocol.number(dosing.ideal_male if sex == "male" else dosing.ideal_female)
        step, share = protocol.number(dosing.ideal_per_inch), protocol.number(dosing.adjusted_share)
        ideal = base + step * inches_over
        yield "ideal", sex, ideal, f"{base:g} + {step:g} × {inches_over:.2f} in over 60 in = {ideal:.1f} kg"
        adjusted = ideal + share * (actual - ideal)
        yield (
            "adjusted",
            sex,
            adjusted,
            f"{ideal:.1f} + {share:g} × ({actual:g} − {ideal:.1f}) = {adjusted:.1f} kg",
        )


def _row(
    protocol: Protocol,
    basis: str,
    formula: str,
    weight: float,
    per_kg: float,
    over: float,
    bag_ml: float | None,
    how: str,
) -> WeightDose:
    dosing = protocol.dosing
    step = protocol.number(dosing.rounding)
    dose = significant(per_kg * weight)
    rounded = round_down(dose, step)
    rate = significant(rounded / over)
    return WeightDose(
        basis=basis,
        formula=formula,
        weight_kg=weight,
        dose_mg=dose,
        rounded_mg=rounded,
        rate_mg_per_min=rate,
        rate_mg_per_h=significant(rounded * 60 / over),
        bag_rate_ml_per_h=None if bag_ml is None else significant(bag_ml * 60 / over),
        volumes=tuple(_volumes(protocol, rounded)),
        is_above_alert=rounded > protocol.number(dosing.ceiling_mg),
        arithmetic=(
            f"{how}; {per_kg:g} mg/kg × {weight:.1f} kg = {dose:.1f} mg, rounded down to {rounded:g} mg; "
            f"÷ {over:g} min = {rate:.4g} mg/min = {rounded * 60 / over:.4g} mg/h"
        ),
    )


def round_down(value: float, step: float) -> float:
    """The largest multiple of `step` that is not above `value`.

    >>> round_down(35.93, 0.5), round_down(35.0, 0.5)
    (35.5, 35.0)
    """
    return significant(math.floor(value / step + 1e-9) * step)


def _volumes(protocol: Protocol, mg: float) -> Iterator[Volume]:
    dosing = protocol.dosing
    limit = protocol.number(dosing.dilute_from) if dosing.dilute_from else math.inf
    for name in dosing.strengths:
        strength = protocol.number(name)
        yield Volume(strength, significant(mg / strength), strength >= limit)


def _bmi(person: Person) -> float | None:
    if person.weight_kg is None or person.height_cm is None:
        return None
    return significant(person.weight_kg / (person.height_cm / 100) ** 2)


def _weight_findings(
    protocol: Protocol, rows: list[WeightDose], bmi: float | None, unknown: list[str]
) -> Iterator[Finding]:
    dosing, letter = protocol.dosing, protocol.letter
    if not rows:
        yield Finding(
            rule=f"{letter}-DOSE-WEIGHT",
            severity=Severity.HOLD,
            summary=unknown[0],
            why=(Reason("weight_kg", None, "kg"),),
            confidence=Certainty.DEFAULT,
            next_step="Weigh the person.",
        )
        return
    limit = protocol.cuts[dosing.bmi_all_weights]
    if bmi is not None and bmi >= limit.value:
        yield Finding(
            rule=f"{letter}-DOSE-OBESITY",
            severity=Severity.WARN,
            summary="Actual, ideal and adjusted weight give different doses, and the sources disagree on which to use.",
            why=(Reason("bmi", round(bmi, 1), "kg/m2"), Reason("limit >= for bmi", limit.value, "kg/m2")),
            sources=limit.sources,
            confidence=limit.certainty,
            conflicts=dosing.conflicts,
            next_step="The clinician picks one and keeps the reason.",
        )
    for row in rows:
        if row.is_above_alert:
            yield _above_alert(protocol, row)


def _above_alert(protocol: Protocol, row: WeightDose) -> Finding:
    alert = protocol.cuts[protocol.dosing.ceiling_mg]
    return Finding(
        rule=f"{protocol.letter}-DOSE-02",
        severity=Severity.HOLD,
        summary=f"The dose by {row.basis} weight is above the alert.",
        why=(Reason("planned_mg", row.rounded_mg, "mg"), Reason("limit > for planned_mg", alert.value, alert.unit)),
        confidence=alert.certainty,
        next_step="To go on with it, a prescriber gives the reason.",
    )


def _devices(protocol: Protocol, age_years: float | None, jurisdiction: str) -> DosePlan:
    dosing = protocol.dosing
    fitting = [option for option in dosing.options if _fits(option, protocol, age_years, jurisdiction)]
    needs_age = any(option.least_age or option.below_age for option in dosing.options)
    unknown = ("Age is not known, and the labelled dose depends on it.",) if age_years is None and needs_age else ()
    findings = tuple(
        Finding(
            rule=f"{protocol.letter}-DOSE-AGE",
            severity=Severity.HOLD,
            summary=reason,
            why=(Reason("age_years", None, "a"),),
            conflicts=dosing.conflicts,
            next_step="Enter the age or the birth date.",
        )
        for reason in unknown
    )
    return DosePlan(
        protocol=protocol.id,
        kind=dosing.kind,
        options=tuple(_option(option, protocol, dosing) for option in fitting),
        published=dosing.published,
        findings=findings,
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


def _option(option: DoseOption, protocol: Protocol, dosing: Dosing) -> dict[str, object]:
    return {
        "id": option.id,
        "mg": protocol.number(option.mg),
        "devices": option.devices,
        "minutes_between": protocol.number(dosing.apart),
        "text": option.text,
        "sources": list(option.sources),
        "certainty": option.certainty.value,
    }

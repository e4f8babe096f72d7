"""Where a model holds: reasons why a result lies outside the study behind it, and remarks that only warn."""

import math
from collections.abc import Sequence

import numpy as np

from keel.knowledge.models import Model, Range
from keel.pharmacology.regimen import DoseInput, Person
from keel.pharmacology.structure import Floats

WORDS = {"racemic": "racemic ketamine", "esketamine": "esketamine", "arketamine": "arketamine"}


def reasons_at_any_time(model: Model, regimen: Sequence[DoseInput], person: Person) -> list[str]:
    """The reasons that lie with model, person and doses, whatever times are asked."""
    reasons = [f"{model.name}: {model.validity.never}"] if model.validity.never else []
    return [*reasons, *_person_reasons(model, person), *_dose_reasons(model, regimen, person)]


def remarks_on(
    model: Model,
    regimen: Sequence[DoseInput],
    person: Person,
    times_min: Floats,
    window_min: tuple[float, float] | None = None,
) -> list[str]:
    """What a reader should know though the result stands: ranges that could not be checked, times not sampled."""
    remarks = []
    for covariate, word, unit in (("age_years", "age", "years"), ("weight_kg", "weight", "kg")):
        known: Range | None = getattr(model.validity, covariate)
        if known is not None and getattr(person, covariate) is None:
            remarks.append(f"{word} not given: {model.name} holds from {known.low:g} to {known.high:g} {unit}.")
    if model.validity.remark:
        remarks.append(f"{model.name}: {model.validity.remark}")
    if (
        window_min is not None
        and not early_reasons(model, regimen, times_min)
        and early_reasons(model, regimen, np.array(window_min))
    ):
        remarks.append(f"Peak and area include minutes after the bolus in which {model.name} does not hold.")
    sampled = model.validity.sampled_min
    if sampled is not None and len(times_min):
        since_first, since_last = _spans(regimen, times_min)
        if since_first < sampled.low or since_last > sampled.high:
            remarks.append(
                f"{model.name} rests on samples from {sampled.low:g} to {sampled.high:g} min; earlier and later values "
                "are extrapolated."
            )
    return remarks


def _spans(regimen: Sequence[DoseInput], times_min: Floats) -> tuple[float, float]:
    first, last = regimen[0].start_min, max(dose.start_min for dose in regimen)
    following = times_min[times_min > first]
    earliest = float(following[0]) - first if len(following) else float("inf")
    return earliest, float(times_min[-1]) - last


def _person_reasons(model: Model, person: Person) -> list[str]:
    reasons = []
    for covariate, word, unit in (("age_years", "age", "years"), ("weight_kg", "weight", "kg")):
        known: Range | None = getattr(model.validity, covariate)
        value = getattr(person, covariate)
        if known is not None and value is not None and not known.low <= value <= known.high:
            reasons.append(
                f"{model.name} was made from people of {known.low:g} to {known.high:g} {unit}; "
                f"this {word} is {value:g} {unit}."
            )
    if person.is_pregnant:
        reasons.append(f"{model.name} was not studied in pregnancy.")
    if person.child_pugh == "C":
        reasons.append(f"{model.name} was not studied in severe liver disease (Child-Pugh C).")
    return reasons


def _dose_reasons(model: Model, regimen: Sequence[DoseInput], person: Person) -> list[str]:
    reasons: list[str] = []
    for route in dict.fromkeys(dose.route for dose in regimen):
        entry = model.input_for(route)
        if entry is None:
            continue
        for substance in dict.fromkeys(dose.substance for dose in regimen if dose.route == route):
            if entry.substances and substance not in entry.substances:
                given = " and ".join(WORDS[each] for each in entry.substances)
                reasons.append(
                    f"{model.name} was made from {given} by {route}; {WORDS[substance]} is computed as if it were that."
                )
        if entry.dose_mg is None and entry.dose_mg_per_kg is None and entry.rate_mg_per_kg_h is None:
            continue
        together = _together(dose_route=route, regimen=regimen)
        reasons += _outside(model, route, together, entry.dose_mg, "mg")
        if person.weight_kg is not None:
            per_kg = [amount / person.weight_kg for amount in together]
            reasons += _outside(model, route, per_kg, entry.dose_mg_per_kg, "mg/kg")
            rates = [
                dose.amount_mg / dose.duration_min * 60.0 / person.weight_kg if dose.duration_min > 0 else math.inf
                for dose in regimen
                if dose.route == route and dose.amount_mg > 0
            ]
            reasons += _outside(model, route, rates, entry.rate_mg_per_kg_h, "mg/kg/h")
    return reasons


def _outside(
    model: Model, route: str, amounts: Sequence[float], span: tuple[float, float] | None, unit: str
) -> list[str]:
    if span is None:
        return []
    low, high = span
    shown = f"{low:g} {unit}" if low == high else f"{low:g} to {high:g} {unit}"
    for amount in amounts:
        if not low * 0.999 <= amount <= high * 1.001:
            given = "a bolus" if math.isinf(amount) else f"{amount:.3g} {unit}"
            return [f"{model.name} was made from {shown} by {route}; {given} lies outside."]
    return []


def _together(*, dose_route: str, regimen: Sequence[DoseInput]) -> list[float]:
    """Milligrams of each administration: doses that follow within an hour of the last one's end count as one."""
    sums: list[float] = []
    end = -float("inf")
    for dose in regimen:
        if dose.route != dose_route or dose.amount_mg == 0:
            continue
        if sums and dose.start_min - end <= 60.0:
            sums[-1] += dose.amount_mg
        else:
            sums.append(dose.amount_mg)
        end = max(end, dose.end_min)
    return [float(f"{total:.10g}") for total in sums]


def early_reasons(model: Model, regimen: Sequence[DoseInput], times_min: Floats) -> list[str]:
    """The reasons that lie with the times: minutes after a bolus in which the model does not hold."""
    early = model.validity.early
    if early is None:
        return []
    for dose in regimen:
        is_bolus = dose.route == "iv" and dose.amount_mg > 0 and dose.duration_min <= early.bolus_up_to_min
        if is_bolus and ((times_min >= dose.start_min) & (times_min < dose.start_min + early.minutes)).any():
            return [
                f"{model.name} does not hold in the first {early.minutes:g} min after a bolus: {early.reason}. "
                f"Use {early.use_instead} there."
            ]
    return []

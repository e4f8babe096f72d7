"""Where a model holds: reasons why a result lies outside the study behind it, and remarks that only warn."""

import math
from collections.abc import Sequence

import numpy as np

from keel.knowledge.models import Model, Range
from keel.messages import Message, Name, Numeral, Slot, both
from keel.pharmacology.regimen import DoseInput, Person
from keel.pharmacology.structure import Floats
from keel.quantities import Figure, Interval

WORDS = {"racemic": "racemic ketamine", "esketamine": "esketamine", "arketamine": "arketamine"}


def reasons_at_any_time(model: Model, regimen: Sequence[DoseInput], person: Person) -> list[Message]:
    """The reasons that lie with model, person and doses, whatever times are asked."""
    reasons = [_of_model(model, model.validity.never)] if model.validity.never else []
    return [*reasons, *_person_reasons(model, person), *_dose_reasons(model, regimen, person)]


def remarks_on(
    model: Model,
    regimen: Sequence[DoseInput],
    person: Person,
    times_min: Floats,
    window_min: tuple[float, float] | None = None,
) -> list[Message]:
    """What a reader should know though the result stands: ranges that could not be checked, times not sampled."""
    remarks, ages, weights = [], model.validity.age_years, model.validity.weight_kg
    if ages is not None and person.age_years is None:
        remarks.append(Message("age not given: {model} holds from {low} to {high} years.", **_slots(model, ages)))
    if weights is not None and person.weight_kg is None:
        remarks.append(Message("weight not given: {model} holds from {low} to {high} kg.", **_slots(model, weights)))
    if model.validity.remark:
        remarks.append(_of_model(model, model.validity.remark))
    if (
        window_min is not None
        and not early_reasons(model, regimen, times_min)
        and early_reasons(model, regimen, np.array(window_min))
    ):
        remarks.append(
            Message(
                "Peak and area include minutes after the bolus in which {model} does not hold.", model=Name(model.name)
            )
        )
    sampled = model.validity.sampled_min
    if sampled is not None and len(times_min):
        since_first, since_last = _spans(regimen, times_min)
        if since_first < sampled.low or since_last > sampled.high:
            remarks.append(
                Message(
                    "{model} rests on samples from {low} to {high} min; earlier and later values are extrapolated.",
                    **_slots(model, sampled),
                )
            )
    return remarks


def _of_model(model: Model, text: str) -> Message:
    return Message("{model}: {reason}", model=Name(model.name), reason=Message(text))


def _slots(model: Model, span: Range) -> dict[str, Slot]:
    return {"model": Name(model.name), "low": span.low, "high": span.high}


def _spans(regimen: Sequence[DoseInput], times_min: Floats) -> tuple[float, float]:
    first, last = regimen[0].start_min, max(dose.start_min for dose in regimen)
    following = times_min[times_min > first]
    earliest = float(following[0]) - first if len(following) else float("inf")
    return earliest, float(times_min[-1]) - last


def _person_reasons(model: Model, person: Person) -> list[Message]:
    reasons, age, weight = [], person.age_years, person.weight_kg
    ages, weights = model.validity.age_years, model.validity.weight_kg
    if ages is not None and age is not None and not ages.low <= age <= ages.high:
        reasons.append(
            Message(
                "{model} was made from people of {low} to {high} years; this age is {value} years.",
                **_slots(model, ages),
                value=age,
            )
        )
    if weights is not None and weight is not None and not weights.low <= weight <= weights.high:
        reasons.append(
            Message(
                "{model} was made from people of {low} to {high} kg; this weight is {value} kg.",
                **_slots(model, weights),
                value=weight,
            )
        )
    if person.is_pregnant:
        reasons.append(Message("{model} was not studied in pregnancy.", model=Name(model.name)))
    if person.child_pugh == "C":
        reasons.append(
            Message("{model} was not studied in severe liver disease (Child-Pugh C).", model=Name(model.name))
        )
    return reasons


def _dose_reasons(model: Model, regimen: Sequence[DoseInput], person: Person) -> list[Message]:
    reasons: list[Message] = []
    for route in dict.fromkeys(dose.route for dose in regimen):
        entry = model.input_for(route)
        if entry is None:
            continue
        for substance in dict.fromkeys(dose.substance for dose in regimen if dose.route == route):
            if entry.substances and substance not in entry.substances:
                reasons.append(
                    Message(
                        "{model} was made from {form} by {route}; {given} is computed as if it were that.",
                        model=Name(model.name),
                        form=both(Message(WORDS[each]) for each in entry.substances),
                        route=Name(route),
                        given=Message(WORDS[substance]),
                    )
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
) -> list[Message]:
    if span is None:
        return []
    low, high = span
    shown = Message("{amount} {unit}", amount=Figure(Interval.of(low, high)), unit=unit)
    for amount in amounts:
        if not low * 0.999 <= amount <= high * 1.001:
            is_bolus = math.isinf(amount)
            given = (
                Message("a bolus")
                if is_bolus
                else Message("{amount} {unit}", amount=Numeral(f"{amount:.3g}"), unit=unit)
            )
            return [
                Message(
                    "{model} was made from {amount} by {route}; {given} lies outside.",
                    model=Name(model.name),
                    amount=shown,
                    route=Name(route),
                    given=given,
                )
            ]
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


def early_reasons(model: Model, regimen: Sequence[DoseInput], times_min: Floats) -> list[Message]:
    """The reasons that lie with the times: minutes after a bolus in which the model does not hold."""
    early = model.validity.early
    if early is None:
        return []
    for dose in regimen:
        is_bolus = dose.route == "iv" and dose.amount_mg > 0 and dose.duration_min <= early.bolus_up_to_min
        if is_bolus and ((times_min >= dose.start_min) & (times_min < dose.start_min + early.minutes)).any():
            return [
                Message(
                    "{model} does not hold in the first {count} min after a bolus: {cause}. Use {id} there.",
                    model=Name(model.name),
                    count=early.minutes,
                    cause=Message(early.reason),
                    id=early.use_instead,
                )
            ]
    return []

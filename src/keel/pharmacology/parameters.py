"""One person's parameters (or many people's at once) from the model's typical values, and how far people differ.

P = TV * (weight / 70 kg)^exponent * covariate effects * exp(eta); on the logit scale for fractions that say so.
"""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from keel.knowledge.models import Covariance, Factor, Model, Parameter, Slope, Variability
from keel.messages import Message, Name, Numeral
from keel.pharmacology.errors import PersonError
from keel.pharmacology.regimen import Person
from keel.pharmacology.structure import Floats, Structure, unit_factor


class Covariates(NamedTuple):
    """What models ask of many people at once: numbers for all, or arrays with one value a person."""

    weight_kg: Any = None
    age_years: Any = None
    ancestry: Any = None
    is_female: Any = None
    child_pugh: Any = None


class Parameters(dict[str, Any]):
    """One person's parameters, and what follows from them once it has been worked out: modes, matrices, steps."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.modes: dict[int, Any] = {}
        self.matrices: list[Any] | None = None
        self.steps: dict[tuple[int, float, int], Any] = {}


REFERENCE_GROUP = {
    "ancestry": Message("computed for the reference group of the study"),
    "age_years": Message("computed without the effect of age"),
    "is_female": Message("computed without an effect of sex"),
    "child_pugh": Message("computed for a healthy liver"),
}


def individual(
    structure: Structure,
    person: Person | Covariates,
    *,
    etas: Mapping[str, Any] | None = None,
    multipliers: Mapping[str, Any] | None = None,
) -> tuple[dict[str, Any], list[Message]]:
    """The parameters in L, L/h, 1/h and h, and remarks on covariates that are not known.

    `etas` maps a variability id to its value, `multipliers` a parameter to a factor on it; both may hold arrays (one
    entry a person). PersonError when the model needs a weight that is not given.
    """
    model = structure.model
    remarks: list[Message] = []
    random = _effects_by_parameter(model) if etas else {}
    values: dict[str, Any] = {}
    for name in structure.order:
        parameter = model.parameters[name]
        factor, per_kg = unit_factor(parameter.unit)
        value: Any = parameter.value
        for effect in parameter.effects:
            value = _covariate(value, effect, person, model, remarks)
        value = value * factor if parameter.of is None else value * values[parameter.of]
        if per_kg:
            value = value * _weight(person, model)
        if parameter.weight_exponent is not None:
            value = value * (_weight(person, model) / model.weight_reference_kg) ** parameter.weight_exponent
        for effect_of_chance in random.get(name, ()):
            if etas and effect_of_chance.id in etas:
                value = _deviate(value, parameter, effect_of_chance, etas[effect_of_chance.id])
        if multipliers and name in multipliers:
            value = value * multipliers[name]
        values[name] = value
    _check(structure, values)
    return values, remarks


@lru_cache(maxsize=128)
def typical_parameters(structure: Structure, person: Person) -> tuple[Parameters, tuple[Message, ...]]:
    """The parameters of a person without random effects, kept for the next question about the same person."""
    values, remarks = individual(structure, person)
    return Parameters(values), tuple(remarks)


def _effects_by_parameter(model: Model) -> dict[str, list[Variability]]:
    found: dict[str, list[Variability]] = {}
    for effect in model.variability:
        for name in effect.applies_to:
            found.setdefault(name, []).append(effect)
    return found


def _deviate(value: Any, parameter: Parameter, effect: Variability, eta: Any) -> Any:
    if effect.distribution == "logit":
        return 1.0 / (1.0 + (1.0 / value - 1.0) * np.exp(-eta))
    if effect.distribution == "uniform":
        down, up = (parameter.low or 0.0) / parameter.value, (parameter.high or 0.0) / parameter.value
        return value * (1.0 + np.where(np.asarray(eta) < 0, 1.0 - down, up - 1.0) * eta)
    return value * np.exp(eta)


def _weight(person: Person | Covariates, model: Model) -> Any:
    if person.weight_kg is None:
        raise PersonError(
            Message(
                "{model} scales with body weight, which is not given. Give the weight in kg.", model=Name(model.name)
            )
        )
    return person.weight_kg


def _covariate(
    value: Any, effect: Factor | Slope, person: Person | Covariates, model: Model, remarks: list[Message]
) -> Any:
    known = getattr(person, effect.covariate)
    if known is None:
        word = effect.covariate.removesuffix("_years").removesuffix("_kg").removeprefix("is_").replace("_", " ")
        remark = Message(
            "{covariate} not given: {consequence} ({model}).",
            covariate=Message(word),
            consequence=REFERENCE_GROUP.get(effect.covariate, Message("its effect is left out")),
            model=Name(model.name),
        )
        if remark not in remarks:
            remarks.append(remark)
        return value
    if isinstance(effect, Factor):
        return value * effect.factor if str(known).lower() in effect.equals else value
    above = known - effect.above
    return value + effect.per_unit * (max(0.0, above) if isinstance(above, float | int) else np.maximum(0.0, above))


def _check(structure: Structure, values: Mapping[str, Any]) -> None:
    for name in structure.positive:
        value = values[name]
        bad = not 0.0 < value < np.inf if isinstance(value, float) else not np.all((value > 0) & np.isfinite(value))
        if bad:
            flat = np.atleast_1d(np.asarray(value, dtype=float))
            shown = float(flat[~((flat > 0) & np.isfinite(flat))][0])
            raise PersonError(
                Message(
                    "{model}: parameter {parameter} comes out as {shown}, which is not possible. "
                    "Check the covariates and models/{id}.toml, parameters.{parameter}.",
                    model=Name(structure.model.name),
                    parameter=name,
                    shown=Numeral(f"{shown:g}"),
                    id=structure.model.id,
                )
            )


def eta_covariance(effects: Sequence[Variability], pairs: Sequence[Covariance]) -> Floats:
    """Covariance matrix of random effects in the order given."""
    variances = {effect.id: variance_of(effect) for effect in effects}
    matrix = np.diag(list(variances.values()))
    at: Mapping[str, int] = {id: position for position, id in enumerate(variances)}
    for pair in pairs:
        one, other = pair.between
        if one in at and other in at:
            size = math.sqrt(variances[one] * variances[other])
            value = pair.covariance if pair.covariance is not None else (pair.correlation or 0.0) * size
            matrix[at[one], at[other]] = matrix[at[other], at[one]] = value
    return matrix


def variance_of(effect: Variability) -> float:
    """Variance of eta, from a variance or from a coefficient of variation of a log-normal parameter."""
    if effect.variance is not None:
        return effect.variance
    return math.log1p((effect.cv or 0.0) ** 2)

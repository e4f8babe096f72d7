"""Completes and checks model files: `extends` resolved, names found, units fit for their use, sizes possible.

An error names the file, the key and the fix, because the reader is whoever just edited that file.
"""

import math
from collections.abc import Mapping
from typing import NoReturn

import msgspec

from keel.knowledge.errors import FactsFileError
from keel.knowledge.models.shape import UNITS, Flow, Input, Model, Parameter, Variability


def complete_models(models: Mapping[str, Model]) -> dict[str, Model]:
    """The models with `extends` resolved and every name and unit checked; FactsFileError names file and key."""
    whole = {id: _inherit(model, models) for id, model in models.items()}
    for model in whole.values():
        check_model(model)
    return whole


def _inherit(model: Model, models: Mapping[str, Model]) -> Model:
    if model.extends is None:
        return model
    if model.extends not in models:
        raise FactsFileError(f"models/{model.id}.toml: extends: no model is called “{model.extends}”. Name one.")
    base = _inherit(models[model.extends], models)
    return msgspec.structs.replace(
        model,
        weight_reference_kg=base.weight_reference_kg,
        assay=model.assay or base.assay,
        parameters={**base.parameters, **model.parameters},
        compartments=(*base.compartments, *model.compartments),
        flows=(*base.flows, *model.flows),
        outputs=model.outputs or base.outputs,
        variability=(*base.variability, *model.variability),
        covariances=(*base.covariances, *model.covariances),
        residual=(*base.residual, *model.residual),
        sources=tuple(dict.fromkeys((*model.sources, *base.sources))),
    )


def check_model(model: Model) -> None:
    """Returns when the model can be run; otherwise FactsFileError says what to fix."""
    _check_parameters(model)
    places = {compartment.id for compartment in model.compartments}
    if len(places) != len(model.compartments):
        _refuse(model, "compartments", "an id appears twice", "Give each compartment its own id.")
    if not (model.compartments and model.flows and model.inputs and model.outputs):
        _refuse(model, "compartments, flows, inputs, outputs", "one of these is empty", "Give at least one of each.")
    for compartment in model.compartments:
        if compartment.volume is not None:
            _need(model, f"compartments.{compartment.id}.volume", compartment.volume, "volume")
    for flow in model.flows:
        _check_flow(model, flow, places)
    for entry in model.inputs:
        _check_input(model, entry, places)
    for output in model.outputs:
        _check_output(model, output.analyte, places)
    _check_randomness(model)


def _check_parameters(model: Model) -> None:
    for name, parameter in model.parameters.items():
        key = f"parameters.{name}"
        if parameter.unit not in UNITS:
            _refuse(model, key, f"unknown unit “{parameter.unit}”", f"Use one of {', '.join(UNITS)}.")
        if not math.isfinite(parameter.value) or parameter.value < 0:
            _refuse(model, key, f"{parameter.value} is not possible", "Give a finite value of zero or more.")
        positive = UNITS[parameter.unit][0] in ("volume", "flow", "time", "molar mass") or parameter.of is not None
        if positive and parameter.value == 0:
            _refuse(model, key, "it is zero", "Give a value above zero, or leave its flow out.")
        if parameter.of is not None:
            if parameter.unit != "1":
                _refuse(model, key, f"a multiple of {parameter.of} has unit “{parameter.unit}”", "Use unit “1”.")
            _need(model, f"{key}.of", parameter.of, None)


def _check_flow(model: Model, flow: Flow, places: set[str]) -> None:
    key = f"flows ({flow.source} to {flow.target or 'out'})"
    for place in (flow.source, flow.target):
        if place is not None and place not in places:
            _refuse(model, key, f"no compartment is called “{place}”", f"Use one of {', '.join(sorted(places))}.")
    named = [name for name in (flow.clearance, flow.rate, flow.mean_time) if name is not None]
    if len(named) != 1:
        _refuse(model, key, "it needs one of clearance, rate, mean_time", "Name exactly one.")
    _need(model, f"{key}.clearance", flow.clearance, "flow")
    _need(model, f"{key}.rate", flow.rate, "rate")
    _need(model, f"{key}.mean_time", flow.mean_time, "time")
    _need(model, f"{key}.fraction", flow.fraction, "number")
    _need(model, f"{key}.drift", flow.drift, "rate")
    volumes = {compartment.id: compartment.volume for compartment in model.compartments}
    ends = (flow.source, flow.target) if flow.both_ways else (flow.source,)
    for place in ends:
        if flow.clearance is not None and (place is None or volumes[place] is None):
            _refuse(model, key, f"a clearance leaves {place}, which has no volume", "Name its volume.")


def _check_input(model: Model, entry: Input, places: set[str]) -> None:
    key = f"inputs ({entry.route})"
    for part in entry.parts:
        if part.into not in places:
            _refuse(model, key, f"no compartment is called “{part.into}”", f"Use one of {', '.join(sorted(places))}.")
        for name in (*part.times, *part.rest_of):
            _need(model, f"{key}.parts.{part.into}", name, "number")
        _need(model, f"{key}.parts.{part.into}.over", part.over, "time")
    if entry.kind == "devices":
        lacking = [name for name in ("nasal", "repeat", "device_mg", "session_min") if getattr(entry, name) is None]
        if lacking:
            _refuse(model, key, f"kind devices lacks {', '.join(lacking)}", "Give them.")


def _check_output(model: Model, analyte: str, places: set[str]) -> None:
    output = next(entry for entry in model.outputs if entry.analyte == analyte)
    volumes = {compartment.id: compartment.volume for compartment in model.compartments}
    for term in output.terms:
        if term.compartment not in places or volumes[term.compartment] is None:
            _refuse(
                model, f"outputs ({analyte})", f"“{term.compartment}” has no volume", "Name a compartment with one."
            )
        _need(model, f"outputs ({analyte}).molar_mass", term.molar_mass, "molar mass")
        _need(model, f"outputs ({analyte}).carried_as", term.carried_as, "molar mass")


def _check_randomness(model: Model) -> None:
    known = {effect.id for effect in model.variability}
    for effect in model.variability:
        if effect.distribution == "uniform":
            _check_uniform(model, effect)
        elif (effect.variance is None) == (effect.cv is None):
            _refuse(model, f"variability ({effect.id})", "it needs one of variance, cv", "Give exactly one.")
        for name in effect.applies_to:
            _need(model, f"variability ({effect.id}).applies_to", name, None)
    for pair in model.covariances:
        for name in pair.between:
            if name not in known:
                _refuse(model, "covariances.between", f"no variability is called “{name}”", "Name one of them.")
        if (pair.covariance is None) == (pair.correlation is None):
            _refuse(model, "covariances", "it needs one of covariance, correlation", "Give exactly one.")


def _check_uniform(model: Model, effect: Variability) -> None:
    for name in effect.applies_to:
        parameter = model.parameters.get(name)
        if parameter is None or parameter.low is None or parameter.high is None:
            _refuse(model, f"variability ({effect.id})", f"{name} has no low and high", "Give the parameter both.")


def _need(model: Model, key: str, name: str | None, dimension: str | None) -> None:
    """The parameter exists and its unit has the dimension that its use needs."""
    if name is None:
        return
    if name not in model.parameters:
        _refuse(model, key, f"no parameter is called “{name}”", f"Add parameters.{name}.")
    if dimension is not None and dimension_of(model, model.parameters[name]) != dimension:
        unit = model.parameters[name].unit
        fitting = ", ".join(unit for unit, (kind, _, _) in UNITS.items() if kind == dimension)
        _refuse(model, f"parameters.{name}", f"unit “{unit}” cannot be a {dimension} ({key})", f"Use {fitting}.")


def dimension_of(model: Model, parameter: Parameter) -> str:
    """volume, flow, rate, time, number or molar mass; a multiple has that of what it multiplies."""
    while parameter.of is not None:
        parameter = model.parameters[parameter.of]
    return UNITS[parameter.unit][0]


def _refuse(model: Model, key: str, wrong: str, fix: str) -> NoReturn:
    raise FactsFileError(f"models/{model.id}.toml: {key}: {wrong}. {fix}")

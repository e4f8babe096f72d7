"""Medicines, genotype and illness that change the kinetics: factors on parameters where a model can take them up."""

from collections.abc import Sequence
from typing import NamedTuple

from keel.knowledge.models import Model
from keel.knowledge.modifiers import Modifier
from keel.pharmacology.regimen import DoseInput


class ParameterChanges(NamedTuple):
    """Factors by parameter, what the reader must know of them, and where they come from."""

    multipliers: dict[str, float]
    remarks: list[str]
    sources: list[str]


def parameter_changes(model: Model, regimen: Sequence[DoseInput], modifiers: Sequence[Modifier]) -> ParameterChanges:
    """The factors on the parameters of `model`; several modifiers multiply, which no study has tested."""
    changes = ParameterChanges({}, [], [])
    routes, taken_up = {dose.route for dose in regimen}, 0
    for modifier in modifiers:
        change = modifier.change_for(model.id, routes)
        changes.sources.extend(source for seen in modifier.observed for source in seen.sources)
        if change is None:
            changes.remarks.append(_left_out(modifier, model, routes))
            continue
        taken_up += 1
        factors = {name: factor.value for name, factor in change.multiply.items()}
        for name, value in factors.items():
            changes.multipliers[name] = changes.multipliers.get(name, 1.0) * value
        shown = ", ".join(f"{name} x {value:g}" for name, value in factors.items()) or "no change"
        changes.remarks.append(f"{modifier.title}: taken up by {model.name} as {shown} ({change.certainty.label}).")
    if taken_up > 1:
        changes.remarks.append("Several effects on the kinetics are multiplied; no study has tested them together.")
    return changes


def _left_out(modifier: Modifier, model: Model, routes: set[str]) -> str:
    near = [seen for seen in modifier.observed if seen.route in routes] or list(modifier.observed)
    seen = "; ".join(entry.text for entry in near)
    return (
        f"{modifier.title}: not in this curve, because {model.name} cannot take it up by this route. Observed: {seen}."
    )

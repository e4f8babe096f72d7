"""Medicines, genotype and illness that change the kinetics: factors on parameters where a model can take them up."""

from collections.abc import Sequence
from typing import NamedTuple

from keel.knowledge.models import Model
from keel.knowledge.modifiers import Modifier
from keel.messages import Message, Name, joined, listed
from keel.pharmacology.regimen import DoseInput


class ParameterChanges(NamedTuple):
    """Factors by parameter, what the reader must know of them, and where they come from."""

    multipliers: dict[str, float]
    remarks: list[Message]
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
        shown = listed(Message("{name} x {value}", name=name, value=value) for name, value in factors.items())
        changes.remarks.append(
            Message(
                "{title}: taken up by {model} as {change} ({mark}).",
                title=Message(modifier.title),
                model=Name(model.name),
                change=shown or Message("no change"),
                mark=Message(change.certainty.label),
            )
        )
    if taken_up > 1:
        changes.remarks.append(
            Message("Several effects on the kinetics are multiplied; no study has tested them together.")
        )
    return changes


def _left_out(modifier: Modifier, model: Model, routes: set[str]) -> Message:
    near = [seen for seen in modifier.observed if seen.route in routes] or list(modifier.observed)
    return Message(
        "{title}: not in this curve, because {model} cannot take it up by this route. Observed: {seen}.",
        title=Message(modifier.title),
        model=Name(model.name),
        seen=joined("; ", [entry.text for entry in near]),
    )

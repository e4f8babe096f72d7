"""A model cut down to some of its outputs: places that none of them can feel are left out.

What flows into a place that is left out has left the system; concentrations of the outputs kept are the same. Without
its metabolites a model often becomes mammillary, and its closed form is many times faster.
"""

from collections.abc import Sequence

import msgspec

from keel.knowledge.models import Model
from keel.messages import Message, Name
from keel.pharmacology.errors import PharmacologyError

_reduced: dict[tuple[int, tuple[str, ...]], tuple[Model, Model]] = {}


def reduced(model: Model, analytes: Sequence[str] | None) -> Model:
    """The model with only `analytes` as outputs (all of them where None); made once for each choice."""
    if analytes is None:
        return model
    key = (id(model), tuple(analytes))
    found = _reduced.get(key)
    if found is None or found[0] is not model:
        found = _reduced[key] = (model, _reduce(model, tuple(analytes)))
    return found[1]


def _reduce(model: Model, analytes: tuple[str, ...]) -> Model:
    outputs = tuple(output for output in model.outputs if output.analyte in analytes)
    unknown = set(analytes) - {output.analyte for output in outputs}
    if unknown or not outputs:
        offered = ", ".join(output.analyte for output in model.outputs)
        raise PharmacologyError(
            Message(
                "{model} has no output {known}; it has {offered}.",
                model=Name(model.name),
                known=", ".join(sorted(unknown)),
                offered=offered,
            )
        )
    felt = {term.compartment for output in outputs for term in output.terms}
    while True:
        wider = felt | {
            place
            for flow in model.flows
            for place, towards in ((flow.source, flow.target), (flow.target, flow.source))
            if place is not None and towards in felt and (place == flow.source or flow.both_ways)
        }
        if wider == felt:
            break
        felt = wider
    flows = tuple(
        flow if flow.target in felt else msgspec.structs.replace(flow, target=None, both_ways=False, fraction=None)
        for flow in model.flows
        if flow.source in felt
    )
    inputs = tuple(
        msgspec.structs.replace(entry, parts=tuple(part for part in entry.parts if part.into in felt))
        for entry in model.inputs
    )
    return msgspec.structs.replace(
        model,
        outputs=outputs,
        flows=flows,
        inputs=inputs,
        compartments=tuple(place for place in model.compartments if place.id in felt),
    )

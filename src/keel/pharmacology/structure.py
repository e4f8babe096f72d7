"""A model document turned into index maps, once: which parameters make which entry of the rate matrix.

The system is x' = A x + input, x in mg by compartment, t in hours. Compartments that no flow connects are separate
blocks (the S and the R side of a racemate) and are solved apart.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from keel.knowledge.models import UNITS, Flow, Model
from keel.knowledge.models.check import dimension_of

MOST_PERIPHERALS = 2

Floats = NDArray[np.float64]
Values = Mapping[str, Any]  # parameter name to a number, or to an array with one number a person


class Block:
    """Connected compartments: their indices, those that doses enter, and those that outputs see.

    The extended state is ordered: areas of the seen places, amounts of all places, input rates of the fed places.
    """

    def __init__(self, places: list[int], fed: list[int], seen: list[int]) -> None:
        self.places, self.fed, self.seen = places, fed, seen
        self.at = {place: position for position, place in enumerate(places)}
        self.first = len(seen)
        self.first_rate = len(seen) + len(places)
        self.size = len(seen) + len(places) + len(fed)


class Shape(NamedTuple):
    """Which flows of a block make it mammillary: the centre, and its neighbours in the order of their arrows."""

    centre: int
    neighbours: tuple[int, ...]


class Structure:
    """The index maps of one model. `order` lists parameters so that each comes after the one it multiplies."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.places = tuple(compartment.id for compartment in model.compartments)
        self.index = {id: position for position, id in enumerate(self.places)}
        self.volume = {compartment.id: compartment.volume for compartment in model.compartments}
        self.inputs = {entry.route: entry for entry in model.inputs}
        self.analytes = tuple(output.analyte for output in model.outputs)
        self.order = _ordered(model)
        self.positive = tuple(
            name for name in self.order if dimension_of(model, model.parameters[name]) in ("volume", "flow", "time")
        )
        self.drifting = {self.index[flow.source]: flow for flow in model.flows if flow.drift is not None}
        self.blocks = self._find_blocks()
        self.shapes = [shape_of(self, block) for block in self.blocks]

    def rate(self, flow: Flow, values: Values, *, backwards: bool = False) -> Any:
        """The fraction of the source's amount that leaves by this flow, 1/h."""
        if flow.clearance is not None:
            volume = self.volume[flow.target if backwards and flow.target else flow.source]
            return values[flow.clearance] / values[str(volume)]
        if flow.rate is not None:
            return values[flow.rate]
        return flow.stages / values[str(flow.mean_time)]

    def arrows(self, values: Values) -> list[tuple[int, int | None, Any, Any]]:
        """Every flow as (from, to or None, rate in 1/h, fraction that arrives)."""
        arrows: list[tuple[int, int | None, Any, Any]] = []
        for flow in self.model.flows:
            if flow.drift is not None:
                continue
            source = self.index[flow.source]
            target = None if flow.target is None else self.index[flow.target]
            arrives = 1.0 if flow.fraction is None else values[flow.fraction]
            arrows.append((source, target, self.rate(flow, values), arrives))
            if flow.both_ways and target is not None:
                arrows.append((target, source, self.rate(flow, values, backwards=True), 1.0))
        return arrows

    def weights(self, values: Values) -> list[list[tuple[int, Any]]]:
        """For each output its terms as (compartment, ng/mL for each mg there)."""
        rows = []
        for output in self.model.outputs:
            row = []
            for term in output.terms:
                scale = 1000.0 / values[str(self.volume[term.compartment])]
                if term.molar_mass is not None:
                    scale = scale * values[term.molar_mass] / values[str(term.carried_as)]
                row.append((self.index[term.compartment], scale))
            rows.append(row)
        return rows

    def extended(self, values: Values, people: int | None = None) -> list[Floats]:
        """For each block the matrix of the extended system, per minute, (people,) dim, dim.

        Rows: areas so far (mg*min), amounts (mg), input rates (mg/min). Everything that can happen between two events
        is z' = M z, so exp(M h) is the whole solution, exact also when rates coincide. No entry off the diagonal is
        negative. A place that drifts only collects what flows in.
        """
        return self.extended_of(self.blocks, values, people)

    def extended_of(self, blocks: Sequence[Block], values: Values, people: int | None = None) -> list[Floats]:
        """The same for the given blocks."""
        arrows = self.arrows(values)
        shape = () if people is None else (people,)
        matrices = []
        for block in blocks:
            matrix = np.zeros((*shape, block.size, block.size))
            for source, target, rate, arrives in arrows:
                if source in block.at:
                    column = block.first + block.at[source]
                    matrix[..., column, column] -= rate / 60.0
                    if target is not None:
                        matrix[..., block.first + block.at[target], column] += rate * arrives / 60.0
            for row, place in enumerate(block.seen):
                matrix[..., row, block.first + block.at[place]] = 1.0
            for position, place in enumerate(block.fed):
                matrix[..., block.first + block.at[place], block.first_rate + position] = 1.0
            matrices.append(matrix)
        return matrices

    def _find_blocks(self) -> list[Block]:
        group = list(range(len(self.places)))
        for flow in self.model.flows:
            if flow.target is not None:
                old, new = group[self.index[flow.target]], group[self.index[flow.source]]
                group = [new if entry == old else entry for entry in group]
        entered = {self.index[part.into] for entry in self.model.inputs for part in entry.parts}
        blocks = []
        for label in dict.fromkeys(group):
            places = [place for place, entry in enumerate(group) if entry == label]
            fed = [place for place in places if place in entered]
            observed = (self.index[term.compartment] for output in self.model.outputs for term in output.terms)
            seen = [place for place in dict.fromkeys(observed) if place in places and place not in self.drifting]
            blocks.append(Block(places, fed, seen))
        return blocks


def _ordered(model: Model) -> tuple[str, ...]:
    plain = [name for name, parameter in model.parameters.items() if parameter.of is None]
    waiting = [name for name in model.parameters if name not in plain]
    while waiting:
        ready = [name for name in waiting if model.parameters[name].of in plain]
        if not ready:
            raise ValueError(f"models/{model.id}.toml: {', '.join(waiting)} multiply one another in a circle.")
        plain += ready
        waiting = [name for name in waiting if name not in ready]
    return tuple(plain)


_structures: dict[int, Structure] = {}


def structure_of(model: Model) -> Structure:
    """The index maps of a model, made once for each document."""
    found = _structures.get(id(model))
    if found is None or found.model is not model:
        found = _structures[id(model)] = Structure(model)
    return found


def engine_unit(unit: str) -> str:
    """The unit in which parameters written in `unit` are computed: L, L/h, 1/h, h, g/mol or 1."""
    dimension = UNITS[unit][0]
    return next(name for name, (kind, factor, per_kg) in UNITS.items() if kind == dimension and factor == 1.0)


@cache
def unit_factor(unit: str) -> tuple[float, bool]:
    """What turns a value in `unit` into the engine's unit, and whether it is per kilogram of body weight."""
    _, factor, per_kg = UNITS[unit]
    return factor, per_kg


def shape_of(structure: Structure, block: Block) -> Shape | None:
    """The centre and neighbours of a block that the closed form covers, or None.

    Covered: every flow joins the centre or leaves it for good, doses enter the centre, outputs see the centre.
    """
    if len(block.fed) != 1 or len(block.places) > MOST_PERIPHERALS + 1:
        return None
    centre = block.fed[0]
    pairs: dict[int, set[str]] = {place: set() for place in block.places if place != centre}
    for flow in structure.model.flows:
        source = structure.index[flow.source]
        if source not in block.at:
            continue
        target = None if flow.target is None else structure.index[flow.target]
        if flow.drift is not None or (target is None and source != centre) or flow.fraction is not None:
            return None
        if target is not None:
            if centre not in (source, target):
                return None
            other = target if source == centre else source
            pairs[other] |= {"in", "out"} if flow.both_ways else {"in" if source == centre else "out"}
    if block.seen != [centre] or any(ways != {"in", "out"} for ways in pairs.values()):
        return None
    return Shape(centre, tuple(pairs))

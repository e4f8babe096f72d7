"""One person's concentrations after a regimen: each block of the model by the solver that suits it.

A mammillary block goes by its closed form (`mammillary.py`), any other by matrix exponentials (`chain.py`).
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Protocol

import numpy as np

from keel.pharmacology.chain import ChainCourse
from keel.pharmacology.inflows import Inflow
from keel.pharmacology.mammillary import MammillaryCourse
from keel.pharmacology.parameters import Parameters
from keel.pharmacology.structure import Floats, Structure, Values
from keel.pharmacology.times import Times


class BlockPath(Protocol):
    """One block of one person at the asked times."""

    def amount(self, place: int, scale: float) -> Floats:
        """Amount in a place in mg, times `scale`."""

    def area(self, place: int, scale: float) -> Floats:
        """Integral of the amount since the first dose in mg*min, times `scale`, for a place that outputs see."""


class Course:
    """What a regimen does to one person, known but for the times: `at` gives concentrations at any of them."""

    def __init__(self, structure: Structure, values: Values, inflows: Sequence[Inflow]) -> None:
        self.structure, self.inflows = structure, inflows
        form = values if isinstance(values, Parameters) else Parameters(values)
        self.blocks: list[MammillaryCourse | ChainCourse] = []
        self.block_of: dict[int, int] = {}
        for number, block in enumerate(structure.blocks):
            inside = [inflow for inflow in inflows if inflow[0] in block.at and inflow[1] > 0]
            if not inside:
                continue
            self.block_of |= dict.fromkeys(block.places, len(self.blocks))
            shape = structure.shapes[number]
            if shape is None:
                self.blocks.append(ChainCourse(structure, form, number, inside))
            else:
                self.blocks.append(MammillaryCourse(structure, shape, form, inside))
        self.outputs = [
            [(self.block_of[place], place, scale) for place, scale in terms if place in self.block_of]
            for terms in structure.weights(values)
        ]
        """For each output its terms as (block, compartment, ng/mL for each mg there); none where nothing gets there."""

    def at(self, times: Times) -> "Path":
        """The person at the asked times."""
        return Path(self, times)


class Path:
    """Concentrations (ng/mL, outputs x times) at once; areas (ng*min/mL) and amounts (mg, places x times) when asked.

    At the moment of a bolus the value is that just after it; before the first dose it is zero.
    """

    def __init__(self, course: Course, times: Times) -> None:
        self._course, self._times = course, times.minutes
        self._blocks: list[BlockPath] = [block.at(times) for block in course.blocks]
        self.concentrations = self._seen(
            [[self._blocks[block].amount(place, scale) for block, place, scale in terms] for terms in course.outputs]
        )

    @cached_property
    def areas(self) -> Floats:
        """Area under each output since the first dose, ng*min/mL, shape (outputs, times)."""
        outputs = self._course.outputs
        return self._seen(
            [[self._blocks[block].area(place, scale) for block, place, scale in terms] for terms in outputs]
        )

    @cached_property
    def amounts(self) -> Floats:
        """Amount in each compartment, mg, shape (places, times)."""
        found = np.zeros((len(self._course.structure.places), len(self._times)))
        for place, block in self._course.block_of.items():
            found[place] = self._blocks[block].amount(place, 1.0)
        return found

    def _seen(self, outputs: list[list[Floats]]) -> Floats:
        """Each output as the sum of its terms."""
        rows = [sum(terms[1:], terms[0]) if terms else np.zeros(len(self._times)) for terms in outputs]
        return rows[0][None] if len(rows) == 1 else np.array(rows)

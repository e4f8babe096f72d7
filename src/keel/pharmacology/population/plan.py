"""The plan of a population: all that a worker needs to compute a chunk of it, wherever it runs, and what comes back."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from keel.knowledge.models import Model
from keel.knowledge.modifiers import Modifier
from keel.pharmacology.population.histogram import Counts
from keel.pharmacology.population.virtual_people import DoseUncertainty, VirtualPeople
from keel.pharmacology.regimen import DoseInput
from keel.pharmacology.structure import Floats

METRICS = ("cmax", "tmax_min", "auc_ng_h_per_ml", "trough")
MOST_ROWS = 1200  # rows of counts that are kept: 80 kB each


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a worker needs to compute a chunk, wherever it runs."""

    model: Model
    regimen: tuple[DoseInput, ...]
    people: VirtualPeople
    uncertain: DoseUncertainty
    end_min: float
    analytes: tuple[str, ...] | None
    subjects: int
    chunk: int
    seed: int
    times_min: tuple[float, ...] = ()
    modifiers: tuple[Modifier, ...] = ()
    keep: bool = False
    compiled: bool = False

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of the analytes that are followed."""
        return self.analytes or tuple(output.analyte for output in self.model.outputs)

    @property
    def kept_doses(self) -> tuple[int, ...]:
        """Numbers of the doses of which quantiles are kept: all, or so many spread evenly as memory allows."""
        windows = len({dose.start_min for dose in self.regimen})
        most = max(2, MOST_ROWS // (len(self.outputs) * len(METRICS)))
        if windows <= most:
            return tuple(range(windows))
        return tuple(np.unique(np.linspace(0, windows - 1, most).round().astype(int)).tolist())

    @property
    def chunks(self) -> int:
        """How many chunks there are; the last may be smaller."""
        return -(-self.subjects // self.chunk)

    def size(self, number: int) -> int:
        """People in a chunk."""
        return min(self.chunk, self.subjects - number * self.chunk)


class ChunkCounts(NamedTuple):
    """Counts of one chunk: of each metric of each dose, of each metric over all doses, and at each time."""

    per_dose: Counts
    overall: Counts
    concentrations: Counts
    table: dict[str, Floats] | None


def end_of(regimen: Sequence[DoseInput], end_min: float | None) -> float:
    """Until when people are followed, in minutes: as asked, or for 24 hours after the last dose, or to its end."""
    last = regimen[-1]
    return float(end_min) if end_min is not None else last.start_min + max(1440.0, last.duration_min)

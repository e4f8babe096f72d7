"""Peak, time of peak and area under a curve, exact to the solver: not read off the grid that happened to be asked."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from keel.pharmacology.inputs import Entry
from keel.pharmacology.mammillary import Times
from keel.pharmacology.propagate import Path
from keel.pharmacology.structure import Floats, Structure, Values

ROUGH = 200  # points of the first look at a window
FINE = 24  # points of each further look around the peak
LOOKS = 3


class Metrics(NamedTuple):
    """Of one analyte: peak (ng/mL), its time (min) and the area under the curve (ng*h/mL) in the window asked."""

    analyte: str
    cmax: float
    tmax_min: float
    auc_ng_h_per_ml: float

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {name: (value if isinstance(value, str) else float(value)) for name, value in self._asdict().items()}


def curve_metrics(
    structure: Structure, values: Values, parts: Sequence[Entry], times_min: Floats
) -> tuple[Metrics, ...]:
    """Metrics between the first and the last of `times_min`; with one time, from the first dose to it."""
    start, end = float(times_min[0]), float(times_min[-1])
    if start == end:
        start = min([start, *(float(part.start_min) for part in parts)])
    grid = _looking_grid(parts, start, end)
    path = Path(structure, values, parts, Times.of(grid))
    found = []
    for row, analyte in enumerate(structure.analytes):
        cmax, tmax = _peak(structure, values, parts, row, grid, path.concentrations[row])
        area = float(path.areas[row, -1] - path.areas[row, 0]) / 60.0
        found.append(Metrics(analyte, cmax, tmax, area))
    return tuple(found)


def _looking_grid(parts: Sequence[Entry], start: float, end: float) -> Floats:
    """An even grid with the moments at which something begins or ends, and denser after each of the first ones."""
    moments = {float(part.start_min) for part in parts} | {float(part.start_min + part.duration_min) for part in parts}
    marks = np.array(sorted({start, end} | {moment for moment in moments if start < moment < end}))
    after = np.concatenate([mark + np.geomspace(0.5, 720.0, 40) for mark in marks[:50]])
    grid = np.unique(np.concatenate([np.linspace(start, end, ROUGH), marks, after[after < end]]))
    return np.asarray(grid[(grid >= start) & (grid <= end)])


def _peak(
    structure: Structure, values: Values, parts: Sequence[Entry], row: int, grid: Floats, curve: Floats
) -> tuple[float, float]:
    """Value and time of the highest point: the neighbourhood of the best grid point, looked at ever more closely."""
    for _ in range(LOOKS):
        best = int(np.argmax(curve))
        low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
        if high <= low:
            break
        finer = np.union1d(np.linspace(low, high, FINE), grid[best])
        closer = Path(structure, values, parts, Times.of(finer)).concentrations[row]
        grid, curve = finer, closer
    best = int(np.argmax(curve))
    return float(curve[best]), float(grid[best])

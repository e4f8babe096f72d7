"""Peak, time of peak and area under a curve, exact to the solver: not read off the grid that happened to be asked."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from keel.pharmacology.course import Course
from keel.pharmacology.inflows import Inflow, moments_of
from keel.pharmacology.structure import Floats
from keel.pharmacology.times import Times

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


def curve_metrics(course: Course, times_min: Floats) -> tuple[Metrics, ...]:
    """Metrics between the first and the last of `times_min`; with one time, from the first dose to it."""
    start, end = float(times_min[0]), float(times_min[-1])
    if start == end:
        start = min([start, *(float(inflow.start_min) for inflow in course.inflows)])
    grid = _looking_grid(course.inflows, start, end)
    path = course.at(Times.of(grid))
    peaks = _peaks(course, grid, path.concentrations)
    areas = (path.areas[:, -1] - path.areas[:, 0]) / 60.0
    return tuple(
        Metrics(analyte, cmax, tmax, float(area))
        for analyte, (cmax, tmax), area in zip(course.structure.analytes, peaks, areas, strict=True)
    )


def _looking_grid(inflows: Sequence[Inflow], start: float, end: float) -> Floats:
    """An even grid with the moments at which something begins or ends, and denser after each of the first ones."""
    breaks = np.array(sorted({start, end} | {moment for moment in moments_of(inflows) if start < moment < end}))
    after = np.concatenate([moment + np.geomspace(0.5, 720.0, 40) for moment in breaks[:50]])
    grid = np.unique(np.concatenate([np.linspace(start, end, ROUGH), breaks, after[after < end]]))
    return np.asarray(grid[(grid >= start) & (grid <= end)])


def _peaks(course: Course, grid: Floats, curves: Floats) -> list[tuple[float, float]]:
    """Value and time of each analyte's highest point: the neighbourhood of its best point, looked at ever more closely.

    All analytes are looked at in one pass over the union of their neighbourhoods.
    """
    grids, rows = [grid] * len(curves), list(curves)
    for _ in range(LOOKS):
        grids = [_closer(times, row) for times, row in zip(grids, rows, strict=True)]
        together = np.unique(np.concatenate(grids))
        seen = course.at(Times.of(together)).concentrations
        rows = [row[np.searchsorted(together, times)] for row, times in zip(seen, grids, strict=True)]
    best = [int(np.argmax(row)) for row in rows]
    return [(float(row[at]), float(times[at])) for row, times, at in zip(rows, grids, best, strict=True)]


def _closer(times: Floats, row: Floats) -> Floats:
    """Times around the highest point, from its left to its right neighbour, itself among them."""
    best = int(np.argmax(row))
    low, high = times[max(best - 1, 0)], times[min(best + 1, len(times) - 1)]
    return np.asarray(np.union1d(np.linspace(low, high, FINE), times[best]))

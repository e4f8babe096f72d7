"""Quantiles of any number of values in fixed memory: counts in classes 0.2% wide, found by integer arithmetic.

Counts add up in any order, so the result does not depend on who counted what. A class is the exponent of a float and
the first BITS bits of its mantissa; inside a class values are taken as evenly spread: an error below 0.1%.
"""

import numpy as np
from numpy.typing import NDArray

from keel.pharmacology.structure import Floats

BITS = 9
OCTAVES = (-20, 21)  # from a millionth to two million; smaller values count as zero
CLASSES = (OCTAVES[1] - OCTAVES[0]) << BITS
_SHIFT = 52 - BITS
_FIRST = (1023 + OCTAVES[0]) << BITS

Counts = NDArray[np.int32]


def no_counts(rows: int) -> Counts:
    """Counts of nothing yet, one row for each quantity."""
    return np.zeros((rows, CLASSES), dtype=np.int32)


def count(values: Floats, counts: Counts, *, compiled: bool = False) -> None:
    """Adds non-negative `values` (rows, values) to the classes of their rows. Both ways count the same."""
    rows = np.ascontiguousarray(values, dtype=float).reshape(len(counts), -1)
    if compiled:
        from keel.pharmacology.population.mammillary_compiled import count_classes

        count_classes(rows.view(np.int64), _SHIFT, _FIRST, counts)
        return
    for row, bits in enumerate(rows.view(np.int64)):
        classes = np.clip((bits >> _SHIFT) - _FIRST, 0, CLASSES - 1)
        counts[row] += np.bincount(classes, minlength=CLASSES).astype(np.int32)


def quantiles(counts: Counts, wanted: Floats) -> Floats:
    """Values below which the parts `wanted` of each row lie, shape (wanted, rows); 0 for the lowest class."""
    cumulated = np.cumsum(counts, axis=1, dtype=np.int64)
    edges = class_edges()
    found = np.zeros((len(wanted), len(counts)))
    for row, running in enumerate(cumulated):
        if running[-1] == 0:
            continue
        targets = np.asarray(wanted) * (running[-1] - 1) + 0.5  # the middle of each value's share
        classes = np.searchsorted(running, targets)
        before = running[classes] - counts[row, classes]
        inside = (targets - before) / counts[row, classes]
        found[:, row] = np.where(classes == 0, 0.0, edges[classes] + inside * (edges[classes + 1] - edges[classes]))
    return found


def class_edges() -> Floats:
    """Lower edges of the classes, and the upper edge of the last."""
    bits = (np.arange(CLASSES + 1, dtype=np.int64) + _FIRST) << _SHIFT
    return bits.view(np.float64)

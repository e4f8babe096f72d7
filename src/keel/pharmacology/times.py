"""When to look at a curve: increasing minutes, and whether they are an even grid, which is quicker to compute."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from keel.messages import Message
from keel.pharmacology.errors import RegimenError
from keel.pharmacology.structure import Floats

SAME_STEP = 9  # decimals of a minute to which stretches count as equally long: a year has 525,960 minutes
MANY = 64  # times from which an even grid is worth its tables


class Times(NamedTuple):
    """Increasing minutes, and their step where the grid is even and long, otherwise 0."""

    minutes: Floats
    step: float

    @classmethod
    def of(cls, times_min: Sequence[float] | Floats) -> "Times":
        """The times with their step; RegimenError unless there is one and they are finite and increase."""
        minutes = np.asarray(times_min, dtype=float)
        if minutes.ndim != 1 or minutes.size == 0:
            raise RegimenError(Message("Give at least one time in minutes."))
        count = len(minutes)
        first, last = float(minutes[0]), float(minutes[-1])
        if count == 1 and math.isfinite(first):
            return cls(minutes, 0.0)
        steps = minutes[1:] - minutes[:-1]
        step = (last - first) / max(1, count - 1)
        # No step exceeds the mean step: then all are equal, and a second pass over them can be saved.
        if 0.0 < step < math.inf and steps[steps.argmax()] - step <= 1e-15 * max(abs(first), abs(last)):
            return cls(minutes, step if count >= MANY else 0.0)
        if not (steps.min(initial=1.0) > 0 and -math.inf < first and last < math.inf):
            raise RegimenError(Message("The times must be finite and increase, in minutes."))
        return cls(minutes, 0.0)


def distinct_lengths(gaps: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """The lengths (min) that occur among `gaps`, shortest first, and for each gap the number of its length."""
    keys, ids = np.unique(np.round(gaps, SAME_STEP), return_inverse=True)
    counts = np.bincount(ids, minlength=len(keys))
    return np.bincount(ids, weights=gaps, minlength=len(keys)) / counts, ids

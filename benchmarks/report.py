"""What a benchmark gives back, and how times are taken: the median of several runs of one process."""

import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple


class Row(NamedTuple):
    """One figure: what was done, the measured value with its unit, the budget, and remarks (peers, ratios)."""

    what: str
    value: float
    unit: str
    budget: float | None = None
    remark: str = ""

    def __str__(self) -> str:
        budget = "" if self.budget is None else f"  budget {self.budget:g} {self.unit}"
        kept = "" if self.budget is None else ("  kept" if self.value <= self.budget else "  MISSED")
        return f"{self.what:<58} {self.value:>10.3g} {self.unit:<4}{budget}{kept}  {self.remark}".rstrip()


def median_seconds(act: Callable[[], Any], runs: int = 7, warm_up: int = 1) -> float:
    """The median wall time of `act`, after warm-up runs that do not count."""
    for _ in range(warm_up):
        act()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        act()
        times.append(time.perf_counter() - start)
    return statistics.median(times)

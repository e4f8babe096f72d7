"""The shortest of several runs: what the work takes when nothing else has the machine, for us and for every peer."""

import time
from collections.abc import Callable
from typing import Any


def best_seconds(act: Callable[[], Any], runs: int = 7, warm_up: int = 1) -> float:
    """The shortest wall time of `act`, after warm-up runs that do not count."""
    for _ in range(warm_up):
        act()
    shortest = float("inf")
    for _ in range(runs):
        begin = time.perf_counter()
        act()
        shortest = min(shortest, time.perf_counter() - begin)
    return shortest

"""The shortest of several runs in processor time, for us and for every peer, so that a busy machine matters little."""

import time
from collections.abc import Callable
from typing import Any


def best_seconds(act: Callable[[], Any], runs: int = 7, warm_up: int = 1, together: int = 1) -> float:
    """The shortest processor time of `act`, after warm-up runs that do not count; for work on one core.

    What takes microseconds is timed several calls `together`: reading the clock takes one of them.
    """
    for _ in range(warm_up):
        act()
    shortest = float("inf")
    for _ in range(runs):
        begin = time.process_time()
        for _ in range(together):
            act()
        shortest = min(shortest, time.process_time() - begin)
    return shortest / together

"""Mutated bundles for ten minutes: no exception, and no dose lost in silence (HZ-IOP-04)."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from soak.figures import Figure
from support.bundles import differences, mutated

MINUTES = float(os.environ.get("SOAK_MINUTES", "10"))


def figures(folder: Path) -> Iterator[Figure]:
    """Bundles that were read wrongly, of how many; an exception ends the run with the seed."""
    del folder
    wrong, seed, until = 0, 0, time.monotonic() + MINUTES * 60
    while time.monotonic() < until:
        seed += 1
        try:
            found = differences(mutated(Random(seed)))  # noqa: S311 - a seeded sample
        except Exception:
            print(f"  seed {seed}")
            raise
        wrong += bool(found)
        if found and wrong <= 10:
            print(f"  seed {seed}: {found}")
    yield Figure(f"bundles read wrongly, of {seed}", wrong, "bundles", 0)

"""`make soak`: every long run on a folder of its own, with its figures beside the budgets; 1 where one is over."""

import sys
import tempfile
from pathlib import Path

from soak import (
    bundles,
    costly,
    days,
    faults,
    kills,
    long_chain,
    numbers,
    overload,
    patterns,
    power_cut,
    rooms,
    slow_clients,
    steady,
    upgrade,
    writers,
)

RUNS = (slow_clients, costly, overload, kills, power_cut, writers, faults, upgrade, patterns, bundles, days, rooms)
RUNS += (long_chain, numbers, steady)


def main() -> int:
    """Runs all, or those that are named."""
    wanted = set(sys.argv[1:])
    over = 0
    for run in RUNS:
        name = run.__name__.rpartition(".")[2]
        if wanted and name not in wanted:
            continue
        print(f"{name}: {(run.__doc__ or '').splitlines()[0]}", flush=True)
        with tempfile.TemporaryDirectory(prefix="keel-soak-") as folder:
            for figure in run.figures(Path(folder)):
                over += not figure.is_kept
                print(f"  {figure}", flush=True)
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())

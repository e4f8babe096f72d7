"""`make simulate SEED=1 DAYS=3 ROOMS=2`: days of a clinic on a clock of their own; 1 where an invariant breaks."""

import argparse
import sys
import time
from collections import Counter

from support import clock, django_ready  # noqa: F401 - Django is set up by its import


def main() -> int:
    """Plays the days, says how each went, and prints the shrunk script of the first that fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, default=3)
    parser.add_argument("--rooms", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begins no day after that")
    parser.add_argument("--long", action="store_true", help="shrinks nothing: the last steps as they were")
    told = parser.parse_args()
    clock.start()
    from django.db import connection

    from simulation.days import days, report
    from simulation.invariants import AFTER_EACH_STEP, AT_THE_END

    connection.creation.create_test_db(verbosity=0)
    began, counts, played = time.perf_counter(), Counter[str](), 0
    for seed, day, seconds in days(told.seed, told.days, told.rooms):
        played, counts = played + 1, counts + day.counts + Counter(steps=day.steps, checks=day.checks)
        print(f"day {seed}: {day.steps} steps, {day.checks} checks, {seconds:.1f} s", flush=True)
        if day.broken is not None:
            print(report(seed, told.rooms, day.broken, short=not told.long))
            return 1
        if time.perf_counter() - began > told.minutes * 60:
            break
    print(f"{played} days hold {len(AFTER_EACH_STEP)} invariants after every step, {len(AT_THE_END)} at their end")
    print(", ".join(f"{name} {number}" for name, number in sorted(counts.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())

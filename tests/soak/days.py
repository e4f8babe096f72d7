"""Days of a simulated clinic, every invariant after every step, and T12: the machine of rules, fold and pages."""

import time
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from soak.figures import Figure

MINUTES, ROOMS = 60.0, 2


def figures(folder: Path, *, minutes: float = MINUTES, seed: int = 1000) -> list[Figure]:
    """The figures of this run; `folder` is not needed, all is in memory."""
    from support import clock, django_ready  # noqa: F401 - Django is set up by its import

    clock.start()
    from django.db import connection

    from simulation.days import days, report
    from simulation.machine import FoldMachine, PagesMachine

    connection.creation.create_test_db(verbosity=0)
    began, played, steps, checks, broken = time.perf_counter(), 0, 0, 0, 0
    for number, day, _seconds in days(seed, 10_000, ROOMS):
        played, steps, checks = played + 1, steps + day.steps, checks + day.checks
        if day.broken is not None:
            broken += 1
            print(report(number, ROOMS, day.broken), flush=True)
        if time.perf_counter() - began > minutes * 30:
            break
    quiet = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large)
    for machine, examples in ((FoldMachine, 40), (PagesMachine, 10)):
        while time.perf_counter() - began < minutes * (50 if machine is FoldMachine else 60):
            many = settings(max_examples=examples, stateful_step_count=30, deadline=None, suppress_health_check=quiet)
            run_state_machine_as_test(machine, settings=many)
    return [
        Figure(f"days of {played} ({steps} steps, {checks} checks) that broke an invariant", broken, "", 0),
        Figure(
            f"states of {FoldMachine.steps + PagesMachine.steps} (start open in {FoldMachine.opened['start']}, leaving"
            f" in {FoldMachine.opened['leaving']}) that open a gate against the protocol",
            0,
            "",
            0,
        ),
    ]

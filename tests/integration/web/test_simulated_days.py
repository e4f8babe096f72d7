"""Days of a clinic from seeds, and T12, every invariant after every step; `make simulate` and `make soak` do more."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from simulation.days import as_in_the_beginning, play, report
from simulation.machine import FoldMachine, PagesMachine
from simulation.script import day

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SEED, ROOMS = 11, 1
STEPS = 32
"""From the first question to some minutes of the infusion; `make simulate` plays whole days."""
QUIET = {
    "deadline": None,
    "suppress_health_check": (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large),
    "phases": (Phase.reuse, Phase.generate),  # to shrink a story of so many steps takes minutes: `make soak` does
}


@pytest.fixture(scope="module", autouse=True)
def _database_as_before(django_db_setup, django_db_blocker):
    """What is written here is committed; the tests after these find the database as it was."""
    with django_db_blocker.unblock(), as_in_the_beginning():
        yield


def test_a_day_of_tablets_that_fail_holds_every_invariant():
    """HZ-OFF-01, HZ-OFF-02, HZ-DOSE-06, HZ-GATE-01, HZ-ALM-01, HZ-ALM-02, HZ-AVL-03, HZ-AVL-04, HZ-PUMP-03."""
    played = play(day(SEED, ROOMS)[:STEPS], SEED, ROOMS)
    assert played.broken is None, report(SEED, ROOMS, played.broken, short=False)
    assert played.checks > 400
    assert played.counts["start open"]
    assert played.counts["dose_started"]


def test_no_state_of_the_fold_opens_a_gate_against_the_protocol():
    """HZ-GATE-01, HZ-GATE-07, HZ-DC-01, T12."""
    few = settings(max_examples=12, stateful_step_count=10, **QUIET)
    run_state_machine_as_test(FoldMachine, settings=few)
    assert FoldMachine.steps > 60


def test_pages_and_fold_say_the_same_and_never_open_a_gate():
    """HZ-GATE-08, HZ-DOSE-06, T12."""
    few = settings(max_examples=3, stateful_step_count=6, **QUIET)
    run_state_machine_as_test(PagesMachine, settings=few)
    assert PagesMachine.steps > 5

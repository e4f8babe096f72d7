"""The chunks of a population on a real Dask cluster: two worker processes, one of which is killed midway."""

import os
import signal
import warnings

import numpy as np
import pytest

from keel.knowledge import load
from keel.pharmacology import DoseInput, Spread, VirtualPeople, simulate_population

distributed = pytest.importorskip("distributed")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # a killed worker leaves open sockets behind
@pytest.mark.enable_socket
def test_a_worker_that_dies_midway_changes_nothing():
    model = load().models["m-in"]
    doses = [DoseInput(amount_mg=56, route="nasal", substance="esketamine", start_min=4320.0 * i) for i in range(4)]
    same = {
        "subjects": 2400,
        "people": VirtualPeople(weight_kg=Spread(mean=75, sd=15, low=40, high=140), age_years=40),
        "times_min": [60, 400],
        "seed": 21,
        "chunk": 150,
    }
    alone = simulate_population(model, doses, **same)
    killed = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
        ) as cluster:
            victim = next(iter(cluster.workers.values())).pid

            def kill_one(done, total):
                if done == 4:
                    os.kill(victim, signal.SIGKILL)
                    killed.append((done, total))

            shared = simulate_population(model, doses, scheduler=cluster.scheduler_address, progress=kill_one, **same)
    assert killed == [(4, 16)]
    for part in ("per_dose", "overall", "concentrations"):
        assert np.array_equal(getattr(alone, part), getattr(shared, part))

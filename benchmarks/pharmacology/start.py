"""How long from nothing to the first answer, in a process of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator

from benchmarks.report import Row

ONE = """
from keel.knowledge import load
from keel.pharmacology import DoseInput, Person, simulate
dose = DoseInput(amount_mg=35, route="iv", duration_min=40)
simulate(load().models["m-rac"], [dose], Person(weight_kg=70, age_years=40), range(0, 1441)).metrics
"""
MANY = """
from keel.knowledge import load
from keel.pharmacology import DoseInput, VirtualPeople, simulate_population
dose = DoseInput(amount_mg=35, route="iv", duration_min=40)
simulate_population(load().models["m-art"], [dose], subjects=10_000, people=VirtualPeople(weight_kg=70))
"""
COMPILED = """
from keel.knowledge import load
from keel.pharmacology import DoseInput, simulate_people
import numpy
dose = DoseInput(amount_mg=35, route="iv", duration_min=40)
values = {"V1": 25.0, "V2": 56.0, "V3": 157.0, "CL": numpy.full(10_000, 84.0), "Q2": 161.0, "Q3": 79.0}
simulate_people(load().models["m-art"], [dose], values, end_min=1440, compiled=True)
"""


def start_rows() -> Iterator[Row]:
    """Import and first answer, for one person and for a population; Python's own caches are warm, as for a user."""
    with_caches = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for what, text in (("one person", ONE), ("10,000 people", MANY), ("Numba's loops, cache warm", COMPILED)):
        times = []
        for _ in range(4):  # the first fills the caches and does not count
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", text], check=True, env=with_caches)  # noqa: S603  our own words
            times.append(time.perf_counter() - began)
        yield Row(f"start: import and first answer, {what}", min(times[1:]), "s", 1.0)

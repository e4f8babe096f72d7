"""How far from what the machine could do: exponentials and memory."""

from collections.abc import Iterator

import numpy as np

from benchmarks.pharmacology.cases import SAMPLES, YEAR, YEAR_END, domino, drawn
from benchmarks.pharmacology.timing import best_seconds
from benchmarks.report import Row
from keel.pharmacology import simulate_people

PEOPLE = 10_000
LENGTHS = 12  # distinct stretches of case B, three exponentials each


def bound_rows() -> Iterator[Row]:
    """The bound of case B: its exponentials and the writing of its results, and how many times that we need."""
    values = -np.random.default_rng(1).random(PEOPLE * 3)
    out = np.empty_like(values)
    exponential = best_seconds(lambda: np.exp(values, out=out), runs=21) / len(values)
    store = np.empty(4_000_000)
    fill = best_seconds(lambda: store.fill(1.0), runs=9) / store.nbytes
    results = 8 * PEOPLE * (len(SAMPLES) + 4 * len(YEAR))
    bound = PEOPLE * 3 * LENGTHS * exponential + results * fill
    model, parameters = domino(), drawn(PEOPLE)
    ours = best_seconds(lambda: simulate_people(model, YEAR, parameters, SAMPLES, end_min=YEAR_END), runs=9, warm_up=2)
    yield Row("machine: one exponential (NumPy)", exponential * 1e9, "ns")
    yield Row("machine: writing memory", 1e-9 / fill, "GB/s")
    yield Row(
        "B: bound by exponentials and results", bound * 1e3, "ms", remark=f"we need {ours / bound:.1f} times that"
    )

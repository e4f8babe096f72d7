"""Cases B, C and D for many patients: `simulate_people` and `population`."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np

from benchmarks.pharmacology import peers
from benchmarks.pharmacology.cases import ORAL, SAMPLES, YEAR, YEAR_END, chain, chain_drawn, domino, drawn
from benchmarks.pharmacology.exact import exact_amounts, worst
from benchmarks.pharmacology.one import GRID, chain_matrix
from benchmarks.pharmacology.timing import best_seconds
from benchmarks.report import Row
from keel.pharmacology import VirtualPeople, simulate_people, simulate_population

PEOPLE = 10_000
FEW = 30  # patients that a slow peer computes; its time is scaled up
MRGSOLVE_SECONDS = 4.5  # its closed form on the reference machine, for 10,000 patients without areas
MILLION = 1_000_000


def many_rows() -> Iterator[Row]:
    """Case B by both ways, case C per patient, case D on one and two cores."""
    yield from _case_b()
    yield from _case_c()
    yield from _case_d()


def _pieces() -> list[tuple[float, float, float]]:
    pieces = []
    for dose, following in zip(YEAR, [*(dose.start_min for dose in YEAR[1:]), YEAR_END], strict=True):
        pieces += [(dose.start_min, dose.end_min, dose.amount_mg / 40), (dose.end_min, following, 0.0)]
    return pieces


def _own(values: dict[str, np.ndarray], who: int) -> np.ndarray:
    return peers.matrix_of(*(float(values[name][who]) / 60 for name in ("K10", "K12", "K21", "K13", "K31")))


def _case_b() -> Iterator[Row]:
    model, values = domino(), drawn(PEOPLE)

    def act() -> object:
        return simulate_people(model, YEAR, values, SAMPLES, end_min=YEAR_END)

    compiled = os.environ.get("KEEL_NUMBA") != "0" and peers.is_there("numba")
    ours = best_seconds(act, runs=15, warm_up=10)
    how = "Numba" if compiled else "NumPy"
    yield Row(f"B: 10,000 patients, 26 infusions, 100 samples, {how}", ours, "s", 0.02)
    found = simulate_people(model, YEAR, values, SAMPLES, end_min=YEAR_END)
    a = _own(values, 0)
    moments = [float(SAMPLES[i]) for i in (0, 3, 40, 99)]
    exact = exact_amounts(a, _pieces(), [0.0] * 3, moments)[:, :1] / values["V1"][0] * 1000
    checked = found.concentrations[0, 0, [0, 3, 40, 99]][:, None]
    yield Row("B: largest relative error against 50 digits", worst(checked, exact), "", 1e-12)
    if compiled:
        plain = _seconds_without_numba()
        yield Row(
            "B: the same with plain NumPy",
            plain,
            "s",
            MRGSOLVE_SECONDS / 150,
            f"mrgsolve's closed form, measured elsewhere: {MRGSOLVE_SECONDS} s",
        )
    if not peers.is_there("numbalsoda"):
        yield Row("B: numbalsoda is not installed", 0.0, "")
        return
    solve = peers.numbalsoda_solver(3)
    times = np.unique(np.append(SAMPLES, [dose.end_min for dose in YEAR]))
    peers.numbalsoda_curve(solve, _own(values, 0), _pieces(), times, 1e-5, np.zeros(3))  # compiles; does not count
    began = time.process_time()
    for who in range(FEW):
        peers.numbalsoda_curve(solve, _own(values, who), _pieces(), times, 1e-5, np.zeros(3))
    theirs = (time.process_time() - began) / FEW * PEOPLE
    yield Row(
        f"B: numbalsoda, rtol 1e-5 ({FEW} patients, scaled; no area)",
        theirs,
        "s",
        remark=f"{theirs / ours:.0f} times ours (aim 3000)",
    )


def _seconds_without_numba() -> float:
    """Case B in a process of its own in which compiled loops are off."""
    text = (
        "import time; from benchmarks.pharmacology.many import *\n"
        "from benchmarks.pharmacology.cases import *\n"
        "values = drawn(PEOPLE); model = domino()\n"
        "print(best_seconds(lambda: simulate_people(model, YEAR, values, SAMPLES, end_min=YEAR_END), 9, 2))"
    )
    done = subprocess.run(  # noqa: S603  our own words
        [sys.executable, "-c", text], check=True, capture_output=True, text=True, env={**os.environ, "KEEL_NUMBA": "0"}
    )
    return float(done.stdout)


def _case_c() -> Iterator[Row]:
    people = 512
    values = chain_drawn(people)
    model = chain()
    has_numba = os.environ.get("KEEL_NUMBA") != "0" and peers.is_there("numba")
    seconds = best_seconds(
        lambda: simulate_people(model, ORAL, values, GRID, end_min=1440.0, compiled=has_numba), runs=5
    )
    ours = seconds / people
    yield Row("C: the same per patient of a population, with metrics", ours * 1e6, "us", 110)
    if not peers.is_there("numbalsoda"):
        return
    solve = peers.numbalsoda_solver(7)
    start = np.array([50.0] + [0.0] * 6)
    matrices = [chain_matrix({name: float(value[who]) for name, value in values.items()}) for who in range(FEW)]
    peers.numbalsoda_curve(solve, matrices[0], [(0.0, 1440.0, 0.0)], GRID, 1e-8, start)  # compiles; does not count
    began = time.process_time()
    for a in matrices:
        peers.numbalsoda_curve(solve, a, [(0.0, 1440.0, 0.0)], GRID, 1e-8, start)
    theirs = (time.process_time() - began) / FEW
    yield Row(
        "C: numbalsoda per patient, rtol 1e-8", theirs * 1e6, "us", remark=f"{theirs / ours:.1f} times ours (aim 6)"
    )


def _case_d() -> Iterator[Row]:
    model = domino(cv=0.25)
    seconds = {}
    for workers in (1, 2):
        began, used = time.perf_counter(), time.process_time()
        simulate_population(
            model, YEAR, subjects=MILLION, people=VirtualPeople(weight_kg=70), end_min=YEAR_END, workers=workers
        )
        seconds[workers] = time.perf_counter() - began
        if workers == 1:
            used = time.process_time() - used
            yield Row(
                "D: 1,000,000 patients drawn, 26 infusions, one core",
                used,
                "s",
                2.5,
                f"{seconds[1]:.2f} s on the clock",
            )
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            yield Row("D: peak memory of the process so far, peers included", memory, "MB", 300)
    ratio = seconds[1] / seconds[2]
    yield Row(
        "D: the same on two cores, on the clock", seconds[2], "s", seconds[1] / 1.8, f"{ratio:.2f} times one core"
    )

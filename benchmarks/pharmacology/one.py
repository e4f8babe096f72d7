"""Cases A and C for one patient: a curve of 1,441 points through `simulate`."""

from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.pharmacology import peers
from benchmarks.pharmacology.cases import CHAIN, DOMINO, INFUSION, ORAL, PERSON, chain, domino, equal_rate
from benchmarks.pharmacology.exact import exact_amounts, worst
from benchmarks.pharmacology.timing import best_seconds
from benchmarks.report import Row
from keel.knowledge.models import Model
from keel.pharmacology import DoseInput, Person, simulate

GRID = np.arange(1441.0)
CHECKED = [1, 7, 39, 41, 60, 200, 700, 1440]
PIECES = [(0.0, 40.0, 35 / 40), (40.0, 1440.0, 0.0)]


def one_rows() -> Iterator[Row]:
    """Case A, then case C with different and with equal rates."""
    yield from _case_a()
    yield from _case_c("C: oral with metabolites, 1,441 points, three outputs", {})
    yield from _case_c("C: the same with equal rates", {"KA": equal_rate()})


def _case_a() -> Iterator[Row]:
    model = domino()
    a = peers.matrix_of(**{name.lower(): value for name, value in DOMINO.items() if name != "V1"})
    ours = best_seconds(lambda: simulate(model, INFUSION, PERSON, GRID), runs=200, warm_up=50, together=10)
    exact = exact_amounts(a, PIECES, [0.0, 0.0, 0.0], [float(t) for t in CHECKED])[:, :1] / DOMINO["V1"] * 1000
    found = simulate(model, INFUSION, PERSON, GRID)["ketamine"][CHECKED][:, None]
    yield Row("A: one patient, 24 h by the minute, public call", ours * 1e6, "us", 49)
    yield Row("A: the first question about a patient", _first(model, INFUSION) * 1e6, "us")
    yield Row("A: largest relative error against 50 digits", worst(found, exact), "", 1e-12)
    scipy = best_seconds(lambda: peers.scipy_curve(a, PIECES, GRID, 1e-8), runs=5)
    yield Row(
        "A: SciPy solve_ivp LSODA, rtol 1e-8", scipy * 1e6, "us", remark=f"{scipy / ours:.0f} times ours (aim 300)"
    )
    yield from _numbalsoda("A", a, np.zeros(3), PIECES, ours, 10)
    if not peers.is_there("roadrunner"):
        yield Row("A: libRoadRunner is not installed", 0.0, "")
        return
    run = peers.roadrunner_curve(a, 35.0, 40.0, GRID, 1e-8)
    theirs = best_seconds(run, runs=5)
    yield Row("A: libRoadRunner CVODE, rtol 1e-8", theirs * 1e6, "us", remark=f"{theirs / ours:.0f} times ours")


def _first(model: Model, regimen: Sequence[DoseInput]) -> float:
    """Seconds for a patient of whom nothing is known from an earlier question: each run has another weight."""
    weights = iter(np.linspace(50, 110, 3001))
    return best_seconds(
        lambda: simulate(model, regimen, Person(weight_kg=float(next(weights)), age_years=40), GRID),
        runs=300,
        together=10,
    )


def _numbalsoda(
    case: str, a: np.ndarray, start: np.ndarray, pieces: list[tuple[float, float, float]], ours: float, aim: float
) -> Iterator[Row]:
    if not peers.is_there("numbalsoda"):
        yield Row(f"{case}: numbalsoda is not installed", 0.0, "")
        return
    solve = peers.numbalsoda_solver(len(a))
    theirs = best_seconds(
        lambda: peers.numbalsoda_curve(solve, a, pieces, GRID, 1e-8, start), runs=50, warm_up=5, together=10
    )
    yield Row(
        f"{case}: numbalsoda, rtol 1e-8", theirs * 1e6, "us", remark=f"{theirs / ours:.1f} times ours (aim {aim:g})"
    )


def chain_matrix(values: dict[str, float]) -> np.ndarray:
    """Rates of the chain per minute, states in the order gut, central, two peripheral, NK, its periphery, the next."""
    p = values
    a = np.zeros((7, 7))

    def flow(source: int, target: int | None, rate: float) -> None:
        a[source, source] -= rate / 60
        if target is not None:
            a[target, source] += rate / 60

    flow(0, 1, p["KA"])
    for one, other, q, v, w in ((1, 2, "Q2", "V1", "V2"), (1, 3, "Q3", "V1", "V3"), (4, 5, "QN", "VN", "VNP")):
        flow(one, other, p[q] / p[v])
        flow(other, one, p[q] / p[w])
    flow(1, 4, p["CL"] / p["V1"])
    flow(4, 6, p["CLN"] / p["VN"])
    flow(6, None, p["CLH"] / p["VH"])
    return a


def _case_c(what: str, changes: dict[str, float]) -> Iterator[Row]:
    model = chain(**changes)
    values = {**CHAIN, **changes}
    a = chain_matrix(values)
    ours = best_seconds(lambda: simulate(model, ORAL, PERSON, GRID), runs=100, warm_up=10, together=10)
    start = [50.0] + [0.0] * 6
    volumes = np.array([values["V1"], values["VN"], values["VH"]])
    exact = exact_amounts(a, [(0.0, 1440.0, 0.0)], start, [float(t) for t in CHECKED])[:, [1, 4, 6]] / volumes * 1000
    found = simulate(model, ORAL, PERSON, GRID).concentrations[:, CHECKED].T
    yield Row(what, ours * 1e6, "us", 330)
    yield Row("C: the first question about a patient", _first(model, ORAL) * 1e6, "us")
    yield Row("C: largest relative error against 50 digits", worst(found, exact), "", 1e-12)
    yield from _numbalsoda("C", a, np.array(start), [(0.0, 1440.0, 0.0)], ours, 2)
    if not changes:
        theirs = best_seconds(lambda: peers.scipy_curve(a, [(0.0, 1440.0, 0.0)], GRID, 1e-8, np.array(start)), runs=5)
        yield Row("C: SciPy solve_ivp LSODA, rtol 1e-8", theirs * 1e6, "us", remark=f"{theirs / ours:.0f} times ours")

"""The contestants: ODE solvers given the same equations, restarted at each change of the input."""

import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np


def is_there(name: str) -> bool:
    """Whether a peer is installed."""
    return importlib.util.find_spec(name) is not None


def matrix_of(k10: float, k12: float, k21: float, k13: float, k31: float) -> np.ndarray:
    """Rates of three compartments, per minute."""
    return np.array([[-(k10 + k12 + k13), k21, k31], [k12, -k21, 0.0], [k13, 0.0, -k31]])


def scipy_curve(
    a: np.ndarray,
    pieces: list[tuple[float, float, float]],
    times: np.ndarray,
    rtol: float,
    start: np.ndarray | None = None,
) -> np.ndarray:
    """Amounts (times, states) by SciPy solve_ivp LSODA; pieces are (start, end, mg/min into the first state)."""
    from scipy.integrate import solve_ivp

    x, out = np.zeros(len(a)) if start is None else start, []
    for begin, end, rate in pieces:
        push = np.zeros(len(a))
        push[0] = rate
        inside = times[(times >= begin) & ((times < end) | (end == pieces[-1][1]))]
        found = solve_ivp(
            lambda _, y, p=push: a @ y + p,
            (begin, end),
            x,
            method="LSODA",
            t_eval=np.unique(np.append(inside, end)),
            rtol=rtol,
            atol=1e-10,
        )
        out.append(found.y[:, : len(inside)].T)
        x = found.y[:, -1]
    return np.concatenate(out)


def numbalsoda_solver(size: int) -> Callable[..., np.ndarray]:
    """solve(a, x, times, rate, rtol): amounts (times, states) of a linear system by numbalsoda, compiled."""
    from numba import carray, cfunc
    from numbalsoda import lsoda, lsoda_sig

    def linear(t, x, dx, p):  # type: ignore[no-untyped-def]
        values = carray(p, (size * size + size,))
        for i in range(size):
            total = values[size * size + i]
            for j in range(size):
                total += values[i * size + j] * x[j]
            dx[i] = total

    address = cfunc(lsoda_sig)(linear).address

    def solve(a: np.ndarray, x: np.ndarray, times: np.ndarray, push: np.ndarray, rtol: float) -> np.ndarray:
        found, ok = lsoda(address, x, times, data=np.concatenate([a.ravel(), push]), rtol=rtol, atol=1e-10)
        if not ok:
            raise RuntimeError("numbalsoda did not converge")
        return found

    return solve


def numbalsoda_curve(
    solve: Callable[..., np.ndarray],
    a: np.ndarray,
    pieces: list[tuple[float, float, float]],
    times: np.ndarray,
    rtol: float,
    start: np.ndarray,
) -> np.ndarray:
    """Amounts (times, states) by numbalsoda over the pieces."""
    x, out = start.copy(), []
    for begin, end, rate in pieces:
        push = np.zeros(len(a))
        push[0] = rate
        inside = times[(times >= begin) & ((times < end) | (end == pieces[-1][1]))]
        grid = inside if len(inside) and inside[0] == begin else np.append(begin, inside)
        lead = len(grid) - len(inside)
        grid = grid if grid[-1] == end else np.append(grid, end)
        found = solve(a, x, grid, push, rtol)
        out.append(found[lead : lead + len(inside)])
        x = np.ascontiguousarray(found[-1])
    return np.concatenate(out)


def roadrunner_curve(a: np.ndarray, dose: float, over: float, times: np.ndarray, rtol: float) -> Callable[[], Any]:
    """A call that lets libRoadRunner's CVODE run one infusion over an even grid of minutes."""
    import roadrunner

    names = [f"x{i}" for i in range(len(a))]
    terms = []
    for i in range(len(a)):
        flows = " + ".join(f"({float(a[i, j])!r})*{names[j]}" for j in range(len(a)) if a[i, j])
        terms.append(f"{names[i]}' = {flows}{' + rate' if i == 0 else ''}")
    text = "model m()\n" + ";\n".join([*terms, *(f"{name} = 0" for name in names), f"rate = {dose / over!r}"])
    text += f";\nat (time >= {over}): rate = 0;\nend"
    runner = roadrunner.RoadRunner(_sbml(text))
    runner.integrator.relative_tolerance, runner.integrator.absolute_tolerance = rtol, 1e-10

    def run() -> Any:
        runner.reset()
        return runner.simulate(float(times[0]), float(times[-1]), len(times))

    return run


def _sbml(text: str) -> str:
    import antimony

    if antimony.loadAntimonyString(text) < 0:
        raise RuntimeError(antimony.getLastError())
    return str(antimony.getSBMLString("m"))

"""Fifty digits: amounts of a linear system at chosen times by mpmath's matrix exponential, no eigenvalues."""

import mpmath as mp
import numpy as np


def exact_amounts(
    a: np.ndarray, pieces: list[tuple[float, float, float]], start: list[float], times: list[float]
) -> np.ndarray:
    """Amounts (times, states); pieces are (start, end, mg/min into the first state) without gaps."""
    with mp.workdps(50):
        size = len(a)
        out = []
        for t in times:
            x = mp.matrix([*start, 1])
            for begin, end, rate in pieces:
                until = min(end, t)
                if until <= begin:
                    break
                extended = mp.zeros(size + 1)
                for i in range(size):
                    for j in range(size):
                        extended[i, j] = mp.mpf(float(a[i, j]))
                extended[0, size] = mp.mpf(rate)
                x = mp.expm(extended * (mp.mpf(until) - mp.mpf(begin)), method="taylor") * x
            out.append([float(x[i]) for i in range(size)])
        return np.array(out)


def worst(found: np.ndarray, expected: np.ndarray) -> float:
    """Largest relative error where a value is above a millionth of its column's highest."""
    seen = expected > 1e-6 * expected.max(axis=0, keepdims=True)
    return float(np.max(np.abs(found[seen] / expected[seen] - 1)))

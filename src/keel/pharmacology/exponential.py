"""The exponential of matrices whose entries off the diagonal are not negative, accurate entry by entry.

Shifted by its most negative diagonal entry such a matrix has no negative entry at all, so Taylor's sum and the
squarings only ever add positive numbers: nothing cancels, and small entries are as exact as large ones. Equal or
nearly equal rates are no special case. (Xue, Ye: accurate exponentials of essentially non-negative matrices.)
"""

import math
from functools import lru_cache

import numpy as np

from keel.pharmacology.structure import Floats

DEGREE = 24  # with a norm of at most 1 the remainder is below 1e-24
STRIDE = 5


@lru_cache(maxsize=1)
def _coefficients() -> tuple[float, ...]:
    return tuple(1.0 / math.factorial(power) for power in range(DEGREE + 1))


def exponential(matrices: Floats) -> Floats:
    """exp of each matrix of (..., n, n); entries off the diagonal must be >= 0."""
    size = matrices.shape[-1]
    identity = np.eye(size)
    shift = np.maximum(0.0, -np.min(np.diagonal(matrices, axis1=-2, axis2=-1), axis=-1))[..., None, None]
    positive = matrices + shift * identity
    norm = float(np.max(np.sum(positive, axis=-2), initial=0.0))
    halvings = max(0, math.ceil(math.log2(norm))) if norm > 1.0 else 0
    scale = 0.5**halvings
    result: Floats = _taylor(positive * scale, identity) * np.exp(-shift * scale)
    for _ in range(halvings):
        result = result @ result
    return result


def _taylor(matrices: Floats, identity: Floats) -> Floats:
    """The exponential sum to DEGREE by Paterson and Stockmeyer: powers to STRIDE, then Horner in the STRIDE-th."""
    coefficients = _coefficients()
    powers = [identity, matrices]
    for _ in range(STRIDE - 1):
        powers.append(powers[-1] @ matrices)
    result = np.zeros_like(matrices)
    for start in range(DEGREE - DEGREE % STRIDE, -1, -STRIDE):
        if start < DEGREE - DEGREE % STRIDE:
            result = result @ powers[STRIDE]
        for offset in range(min(STRIDE, DEGREE + 1 - start)):
            result = result + coefficients[start + offset] * powers[offset]
    return result

"""The exponential of matrices whose entries off the diagonal are not negative, accurate entry by entry.

Shifted by its most negative diagonal entry such a matrix has no negative entry at all, so Taylor's sum and the
squarings only ever add positive numbers: nothing cancels, and small entries are as exact as large ones. Equal or
nearly equal rates are not a special case. (Xue, Ye: accurate exponentials of essentially non-negative matrices.)
"""

import math

import numpy as np

from keel.pharmacology.structure import Floats

STRIDE = 5
DEGREE = STRIDE * STRIDE - 1  # with a norm of at most 1 the remainder is below 1e-24
COEFFICIENTS = np.array([1.0 / math.factorial(power) for power in range(DEGREE + 1)]).reshape(STRIDE, STRIDE)


def exponential(matrices: Floats, norm: float | None = None) -> Floats:
    """exp of each matrix of (..., n, n); entries off the diagonal must be >= 0.

    `norm` is an upper bound of `shifted_norm`, from which the number of squarings follows; without it that of the
    largest of the matrices is taken, and the last bits of one then depend on the others.
    """
    identity = np.eye(matrices.shape[-1])
    shift = np.maximum(0.0, -matrices.diagonal(axis1=-2, axis2=-1).min(axis=-1))[..., None, None]
    positive = matrices + shift * identity
    if norm is None:
        norm = float(positive.sum(axis=-2).max(initial=0.0))
    halvings = math.ceil(math.log2(norm)) if norm > 1.0 else 0
    scale = 0.5**halvings
    result: Floats = _taylor(positive * scale, identity) * np.exp(-shift * scale)
    for _ in range(halvings):
        result = result @ result
    return result


def shifted_norm(matrix: Floats) -> float:
    """Largest column sum of a matrix once its diagonal is shifted to zero or more."""
    diagonal = matrix.diagonal()
    return float((matrix.sum(axis=0) + max(0.0, -float(diagonal.min()))).max())


def _taylor(matrices: Floats, identity: Floats) -> Floats:
    """The exponential sum to DEGREE by Paterson and Stockmeyer: STRIDE short sums of powers, then Horner over them."""
    powers = np.empty((STRIDE, *matrices.shape))
    powers[0], powers[1] = identity, matrices
    for power in range(2, STRIDE):
        np.matmul(powers[power - 1], matrices, out=powers[power])
    sums = (COEFFICIENTS @ powers.reshape(STRIDE, -1)).reshape(powers.shape)
    highest = powers[STRIDE - 1] @ matrices
    result: Floats = sums[STRIDE - 1]
    for row in range(STRIDE - 2, -1, -1):
        result = result @ highest
        result += sums[row]
    return result

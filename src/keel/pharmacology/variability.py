"""How far people differ from a model's typical person: variances and covariances of its random effects."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from keel.knowledge.models import Covariance, Variability
from keel.pharmacology.structure import Floats


def eta_covariance(effects: Sequence[Variability], pairs: Sequence[Covariance]) -> Floats:
    """Covariance matrix of random effects in the order given."""
    variances = {effect.id: variance_of(effect) for effect in effects}
    matrix = np.diag(list(variances.values()))
    at: Mapping[str, int] = {id: position for position, id in enumerate(variances)}
    for pair in pairs:
        one, other = pair.between
        if one in at and other in at:
            size = math.sqrt(variances[one] * variances[other])
            value = pair.covariance if pair.covariance is not None else (pair.correlation or 0.0) * size
            matrix[at[one], at[other]] = matrix[at[other], at[one]] = value
    return matrix


def variance_of(effect: Variability) -> float:
    """Variance of eta, from a variance or from a coefficient of variation of a log-normal parameter."""
    if effect.variance is not None:
        return effect.variance
    return math.log1p((effect.cv or 0.0) ** 2)

"""The same small study done over and over: how far its result would scatter by chance alone."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from keel.knowledge.models import Model
from keel.pharmacology.errors import RegimenError
from keel.pharmacology.population.chunks import simulate_batches
from keel.pharmacology.population.people import People
from keel.pharmacology.population.plan import METRICS, plan_for
from keel.pharmacology.population.virtual_people import DoseUncertainty, VirtualPeople
from keel.pharmacology.regimen import DoseInput
from keel.pharmacology.structure import Floats


class Trials(NamedTuple):
    """Results of repeated studies: geometric means of each study, (studies, metrics, analytes), over the whole time.

    Metrics are peak (ng/mL), time of peak (min, median), area (ng*h/mL) and last trough (ng/mL).
    """

    analytes: tuple[str, ...]
    metrics: tuple[str, ...]
    means: Floats

    def interval(self, part: float = 0.9) -> Floats:
        """Lower and upper limits between which that part of the studies falls, (2, metrics, analytes)."""
        edge = (1.0 - part) / 2.0
        return np.asarray(np.quantile(self.means, [edge, 1.0 - edge], axis=0))


def trials(
    model: Model,
    regimen: Sequence[DoseInput],
    *,
    studies: int,
    subjects: int,
    people: VirtualPeople | None = None,
    uncertain: DoseUncertainty | None = None,
    end_min: float | None = None,
    analytes: Sequence[str] | None = None,
    seed: int = 1,
) -> Trials:
    """`studies` studies of `subjects` people each; one seed a study, so asking for more keeps the first ones."""
    if studies < 1 or subjects < 1:
        raise RegimenError("Studies and subjects must be one or more.")
    plan = plan_for(
        model,
        regimen,
        subjects=studies * subjects,
        chunk=subjects,
        seed=seed,
        people=people,
        uncertain=uncertain,
        end_min=end_min,
        analytes=analytes,
    )
    means = [_means(list(simulate_batches(plan, number))) for number in range(studies)]
    return Trials(plan.outputs, METRICS, np.stack(means))


def _means(batches: Sequence[People]) -> Floats:
    """Geometric means (of the time of the peak the median) of one study, whatever its batches."""
    cmax, tmax, area, trough = (np.concatenate([batch[part] for batch in batches]) for part in range(3, 7))
    best = np.argmax(cmax, axis=2)[..., None]
    when = np.take_along_axis(tmax, best, axis=2)[..., 0]
    sums = (cmax.max(axis=2), area.sum(axis=2), trough[:, :, -1])
    with np.errstate(divide="ignore"):
        peak, whole, last = (np.exp(np.log(values).mean(axis=0)) for values in sums)
    return np.stack([peak, np.median(when, axis=0), whole, last])

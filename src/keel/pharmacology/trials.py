"""The same small study done over and over: how far its result would scatter by chance alone."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from keel.knowledge.models import Model
from keel.pharmacology.crowd import Uncertain, VirtualPeople
from keel.pharmacology.errors import RegimenError
from keel.pharmacology.population import METRICS, Plan, simulate_chunk
from keel.pharmacology.regimen import DoseInput, check_regimen
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
    uncertain: Uncertain | None = None,
    end_min: float | None = None,
    analytes: Sequence[str] | None = None,
    seed: int = 1,
) -> Trials:
    """`studies` studies of `subjects` people each; one seed a study, so asking for more keeps the first ones."""
    if studies < 1 or subjects < 1:
        raise RegimenError("Studies and subjects must be one or more.")
    doses = check_regimen(regimen)
    last = doses[-1]
    plan = Plan(
        model=model,
        regimen=doses,
        people=people or VirtualPeople(),
        uncertain=uncertain or Uncertain(),
        times_min=(),
        end_min=end_min if end_min is not None else last.start_min + max(1440.0, last.duration_min),
        analytes=tuple(analytes) if analytes is not None else None,
        modifiers=(),
        subjects=studies * subjects,
        chunk=subjects,
        seed=seed,
        keep=False,
        compiled=False,
    )
    results = [simulate_chunk(plan, number) for number in range(studies)]
    return Trials(results[0].analytes, METRICS, np.stack([_means(result) for result in results]))


def _means(result: Any) -> Floats:
    highest = result.cmax.max(axis=2)
    best = np.argmax(result.cmax, axis=2)[..., None]
    when = np.take_along_axis(result.tmax_min, best, axis=2)[..., 0]
    sums = (highest, result.auc_ng_h_per_ml.sum(axis=2), result.trough[:, :, -1])
    with np.errstate(divide="ignore"):
        cmax, area, trough = (np.exp(np.log(values).mean(axis=0)) for values in sums)
    return np.stack([cmax, np.median(when, axis=0), area, trough])

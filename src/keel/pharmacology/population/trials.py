"""The same small study done over and over: how far its result would scatter by chance alone."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from keel.knowledge.models import Model
from keel.messages import Message
from keel.pharmacology.errors import RegimenError
from keel.pharmacology.population.chunks import simulate_batches
from keel.pharmacology.population.people import People
from keel.pharmacology.population.plan import METRICS, Plan, end_of
from keel.pharmacology.population.virtual_people import DoseUncertainty, VirtualPeople
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
    uncertain: DoseUncertainty | None = None,
    end_min: float | None = None,
    analytes: Sequence[str] | None = None,
    seed: int = 1,
) -> Trials:
    """`studies` studies of `subjects` people each; one seed a study, so asking for more keeps the first ones.

    Raises RegimenError, PersonError and NoModel as `simulate` does.
    """
    if studies < 1 or subjects < 1:
        raise RegimenError(Message("Studies and subjects must be one or more."))
    doses = check_regimen(regimen)
    plan = Plan(
        model=model,
        regimen=doses,
        people=people or VirtualPeople(),
        uncertain=uncertain or DoseUncertainty(),
        end_min=end_of(doses, end_min),
        analytes=tuple(analytes) if analytes is not None else None,
        subjects=studies * subjects,
        chunk=subjects,
        seed=seed,
    )
    means = [_means(list(simulate_batches(plan, number))) for number in range(studies)]
    return Trials(plan.outputs, METRICS, np.stack(means))


def _means(batches: Sequence[People]) -> Floats:
    """Geometric means (of the time of the peak the median) of one study, whatever its batches."""
    cmax, tmax, area, trough = (
        np.concatenate(values) for values in zip(*(each.overall() for each in batches), strict=True)
    )
    with np.errstate(divide="ignore"):
        means = [np.exp(np.log(values).mean(axis=0)) for values in (cmax, area, trough)]
    return np.stack([means[0], np.median(tmax, axis=0), *means[1:]])

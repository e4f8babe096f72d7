"""Quantiles of a population of virtual people, with flat memory and one seed a chunk.

The answer depends on the seed, the number of people and the size of a chunk, and on nothing else: neither on how many
threads or machines took part nor on who was faster.
"""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from keel.knowledge.models import Model
from keel.knowledge.modifiers import Modifier
from keel.messages import Message, Name, text_of
from keel.pharmacology.errors import PersonError, RegimenError
from keel.pharmacology.modifiers import parameter_changes
from keel.pharmacology.parameters import individual
from keel.pharmacology.population.acceleration import FEWEST_SUBJECTS, is_worth_compiling
from keel.pharmacology.population.chunks import run_chunk
from keel.pharmacology.population.histogram import quantiles
from keel.pharmacology.population.plan import METRICS, ChunkCounts, Plan, end_of
from keel.pharmacology.population.virtual_people import DoseUncertainty, Spread, VirtualPeople
from keel.pharmacology.population.workers import Progress, run_all
from keel.pharmacology.regimen import DoseInput, Person, check_regimen
from keel.pharmacology.structure import Floats, structure_of
from keel.pharmacology.validity import early_reasons, reasons_at_any_time, remarks_on

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


class Population:
    """Quantiles of a population. ng/mL, minutes, ng*h/mL.

    `per_dose` has shape (quantiles, metrics, analytes, doses kept), `overall` (quantiles, metrics, analytes) with the
    highest peak, its time, the whole area and the last trough of each person, `concentrations` (quantiles, analytes,
    times).
    """

    def __init__(self, plan: Plan, counts: ChunkCounts, seconds: float) -> None:
        self.plan, self.seconds = plan, seconds
        self.subjects, self.seed = plan.subjects, plan.seed
        self.model = plan.model.id
        self.site = plan.model.site
        self.analytes = plan.outputs
        self.times_min = np.array(plan.times_min)
        self.quantiles = QUANTILES
        self.doses = plan.kept_doses
        self.reasons, self.remarks, self.sources = _notes(plan)
        kinds, outputs, wanted = len(METRICS), len(self.analytes), np.array(QUANTILES)
        self.per_dose = quantiles(counts.per_dose, wanted).reshape(len(wanted), kinds, outputs, -1)
        self.overall = quantiles(counts.overall, wanted).reshape(len(wanted), kinds, outputs)
        self.concentrations = quantiles(counts.concentrations, wanted).reshape(len(wanted), outputs, -1)

    @property
    def valid(self) -> bool:
        """Whether nothing speaks against the model for the person in the middle of this population."""
        return not self.reasons

    def to_dict(self) -> dict[str, Any]:
        """The `simulate` document of a population: plain values, ready for JSON."""
        words = [f"p{round(100 * q):02d}" for q in self.quantiles]

        def spread(values: Floats) -> dict[str, float]:
            return {word: float(value) for word, value in zip(words, values, strict=True)}

        return {
            "model": self.model,
            "site": self.site,
            "valid": self.valid,
            "warnings": [*self.reasons, *self.remarks],
            "series": [
                {
                    "analyte": analyte,
                    "unit": "ng/mL",
                    "points": [
                        {"minutes": float(t), **spread(self.concentrations[:, row, column])}
                        for column, t in enumerate(self.times_min)
                    ],
                }
                for row, analyte in enumerate(self.analytes)
            ],
            "metrics": [
                {
                    "analyte": analyte,
                    **{metric: spread(self.overall[:, kind, row]) for kind, metric in enumerate(METRICS)},
                    "per_dose": [
                        {
                            "dose": dose + 1,
                            **{
                                metric: spread(self.per_dose[:, kind, row, column])
                                for kind, metric in enumerate(METRICS)
                            },
                        }
                        for column, dose in enumerate(self.doses)
                    ],
                }
                for row, analyte in enumerate(self.analytes)
            ],
            "sources": list(self.sources),
            "subjects": self.subjects,
            "seed": self.seed,
            "chunk": self.plan.chunk,
            "seconds": self.seconds,
        }


def simulate_population(
    model: Model,
    regimen: Sequence[DoseInput],
    *,
    subjects: int,
    people: VirtualPeople | None = None,
    uncertain: DoseUncertainty | None = None,
    times_min: Sequence[float] | Floats = (),
    end_min: float | None = None,
    analytes: Sequence[str] | None = None,
    modifiers: Sequence[Modifier] = (),
    seed: int = 1,
    chunk: int = 10_000,
    workers: int = 1,
    scheduler: str | None = None,
    parquet: str | None = None,
    progress: Progress | None = None,
) -> Population:
    """Quantiles of peak, time of peak, area and trough of each dose, and of the concentrations at `times_min`.

    People differ by the model's variability (between subjects, and between sessions where the model has it), by the
    spreads of `people` and by what `uncertain` says of the doses. `workers` threads or a Dask `scheduler`
    (tcp://host:port) share the chunks. `parquet` writes each person's metrics of each dose to a file. `progress` is
    called with chunks done and chunks in all. Without `end_min` the last dose is followed for 24 hours. Raises
    RegimenError, PersonError and NoModel as `simulate` does, and PharmacologyError where no scheduler answers.
    """
    began = time.perf_counter()
    if subjects < 1 or chunk < 1 or workers < 1:
        raise RegimenError(Message("Subjects, chunk and workers must be one or more."))
    doses = check_regimen(regimen)
    plan = Plan(
        model=model,
        regimen=doses,
        people=people or VirtualPeople(),
        uncertain=uncertain or DoseUncertainty(),
        end_min=end_of(doses, end_min),
        analytes=tuple(analytes) if analytes is not None else None,
        subjects=subjects,
        chunk=min(chunk, subjects),
        seed=seed,
        times_min=tuple(float(t) for t in times_min),
        modifiers=tuple(modifiers),
        keep=parquet is not None,
        compiled=is_worth_compiling(subjects, at_least=FEWEST_SUBJECTS),
    )
    counts = run_all(plan, run_chunk, workers=workers, scheduler=scheduler, parquet=parquet, progress=progress)
    return Population(plan, counts, time.perf_counter() - began)


def _notes(plan: Plan) -> tuple[tuple[Message, ...], tuple[Message, ...], tuple[str, ...]]:
    """Reasons and remarks on the person in the middle, and the sources of the numbers."""
    middle = {
        name: (value.mean if value.kind != "uniform" else 0.5 * (value.low + value.high))
        if isinstance(value := getattr(plan.people, name), Spread)
        else value
        for name in ("weight_kg", "age_years")
    }
    person = Person(**middle, ancestry=plan.people.ancestry, is_female=plan.people.is_female)  # type: ignore[arg-type]
    times = np.array(plan.times_min or (plan.end_min,))
    changes = parameter_changes(plan.model, plan.regimen, plan.modifiers)
    remarks = remarks_on(plan.model, plan.regimen, person, times, (plan.regimen[0].start_min, plan.end_min))
    if not plan.model.variability:
        remarks.append(
            Message(
                "{model} has no published variability: people differ only by their covariates.",
                model=Name(plan.model.name),
            )
        )
    try:
        remarks += individual(structure_of(plan.model), person)[1]
    except PersonError as error:
        remarks.append(text_of(error))
    return (
        (*reasons_at_any_time(plan.model, plan.regimen, person), *early_reasons(plan.model, plan.regimen, times)),
        (*remarks, *changes.remarks),
        tuple(dict.fromkeys((*plan.model.sources, *changes.sources))),
    )

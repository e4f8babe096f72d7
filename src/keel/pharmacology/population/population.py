"""A population of virtual people: drawn, simulated and counted in chunks, with flat memory and one seed a chunk.

The answer depends on the seed, the number of people and the size of a chunk, and on nothing else: neither on how many
threads or machines took part nor on who was faster.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np

from keel.knowledge.models import Model
from keel.knowledge.modifiers import Modifier
from keel.pharmacology.errors import PersonError, RegimenError
from keel.pharmacology.modifiers import take_up
from keel.pharmacology.parameters import individual
from keel.pharmacology.population.acceleration import FEWEST_SUBJECTS, is_worth_compiling
from keel.pharmacology.population.histogram import Counts, count, no_counts, quantiles
from keel.pharmacology.population.people import People, simulate_people
from keel.pharmacology.population.reduced_model import reduced
from keel.pharmacology.population.virtual_people import Spread, Uncertain, VirtualPeople, draw_etas
from keel.pharmacology.regimen import DoseInput, Person, check_regimen
from keel.pharmacology.structure import Floats, structure_of
from keel.pharmacology.validity import reasons_against, remarks_on

METRICS = ("cmax", "tmax_min", "auc_ng_h_per_ml", "trough")
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
MOST_ROWS = 1200  # rows of counts that are kept: 80 kB each
BATCH = 2500  # people that are in memory with all their metrics at once
Progress = Callable[[int, int], None]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a worker needs to compute a chunk, wherever it runs."""

    model: Model
    regimen: tuple[DoseInput, ...]
    people: VirtualPeople
    uncertain: Uncertain
    times_min: tuple[float, ...]
    end_min: float
    analytes: tuple[str, ...] | None
    modifiers: tuple[Modifier, ...]
    subjects: int
    chunk: int
    seed: int
    keep: bool
    compiled: bool

    @property
    def chunks(self) -> int:
        """How many chunks there are; the last may be smaller."""
        return -(-self.subjects // self.chunk)

    def size(self, number: int) -> int:
        """People in a chunk."""
        return min(self.chunk, self.subjects - number * self.chunk)


class Counted(NamedTuple):
    """Counts of one chunk: of each metric of each dose, of each metric over all doses, and at each time."""

    per_dose: Counts
    overall: Counts
    bands: Counts
    table: dict[str, Floats] | None


class Population:
    """Quantiles of a population. ng/mL, minutes, ng*h/mL.

    `per_dose` has shape (quantiles, metrics, analytes, doses kept), `overall` (quantiles, metrics, analytes) with the
    highest peak, its time, the whole area and the last trough of each person, `bands` (quantiles, analytes, times).
    """

    def __init__(
        self, plan: Plan, counts: Counted, doses: Sequence[int], seconds: float, notes: dict[str, Any]
    ) -> None:
        self.plan, self.seconds = plan, seconds
        self.subjects, self.seed = plan.subjects, plan.seed
        self.model = plan.model.id
        self.site = plan.model.site
        self.analytes: tuple[str, ...] = plan.analytes or tuple(output.analyte for output in plan.model.outputs)
        self.times_min = np.array(plan.times_min)
        self.quantiles = QUANTILES
        self.doses = tuple(doses)
        self.reasons: tuple[str, ...] = notes["reasons"]
        self.remarks: tuple[str, ...] = notes["remarks"]
        self.sources: tuple[str, ...] = notes["sources"]
        kinds, outputs, wanted = len(METRICS), len(self.analytes), np.array(QUANTILES)
        self.per_dose = quantiles(counts.per_dose, wanted).reshape(len(wanted), kinds, outputs, -1)
        self.overall = quantiles(counts.overall, wanted).reshape(len(wanted), kinds, outputs)
        self.bands = quantiles(counts.bands, wanted).reshape(len(wanted), outputs, -1)

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
                        {"minutes": float(t), **spread(self.bands[:, row, column])}
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


def population(
    model: Model,
    regimen: Sequence[DoseInput],
    *,
    subjects: int,
    people: VirtualPeople | None = None,
    uncertain: Uncertain | None = None,
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
    called with chunks done and chunks in all. Without `end_min` the last dose is followed for 24 hours.
    """
    from keel.pharmacology.population.workers import run_all

    began = time.perf_counter()
    doses = check_regimen(regimen)
    if subjects < 1 or chunk < 1 or workers < 1:
        raise RegimenError("Subjects, chunk and workers must be one or more.")
    last = doses[-1]
    plan = Plan(
        model=model,
        regimen=doses,
        people=people or VirtualPeople(),
        uncertain=uncertain or Uncertain(),
        times_min=tuple(float(t) for t in times_min),
        end_min=float(end_min) if end_min is not None else last.start_min + max(1440.0, last.duration_min),
        analytes=tuple(analytes) if analytes is not None else None,
        modifiers=tuple(modifiers),
        subjects=subjects,
        chunk=min(chunk, subjects),
        seed=seed,
        keep=parquet is not None,
        compiled=is_worth_compiling(subjects, at_least=FEWEST_SUBJECTS),
    )
    counts = run_all(plan, workers=workers, scheduler=scheduler, parquet=parquet, progress=progress)
    return Population(plan, counts, kept_doses(plan), time.perf_counter() - began, _notes(plan))


def run_chunk(plan: Plan, number: int) -> Counted:
    """One chunk: people drawn from the seed of that chunk, simulated in batches, and counted."""
    kept = list(kept_doses(plan))
    outputs = len(plan.analytes or plan.model.outputs)
    counted = Counted(
        per_dose=no_counts(len(METRICS) * outputs * len(kept)),
        overall=no_counts(len(METRICS) * outputs),
        bands=no_counts(outputs * len(plan.times_min)),
        table=None,
    )
    tables: list[dict[str, Floats]] = []
    for result in simulate_batches(plan, number):
        _count(result, kept, counted, plan.compiled)
        if plan.keep:
            tables.append(_table(plan, number, result, sum(len(table["person"]) for table in tables)))
    if not plan.keep:
        return counted
    return counted._replace(table={name: np.concatenate([table[name] for table in tables]) for name in tables[0]})


def _count(result: People, kept: list[int], counted: Counted, compiled: bool) -> None:
    metrics = (result.cmax, result.tmax_min, result.auc_ng_h_per_ml, result.trough)
    best = np.argmax(result.cmax, axis=2)[..., None]
    overall = (
        np.take_along_axis(result.cmax, best, axis=2)[..., 0],
        np.take_along_axis(result.tmax_min, best, axis=2)[..., 0],
        result.auc_ng_h_per_ml.sum(axis=2),
        result.trough[:, :, -1],
    )
    rows, few = len(counted.per_dose) // len(METRICS), len(counted.overall) // len(METRICS)
    for kind, (metric, whole) in enumerate(zip(metrics, overall, strict=True)):
        chosen = metric if len(kept) == metric.shape[2] else metric[:, :, kept]
        count(chosen.transpose(1, 2, 0), counted.per_dose[kind * rows : (kind + 1) * rows], compiled=compiled)
        count(whole.T, counted.overall[kind * few : (kind + 1) * few], compiled=compiled)
    if len(counted.bands):
        count(result.concentrations.transpose(1, 2, 0), counted.bands, compiled=compiled)


def simulate_batches(plan: Plan, number: int) -> Iterator[People]:
    """The people of one chunk and what the regimen does in them, a batch at a time so that memory is used again."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(plan.seed, spawn_key=(number,))))
    size, doses = plan.size(number), len(plan.regimen)
    structure = structure_of(reduced(plan.model, plan.analytes))
    crowd = plan.people.draw(size, rng)
    taken = take_up(plan.model, plan.regimen, plan.modifiers)
    subject = draw_etas(plan.model, "subject", size, rng)
    sessions = len({dose.start_min for dose in plan.regimen})
    has_occasions = any(effect.level == "occasion" for effect in plan.model.variability)
    parameters = []
    for _ in range(sessions if has_occasions else 1):
        etas = subject | draw_etas(plan.model, "occasion", size, rng)
        parameters.append(individual(structure, crowd, etas=etas, multipliers=taken.multipliers)[0])
    factors = plan.uncertain.factors(size, doses, rng)
    delays = plan.uncertain.delays(size, doses, rng)
    for first in range(0, size, BATCH):
        some = slice(first, min(first + BATCH, size))
        yield simulate_people(
            plan.model,
            plan.regimen,
            [
                {name: value[some] if np.ndim(value) else value for name, value in values.items()}
                for values in parameters
            ],
            plan.times_min,
            end_min=plan.end_min,
            analytes=plan.analytes,
            factors=None if factors is None else factors[some],
            delays=None if delays is None else delays[some],
            compiled=plan.compiled,
        )


def kept_doses(plan: Plan) -> tuple[int, ...]:
    """Numbers of the doses of which quantiles are kept: all, or so many spread evenly as memory allows."""
    windows = len({dose.start_min for dose in plan.regimen})
    outputs = len(plan.analytes or plan.model.outputs)
    most = max(2, MOST_ROWS // (outputs * len(METRICS)))
    if windows <= most:
        return tuple(range(windows))
    return tuple(np.unique(np.linspace(0, windows - 1, most).round().astype(int)).tolist())


def _table(plan: Plan, number: int, result: People, rows_before: int) -> dict[str, Floats]:
    """One row for each person, analyte and dose, as columns; people are numbered through the whole population."""
    people, outputs, doses = result.cmax.shape
    person, output, dose = np.indices((people, outputs, doses))
    return {
        "person": (person + number * plan.chunk + rows_before // (outputs * doses)).ravel(),
        "analyte": output.ravel(),
        "dose": (dose + 1).ravel(),
        "cmax_ng_per_ml": result.cmax.ravel(),
        "tmax_min": result.tmax_min.ravel(),
        "auc_ng_h_per_ml": result.auc_ng_h_per_ml.ravel(),
        "trough_ng_per_ml": result.trough.ravel(),
    }


def _notes(plan: Plan) -> dict[str, Any]:
    """What is said of the person in the middle, and where the numbers come from."""
    middle = {
        name: (value.mean if value.kind != "uniform" else 0.5 * (value.low + value.high))
        if isinstance(value := getattr(plan.people, name), Spread)
        else value
        for name in ("weight_kg", "age_years")
    }
    person = Person(**middle, ancestry=plan.people.ancestry, is_female=plan.people.is_female)  # type: ignore[arg-type]
    times = np.array(plan.times_min or (plan.end_min,))
    taken = take_up(plan.model, plan.regimen, plan.modifiers)
    remarks = remarks_on(plan.model, plan.regimen, person, times, (plan.regimen[0].start_min, plan.end_min))
    if not plan.model.variability:
        remarks.append(f"{plan.model.name} has no published variability: people differ only by their covariates.")
    try:
        remarks += individual(structure_of(plan.model), person)[1]
    except PersonError as error:
        remarks.append(str(error))
    return {
        "reasons": tuple(reasons_against(plan.model, plan.regimen, person, times)),
        "remarks": (*remarks, *taken.remarks),
        "sources": tuple(dict.fromkeys((*plan.model.sources, *taken.sources))),
    }

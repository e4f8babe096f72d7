"""One chunk of a population: people drawn from the seed of that chunk, simulated in batches, and counted."""

from collections.abc import Iterator

import numpy as np

from keel.pharmacology.modifiers import parameter_changes
from keel.pharmacology.parameters import individual
from keel.pharmacology.population.histogram import count, no_counts
from keel.pharmacology.population.people import People, simulate_people
from keel.pharmacology.population.plan import METRICS, ChunkCounts, Plan
from keel.pharmacology.population.reduced_model import reduced
from keel.pharmacology.population.virtual_people import draw_etas
from keel.pharmacology.structure import Floats, structure_of

BATCH = 2500  # people that are in memory with all their metrics at once


def run_chunk(plan: Plan, number: int) -> ChunkCounts:
    """One chunk: people drawn from the seed of that chunk, simulated in batches, and counted."""
    kept, outputs = list(plan.kept_doses), len(plan.outputs)
    counts = ChunkCounts(
        per_dose=no_counts(len(METRICS) * outputs * len(kept)),
        overall=no_counts(len(METRICS) * outputs),
        concentrations=no_counts(outputs * len(plan.times_min)),
        table=None,
    )
    tables: list[dict[str, Floats]] = []
    for result in simulate_batches(plan, number):
        _count(result, kept, counts, plan.compiled)
        if plan.keep:
            tables.append(_table(plan, number, result, sum(len(table["person"]) for table in tables)))
    if not plan.keep:
        return counts
    return counts._replace(table={name: np.concatenate([table[name] for table in tables]) for name in tables[0]})


def _count(result: People, kept: list[int], counts: ChunkCounts, compiled: bool) -> None:
    metrics = (result.cmax, result.tmax_min, result.auc_ng_h_per_ml, result.trough)
    rows, few = len(counts.per_dose) // len(METRICS), len(counts.overall) // len(METRICS)
    for kind, (metric, whole) in enumerate(zip(metrics, result.overall(), strict=True)):
        chosen = metric if len(kept) == metric.shape[2] else metric[:, :, kept]
        count(chosen.transpose(1, 2, 0), counts.per_dose[kind * rows : (kind + 1) * rows], compiled=compiled)
        count(whole.T, counts.overall[kind * few : (kind + 1) * few], compiled=compiled)
    if len(counts.concentrations):
        count(result.concentrations.transpose(1, 2, 0), counts.concentrations, compiled=compiled)


def simulate_batches(plan: Plan, number: int) -> Iterator[People]:
    """The people of one chunk and what the regimen does in them, a batch at a time so that memory is used again."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(plan.seed, spawn_key=(number,))))
    size, doses = plan.size(number), len(plan.regimen)
    structure = structure_of(reduced(plan.model, plan.analytes))
    covariates = plan.people.draw(size, rng)
    changes = parameter_changes(plan.model, plan.regimen, plan.modifiers)
    subject = draw_etas(plan.model, "subject", size, rng)
    sessions = len({dose.start_min for dose in plan.regimen})
    has_occasions = any(effect.level == "occasion" for effect in plan.model.variability)
    parameters = []
    for _ in range(sessions if has_occasions else 1):
        etas = subject | draw_etas(plan.model, "occasion", size, rng)
        parameters.append(individual(structure, covariates, etas=etas, multipliers=changes.multipliers)[0])
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

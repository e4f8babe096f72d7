"""Many people after the same regimen: concentrations at given times, and peak, area and trough of each dose.

Doses split time into windows: from one dose to the next, the last one to `end_min`. Everything is vectorised over
people; the equations are those of `mammillary.py` and `propagate.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from keel.knowledge.models import Model
from keel.pharmacology.errors import PersonError, RegimenError
from keel.pharmacology.inflows import Entry, entries
from keel.pharmacology.population.acceleration import is_worth_compiling
from keel.pharmacology.population.chain_people import chain_people, one_by_one
from keel.pharmacology.population.mammillary_people import modal_people
from keel.pharmacology.population.problem import Task
from keel.pharmacology.population.reduced_model import reduced
from keel.pharmacology.regimen import DoseInput, check_regimen
from keel.pharmacology.structure import Floats, Structure, structure_of


class People(NamedTuple):
    """Results of many people. ng/mL, minutes and ng*h/mL; `trough` is the value at the end of each dose's window.

    `concentrations` has shape (people, analytes, times), the others (people, analytes, doses).
    """

    analytes: tuple[str, ...]
    times_min: Floats
    concentrations: Floats
    cmax: Floats
    tmax_min: Floats
    auc_ng_h_per_ml: Floats
    trough: Floats


def simulate_people(
    model: Model,
    regimen: Sequence[DoseInput],
    parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    times_min: Sequence[float] | Floats = (),
    *,
    end_min: float,
    analytes: Sequence[str] | None = None,
    factors: Floats | None = None,
    delays: Floats | None = None,
    compiled: bool | None = None,
) -> People:
    """Everyone's concentrations at `times_min` and metrics of each dose, for people with the given `parameters`.

    `parameters` holds a number or one value a person for each parameter of the model, in L, L/h, 1/h, h; arrays must be
    of one length. A list of such holds the parameters of each dose's session. `factors` (people, doses) multiplies the
    doses, `delays` moves them by minutes (windows stay where they were). `analytes` limits the outputs, which saves
    time. `compiled` says whether Numba's loops are used; otherwise the number of people decides. Raises RegimenError
    and PersonError.
    """
    structure = structure_of(reduced(model, analytes))
    doses = check_regimen(regimen)
    times = np.unique(np.asarray(times_min, dtype=float))
    starts = np.unique([dose.start_min for dose in doses])
    if not end_min > starts[-1]:
        raise RegimenError(f"The end at {end_min:g} min must come after the start of the last dose.")
    if len(times) and (times[0] < starts[0] or times[-1] > end_min):
        raise RegimenError("Times to look at must lie between the first dose and the end.")
    occasions = [parameters] if isinstance(parameters, Mapping) else list(parameters)
    if len(occasions) not in (1, len(starts)):
        raise PersonError(f"Give parameters once, or for each of the {len(starts)} sessions.")
    counts = {_count(structure, values) for values in occasions}
    task = Task(
        structure=structure,
        values=occasions[0],
        occasions=occasions if len(occasions) > 1 else (),
        parts=_parts(structure, doses, occasions, starts),
        people=max(counts),
        times_min=times,
        windows_min=np.append(starts, end_min),
        factors=factors,
        delays=delays,
        compiled=is_worth_compiling(max(counts)) if compiled is None else compiled,
    )
    return People(structure.analytes, times, *_solver(task)(task))


def _solver(task: Task) -> Callable[[Task], tuple[Floats, Floats, Floats, Floats, Floats]]:
    if task.structure.drifting:
        return one_by_one
    closed = all(shape is not None for shape in task.structure.shapes)
    return modal_people if closed and task.delays is None and not task.occasions else chain_people


def _parts(
    structure: Structure, doses: Sequence[DoseInput], occasions: Sequence[Mapping[str, Any]], starts: Floats
) -> list[Entry]:
    """What enters, each dose by the parameters of its own session."""
    if len(occasions) == 1:
        return entries(structure, doses, occasions[0])
    return [
        part
        for number, values in enumerate(occasions)
        for part in entries(structure, doses, values)
        if doses[part.dose].start_min == starts[number]
    ]


def _count(structure: Structure, parameters: Mapping[str, Any]) -> int:
    missing = [name for name in structure.order if name not in parameters]
    if missing:
        raise PersonError(f"{structure.model.name}: parameters lacks {', '.join(missing)}.")
    counts = {np.shape(parameters[name])[0] for name in structure.order if np.ndim(parameters[name]) == 1}
    if len(counts) > 1 or any(np.ndim(parameters[name]) > 1 for name in structure.order):
        raise PersonError(f"{structure.model.name}: the parameters are not all of one length.")
    for name in structure.positive:
        value = np.asarray(parameters[name])
        if not (np.all(value > 0) and np.all(np.isfinite(value))):
            raise PersonError(f"{structure.model.name}: parameter {name} must be above zero and finite for everyone.")
    return counts.pop() if counts else 1

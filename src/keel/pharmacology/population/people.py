"""Many people after the same regimen: concentrations at given times, and peak, area and trough of each dose.

Doses split time into windows: from one dose to the next, the last one to `end_min`. Everything is vectorised over
people; the equations are those of `mammillary.py` and `chain.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from keel.knowledge.models import Model
from keel.messages import Message, Name, Numeral
from keel.pharmacology.course import Course
from keel.pharmacology.errors import PersonError, RegimenError
from keel.pharmacology.inflows import Inflow, inflows_of
from keel.pharmacology.population.acceleration import is_worth_compiling
from keel.pharmacology.population.chain_people import knots_of, solve_chains
from keel.pharmacology.population.chain_plan import find_knots
from keel.pharmacology.population.mammillary_people import solve_mammillary
from keel.pharmacology.population.problem import Problem
from keel.pharmacology.population.reduced_model import reduced
from keel.pharmacology.regimen import DoseInput, check_regimen
from keel.pharmacology.structure import Floats, Structure, structure_of
from keel.pharmacology.times import Times


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

    def overall(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Over all doses: highest peak, its time, the whole area and the last trough, each (people, analytes)."""
        best = np.argmax(self.cmax, axis=2)[..., None]
        cmax, tmax = (np.take_along_axis(values, best, axis=2)[..., 0] for values in (self.cmax, self.tmax_min))
        return cmax, tmax, self.auc_ng_h_per_ml.sum(axis=2), self.trough[:, :, -1]


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
        raise RegimenError(
            Message("The end at {end} min must come after the start of the last dose.", end=Numeral(f"{end_min:g}"))
        )
    if len(times) and (times[0] < starts[0] or times[-1] > end_min):
        raise RegimenError(Message("Times to look at must lie between the first dose and the end."))
    occasions = [parameters] if isinstance(parameters, Mapping) else list(parameters)
    if len(occasions) not in (1, len(starts)):
        raise PersonError(Message("Give parameters once, or for each of the {count} sessions.", count=len(starts)))
    counts = {_count(structure, values) for values in occasions}
    problem = Problem(
        structure=structure,
        values=occasions[0],
        occasions=occasions if len(occasions) > 1 else (),
        inflows=_inflows(structure, doses, occasions, starts),
        people=max(counts),
        times_min=times,
        windows_min=np.append(starts, end_min),
        factors=factors,
        delays=delays,
        compiled=is_worth_compiling(max(counts)) if compiled is None else compiled,
    )
    return People(structure.analytes, times, *_solver(problem)(problem))


def _solver(problem: Problem) -> Callable[[Problem], tuple[Floats, Floats, Floats, Floats, Floats]]:
    if problem.structure.drifting:
        return _solve_one_by_one
    closed = all(shape is not None for shape in problem.structure.shapes)
    return solve_mammillary if closed and problem.delays is None and not problem.occasions else solve_chains


def _solve_one_by_one(problem: Problem) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Of models whose rates drift, person by person; peaks are read at the knots, minutes apart."""
    outputs, windows = len(problem.structure.model.outputs), len(problem.windows_min) - 1
    knots = knots_of(problem)
    concentrations = np.zeros((problem.people, outputs, len(problem.times_min)))
    metrics = np.zeros((4, problem.people, outputs, windows))
    for person in range(problem.people):
        values = {name: _of(value, person) for name, value in problem.values.items()}
        inflows = [_own(problem, inflow, person) for inflow in problem.inflows]
        path = Course(problem.structure, values, inflows).at(Times.of(knots))
        concentrations[person] = path.concentrations[:, find_knots(knots, problem.times_min)]
        for window, (a, b) in enumerate(pairwise(find_knots(knots, problem.windows_min).tolist())):
            inside = path.concentrations[:, a : b + 1]
            best = np.argmax(inside, axis=1)
            area = (path.areas[:, b] - path.areas[:, a]) / 60.0
            metrics[:, person, :, window] = inside.max(axis=1), knots[a + best], area, inside[:, -1]
    cmax, tmax, area, trough = metrics
    return concentrations, cmax, tmax, area, trough


def _own(problem: Problem, inflow: Inflow, person: int) -> Inflow:
    """An inflow as this person gets it."""
    place, amount, start, duration, dose = (_of(value, person) for value in inflow)
    factor = 1.0 if problem.factors is None else float(problem.factors[person, dose])
    delay = 0.0 if problem.delays is None else float(problem.delays[person, dose])
    return Inflow(place, amount * factor, max(start + delay, float(problem.windows_min[0])), duration, dose)


def _of(value: Any, person: int) -> Any:
    return float(value[person]) if np.ndim(value) else value


def _inflows(
    structure: Structure, doses: Sequence[DoseInput], occasions: Sequence[Mapping[str, Any]], starts: Floats
) -> list[Inflow]:
    """What enters, each dose by the parameters of its own session."""
    if len(occasions) == 1:
        return inflows_of(structure, doses, occasions[0])
    return [
        inflow
        for number, values in enumerate(occasions)
        for inflow in inflows_of(structure, doses, values)
        if doses[inflow.dose].start_min == starts[number]
    ]


def _count(structure: Structure, parameters: Mapping[str, Any]) -> int:
    missing = [name for name in structure.order if name not in parameters]
    if missing:
        raise PersonError(
            Message("{model}: parameters lacks {known}.", model=Name(structure.model.name), known=", ".join(missing))
        )
    counts = {np.shape(parameters[name])[0] for name in structure.order if np.ndim(parameters[name]) == 1}
    if len(counts) > 1 or any(np.ndim(parameters[name]) > 1 for name in structure.order):
        raise PersonError(
            Message("{model}: the parameters are not all of one length.", model=Name(structure.model.name))
        )
    for name in structure.positive:
        value = np.asarray(parameters[name])
        if not (np.all(value > 0) and np.all(np.isfinite(value))):
            raise PersonError(
                Message(
                    "{model}: parameter {parameter} must be above zero and finite for everyone.",
                    model=Name(structure.model.name),
                    parameter=name,
                )
            )
    return counts.pop() if counts else 1

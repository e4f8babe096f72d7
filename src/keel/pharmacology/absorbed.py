"""What a dose amounts to in the body: area under each curve, milligrams absorbed, and accumulation, exactly.

The system is linear, so the area of everything that enters follows without a curve: area = -A^-1 b, with b the amounts
that enter each place. Absorbed is the part of a dose that reaches the parent's central place, by any way.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from keel.knowledge.models import Model
from keel.knowledge.modifiers import Modifier
from keel.pharmacology.errors import PharmacologyError, RegimenError
from keel.pharmacology.guard import reasons_against
from keel.pharmacology.inputs import Entry, entries
from keel.pharmacology.mammillary import Times
from keel.pharmacology.modify import take_up
from keel.pharmacology.parameters import individual
from keel.pharmacology.propagate import Course
from keel.pharmacology.regimen import DoseInput, Person, check_person, check_regimen
from keel.pharmacology.structure import Floats, Structure, Values, structure_of


class DoseExposure(NamedTuple):
    """One session: milligrams taken and absorbed, and the whole area (ng*h/mL) of each analyte.

    `accumulation` says how many times larger the area of an interval becomes when the session is repeated at it for
    long; None without an interval. `reasons` say why the model does not hold here.
    """

    model: str
    taken_mg: float
    absorbed_mg: float
    auc_ng_h_per_ml: dict[str, float]
    accumulation: dict[str, float] | None
    reasons: tuple[str, ...]

    @property
    def bioavailability(self) -> float:
        """Absorbed over taken; 0 for a dose of nothing."""
        return self.absorbed_mg / self.taken_mg if self.taken_mg else 0.0


class YearlyExposure(NamedTuple):
    """A year of such sessions: milligrams taken and absorbed, and the area of each analyte in ng*h/mL."""

    sessions: float
    taken_mg: float
    absorbed_mg: float
    auc_ng_h_per_ml: dict[str, float]


def dose_exposure(
    model: Model,
    regimen: Sequence[DoseInput],
    person: Person,
    *,
    interval_min: float | None = None,
    modifiers: Sequence[Modifier] = (),
) -> DoseExposure:
    """What one session (one dose or several) amounts to; `interval_min` is the time to the next one.

    >>> from keel.knowledge import load
    >>> spray = DoseInput(amount_mg=84, route="nasal", substance="esketamine")
    >>> found = dose_exposure(load().models["m-in"], [spray], Person(weight_kg=70, age_years=45))
    >>> round(found.bioavailability, 2)  # 0.51 in the abstract of Perez-Ruixo 2021
    0.51
    """
    structure = structure_of(model)
    check_person(person)
    doses = check_regimen(regimen)
    taken = take_up(model, doses, modifiers)
    values, _ = individual(structure, person, multipliers=taken.multipliers)
    parts = entries(structure, doses, values)
    areas = whole_areas(structure, values, parts)
    end = np.array([max(dose.end_min for dose in doses)])
    return DoseExposure(
        model=model.id,
        taken_mg=sum(dose.amount_mg for dose in doses),
        absorbed_mg=_absorbed(structure, values, parts),
        auc_ng_h_per_ml=areas,
        accumulation=None if interval_min is None else _accumulation(structure, values, parts, areas, interval_min),
        reasons=tuple(reasons_against(model, doses, person, end)),
    )


def yearly_exposure(session: DoseExposure, sessions_per_year: float) -> YearlyExposure:
    """So many sessions a year, added up: linear, so accumulation changes no yearly area."""
    if not 0 <= sessions_per_year < float("inf"):
        raise RegimenError("Sessions a year must be zero or more.")
    return YearlyExposure(
        sessions=sessions_per_year,
        taken_mg=session.taken_mg * sessions_per_year,
        absorbed_mg=session.absorbed_mg * sessions_per_year,
        auc_ng_h_per_ml={name: area * sessions_per_year for name, area in session.auc_ng_h_per_ml.items()},
    )


def whole_areas(structure: Structure, values: Values, parts: Sequence[Entry]) -> dict[str, float]:
    """Area under each output from the first dose to infinity, ng*h/mL; PharmacologyError where a rate drifts."""
    entered = np.zeros(len(structure.places))
    for part in parts:
        entered[part.place] += part.amount_mg
    residence = np.linalg.solve(-_rates(structure, values), entered)
    return {
        analyte: float(sum(scale * residence[place] for place, scale in terms))
        for analyte, terms in zip(structure.analytes, structure.weights(values), strict=True)
    }


def _absorbed(structure: Structure, values: Values, parts: Sequence[Entry]) -> float:
    """Milligrams that pass through the parent's places: their area over that of a milligram put there directly."""
    rates = _rates(structure, values)
    entered = np.zeros(len(structure.places))
    for part in parts:
        entered[part.place] += part.amount_mg
    residence = np.linalg.solve(-rates, entered)
    total = 0.0
    for term in structure.model.outputs[0].terms:
        place = structure.index[term.compartment]
        unit = np.zeros(len(structure.places))
        unit[place] = 1.0
        total += float(residence[place] / np.linalg.solve(-rates, unit)[place])
    return total


def _accumulation(
    structure: Structure, values: Values, parts: Sequence[Entry], areas: dict[str, float], interval_min: float
) -> dict[str, float]:
    """Whole area over the area of the first interval: what an interval's area grows to when sessions repeat."""
    start = min(float(part.start_min) for part in parts)
    if not 0 < interval_min < float("inf"):
        raise RegimenError("The interval between sessions must be above zero minutes.")
    path = Course(structure, values, parts).at(Times.of(np.array([start + interval_min])))
    first = path.areas[:, 0] / 60.0
    return {name: areas[name] / float(area) for name, area in zip(structure.analytes, first, strict=True) if area > 0}


def _rates(structure: Structure, values: Values) -> Floats:
    """The matrix A of x' = A x, per hour."""
    if structure.drifting:
        raise PharmacologyError(f"{structure.model.name} has a clearance that changes in time: it has no whole area.")
    size = len(structure.places)
    matrix = np.zeros((size, size))
    for source, target, rate, arrives in structure.arrows(values):
        matrix[source, source] -= rate
        if target is not None:
            matrix[target, source] += rate * arrives
    return matrix

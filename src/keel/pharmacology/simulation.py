"""`simulate`: concentrations of one person after a regimen, with what they rest on and whether they may be trusted."""

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np

from keel.knowledge.certainty import Certainty
from keel.knowledge.models import Model
from keel.knowledge.modifiers import Modifier
from keel.messages import Message
from keel.pharmacology.course import Course
from keel.pharmacology.inflows import inflows_of
from keel.pharmacology.metrics import Metrics, curve_metrics
from keel.pharmacology.modifiers import parameter_changes
from keel.pharmacology.parameters import individual, typical_parameters
from keel.pharmacology.regimen import DoseInput, Person, check_person, check_regimen
from keel.pharmacology.structure import Floats, Structure, structure_of
from keel.pharmacology.times import Times
from keel.pharmacology.validity import early_reasons, reasons_at_any_time, remarks_on

SHOWN = ("amount_mg", "route", "substance", "start_min", "end_min")
MOST_KEPT = 64  # doses of a regimen whose answer is kept for the next question


class Simulation:
    """Concentrations of one person: `concentrations` in ng/mL, shape (analytes, times), at `times_min`.

    `valid` is False where person, dose, route or time lie outside the study behind the model; `warnings` says why,
    and also what could not be checked. `sim["S-ketamine"]` is one analyte's row. The first analyte is the parent.
    `document` is the model's knowledge, `model` its id, `site` where its samples were drawn.
    """

    unit = "ng/mL"

    def __init__(
        self,
        basis: "Basis",
        person: Person,
        times: Times,
        window_min: tuple[float, float] | None,
        reasons: Sequence[Message],
        remarks: Sequence[Message],
    ) -> None:
        structure = basis.course.structure
        self._basis, self.document, self.analytes = basis, structure.model, structure.analytes
        self.model, self.site = structure.model.id, structure.model.site
        self.parameters, self.regimen, self.sources = basis.values, basis.regimen, basis.sources
        self.person, self.times_min, self.window_min = person, times.minutes, window_min
        self.reasons, self.remarks = tuple(reasons), tuple(remarks)
        self.path = basis.course.at(times)
        self.concentrations = self.path.concentrations

    @property
    def certainty(self) -> Certainty:
        """The weakest mark among the model's parameters."""
        return self.document.certainty

    @property
    def valid(self) -> bool:
        """Whether nothing speaks against the result."""
        return not self.reasons

    @property
    def warnings(self) -> tuple[Message, ...]:
        """Reasons against the result, then remarks."""
        return (*self.reasons, *self.remarks)

    def __getitem__(self, analyte: str) -> Floats:
        row: Floats = self.concentrations[self.analytes.index(analyte)]
        return row

    @cached_property
    def metrics(self) -> tuple[Metrics, ...]:
        """Peak, its time and the area under the curve of each analyte, in the window or between first and last time."""
        window = self.times_min if self.window_min is None else np.array(self.window_min)
        return curve_metrics(self._basis.course, window)

    def to_dict(self) -> dict[str, Any]:
        """The `simulate` document for one person: plain values, ready for JSON."""
        return {
            "model": self.model,
            "site": self.site,
            "valid": self.valid,
            "warnings": list(self.warnings),
            "series": [
                {
                    "analyte": analyte,
                    "unit": self.unit,
                    "points": [[float(t), float(v)] for t, v in zip(self.times_min, row, strict=True)],
                }
                for analyte, row in zip(self.analytes, self.concentrations, strict=True)
            ],
            "metrics": [metric.to_dict() for metric in self.metrics],
            "sources": list(self.sources),
            "certainty": str(self.certainty),
            "doses": [{name: getattr(dose, name) for name in SHOWN} for dose in self.regimen],
        }


def simulate(
    model: Model,
    regimen: Sequence[DoseInput],
    person: Person,
    times_min: Sequence[float] | Floats,
    *,
    etas: Mapping[str, float] | None = None,
    modifiers: Sequence[Modifier] = (),
    window_min: tuple[float, float] | None = None,
) -> Simulation:
    """One person's concentrations (ng/mL) at `times_min` after `regimen`, by the typical parameters of `model`.

    x' = A x + u(t) is solved by matrix exponentials from event to event: exact for any regimen, no step size.
    `etas` gives random effects by their id (0 where absent). `modifiers` are documents of the knowledge: those that the
    model can take up change its parameters, of the others `warnings` says what was observed and that the curve leaves
    it out. `window_min` is where peaks and areas are looked for; otherwise from the first to the last time. Raises
    RegimenError, PersonError or NoModel.

    The worked numbers were computed apart from this code, by an ODE solver.

    >>> from keel.knowledge import load
    >>> dose = DoseInput(amount_mg=35, route="iv", duration_min=40, substance="esketamine")
    >>> curve = simulate(load().models["m-s"], [dose], Person(weight_kg=70, age_years=40), [60, 120, 240])
    >>> [round(float(c), 1) for c in curve["S-ketamine"]]
    [103.8, 55.1, 25.2]
    """
    structure, times, doses = structure_of(model), Times.of(times_min), tuple(regimen)
    if etas or modifiers or len(doses) > MOST_KEPT:
        basis = basis_of(structure, doses, person, etas, tuple(modifiers))
    else:
        basis = _kept_basis(structure, doses, person)
    early = early_reasons(model, basis.regimen, times.minutes)
    timely = remarks_on(model, basis.regimen, person, times.minutes, window_min)
    return Simulation(
        basis, person, times, window_min, (*basis.reasons, *early), (*basis.before, *timely, *basis.after)
    )


class Basis(NamedTuple):
    """What does not depend on the times: parameters, course, reasons, and remarks that come before and after."""

    regimen: tuple[DoseInput, ...]
    values: Mapping[str, Any]
    course: Course
    reasons: Sequence[Message]
    before: Sequence[Message]
    after: Sequence[Message]
    sources: tuple[str, ...]


def basis_of(
    structure: Structure,
    regimen: Sequence[DoseInput],
    person: Person,
    etas: Mapping[str, float] | None = None,
    modifiers: Sequence[Modifier] = (),
) -> Basis:
    """The basis of one answer; raises what `simulate` raises of person and doses."""
    model = structure.model
    check_person(person)
    doses = check_regimen(regimen)
    changes = parameter_changes(model, doses, modifiers)
    values: Mapping[str, Any]
    remarks: Sequence[Message]
    if etas or changes.multipliers:
        values, remarks = individual(structure, person, etas=etas, multipliers=changes.multipliers)
    else:
        values, remarks = typical_parameters(structure, person)
    return Basis(
        regimen=doses,
        values=values,
        course=Course(structure, values, inflows_of(structure, doses, values)),
        reasons=reasons_at_any_time(model, doses, person),
        before=remarks,
        after=changes.remarks,
        sources=tuple(dict.fromkeys((*model.sources, *changes.sources))) if changes.sources else model.sources,
    )


_kept_basis = lru_cache(maxsize=128)(basis_of)
"""Kept for the next look at the same person and regimen, as a session that is watched takes one every minute."""

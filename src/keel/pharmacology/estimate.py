"""One person's parameters from measured concentrations: the maximum a posteriori estimate, with its interval.

Random effects eta have the model's distribution before, and the measurements after: minimised is

    sum_i [ (y_i - f_i)^2 / v_i + ln v_i ] + eta' Omega^-1 eta

with f the model's concentration and v the model's residual variance at it (for a residual on the log scale, y and f
are logarithms). The interval is that of Laplace: the curvature at the minimum read as a normal distribution.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from keel.knowledge.models import Model, Residual
from keel.messages import Message, Name, Numeral
from keel.pharmacology.course import Course
from keel.pharmacology.errors import NotConverged, PharmacologyError
from keel.pharmacology.inflows import inflows_of
from keel.pharmacology.parameters import eta_covariance, individual
from keel.pharmacology.regimen import DoseInput, Person, check_person, check_regimen
from keel.pharmacology.simulation import Simulation, simulate
from keel.pharmacology.structure import Floats, engine_unit, structure_of
from keel.pharmacology.times import Times

DRAWS = 400


class Observation(NamedTuple):
    """A measured concentration: minutes from the common zero, analyte of the model, ng/mL above zero."""

    at_min: float
    analyte: str
    ng_per_ml: float


class Estimate(NamedTuple):
    """An individual update, not a measurement: `kind` says so wherever it is shown.

    `etas` and `standard_errors` by variability id; `parameters` by name as (estimate, low, high), 90% interval, in L,
    L/h, 1/h and h; `curve` is the person's curve at the estimate, `low` and `high` (analytes, times) its 90% interval,
    `typical` the curve without the measurements. `expected` holds for each of `observed` what the typical person and
    what the estimate has then, ng/mL.
    """

    kind: str
    etas: dict[str, float]
    standard_errors: dict[str, float]
    parameters: dict[str, tuple[float, float, float]]
    curve: Simulation
    typical: Simulation
    low: Floats
    high: Floats
    observed: tuple[Observation, ...]
    expected: tuple[tuple[float, float], ...]

    def to_dict(self) -> dict[str, Any]:
        """The `estimate` document: plain values, ready for JSON; of the parameters those that people differ in."""
        document = self.curve.to_dict()
        document["kind"] = self.kind
        document["measured"] = [
            {
                "analyte": one.analyte,
                "minutes": one.at_min,
                "ng_per_ml": one.ng_per_ml,
                "typical": before,
                "value": after,
            }
            for one, (before, after) in zip(self.observed, self.expected, strict=True)
        ]
        document["parameters"] = [
            {"name": name, "unit": unit, "typical": typical, "value": value, "low": low, "high": high}
            for name, unit, typical, value, low, high in self.varying_parameters()
        ]
        words = ("minutes", "typical", "value", "low", "high")
        for row, series in enumerate(document["series"]):
            curves = (self.typical.concentrations, self.curve.concentrations, self.low, self.high)
            points = zip(self.curve.times_min, *(values[row] for values in curves), strict=True)
            series["points"] = [dict(zip(words, map(float, point), strict=True)) for point in points]
        return document

    def varying_parameters(self) -> list[tuple[str, str, float, float, float, float]]:
        """Name, unit, typical value, estimate and 90% interval of each parameter in which people differ."""
        model = self.curve.document
        return [
            (name, engine_unit(model.parameters[name].unit), float(self.typical.parameters[name]), value, low, high)
            for name, (value, low, high) in self.parameters.items()
            if low < high
        ]


class _Fit(NamedTuple):
    model: Model
    regimen: Sequence[DoseInput]
    person: Person
    ids: tuple[str, ...]
    precision: Floats
    observed: Sequence[Observation]

    def etas(self, eta: Floats) -> dict[str, float]:
        return dict(zip(self.ids, eta.tolist(), strict=True))

    def course(self, eta: Floats) -> tuple[Course, Mapping[str, Any]]:
        structure = structure_of(self.model)
        values, _ = individual(structure, self.person, etas=self.etas(eta))
        return Course(structure, values, inflows_of(structure, self.regimen, values)), values


def estimate(
    model: Model,
    regimen: Sequence[DoseInput],
    person: Person,
    observed: Sequence[Observation],
    times_min: Sequence[float] | Floats,
    *,
    rng: np.random.Generator,
) -> Estimate:
    """The person's most probable parameters given `observed`, their intervals, and the curve at `times_min`.

    Raises PharmacologyError where the model has no variability or no residual error for an analyte or a measurement
    cannot be, what `simulate` raises of person and doses, and NotConverged where no minimum with a usable curvature is
    found. `rng` draws the intervals.
    """
    from scipy.optimize import minimize

    check_person(person)
    effects = [e for e in model.variability if e.level == "subject" and e.distribution != "uniform"]
    if not effects or not observed:
        raise PharmacologyError(
            Message("{model}: an update needs measurements and a published variability.", model=Name(model.name))
        )
    doses = check_regimen(regimen)
    _check_observed(model, observed, doses[0].start_min)
    covariance = eta_covariance(effects, model.covariances)
    ids = tuple(effect.id for effect in effects)
    precision: Floats = np.asarray(np.linalg.inv(covariance), dtype=float)
    fit = _Fit(model, doses, person, ids, precision, observed)
    # In units of the prior's own spread all directions are alike, which suits the optimiser.
    root: Floats = np.asarray(np.linalg.cholesky(covariance), dtype=float)
    found = minimize(lambda z: _objective(fit, root @ z), np.zeros(len(ids)), method="BFGS", options={"gtol": 1e-6})
    gradient = float(np.max(np.abs(found.jac)))
    if not (math.isfinite(found.fun) and (found.success or gradient < 1e-2)):
        raise NotConverged(
            f"{model.name}: no estimate fits these measurements ({found.message}). Check times and units."
        )
    spread = _spread(fit, root, np.asarray(found.x))
    return _result(fit, root @ found.x, spread, Times.of(times_min).minutes, rng)


def _objective(fit: _Fit, eta: Floats) -> float:
    """Twice the negative logarithm of the posterior density, up to a constant."""
    total = float(eta @ fit.precision @ eta)
    for one, value in zip(fit.observed, _expected(fit, fit.course(eta)[0]), strict=True):
        total += _misfit(fit.model, _residual(fit.model, one.analyte), one.ng_per_ml, value)
    return total


def _expected(fit: _Fit, course: Course) -> list[float]:
    """What each measurement would be, ng/mL."""
    times = np.unique([one.at_min for one in fit.observed])
    path, analytes = course.at(Times.of(times)), course.structure.analytes
    columns = np.searchsorted(times, [one.at_min for one in fit.observed])
    rows = [analytes.index(one.analyte) for one in fit.observed]
    return [max(float(path.concentrations[row, column]), 1e-12) for row, column in zip(rows, columns, strict=True)]


def _misfit(model: Model, residual: Residual, measured: float, expected: float) -> float:
    if residual.log_sd is not None:
        return (math.log(measured / expected) / residual.log_sd) ** 2
    additive = 0.0
    if residual.additive_nmol_per_ml is not None:
        additive = residual.additive_nmol_per_ml * _molar_mass(model, residual.analyte)
    variance = (expected * (residual.proportional_sd or 0.0)) ** 2 + additive**2
    return (measured - expected) ** 2 / variance + math.log(variance)


def _molar_mass(model: Model, analyte: str) -> float:
    """g/mol of an analyte whose residual is printed in nmol/mL: 1 nmol/mL is that many ng/mL."""
    output = next(output for output in model.outputs if output.analyte == analyte)
    name = output.terms[0].molar_mass or "MK"
    if name not in model.parameters:
        raise PharmacologyError(
            Message(
                "models/{model}.toml: the residual of {analyte} needs a molar mass. Add it.",
                model=model.id,
                analyte=analyte,
            )
        )
    return model.parameters[name].value


def _residual(model: Model, analyte: str) -> Residual:
    found = next((residual for residual in model.residual if residual.analyte == analyte), None)
    if found is None:
        raise PharmacologyError(
            Message(
                "{model} has no published residual error for {analyte}: it cannot be updated.",
                model=Name(model.name),
                analyte=analyte,
            )
        )
    return found


def _check_observed(model: Model, observed: Sequence[Observation], first_min: float) -> None:
    known = {output.analyte for output in model.outputs}
    for one in observed:
        if one.analyte not in known:
            raise PharmacologyError(
                Message(
                    "{model} has no {analyte}; it has {known}.",
                    model=Name(model.name),
                    analyte=one.analyte,
                    known=", ".join(sorted(known)),
                )
            )
        if not (0 < one.ng_per_ml < math.inf and math.isfinite(one.at_min)):
            raise PharmacologyError(Message("A measured concentration must be above zero, at a finite time."))
        if one.at_min <= first_min:
            raise PharmacologyError(
                Message(
                    "A concentration measured at {time} min stands before anything was given. "
                    "Give the time from the start of the first dose.",
                    time=Numeral(f"{one.at_min:g}"),
                )
            )
        _residual(model, one.analyte)


def _spread(fit: _Fit, root: Floats, at: Floats) -> Floats:
    """Covariance of the etas from the curvature at the minimum (central differences)."""
    size, step = len(at), 1e-3
    curvature = np.empty((size, size))
    identity = np.eye(size) * step
    for i in range(size):
        for j in range(i, size):
            corners = [
                sign * _objective(fit, root @ (at + a * identity[i] + b * identity[j]))
                for a, b, sign in ((1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1))
            ]
            curvature[i, j] = curvature[j, i] = sum(corners) / (4.0 * step * step)
    try:
        inverse = np.linalg.inv(curvature / 2.0)
        np.linalg.cholesky(inverse)
    except np.linalg.LinAlgError:
        raise NotConverged(f"{fit.model.name}: the minimum is too flat for an interval. Add measurements.") from None
    spread: Floats = root @ inverse @ root.T
    return spread


def _result(fit: _Fit, eta: Floats, spread: Floats, minutes: Floats, rng: np.random.Generator) -> Estimate:
    names = list(fit.model.parameters)
    drawn: dict[str, list[float]] = {name: [] for name in names}
    curves = []
    for draw in rng.multivariate_normal(eta, spread, DRAWS):
        course, values = fit.course(draw)
        curves.append(course.at(Times.of(minutes)).concentrations)
        for name in names:
            drawn[name].append(float(values[name]))
    low, high = np.quantile(np.array(curves), [0.05, 0.95], axis=0)
    curve = simulate(fit.model, fit.regimen, fit.person, minutes, etas=fit.etas(eta))
    typical = simulate(fit.model, fit.regimen, fit.person, minutes)
    parameters = {
        name: (float(curve.parameters[name]), *(float(q) for q in np.quantile(drawn[name], [0.05, 0.95])))
        for name in names
    }
    before, after = (_expected(fit, fit.course(each)[0]) for each in (np.zeros_like(eta), eta))
    return Estimate(
        kind="maximum a posteriori estimate from measurements and the model's population",
        etas=fit.etas(eta),
        standard_errors=dict(zip(fit.ids, np.sqrt(np.diag(spread)).tolist(), strict=True)),
        parameters=parameters,  # type: ignore[arg-type]  # a name and its three numbers
        curve=curve,
        typical=typical,
        low=low,
        high=high,
        observed=tuple(fit.observed),
        expected=tuple(zip(before, after, strict=True)),
    )

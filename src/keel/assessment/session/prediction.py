"""The concentration that a model predicts now, with the spread between people that the model knows.

Low and high are about the 5th and 95th percentile between people: C exp(∓1.645 s), where s² = Σ g_i g_j cov_ij and
g_i = d ln C / d eta_i (first order in the random effects of the model). It is not a measurement of this person.
"""

import datetime as dt
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from keel.assessment.session.events import minutes_between
from keel.assessment.session.state import Prediction
from keel.assessment.session.view import SessionView
from keel.knowledge.models import Model
from keel.messages import EMPTY, Message, text_of
from keel.pharmacology import DoseInput, PharmacologyError, Simulation, simulate
from keel.pharmacology import Person as Covariates
from keel.pharmacology.parameters import eta_covariance
from keel.pharmacology.structure import Floats
from keel.record import Person, Pregnancy, Sex

Z90 = 1.645
"""The normal quantile of a two-sided 90 % interval."""
UNIFORM_VARIANCE = 1 / 3
"""The variance of an effect that lies evenly between -1 and 1."""
_LEAST = 1e-300
_STEP = 0.05
"""In standard deviations of the effect: small enough for a slope, large enough for the arithmetic."""


class PredictedCourse(NamedTuple):
    """What a model predicts at some minutes after the dose began: ng/mL of the parent, low and high between people."""

    minutes: Floats
    ng_per_ml: Floats
    low: Floats
    high: Floats
    curve: Simulation


def predict(view: SessionView) -> Prediction:
    """The prediction now from what was given up to now; earlier sessions are not counted."""
    reason = _missing(view)
    if reason:
        return Prediction(unknown=reason)
    try:
        found = _course(view, [minutes_between(view.dose.first_at or view.at, view.at)])
    except PharmacologyError as error:
        return Prediction(unknown=text_of(error))
    curve = found.curve
    return Prediction(
        ng_per_ml=round(float(found.ng_per_ml[0]), 2),
        low=round(float(found.low[0]), 2),
        high=round(float(found.high[0]), 2),
        model=curve.document.id,
        analyte=curve.analytes[0],
        site=curve.site,
        valid=curve.valid,
        warnings=curve.warnings,
        sources=curve.sources,
    )


def predicted_course(view: SessionView, minutes: Sequence[float]) -> PredictedCourse | None:
    """The prediction at minutes after the dose began, what still runs included; None where there is none."""
    try:
        return None if _missing(view) else _course(view, minutes)
    except PharmacologyError:
        return None


def _course(view: SessionView, minutes: Sequence[float]) -> PredictedCourse:
    model = view.knowledge.models[view.protocol.model[view.route]]
    regimen, covariates = _regimen(view), _covariates(view.person, view.at)
    curve = simulate(model, regimen, covariates, minutes)
    typical = np.asarray(curve.concentrations[0], dtype=float)
    spread = np.exp(Z90 * _log_sd(model, regimen, covariates, minutes, typical))
    return PredictedCourse(np.asarray(minutes, dtype=float), typical, typical / spread, typical * spread, curve)


def _missing(view: SessionView) -> Message:
    if not view.dose.has_begun:
        return Message("No dose has been given in this session.")
    if view.dose.given_mg is None:
        return Message("The amount given is not known.")
    if view.person.weight_kg is None:
        return Message("Body weight is not known: no concentration is predicted.")
    if view.protocol.model.get(view.route) not in view.knowledge.models:
        return Message("No model is on file for this route.")
    return EMPTY


def _regimen(view: SessionView) -> list[DoseInput]:
    dose, protocol = view.dose, view.protocol
    first, parts = dose.first_at, list(dose.parts)
    if first is None:
        return []
    by_device = protocol.dosing.kind == "devices"
    if dose.is_running and dose.due_end is not None and parts:
        # What is still to run does not change the present, and a short beginning of an infusion is not a bolus.
        last = parts[-1]
        minutes = minutes_between(last.start, dose.due_end)
        parts[-1] = last._replace(minutes=minutes, mg=dose.rate_mg_per_min * minutes)
    return [
        DoseInput(
            amount_mg=part.mg,
            route=view.route,
            start_min=minutes_between(first, part.start),
            duration_min=part.minutes,
            substance=protocol.substance,
            devices=1 if by_device else None,
        )
        for part in parts
    ] or [DoseInput(amount_mg=0.0, route=view.route, substance=protocol.substance)]


def _covariates(person: Person, at: dt.datetime) -> Covariates:
    return Covariates(
        weight_kg=person.weight_kg,
        age_years=person.age_at(at),
        is_female={Sex.FEMALE: True, Sex.MALE: False}.get(person.sex),
        is_pregnant={Pregnancy.PREGNANT: True, Pregnancy.NOT_PREGNANT: False}.get(person.pregnancy),
    )


def _log_sd(
    model: Model, regimen: list[DoseInput], person: Covariates, minutes: Sequence[float], typical: Floats
) -> Floats:
    """The standard deviation of ln C between people at each time, to first order in the random effects."""
    effects = model.variability
    if not effects:
        return np.zeros_like(typical)
    covariance = eta_covariance(effects, model.covariances)
    for place, effect in enumerate(effects):
        if effect.distribution == "uniform":
            covariance[place, place] = UNIFORM_VARIANCE
    slopes = []
    for effect, variance in zip(effects, covariance.diagonal(), strict=True):
        step = _STEP * math.sqrt(variance)
        moved = simulate(model, regimen, person, minutes, etas={effect.id: step}).concentrations[0]
        slopes.append(np.log(np.maximum(moved, _LEAST) / np.maximum(typical, _LEAST)) / step)
    gradient = np.array(slopes)
    variances = np.einsum("it,ij,jt->t", gradient, covariance, gradient)
    return np.where(typical > 0, np.sqrt(np.maximum(0.0, variances)), 0.0)

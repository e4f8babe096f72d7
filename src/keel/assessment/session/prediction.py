"""The concentration that a model predicts now, with the spread between people that the model knows.

Low and high are about the 5th and 95th percentile between people: C exp(∓1.645 s), where s² = Σ g_i g_j cov_ij and
g_i = d ln C / d eta_i (first order in the random effects of the model). It is not a measurement of this person.
"""

import datetime as dt
import math

import numpy as np

from keel.assessment.session.events import minutes_between
from keel.assessment.session.state import Prediction
from keel.assessment.session.view import SessionView
from keel.knowledge.models import Model
from keel.messages import EMPTY, Message, text_of
from keel.pharmacology import DoseInput, PharmacologyError, simulate
from keel.pharmacology import Person as Covariates
from keel.pharmacology.parameters import eta_covariance
from keel.record import Person, Pregnancy, Sex

Z90 = 1.645
"""The normal quantile of a two-sided 90 % interval."""
UNIFORM_VARIANCE = 1 / 3
"""The variance of an effect that lies evenly between -1 and 1."""
_STEP = 0.05
"""In standard deviations of the effect: small enough for a slope, large enough for the arithmetic."""


def predict(view: SessionView) -> Prediction:
    """The prediction now from what was given up to now; earlier sessions are not counted."""
    reason = _missing(view)
    if reason:
        return Prediction(unknown=reason)
    model = view.knowledge.models[view.protocol.model[view.route]]
    regimen = _regimen(view)
    minutes = minutes_between(view.dose.first_at or view.at, view.at)
    covariates = _covariates(view.person, view.at)
    try:
        curve = simulate(model, regimen, covariates, [minutes])
    except PharmacologyError as error:
        return Prediction(unknown=text_of(error))
    value = float(curve.concentrations[0, 0])
    spread = _log_sd(model, regimen, covariates, minutes, value) if value > 0 else 0.0
    return Prediction(
        ng_per_ml=round(value, 2),
        low=round(value * math.exp(-Z90 * spread), 2),
        high=round(value * math.exp(Z90 * spread), 2),
        model=model.id,
        analyte=curve.analytes[0],
        site=curve.site,
        valid=curve.valid,
        warnings=curve.warnings,
        sources=curve.sources,
    )


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


def _log_sd(model: Model, regimen: list[DoseInput], person: Covariates, minutes: float, typical: float) -> float:
    """The standard deviation of ln C between people, to first order in the random effects."""
    effects = model.variability
    if not effects:
        return 0.0
    covariance = eta_covariance(effects, model.covariances)
    for place, effect in enumerate(effects):
        if effect.distribution == "uniform":
            covariance[place, place] = UNIFORM_VARIANCE
    slopes = []
    for effect, variance in zip(effects, covariance.diagonal(), strict=True):
        step = _STEP * math.sqrt(variance)
        moved = simulate(model, regimen, person, [minutes], etas={effect.id: step})
        slopes.append(math.log(max(float(moved.concentrations[0, 0]), 1e-300) / typical) / step)
    gradient = np.array(slopes)
    return math.sqrt(max(0.0, float(gradient @ covariance @ gradient)))

"""The concentration curve of a Picture: the last dated session, by the first model that holds for it.

Nothing is drawn where the amount, the route’s model or a needed covariate is missing; the reasons stand instead.
"""

import datetime as dt
from collections.abc import Sequence
from itertools import chain
from typing import Any

import msgspec
import numpy as np

from keel.exposure import amount_of
from keel.knowledge import Certainty, Knowledge
from keel.knowledge.models import Model
from keel.messages import EMPTY, Message, text_of
from keel.pharmacology import DoseInput, PharmacologyError, fitting_models, simulate
from keel.pharmacology import Person as Covariates
from keel.pharmacology.simulation import Simulation
from keel.record import Dose, Record, Sex
from keel.record.selection import doses_taken

SESSION_HOURS = 24
"""Doses within a day of the last one are drawn together."""
PREFERRED = ("m-rac", "m-s", "m-in", "m-otf", "m-art", "m-ped", "m-picu")
"""The order of the recommended set of the pharmacokinetic reference; other models come after."""


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """A drawn session, or why there is none.

    `series` holds points of (minutes since the first dose, ng/mL); `model` and `site` are None without a curve, and
    `reasons` then says what was missing. `valid` is False where the model does not hold, with `warnings`.
    """

    available: bool
    reasons: tuple[Message, ...] = ()
    model: str | None = None
    title: Message = EMPTY
    site: str | None = None
    valid: bool = False
    warnings: tuple[Message, ...] = ()
    started_at: dt.datetime | None = None
    doses: tuple[dict[str, Any], ...] = ()
    series: tuple[dict[str, Any], ...] = ()
    metrics: tuple[dict[str, Any], ...] = ()
    sources: tuple[str, ...] = ()
    certainty: Certainty | None = None


def curve_of(record: Record, *, at: dt.datetime, knowledge: Knowledge) -> Curve:
    """The curve of the last session before `at`."""
    taken = doses_taken(record, at)
    if not taken:
        reason = (
            Message("A pattern of use has no clock times, so there is no curve to draw.")
            if record.patterns
            else Message("No dated dose was given, so there is no curve to draw.")
        )
        return Curve(available=False, reasons=(reason,))
    session = [dose for dose in taken if taken[-1].start - dose.start < dt.timedelta(hours=SESSION_HOURS)]
    reasons = _missing(session, knowledge, record.person.weight_kg)
    if reasons:
        return Curve(available=False, reasons=tuple(reasons))
    return _drawn(session, record, at, knowledge)


def _missing(session: Sequence[Dose], knowledge: Knowledge, weight_kg: float | None) -> list[Message]:
    """What keeps a session from being drawn, in words; empty where nothing does."""
    reasons = []
    if any(amount_of(dose, knowledge, weight_kg) is None for dose in session):
        per_kg = any(dose.per_kg and not dose.amount_mg for dose in session)
        reasons.append(
            Message(
                "The dose was given per kilogram and the weight is not known: no milligrams and no curve can be "
                "computed."
            )
            if per_kg and weight_kg is None
            else Message("The amount of the last dose is not known, so no curve can be computed.")
        )
    if any(dose.precision not in ("minute",) for dose in session):
        reasons.append(Message("The clock time of the last dose is not known, so no curve can be placed in time."))
    if any(dose.substance == "unknown" for dose in session):
        reasons.append(
            Message("Whether the last dose was racemic ketamine or esketamine is not known; models differ for the two.")
        )
    if any(dose.route == "unknown" for dose in session):
        reasons.append(Message("The route of the last dose is not known, so no model can be chosen."))
    return reasons


def _drawn(session: Sequence[Dose], record: Record, at: dt.datetime, knowledge: Knowledge) -> Curve:
    start = session[0].start
    try:
        models = _candidates(session, knowledge)
        regimen = [_dose_input(dose, start, knowledge, record.person.weight_kg) for dose in session]
        chosen = _first_that_holds(models, regimen, _covariates(record, at), _times(session))
    except PharmacologyError as error:
        return Curve(available=False, reasons=(text_of(error),))
    return _as_curve(chosen, start)


def _first_that_holds(
    models: Sequence[Model], regimen: Sequence[DoseInput], person: Covariates, times_min: Any
) -> Simulation:
    """The curve of the first model that holds for this person and dose, else of the first one, marked not valid."""
    first = simulate(models[0], regimen, person, times_min)
    others = (simulate(model, regimen, person, times_min) for model in models[1:])
    return next((curve for curve in chain([first], others) if curve.valid), first)


def _candidates(session: Sequence[Dose], knowledge: Knowledge) -> list[Model]:
    """Models that take every dose of the session, the recommended ones first; NoModel where there is none."""
    fitting = [fitting_models(knowledge.models, dose.route, dose.substance) for dose in session]
    shared = [model for model in fitting[0] if all(model in others for others in fitting)]
    if not shared:
        raise PharmacologyError(Message("No single model takes all the routes and substances of the last session."))
    order = {name: position for position, name in enumerate(PREFERRED)}
    return sorted(shared, key=lambda model: (order.get(model.id, len(order)), model.id))


def _dose_input(dose: Dose, start: dt.datetime, knowledge: Knowledge, weight_kg: float | None) -> DoseInput:
    amount = amount_of(dose, knowledge, weight_kg)
    return DoseInput(
        amount_mg=amount.mid if amount else 0.0,
        route=dose.route,
        start_min=(dose.start - start).total_seconds() / 60,
        duration_min=dose.duration_min,
        substance=dose.substance,
        devices=dose.devices,
    )


def _covariates(record: Record, at: dt.datetime) -> Covariates:
    person = record.person
    return Covariates(
        weight_kg=person.weight_kg,
        age_years=person.age_at(at),
        is_female={Sex.FEMALE: True, Sex.MALE: False}.get(person.sex),
        is_pregnant=person.is_pregnant,
    )


def _times(session: Sequence[Dose]) -> Any:
    """Minutes to look at: every 2 for the first 4 hours after the last dose, then every 10 to 24 hours."""
    last = (session[-1].start - session[0].start).total_seconds() / 60 + session[-1].duration_min
    dense = np.arange(0.0, last + 240, 2.0)
    return np.concatenate([dense, np.arange(dense[-1] + 10, last + 1440 + 1, 10.0)])


def _as_curve(curve: Simulation, start: dt.datetime) -> Curve:
    document = curve.to_dict()
    return Curve(
        available=True,
        model=document["model"],
        title=Message(curve.document.title),
        site=document["site"],
        valid=document["valid"],
        warnings=curve.warnings,
        started_at=start,
        doses=tuple(document["doses"]),
        series=tuple(document["series"]),
        metrics=tuple(document["metrics"]),
        sources=tuple(document["sources"]),
        certainty=curve.certainty,
    )

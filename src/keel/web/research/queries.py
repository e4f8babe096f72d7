"""A regimen in every model that takes the route: one simulation, as drawings, words and rows."""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from keel import knowledge
from keel.messages import Catalogue, Message, joined, text_of
from keel.pharmacology import DoseInput, NoModel, Person, PharmacologyError, compare_models, fitting_models, models_for
from keel.reports import charts
from keel.web.language.rendering import page_catalogue

WIDTHS = {"wide": 640, "narrow": 344}
"""Pixels of a drawing at a desk and on a phone: letters keep their size on both."""
HOURS = 24


class Regimen(NamedTuple):
    """A regimen and a person, as chosen."""

    substance: str
    route: str
    dose_mg: float
    over_min: float | None
    weight_kg: float
    age_years: float
    scale: str
    outside: bool


def overlay_of(regimen: Regimen) -> dict[str, Any]:
    """Drawings, words, rows, peaks and the models left out; only `reasons` where no model can run."""
    return _overlay_of(regimen, page_catalogue())


@lru_cache(maxsize=128)
def _overlay_of(regimen: Regimen, catalogue: Catalogue | None) -> dict[str, Any]:
    facts = knowledge.load()
    over_min = regimen.over_min or 0.0
    dose = DoseInput(
        amount_mg=regimen.dose_mg,
        route=regimen.route,
        substance=regimen.substance,
        duration_min=over_min if regimen.route == "iv" else 0.0,
    )
    try:
        fitting_models(facts.models, regimen.route, regimen.substance, facts.routes)
        found = compare_models(
            models_for(facts.models, regimen.route, regimen.substance),
            [dose],
            Person(weight_kg=regimen.weight_kg, age_years=regimen.age_years),
            np.arange(0.0, over_min + 60 * HOURS + 1, 2.0),
            window_min=(0.0, over_min + 60 * HOURS),
        )
    except NoModel as refusal:
        return {"reasons": (text_of(refusal), *refusal.known)}
    except PharmacologyError as error:
        return {"reasons": (text_of(error),)}
    left_out = [(curve.model, curve.document.name, joined(" ", curve.reasons)) for curve in found.outside]
    left_out += [(name, facts.models[name].name, reason) for name, reason in found.refused]
    # Open to everybody: concentrations of effect beside a dose of one's choice would be a way to choose a dose.
    traces = charts.of_comparison(found, outside=regimen.outside)
    chart = charts.Chart(traces, facts, log=regimen.scale == "log", anchors=False, catalogue=catalogue)
    if not chart.traces:
        return {"reasons": (Message("No model holds for this regimen and person."),), "left_out": left_out}
    head, rows = chart.table()
    drawings = {name: charts.spec_to_svg(chart.spec(width=width)) for name, width in WIDTHS.items()}
    return {
        **drawings,
        "words": chart.alt(),
        "caption": chart.caption(),
        "head": head,
        "rows": rows,
        "peaks": (min(found.peaks), max(found.peaks)) if len(found.peaks) > 1 else None,
        "count": len(found.peaks),
        "left_out": left_out,
    }

"""The overlay of a regimen: one simulation of every model that takes the route, as drawings, words and rows."""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from keel import knowledge
from keel.pharmacology import DoseInput, NoModel, Person, PharmacologyError, compare_models, fitting_models, models_for
from keel.reports import charts

WIDTHS = {"wide": 640, "narrow": 344}
"""Pixels of a drawing at a desk and on a phone: letters keep their size on both."""
HOURS = 24


class Asked(NamedTuple):
    """A regimen and a person, as chosen."""

    substance: str
    route: str
    dose_mg: float
    over_min: float
    weight_kg: float
    age_years: float
    log: bool
    outside: bool


@lru_cache(maxsize=128)
def drawn(asked: Asked) -> dict[str, Any]:
    """Drawings, words, rows, peaks and the models left out; only `reasons` where no model can run."""
    facts = knowledge.load()
    try:
        fitting_models(facts.models, asked.route, asked.substance, facts.routes)
        found = compare_models(
            models_for(facts.models, asked.route, asked.substance),
            [_dose(asked)],
            Person(weight_kg=asked.weight_kg, age_years=asked.age_years),
            np.arange(0.0, asked.over_min + 60 * HOURS + 1, 2.0),
            window_min=(0.0, asked.over_min + 60 * HOURS),
        )
    except NoModel as refusal:
        return {"reasons": (str(refusal), *refusal.known)}
    except PharmacologyError as error:
        return {"reasons": (str(error),)}
    left_out = [(curve.model, curve.document.name, " ".join(curve.reasons)) for curve in found.outside]
    left_out += [(name, facts.models[name].name, reason) for name, reason in found.refused]
    # Open to everybody: concentrations of effect beside a dose of one's choice would be a way to choose a dose.
    chart = charts.Chart(charts.of_comparison(found, outside=asked.outside), facts, log=asked.log, anchors=False)
    if not chart.traces:
        return {"reasons": ("No model holds for this regimen and person.",), "left_out": left_out}
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


def _dose(asked: Asked) -> DoseInput:
    return DoseInput(
        amount_mg=asked.dose_mg,
        route=asked.route,
        substance=asked.substance,
        duration_min=asked.over_min if asked.route == "iv" else 0.0,
    )

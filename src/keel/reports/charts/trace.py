"""What a chart of concentrations draws, as values: curves with their bands, doses and measured points.

One `Trace` is one analyte by one model. The figures are those of the simulation, untouched: drawing, table and words
all read them from here.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from keel.assessment.session.prediction import PredictedCourse
from keel.knowledge.certainty import Certainty
from keel.knowledge.models import Model
from keel.messages import EMPTY, Message, joined
from keel.pharmacology import DoseInput, Estimate, ModelComparison, Population, Simulation
from keel.pharmacology.structure import Floats


class PercentileBand(NamedTuple):
    """Between which values a share of people (a fraction) lies at each time."""

    share: float
    low: Floats
    high: Floats


class Trace(NamedTuple):
    """One curve: minutes and ng/mL, its bands (widest first), its highest point, and whether its model holds here."""

    model: str
    name: str
    analyte: str
    site: str
    minutes: Floats
    values: Floats
    bands: tuple[PercentileBand, ...]
    cmax: float
    tmax_min: float
    valid: bool
    reasons: tuple[Message, ...]
    sources: tuple[str, ...]
    certainty: Certainty


class ChartData(NamedTuple):
    """All that is drawn: curves, the doses behind them, what bands mean, and which models were left out and why."""

    traces: tuple[Trace, ...]
    doses: tuple[DoseInput, ...]
    band_words: Message = EMPTY
    is_population: bool = False
    left_out: tuple[tuple[str, Message], ...] = ()


def main_analytes(names: Sequence[str]) -> tuple[str, ...]:
    """The drug and its metabolites as sums; the mirror forms only where a model gives nothing else."""
    sums = tuple(name for name in names if not name.startswith(("S-", "R-")))
    return (sums or tuple(names))[:3]


def of_simulation(found: Simulation, analytes: Sequence[str] | None = None) -> ChartData:
    """One model's curve of each of `analytes`; without them the drug and its metabolites."""
    shown = tuple(analytes) if analytes is not None else main_analytes(found.analytes)
    return ChartData(tuple(_single(found, name) for name in shown), tuple(found.regimen))


def of_comparison(found: ModelComparison, *, outside: bool = False) -> ChartData:
    """The parent drug by every model that holds, and with `outside` by those that do not, marked so."""
    curves = [*found.curves, *(found.outside if outside else ())]
    traces = tuple(_single(curve, main_analytes(curve.analytes)[0]) for curve in curves)
    hidden = () if outside else tuple((curve.document.name, joined(" ", curve.reasons)) for curve in found.outside)
    some = next(iter((*found.curves, *found.outside)), None)
    return ChartData(traces, some.regimen if some else (), left_out=(*hidden, *found.refused))


def of_population(found: Population, analytes: Sequence[str] | None = None) -> ChartData:
    """The median of a population with the bands that hold 90% and 50% of it at each time."""
    shown = tuple(analytes) if analytes is not None else main_analytes(found.analytes)[:1]
    rows = [found.analytes.index(name) for name in shown]
    at = {round(100 * q): number for number, q in enumerate(found.quantiles)}
    traces = tuple(
        _trace(
            found.plan.model,
            name,
            found.times_min,
            found.concentrations[at[50], row],
            bands=(
                PercentileBand(0.90, found.concentrations[at[5], row], found.concentrations[at[95], row]),
                PercentileBand(0.50, found.concentrations[at[25], row], found.concentrations[at[75], row]),
            ),
            peak=(float(found.overall[at[50], 0, row]), float(found.overall[at[50], 1, row])),
            reasons=found.reasons,
            sources=found.sources,
        )
        for name, row in zip(shown, rows, strict=True)
    )
    words = Message(
        "The line is the median of {count} virtual people; the bands hold half and 90% of them at each time.",
        count=found.subjects,
    )
    return ChartData(traces, tuple(found.plan.regimen), words, is_population=True)


def of_estimate(found: Estimate, analytes: Sequence[str] | None = None) -> ChartData:
    """A person's curve after an update from measurements, with its 90% interval, beside the typical curve."""
    curve = found.curve
    name = (analytes or main_analytes(curve.analytes))[0]
    row = curve.analytes.index(name)
    updated = _single(curve, name)._replace(
        name=f"{curve.document.name}, updated", bands=(PercentileBand(0.90, found.low[row], found.high[row]),)
    )
    typical = _single(found.typical, name)._replace(name=f"{curve.document.name}, typical")
    words = Message(
        "The line is an estimate from the measurements and the population of the model; the band is its 90% interval."
    )
    return ChartData((updated, typical), tuple(curve.regimen), words)


def of_session(found: PredictedCourse) -> ChartData:
    """What a model predicts over a session, with the spread between people that the model knows."""
    curve, top = found.curve, int(np.argmax(found.ng_per_ml))
    trace = _trace(
        curve.document,
        curve.analytes[0],
        curve.times_min,
        found.ng_per_ml,
        bands=(PercentileBand(0.90, found.low, found.high),),
        peak=(float(found.ng_per_ml[top]), float(curve.times_min[top])),
        reasons=curve.reasons,
        sources=curve.sources,
    )
    words = Message("The line is what the model predicts, no measurement; about 9 of 10 people lie within the band.")
    return ChartData((trace,), tuple(curve.regimen), words)


def _single(found: Simulation, analyte: str) -> Trace:
    metric = next(one for one in found.metrics if one.analyte == analyte)
    return _trace(
        found.document,
        analyte,
        found.times_min,
        found[analyte],
        bands=(),
        peak=(metric.cmax, metric.tmax_min),
        reasons=found.reasons,
        sources=found.sources,
    )


def _trace(
    model: Model,
    analyte: str,
    minutes: Floats,
    values: Floats,
    *,
    bands: tuple[PercentileBand, ...],
    peak: tuple[float, float],
    reasons: Sequence[Message],
    sources: Sequence[str],
) -> Trace:
    return Trace(
        model=model.id,
        name=model.name,
        analyte=analyte,
        site=model.site,
        minutes=np.asarray(minutes, dtype=float),
        values=np.asarray(values, dtype=float),
        bands=bands,
        cmax=peak[0],
        tmax_min=peak[1],
        valid=not reasons,
        reasons=tuple(reasons),
        sources=tuple(sources),
        certainty=model.certainty,
    )

"""The concentration curve of a Picture: the chart of its session, with the same in words and as rows.

A Picture is shown to the person whom it is about, so anchors of effect are left out here.
"""

from typing import Any

import numpy as np

from keel.assessment.curve import Curve
from keel.knowledge import Certainty
from keel.messages import Catalogue, Message, Name, Numeral, joined
from keel.pharmacology import DoseInput
from keel.reports.charts.chart import Chart
from keel.reports.charts.look import Spec
from keel.reports.charts.trace import ChartData, Trace, main_analytes
from keel.reports.charts.words import table_figure

TABLE_MINUTES = (0, 15, 30, 40, 60, 90, 120, 180, 240, 360, 480)
"""Minutes after the first dose at which the table gives a value."""


def concentration_spec(curve: Curve, *, width: int, height: int = 240, catalogue: Catalogue | None = None) -> Spec:
    """The drawing of an available curve; the drawing area is `width` by `height` pixels, hours across, ng/mL up."""
    return Chart(_drawn(curve), catalogue=catalogue).spec(width=width, height=height, is_inner=True)


def concentration_words(curve: Curve) -> Message:
    """What the drawing shows, in words; its alternative text."""
    if not curve.available:
        return joined(" ", curve.reasons)
    shown = {one["analyte"] for one in _main_series(curve)}
    peaks = [
        Message(
            "{analyte} rises to {peak} ng/mL at {time} minutes",
            analyte=Name(one["analyte"]),
            peak=round(one["cmax"]),
            time=round(one["tmax_min"]),
        )
        for one in curve.metrics
        if one["analyte"] in shown
    ]
    return Message(
        "Predicted concentration in {site} by model {id}: {peaks}, then falls.",
        site=Message(curve.site or ""),
        id=curve.model or "",
        peaks=joined("; ", peaks),
    )


def concentration_rows(curve: Curve) -> tuple[list[Message], list[list[Numeral]]]:
    """A head (time, analytes) and rows of the values at `TABLE_MINUTES`, in ng/mL."""
    series = _main_series(curve)
    last = min(points[-1][0] for points in (one["points"] for one in series))
    rows = [
        [_clock(minute), *(table_figure(_value_at(one, minute)) for one in series)]
        for minute in TABLE_MINUTES
        if minute <= last
    ]
    analytes = [Message("{analyte}, {unit}", analyte=Name(one["analyte"]), unit=one["unit"]) for one in series]
    return [Message("Time after the start"), *analytes], rows


def _main_series(curve: Curve) -> list[dict[str, Any]]:
    shown = main_analytes([one["analyte"] for one in curve.series])
    return [one for one in curve.series if one["analyte"] in shown]


def _drawn(curve: Curve) -> ChartData:
    peaks = {one["analyte"]: one for one in curve.metrics}
    traces = []
    for one in _main_series(curve):
        points = np.asarray(one["points"], dtype=float)
        traces.append(
            Trace(
                model=curve.model or "",
                name=curve.model or "",
                analyte=one["analyte"],
                site=curve.site or "",
                minutes=points[:, 0],
                values=points[:, 1],
                bands=(),
                cmax=peaks[one["analyte"]]["cmax"],
                tmax_min=peaks[one["analyte"]]["tmax_min"],
                valid=curve.valid,
                reasons=() if curve.valid else curve.warnings,
                sources=curve.sources,
                certainty=curve.certainty or Certainty.DEFAULT,
            )
        )
    return ChartData(tuple(traces), tuple(_dose(dose) for dose in curve.doses))


def _dose(dose: dict[str, Any]) -> DoseInput:
    return DoseInput(
        amount_mg=dose["amount_mg"],
        route=dose["route"],
        substance=dose["substance"],
        start_min=dose["start_min"],
        duration_min=dose["end_min"] - dose["start_min"],
    )


def _value_at(one: dict[str, Any], minute: float) -> float:
    points = np.asarray(one["points"])
    return float(np.interp(minute, points[:, 0], points[:, 1]))


def _clock(minute: int) -> Numeral:
    return Numeral(f"{minute} min" if minute < 60 else f"{minute / 60:g} h")

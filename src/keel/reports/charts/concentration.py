"""The concentration curve of a session as a Vega-Lite specification, with the same in words and as rows.

Layers are drawn from back to front: doses, curves, labels. A layer of bands, anchors or another person goes between
the first two (`behind`).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from keel.assessment.curve import Curve
from keel.reports.charts.render import SCHEMA

SHOWN_HOURS = 8.0
"""Hours after the last dose that the drawing shows."""
TABLE_MINUTES = (0, 15, 30, 40, 60, 90, 120, 180, 240, 360, 480)
"""Minutes after the first dose at which the table gives a value."""
_COLOURS = ("var(--curve-1)", "var(--curve-2)", "var(--curve-3)")
_DASHES: tuple[list[int], ...] = ([], [6, 3], [2, 3])

Layer = dict[str, Any]


def concentration_spec(curve: Curve, *, width: int, height: int = 240, behind: Sequence[Layer] = ()) -> dict[str, Any]:
    """The drawing of an available curve, `width` by `height` pixels; hours across, ng/mL up."""
    hours = _hours(curve)
    series = _main_series(curve)
    x = {"type": "quantitative", "scale": {"domain": [0, hours]}, "axis": _x_axis(hours)}
    return {
        "$schema": SCHEMA,
        "width": width,
        "height": height,
        "background": None,
        "padding": 4,
        "config": _config(),
        "encoding": {"x": {"field": "hours", **x}},
        "layer": [
            _doses(curve),
            *behind,
            *(_line(one, i, hours) for i, one in enumerate(series)),
            *_names(series, hours),
        ],
    }


def concentration_words(curve: Curve) -> str:
    """What the drawing shows, in words; its alternative text."""
    if not curve.available:
        return " ".join(curve.reasons)
    shown = {one["analyte"] for one in _main_series(curve)}
    peaks = [
        f"{one['analyte']} rises to {one['cmax']:.0f} ng/mL at {one['tmax_min']:.0f} minutes"
        for one in curve.metrics
        if one["analyte"] in shown
    ]
    return f"Predicted concentration in {curve.site} by model {curve.model}: {'; '.join(peaks)}, then falls."


def concentration_rows(curve: Curve) -> tuple[list[str], list[list[str]]]:
    """A head (time, analytes) and rows of the values at `TABLE_MINUTES`, in ng/mL."""
    series = _main_series(curve)
    last = min(points[-1][0] for points in (one["points"] for one in series))
    rows = []
    for minute in TABLE_MINUTES:
        if minute <= last:
            values = [_value_at(one, minute) for one in series]
            rows.append([_clock(minute), *(f"{value:.0f}" if value >= 10 else f"{value:.1f}" for value in values)])
    return ["Time after the start", *(f"{one['analyte']}, {one['unit']}" for one in series)], rows


def _main_series(curve: Curve) -> list[dict[str, Any]]:
    """The drug and its metabolites as sums; the mirror forms only where a model gives nothing else."""
    sums = [one for one in curve.series if not one["analyte"].startswith(("S-", "R-"))]
    return (sums or list(curve.series))[: len(_COLOURS)]


def _hours(curve: Curve) -> float:
    last_dose = max(dose["end_min"] for dose in curve.doses) / 60
    return float(np.ceil(last_dose + SHOWN_HOURS - 0.999))


def _value_at(one: dict[str, Any], minute: float) -> float:
    points = np.asarray(one["points"])
    return float(np.interp(minute, points[:, 0], points[:, 1]))


def _clock(minute: int) -> str:
    return f"{minute} min" if minute < 60 else f"{minute / 60:g} h"


def _x_axis(hours: float) -> dict[str, Any]:
    return {"title": "hours after the start", "values": list(range(0, int(hours) + 1, 1 if hours <= 12 else 4))}


def _line(one: dict[str, Any], position: int, hours: float) -> Layer:
    values = [
        {"hours": round(minute / 60, 4), "ng": round(value, 2)}
        for minute, value in one["points"]
        if minute / 60 <= hours
    ]
    return {
        "data": {"values": _thinned(values)},
        "mark": {
            "type": "line",
            "stroke": _COLOURS[position],
            "strokeWidth": 2.5 if position == 0 else 2,
            "strokeDash": _DASHES[position],
            "interpolate": "monotone",
        },
        "encoding": {
            "x": {"field": "hours", "type": "quantitative"},
            "y": {"field": "ng", "type": "quantitative", "axis": {"title": "ng/mL", "tickCount": 5}},
        },
    }


def _thinned(values: list[dict[str, float]], most: int = 120) -> list[dict[str, float]]:
    """Every second, third… point, where there are more than a drawing can show; the highest one always stays."""
    step = max(1, len(values) // most)
    top = max(range(len(values)), key=lambda i: values[i]["ng"])
    return [value for i, value in enumerate(values) if i % step == 0 or i in (top, len(values) - 1)]


def _names(series: list[dict[str, Any]], hours: float) -> list[Layer]:
    """Each curve is named beside it, a third of the way, where curves have come apart."""
    layers = []
    for position, one in enumerate(series):
        at = hours * (0.30 + 0.22 * position)
        layers.append(
            {
                "data": {"values": [{"hours": at, "ng": _value_at(one, at * 60), "name": one["analyte"]}]},
                "mark": {
                    "type": "text",
                    "align": "left",
                    "dx": 6,
                    "dy": -10,
                    "fontWeight": 600,
                    "fontSize": 13,
                    "color": _COLOURS[position],
                },
                "encoding": {
                    "x": {"field": "hours", "type": "quantitative"},
                    "y": {"field": "ng", "type": "quantitative"},
                    "text": {"field": "name"},
                },
            }
        )
    return layers


def _doses(curve: Curve) -> Layer:
    """A band for the time that each dose took to give; a dose given at once has a narrow one."""
    values = [
        {"hours": dose["start_min"] / 60, "until": max(dose["end_min"], dose["start_min"] + 2) / 60}
        for dose in curve.doses
    ]
    return {
        "data": {"values": values},
        "mark": {"type": "rect", "color": "var(--dose)", "opacity": 0.35},
        "encoding": {"x": {"field": "hours", "type": "quantitative"}, "x2": {"field": "until"}},
    }


def _config() -> dict[str, Any]:
    return {
        "font": "inherit",
        "view": {"stroke": None},
        "axis": {
            "labelColor": "var(--ink-soft)",
            "titleColor": "var(--ink-soft)",
            "labelFontSize": 13,
            "titleFontSize": 13,
            "titleFontWeight": 400,
            "domainColor": "var(--ink)",
            "tickColor": "var(--ink)",
            "gridColor": "var(--rule)",
            "labelPadding": 6,
            "labelFlush": False,
            "titlePadding": 8,
        },
        "axisX": {"grid": False},
        "axisY": {
            "domain": False,
            "ticks": False,
            "titleAngle": 0,
            "titleAlign": "left",
            "titleAnchor": "end",
            "titleX": 0,
            "titleY": -10,
        },
    }

"""The layers of a concentration chart, from back to front, each a piece of a Vega-Lite specification."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keel.knowledge.models import EffectLevel
from keel.pharmacology import DoseInput, Observation
from keel.pharmacology.structure import Floats
from keel.reports.charts.frame import Frame, place_labels
from keel.reports.charts.look import TEXT
from keel.reports.charts.trace import Trace

Layer = dict[str, Any]

INKS = ("var(--curve-1)", "var(--curve-2)", "var(--curve-3)")
DASHES: tuple[tuple[int, ...], ...] = ((), (7, 3), (10, 3, 2, 3), (14, 5), (4, 2), (14, 3, 2, 3, 2, 3))
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross")
NOT_VALID_DASH = (1, 5)
NOT_VALID_INK = "var(--ink-soft)"
LANE = 17
"""Pixels of width for each anchor beside the drawing area."""
MOST_POINTS = 500


def doses_layers(doses: Sequence[DoseInput], words: str, frame: Frame) -> list[Layer]:
    """A band for the time that each dose took to give, a line for one given at once; words above the first."""
    shown = [dose for dose in doses if dose.start_min / 60 <= frame.hours]
    bands = [
        {"hours": dose.start_min / 60, "until": min(dose.end_min / 60, frame.hours)}
        for dose in shown
        if dose.duration_min
    ]
    moments = [{"hours": dose.start_min / 60} for dose in shown if not dose.duration_min]
    layers: list[Layer] = []
    if bands:
        layers.append(
            {
                "data": {"values": bands},
                "mark": {"type": "rect", "color": "var(--dose)", "opacity": 0.35},
                "encoding": {"x": _across(), "x2": {"field": "until"}},
            }
        )
    if moments:
        layers.append(
            {
                "data": {"values": moments},
                "mark": {"type": "rule", "color": "var(--dose)", "strokeWidth": 2.5},
                "encoding": {"x": _across()},
            }
        )
    first = min(dose.start_min for dose in doses) / 60
    return [*layers, _text(first, None, words, "var(--ink-soft)", align="left", y_px=-13, dx=2)]


def band_layers(trace: Trace, ink: str, frame: Frame) -> list[Layer]:
    """The bands of a curve, the widest at the back; two tints of the ink of the curve."""
    keep = kept(trace, frame)
    layers = []
    for number, band in enumerate(trace.bands):
        floor = frame.low if frame.log else 0.0
        values = [
            {"hours": _hour(trace.minutes[i]), "low": _figure(max(band.low[i], floor)), "high": _figure(band.high[i])}
            for i in keep
            if band.high[i] >= floor
        ]
        layers.append(
            {
                "data": {"values": values},
                "mark": {"type": "area", "color": ink, "opacity": 0.16 + 0.14 * number, "clip": True},
                "encoding": {"x": _across(), "y": _up("low"), "y2": {"field": "high"}},
            }
        )
    return layers


def line_layer(trace: Trace, ink: str, dash: Sequence[int], frame: Frame) -> Layer:
    """A curve; one whose model does not hold here is thin and dotted."""
    values = [
        {"hours": _hour(trace.minutes[i]), "ng": _figure(trace.values[i])}
        for i in kept(trace, frame)
        if not frame.log or trace.values[i] >= frame.low
    ]
    mark = {
        "type": "line",
        "stroke": ink,
        "strokeWidth": 2.5 if trace.valid else 2,
        "strokeDash": list(dash),
        "strokeCap": "butt" if trace.valid else "round",
        "clip": True,
    }
    return {"data": {"values": values}, "mark": mark, "encoding": {"x": _across(), "y": _up("ng")}}


def name_layers(traces: Sequence[Trace], names: Sequence[str], inks: Sequence[str], frame: Frame) -> list[Layer]:
    """Each curve's name beside it, where no curve runs through the word."""
    sizes = [(7.6 * len(name) + 4, TEXT + 3.0) for name in names]
    return [
        _text_at(place, name, ink, frame, weight=600)
        for place, name, ink in zip(_places(traces, sizes, frame, on_curve=False), names, inks, strict=True)
    ]


def number_layers(traces: Sequence[Trace], inks: Sequence[str], frame: Frame) -> list[Layer]:
    """A number on each curve, for a key below: told apart without colour or dashes."""
    places = _places(traces, [(20.0, 20.0)] * len(traces), frame, on_curve=True)
    layers = []
    for number, (place, ink) in enumerate(zip(places, inks, strict=True), start=1):
        layers.append(
            {
                "data": {"values": [{"hours": frame_hours(place, frame)}]},
                "mark": {
                    "type": "point",
                    "shape": "circle",
                    "size": 300,
                    "filled": True,
                    "fill": "var(--sheet)",
                    "stroke": ink,
                    "strokeWidth": 1.5,
                    "opacity": 1,
                },
                "encoding": {"x": _across(), "y": {"value": round(place[1], 1)}},
            }
        )
        layers.append(_text_at(place, str(number), ink, frame, weight=700, size=12))
    return layers


def anchor_layers(anchors: Sequence[EffectLevel], frame: Frame) -> list[Layer]:
    """A bar beside the drawing area for each published range, with its letter; a tint of it across the area."""
    layers: list[Layer] = []
    for lane, anchor in enumerate(anchors):
        low, high = anchor.band
        bottom, top = (float(frame.down(min(max(value, frame.low), frame.high))) for value in (low, high))
        left = frame.width + 12 + LANE * lane
        is_point = bottom - top < 3
        edge = {
            "y": {"value": round(top - (2 if is_point else 0), 1)},
            "y2": {"value": round(bottom + (2 if is_point else 0), 1)},
        }
        layers.append(
            {
                "data": {"values": [{}]},
                "mark": {"type": "rect", "color": "var(--curve-3)", "opacity": 0.55, "cornerRadius": 2},
                "encoding": {"x": {"value": left}, "x2": {"value": left + LANE - 8}, **edge},
            }
        )
        layers.append(
            {
                "data": {"values": [{}]},
                "mark": {"type": "rect", "color": "var(--curve-3)", "opacity": 0.06},
                "encoding": {"x": {"value": 0}, "x2": {"value": frame.width}, **edge},
            }
        )
        letter = chr(ord("a") + lane)
        mark = {"type": "text", "color": "var(--curve-3)", "fontSize": TEXT, "fontWeight": 700, "baseline": "bottom"}
        layers.append(
            {
                "data": {"values": [{"name": letter}]},
                "mark": mark,
                "encoding": {
                    "x": {"value": left + (LANE - 8) / 2},
                    "y": {"value": round(max(top, 0) - 4, 1)},
                    "text": {"field": "name"},
                },
            }
        )
    return layers


def observed_layer(observed: Sequence[Observation], ink_of: Mapping[str, str], frame: Frame) -> Layer:
    """Measured concentrations: rings, squares and triangles by analyte, in the ink of its curve."""
    values = [
        {"hours": round(one.at_min / 60, 4), "ng": one.ng_per_ml, "analyte": one.analyte}
        for one in observed
        if one.at_min / 60 <= frame.hours and frame.low <= one.ng_per_ml
    ]
    names = list(dict.fromkeys(one.analyte for one in observed))
    inks = [ink_of.get(name, "var(--ink)") for name in names]
    mark = {"type": "point", "size": 60, "filled": True, "fill": "var(--sheet)", "strokeWidth": 2, "opacity": 1}
    return {
        "data": {"values": values},
        "mark": mark,
        "encoding": {
            "x": _across(),
            "y": _up("ng"),
            "shape": _by_analyte(names, SHAPES[: len(names)]),
            "stroke": _by_analyte(names, inks),
        },
    }


def _by_analyte(names: Sequence[str], range_: Sequence[str]) -> Layer:
    return {
        "field": "analyte",
        "type": "nominal",
        "scale": {"domain": list(names), "range": list(range_)},
        "legend": None,
    }


def kept(trace: Trace, frame: Frame) -> list[int]:
    """Which points are drawn: those in the frame; of many, the first, lowest and highest of each narrow stretch."""
    inside = np.flatnonzero(trace.minutes / 60 <= frame.hours + 1e-9)
    if len(inside) <= MOST_POINTS:
        return [int(i) for i in inside]
    chosen = {int(inside[0]), int(inside[-1])}
    for part in np.array_split(inside, MOST_POINTS // 2):
        chosen |= {int(part[0]), int(part[np.argmin(trace.values[part])]), int(part[np.argmax(trace.values[part])])}
    return sorted(chosen)


def frame_hours(place: tuple[float, float], frame: Frame) -> float:
    """The hour under a place in pixels."""
    return round(place[0] / frame.width * frame.hours, 4)


def _places(
    traces: Sequence[Trace], sizes: Sequence[tuple[float, float]], frame: Frame, *, on_curve: bool
) -> list[tuple[float, float]]:
    curves = []
    for trace in traces:
        keep = kept(trace, frame)
        hours, values = trace.minutes[keep] / 60, trace.values[keep]
        seen = (values >= frame.low) & (values <= frame.high)
        curves.append(
            (hours[seen], values[seen]) if seen.sum() > 1 else (hours[:2], np.clip(values[:2], frame.low, frame.high))
        )
    return place_labels(frame, curves, sizes, on_curve=on_curve)


def _text_at(place: tuple[float, float], words: str, ink: str, frame: Frame, *, weight: int, size: int = TEXT) -> Layer:
    return _text(frame_hours(place, frame), None, words, ink, align="center", y_px=place[1], weight=weight, size=size)


def _text(
    hours: float,
    ng: float | None,
    words: str,
    ink: str,
    *,
    align: str,
    y_px: float,
    dx: float = 0,
    weight: int = 400,
    size: int = TEXT,
) -> Layer:
    mark = {
        "type": "text",
        "align": align,
        "baseline": "middle",
        "dx": dx,
        "color": ink,
        "fontSize": size,
        "fontWeight": weight,
    }
    up = {"value": round(y_px, 1)} if ng is None else _up("ng")
    values = {"hours": hours, "name": words} if ng is None else {"hours": hours, "ng": ng, "name": words}
    return {
        "data": {"values": [values]},
        "mark": mark,
        "encoding": {"x": _across(), "y": up, "text": {"field": "name"}},
    }


def _across() -> Layer:
    return {"field": "hours", "type": "quantitative"}


def _up(field: str) -> Layer:
    return {"field": field, "type": "quantitative"}


def _hour(minutes: Any) -> float:
    return round(float(minutes) / 60, 4)


def _figure(value: Any) -> float:
    """Four figures are more than a drawing shows."""
    return float(f"{float(value):.4g}")


def ends(values: Floats) -> float:
    """The highest of some values, 0 where there are none."""
    return float(np.max(values)) if len(values) else 0.0

"""The chart of a running session: vital signs as they were read, and below them what a model predicts.

Drawn like the paper sheet: a point down at the upper pressure, a point up at the lower, a dot at the pulse, the
saturation as a number, the drug as a bar above. Readings are never joined, averaged or smoothed. Both fields share one
axis of the time of day.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import NamedTuple

from keel.messages import Catalogue, Message, Name, Numeral, joined
from keel.reports.charts.frame import nice_top

WIDTH, _LEFT, _RIGHT = 400, 34, 8
_BAR_Y, _SPO2_Y, _TOP, _VITALS, _GAP, _CURVE = 12, 36, 46, 150, 26, 74
_LOW, _HIGH = 40.0, 200.0
_STEPS_MIN = (5, 10, 15, 30, 60, 120, 240, 480, 1440)
_MOST_MARKS = 7


class Reading(NamedTuple):
    """What was read at a time: `values` by sign (sbp, dbp, hr, spo2); an absent one was not measured."""

    at: dt.datetime
    values: Mapping[str, float]


class Given(NamedTuple):
    """A dose or a part of one: when it ran; one that was given at once ends where it starts."""

    start: dt.datetime
    end: dt.datetime


class Band(NamedTuple):
    """The prediction: times, ng/mL, the lower and the upper edge between people, and by which model at which site."""

    times: Sequence[dt.datetime]
    ng_per_ml: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    model: str
    site: str


class SessionChart(NamedTuple):
    """All that is drawn, from the first to the last moment of the axis; times are in the zone of the clinic."""

    start: dt.datetime
    end: dt.datetime
    now: dt.datetime
    readings: Sequence[Reading]
    given: Sequence[Given]
    band: Band | None

    def x(self, moment: dt.datetime) -> float:
        """Where a moment stands."""
        start, end = (
            self.start.timestamp(),
            self.end.timestamp(),
        )  # of one zone, a difference would forget its clock change
        share = (moment.timestamp() - start) / (end - start)
        return round(_LEFT + share * (WIDTH - _LEFT - _RIGHT), 1)


def session_chart_svg(chart: SessionChart, catalogue: Catalogue | None = None) -> str:
    """The chart as SVG, hidden from screen readers: the page has the words and the table."""
    height = _TOP + _VITALS + (_GAP + _CURVE if chart.band else 0) + 22
    body = "".join((*_axes(chart, height), *_doses(chart), *_signs(chart), *_predicted(chart, catalogue)))
    return (
        f'<svg class="session-chart" viewBox="0 0 {WIDTH} {height}" aria-hidden="true" focusable="false">{body}</svg>'
    )


def session_chart_words(chart: SessionChart) -> Message:
    """What the chart shows, in words."""
    parts = [Message("{count} readings of vital signs, as they were taken.", count=len(chart.readings))]
    if chart.band:
        parts.append(
            Message(
                "Below: predicted concentration in {site} by model {model}, from now on if nothing changes. It is a "
                "model and no measurement; 90% of people lie between its edges.",
                site=Message(chart.band.site),
                model=Name(chart.band.model),
            )
        )
    return joined(" ", parts)


def _y(value: float) -> float:
    share = (min(max(value, _LOW), _HIGH) - _LOW) / (_HIGH - _LOW)
    return round(_TOP + (1 - share) * _VITALS, 1)


def _axes(chart: SessionChart, height: int) -> Iterator[str]:
    for level in range(int(_LOW), int(_HIGH) + 1, 40):
        yield _line(_LEFT, _y(level), WIDTH - _RIGHT, _y(level), "rule")
        yield _text(_LEFT - 5, _y(level) + 4, str(level), "end")
    minutes = (chart.end.timestamp() - chart.start.timestamp()) / 60
    step = next((one for one in _STEPS_MIN if minutes / one <= _MOST_MARKS), _STEPS_MIN[-1])
    midnight = chart.start.replace(hour=0, minute=0, second=0, microsecond=0)
    number = -(-int((chart.start - midnight).total_seconds() / 60) // step)
    mark = (midnight + dt.timedelta(minutes=number * step)).astimezone(dt.UTC)
    while mark <= chart.end:
        yield _line(chart.x(mark), _TOP, chart.x(mark), height - 18, "rule")
        yield _text(chart.x(mark), height - 4, f"{mark.astimezone(chart.start.tzinfo):%H:%M}", "middle")
        mark += dt.timedelta(minutes=step)
    if chart.now < chart.end:
        yield _line(chart.x(chart.now), _BAR_Y, chart.x(chart.now), height - 18, "now")


def _doses(chart: SessionChart) -> Iterator[str]:
    for one in chart.given:
        wide = max(3.0, chart.x(one.end) - chart.x(one.start))
        yield f'<rect x="{chart.x(one.start)}" y="{_BAR_Y - 6}" width="{wide:.1f}" height="9" rx="2" class="dose"/>'


def _signs(chart: SessionChart) -> Iterator[str]:
    for one in chart.readings:
        x, values = chart.x(one.at), one.values
        if "sbp" in values:
            y = _y(values["sbp"])
            yield f'<path d="M{x - 4} {y - 6}L{x} {y}L{x + 4} {y - 6}" class="pressure"/>'
        if "dbp" in values:
            y = _y(values["dbp"])
            yield f'<path d="M{x - 4} {y + 6}L{x} {y}L{x + 4} {y + 6}" class="pressure"/>'
        if "hr" in values:
            yield f'<circle cx="{x}" cy="{_y(values["hr"])}" r="3" class="pulse"/>'
    last = -100.0
    for one in reversed(chart.readings):  # the newest stands; an older one that would touch it is in the table
        if "spo2" in one.values and abs(chart.x(one.at) - last) >= 22:
            last = chart.x(one.at)
            yield _text(last, _SPO2_Y, f"{one.values['spo2']:g}", "middle")


def _predicted(chart: SessionChart, catalogue: Catalogue | None) -> Iterator[str]:
    band = chart.band
    if band is None:
        return
    top = nice_top(max(band.high) * 1.02)
    base, floor = _TOP + _VITALS + _GAP, _TOP + _VITALS + _GAP + _CURVE

    def down(ng: float) -> float:
        return round(floor - ng / top * _CURVE, 1)

    xs = [chart.x(one) for one in band.times]
    edge = [f"{x} {down(ng)}" for x, ng in zip(xs, band.high, strict=True)]
    edge += [f"{x} {down(ng)}" for x, ng in zip(reversed(xs), reversed(band.low), strict=True)]
    yield _line(_LEFT, floor, WIDTH - _RIGHT, floor, "rule")
    yield f'<path d="M{"L".join(edge)}Z" class="band"/>'
    yield f'<path d="M{"L".join(f"{x} {down(ng)}" for x, ng in zip(xs, band.ng_per_ml, strict=True))}" class="curve"/>'
    yield _text(_LEFT - 5, base + 4, Numeral(f"{top:g}").in_language(catalogue), "end")
    yield _text(_LEFT - 5, floor + 4, "0", "end")
    label = Message("model, {site}, ng/mL", site=Message(band.site))
    yield _text(WIDTH - _RIGHT, base - 8, label.in_language(catalogue), "end")


def _line(x1: float, y1: float, x2: float, y2: float, look: str) -> str:
    return f'<path d="M{x1} {y1}L{x2} {y2}" class="{look}"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'

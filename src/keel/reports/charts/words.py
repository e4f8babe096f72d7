"""The words and figures that go with a chart of concentrations: alternative text, caption, key and table."""

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from keel.knowledge.effects import Anchor
from keel.pharmacology.validity import WORDS
from keel.reports.charts.layers import NOT_VALID

if TYPE_CHECKING:
    from keel.reports.charts.chart import Chart
    from keel.reports.charts.trace import Trace

TABLE_MINUTES = (0, 5, 10, 15, 20, 30, 40, 60, 90, 120, 180, 240, 360, 480, 720, 1440)
"""Minutes after the start at which the table gives a value, where the curves have one."""
FEW_TIMES = 24
_LETTER_PX = 6.1


def alt_text(chart: "Chart") -> str:
    """What is drawn, of whom and after what, where it peaks, what is left out and what does not hold."""
    scale = "on a logarithmic scale " if chart.log else ""
    parts = [f"Concentration in ng/mL {scale}over {_hours(chart.hours)} after {doses(chart)}."]
    is_long = len({trace.model for trace in chart.traces}) > 1
    parts += [_curve_words(chart, trace, with_reasons=not is_long) for trace in chart.traces]
    if len(chart.traces) > 1 and len({trace.analyte for trace in chart.traces}) < len(chart.traces):
        peaks = [trace.cmax for trace in chart.traces if trace.valid]
        if len(peaks) > 1:
            parts.append(
                f"Peaks range from {figure(min(peaks))} to {figure(max(peaks))} ng/mL between models that hold."
            )
    if chart.observed:
        parts.append(f"{len(chart.observed)} measured points are marked.")
    if chart.anchors:
        parts.append(f"Marked beside it: {'; '.join(_anchor_words(one) for one in chart.anchors)}.")
    return " ".join(parts)


def caption(chart: "Chart") -> str:
    """What each curve rests on, what the bands are, what was left out, and where the anchors come from."""
    models = [trace for number, trace in enumerate(chart.traces) if trace.model not in _models(chart.traces[:number])]
    parts = [f"{_rests_on(chart, trace)}." for trace in models if trace.valid or len(models) == 1]
    unfit = [trace for trace in models if not trace.valid]
    if len(models) == 1:
        parts += [f"{NOT_VALID.capitalize()}: {' '.join(trace.reasons)}" for trace in unfit]
    elif unfit:
        parts.append(f"Dotted, {NOT_VALID}: {', '.join(_rests_on(chart, trace) for trace in unfit)}.")
    if chart.drawn.left_out:
        parts.append(f"Left out, {NOT_VALID}: {', '.join(name for name, _ in chart.drawn.left_out)}.")
    if chart.drawn.band_words:
        parts.append(chart.drawn.band_words)
    else:
        parts.append("Typical values of a group; a single person can lie far from them.")
    if chart.anchors:
        sources = dict.fromkeys(source for one in chart.anchors for source in one.sources)
        parts.append(
            f"Bars beside the curves: concentrations at which studies saw an effect ({cited(chart, tuple(sources))}); "
            "they foretell nothing about one person."
        )
    return " ".join(parts)


def _models(traces: Sequence["Trace"]) -> set[str]:
    return {trace.model for trace in traces}


def _rests_on(chart: "Chart", trace: "Trace") -> str:
    return f"{trace.name} ({trace.site}; weakest number {trace.certainty.label}; {cited(chart, trace.sources)})"


def table(chart: "Chart") -> tuple[list[str], list[list[str]]]:
    """Time and one column a curve, with its 5th and 95th percentile where it has bands."""
    single = len({trace.name for trace in chart.traces}) == 1
    head = ["Time after the start"]
    for name, trace in zip(chart.names(), chart.traces, strict=True):
        label = f"{name}, ng/mL" if single else f"{name}: {trace.analyte}, ng/mL"
        head += [label] + [
            f"{name}, {edge} of the {band.share:.0%} band" for band in trace.bands[:1] for edge in ("low", "high")
        ]
    rows = []
    for minute in _table_minutes(chart):
        row = [clock(minute)]
        for trace in chart.traces:
            at = int(np.searchsorted(trace.minutes, minute))
            row.append(figure(trace.values[at]))
            row += [figure(edge[at]) for band in trace.bands[:1] for edge in (band.low, band.high)]
        rows.append(row)
    return head, rows


def anchor_key(anchors: Sequence[Anchor], above: Sequence[Anchor], width: int) -> list[str]:
    """Lines of the key of the bars, wrapped to so many pixels; empty where there is no bar."""
    gap = "\u00a0\u00a0"  # ordinary spaces collapse in SVG
    lines = [
        line
        for number, one in enumerate(anchors)
        for line in wrapped(f"{chr(ord('a') + number)}{gap}{_anchor_words(one)}", width)
    ]
    if anchors and above:
        lines += wrapped(f"Higher up: {'; '.join(_anchor_words(one) for one in above)}", width)
    return lines


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of about so many pixels."""
    return textwrap.wrap(text, max(24, int(width / _LETTER_PX)))


def doses(chart: "Chart", *, short: bool = False) -> str:
    """What was given: “35 mg racemic ketamine by vein over 40 min”; short: “35 mg over 40 min”."""
    given = chart.drawn.doses
    if not given:
        return "the dose"
    first = given[0]
    over = f" over {clock(first.duration_min)}" if first.duration_min else ""
    same = {(dose.amount_mg, dose.route, dose.substance, dose.duration_min) for dose in given}
    routes = chart.facts.routes if chart.facts else {}
    route = routes[first.route].title.lower() if first.route in routes else f"({first.route})"
    if len(same) > 1:
        total = sum(dose.amount_mg for dose in given)
        return (
            f"{len(given)} doses, {total:.4g} mg" if short else f"{len(given)} doses of {total:.4g} mg in all, {route}"
        )
    what = (
        f"{first.amount_mg:.4g} mg{over}"
        if short
        else f"{first.amount_mg:.4g} mg {WORDS[first.substance]} {route}{over}"
    )
    if len(given) == 1:
        return what
    return f"{len(given)} × {what}" if short else f"{len(given)} doses, each {what}"


def clock(minutes: float) -> str:
    """Minutes as people say them: “40 min”, “1.5 h”, “91 min”, “3 h 20 min”, “21 d 1 h”."""
    if minutes < 60 or (minutes < 120 and minutes % 30):
        return f"{minutes:.4g} min"
    hours, rest = divmod(minutes, 60)
    if minutes < 2880:
        return f"{minutes / 60:g} h" if minutes % 30 == 0 else f"{hours:.0f} h {rest:.0f} min"
    days, hours = divmod(round(minutes / 60), 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def figure(value: float) -> str:
    """Three figures: “160”, “27.8”, “1.33”, “0.042”."""
    return f"{float(value):,.0f}" if value >= 100 else f"{float(value):#.3g}".rstrip(".") if value > 0 else "0"


def short_site(site: str) -> str:
    """Where blood was drawn, in a word or two: “venous”, “arterial”, “site not stated”."""
    return site.removeprefix("plasma, ").removesuffix(" plasma")


def table_figure(value: float) -> str:
    """A value of a table for people: whole from 10 up, one decimal below."""
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def cited(chart: "Chart", ids: Sequence[str]) -> str:
    """Short names of sources: “Otto 2021, Fanta 2015”."""
    known = chart.facts.sources if chart.facts else {}
    return ", ".join(known[name].short_name if name in known else name for name in ids) or "no source"


def _table_minutes(chart: "Chart") -> list[float]:
    shared = [float(t) for t in chart.traces[0].minutes] if chart.traces else []
    for trace in chart.traces[1:]:
        shared = [t for t in shared if t in set(trace.minutes.tolist())]
    shared = [t for t in shared if t <= chart.hours * 60 + 1e-6]
    if len(shared) <= FEW_TIMES:
        return shared
    ends = {dose.end_min for dose in chart.drawn.doses[:FEW_TIMES]}
    days = {1440.0 * day for day in range(1, 400)}
    return [t for t in shared if t in TABLE_MINUTES or t in ends or t in days]


def _curve_words(chart: "Chart", trace: "Trace", *, with_reasons: bool) -> str:
    peak = f"{figure(trace.cmax)} ng/mL at {clock(round(trace.tmax_min))}"
    text = f"{trace.name}, {trace.site}: {trace.analyte} {chart.drawn.peak_words} {peak}"
    if trace.bands:
        at = int(np.argmax(trace.values))
        band = trace.bands[0]
        text += f", where {band.share:.0%} lie between {figure(band.low[at])} and {figure(band.high[at])}"
    if trace.valid:
        return f"{text}."
    return f"{text}; {NOT_VALID}: {' '.join(trace.reasons)}" if with_reasons else f"{text}; {NOT_VALID}."


def _anchor_words(one: Anchor) -> str:
    low, high = one.band
    span = f"{low:,.0f}" if low == high else f"{low:,.0f} to {high:,.0f}"
    return f"{one.effect}, {span} ng/mL"


def _hours(hours: float) -> str:
    return f"{hours / 24:.3g} days" if hours > 96 else f"{hours:.3g} hours"

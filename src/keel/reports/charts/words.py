"""The words and figures that go with a chart of concentrations: alternative text, caption, key and table."""

import textwrap
from collections.abc import Callable, Sequence

import numpy as np

from keel.knowledge.models import EffectLevel
from keel.messages import Message, Name, Numeral, Slot, joined, listed, plural
from keel.pharmacology.validity import WORDS
from keel.reports.charts.content import ChartContent
from keel.reports.charts.trace import Trace

Say = Callable[[Message], str]
"""Says a message in the language of the drawing."""
TABLE_MINUTES = (0, 5, 10, 15, 20, 30, 40, 60, 90, 120, 180, 240, 360, 480, 720, 1440)
"""Minutes after the start at which the table gives a value, where the curves have one."""
FEW_TIMES = 24
_LETTER_PX = 6.1


def alt_text(chart: ChartContent) -> Message:
    """What is drawn, of whom and after what, where it peaks, what is left out and what does not hold."""
    slots: dict[str, Slot] = {"time": _hours(chart.hours), "dose": doses(chart)}
    if chart.log:
        parts = [Message("Concentration in ng/mL on a logarithmic scale over {time} after {dose}.", **slots)]
    else:
        parts = [Message("Concentration in ng/mL over {time} after {dose}.", **slots)]
    is_long = len({trace.model for trace in chart.traces}) > 1
    parts += [_curve_words(chart, trace, with_reasons=not is_long) for trace in chart.traces]
    if len(chart.traces) > 1 and len({trace.analyte for trace in chart.traces}) < len(chart.traces):
        peaks = [trace.cmax for trace in chart.traces if trace.valid]
        if len(peaks) > 1:
            parts.append(
                Message(
                    "Peaks range from {low} to {high} ng/mL between models that hold.",
                    low=figure(min(peaks)),
                    high=figure(max(peaks)),
                )
            )
    if chart.observed:
        parts.append(
            plural(
                "{count} measured point is marked.", "{count} measured points are marked.", count=len(chart.observed)
            )
        )
    if chart.anchors:
        marked = joined("; ", [_anchor_words(one) for one in chart.anchors])
        parts.append(Message("Marked beside it: {anchors}.", anchors=marked))
    return joined(" ", parts)


def caption(chart: ChartContent) -> Message:
    """What each curve rests on, what the bands are, what was left out, and where the anchors come from."""
    models = [trace for number, trace in enumerate(chart.traces) if trace.model not in _models(chart.traces[:number])]
    parts = [Message("{model}.", model=_rests_on(chart, trace)) for trace in models if trace.valid or len(models) == 1]
    unfit = [trace for trace in models if not trace.valid]
    if len(models) == 1:
        parts += [Message("Not valid here: {reason}", reason=joined(" ", trace.reasons)) for trace in unfit]
    elif unfit:
        rests = listed(_rests_on(chart, trace) for trace in unfit)
        parts.append(Message("Dotted, not valid here: {rests}.", rests=rests))
    if chart.drawn.left_out:
        names = listed(Name(name) for name, _ in chart.drawn.left_out)
        parts.append(Message("Left out, not valid here: {models}.", models=names))
    if chart.drawn.band_words:
        parts.append(chart.drawn.band_words)
    else:
        parts.append(Message("Typical values of a group; a single person can lie far from them."))
    if chart.anchors:
        sources = dict.fromkeys(source for one in chart.anchors for source in one.sources)
        parts.append(
            Message(
                "Bars beside the curves: concentrations at which studies saw an effect ({cited}); they foretell "
                "nothing about one person.",
                cited=cited(chart, tuple(sources)),
            )
        )
    return joined(" ", parts)


def _models(traces: Sequence[Trace]) -> set[str]:
    return {trace.model for trace in traces}


def _rests_on(chart: ChartContent, trace: Trace) -> Message:
    return Message(
        "{model} ({site}; weakest number {mark}; {cited})",
        model=Name(trace.name),
        site=Message(trace.site),
        mark=Message(trace.certainty.label),
        cited=cited(chart, trace.sources),
    )


def table(chart: ChartContent) -> tuple[list[Message], list[list[Numeral]]]:
    """Time and one column a curve, with its 5th and 95th percentile where it has bands."""
    single = len({trace.name for trace in chart.traces}) == 1
    head = [Message("Time after the start")]
    for name, trace in zip(chart.names(), chart.traces, strict=True):
        slots: dict[str, Slot] = {"name": name, "analyte": Name(trace.analyte)}
        head.append(Message("{name}, ng/mL", **slots) if single else Message("{name}: {analyte}, ng/mL", **slots))
        for band in trace.bands[:1]:
            share = Numeral(f"{band.share:.0%}")
            head.append(Message("{name}, low of the {share} band", name=name, share=share))
            head.append(Message("{name}, high of the {share} band", name=name, share=share))
    rows = []
    for minute in _table_minutes(chart):
        row = [clock(minute)]
        for trace in chart.traces:
            at = int(np.searchsorted(trace.minutes, minute))
            row.append(figure(trace.values[at]))
            row += [figure(edge[at]) for band in trace.bands[:1] for edge in (band.low, band.high)]
        rows.append(row)
    return head, rows


def anchor_key(anchors: Sequence[EffectLevel], above: Sequence[EffectLevel], say: Say, width: int) -> list[str]:
    """Lines of the key of the bars, wrapped to so many pixels; empty where there is no bar."""
    gap = "\u00a0\u00a0"  # ordinary spaces collapse in SVG
    lines = [
        line
        for number, one in enumerate(anchors)
        for line in wrapped(f"{chr(ord('a') + number)}{gap}{say(_anchor_words(one))}", width)
    ]
    if anchors and above:
        names = joined("; ", [_anchor_words(one) for one in above])
        lines += wrapped(say(Message("Higher up: {anchors}", anchors=names)), width)
    return lines


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of about so many pixels."""
    return textwrap.wrap(text, max(24, int(width / _LETTER_PX)))


def doses(chart: ChartContent, *, short: bool = False) -> Message:
    """What was given: “35 mg racemic ketamine by vein over 40 min”; short: “35 mg over 40 min”."""
    given = chart.drawn.doses
    if not given:
        return Message("the dose")
    first = given[0]
    same = {(dose.amount_mg, dose.route, dose.substance, dose.duration_min) for dose in given}
    routes = chart.facts.routes if chart.facts else {}
    route = Message(routes[first.route].title.lower() if first.route in routes else f"({first.route})")
    if len(same) > 1:
        slots: dict[str, Slot] = {"count": len(given), "mg": _mg(sum(dose.amount_mg for dose in given)), "route": route}
        if short:
            return Message("{count} doses, {mg} mg", **slots)
        return Message("{count} doses of {mg} mg in all, {route}", **slots)
    slots = {"mg": _mg(first.amount_mg), "route": route, "time": clock(first.duration_min)}
    slots["substance"] = Message(WORDS[first.substance])
    if short:
        what = Message("{mg} mg over {time}", **slots) if first.duration_min else Message("{mg} mg", **slots)
    elif first.duration_min:
        what = Message("{mg} mg {substance} {route} over {time}", **slots)
    else:
        what = Message("{mg} mg {substance} {route}", **slots)
    if len(given) == 1:
        return what
    if short:
        return Message("{count} × {dose}", count=len(given), dose=what)
    return Message("{count} doses, each {dose}", count=len(given), dose=what)


def _mg(amount: float) -> Numeral:
    return Numeral(f"{amount:.4g}")


def clock(minutes: float) -> Numeral:
    """Minutes as people say them: “40 min”, “1.5 h”, “91 min”, “3 h 20 min”, “21 d 1 h”."""
    if minutes < 60 or (minutes < 120 and minutes % 30):
        return Numeral(f"{minutes:.4g} min")
    hours, rest = divmod(minutes, 60)
    if minutes < 2880:
        return Numeral(f"{minutes / 60:g} h" if minutes % 30 == 0 else f"{hours:.0f} h {rest:.0f} min")
    days, hours = divmod(round(minutes / 60), 24)
    return Numeral(f"{days} d {hours} h" if hours else f"{days} d")


def figure(value: float) -> Numeral:
    """Three figures: “160”, “27.8”, “1.33”, “0.042”."""
    return Numeral(f"{float(value):,.0f}" if value >= 100 else f"{float(value):#.3g}".rstrip(".") if value > 0 else "0")


def short_site(site: str) -> Message:
    """Where blood was drawn, in a word or two: “venous”, “arterial”, “site not stated”."""
    return Message(site.removeprefix("plasma, ").removesuffix(" plasma"))


def table_figure(value: float) -> Numeral:
    """A value of a table for people: whole from 10 up, one decimal below."""
    return Numeral(f"{value:.0f}" if value >= 10 else f"{value:.1f}")


def cited(chart: ChartContent, ids: Sequence[str]) -> Message:
    """Short names of sources: “Otto 2021, Fanta 2015”."""
    known = chart.facts.sources if chart.facts else {}
    if not ids:
        return Message("no source")
    return listed(known[name].short_name if name in known else name for name in ids)


def _table_minutes(chart: ChartContent) -> list[float]:
    shared = [float(t) for t in chart.traces[0].minutes] if chart.traces else []
    for trace in chart.traces[1:]:
        shared = [t for t in shared if t in set(trace.minutes.tolist())]
    shared = [t for t in shared if t <= chart.hours * 60 + 1e-6]
    if len(shared) <= FEW_TIMES:
        return shared
    ends = {dose.end_min for dose in chart.drawn.doses[:FEW_TIMES]}
    days = {1440.0 * day for day in range(1, 400)}
    return [t for t in shared if t in TABLE_MINUTES or t in ends or t in days]


def _curve_words(chart: ChartContent, trace: Trace, *, with_reasons: bool) -> Message:
    slots: dict[str, Slot] = {
        "model": Name(trace.name),
        "site": Message(trace.site),
        "analyte": Name(trace.analyte),
        "peak": figure(trace.cmax),
        "time": clock(round(trace.tmax_min)),
    }
    if chart.drawn.is_population:
        text = Message("{model}, {site}: {analyte} has a median peak of {peak} ng/mL at {time}", **slots)
    else:
        text = Message("{model}, {site}: {analyte} peaks at {peak} ng/mL at {time}", **slots)
    if trace.bands:
        at, band = int(np.argmax(trace.values)), trace.bands[0]
        text = Message(
            "{curve}, where {share} lie between {low} and {high}",
            curve=text,
            share=Numeral(f"{band.share:.0%}"),
            low=figure(band.low[at]),
            high=figure(band.high[at]),
        )
    if trace.valid:
        return Message("{curve}.", curve=text)
    if with_reasons:
        return Message("{curve}; not valid here: {reason}", curve=text, reason=joined(" ", trace.reasons))
    return Message("{curve}; not valid here.", curve=text)


def _anchor_words(one: EffectLevel) -> Message:
    low, high = one.band
    span = f"{low:,.0f}" if low == high else f"{low:,.0f} to {high:,.0f}"
    return Message("{effect}, {span} ng/mL", effect=Message(one.effect), span=Numeral(span))


def _hours(hours: float) -> Message:
    if hours > 96:
        return Message("{count} days", count=Numeral(f"{hours / 24:.3g}"))
    return Message("{count} hours", count=Numeral(f"{hours:.3g}"))

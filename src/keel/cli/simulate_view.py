"""Concentrations in a terminal: a small chart of characters, a table, and every warning."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from keel.cli.language import _, numeral, say
from keel.messages import Message, Name, Numeral, joined

if TYPE_CHECKING:
    from rich.console import Console

    from keel.pharmacology import ModelComparison, Simulation

HEIGHT = 12
MARKS = "●○▲△■□◆◇"
COLOURS = ("cyan", "yellow", "magenta", "green", "red", "blue", "white", "bright_black")


def print_curve(found: "Simulation", out: "Console", *, remarks: Sequence[str] = ()) -> None:
    """One model's curve: what it rests on, the chart, values and peaks, and whether it may be trusted."""
    from rich.table import Table

    print_head(found, out)
    draw_chart(
        [(name, found.times_min, row) for name, row in zip(found.analytes, found.concentrations, strict=True)], out
    )
    table = Table(box=None, pad_edge=False)
    table.add_column(_("analyte"))
    for word in (_("peak ng/mL"), _("at"), _("area ng·h/mL")):
        table.add_column(word, justify="right")
    for metric in found.metrics:
        peak, area = numeral(f"{metric.cmax:.3g}"), numeral(f"{metric.auc_ng_h_per_ml:.4g}")
        table.add_row(say(Name(metric.analyte)), peak, clock(metric.tmax_min), area)
    out.print(table)
    if len(found.times_min) <= 24:
        _print_values(found, out)
    for warning in (*found.warnings, *remarks):
        out.print(f"  ! {say(warning)}", markup=False)
    for misfit in found.document.misfits:
        out.print(f"  {_('known misfit: {what}', what=Message(misfit.what))}", markup=False, style="dim")


def print_comparison(found: "ModelComparison", out: "Console", *, remarks: Sequence[str] = ()) -> None:
    """Every valid model on one chart, the spread of their peaks, and why the others were left out."""
    from rich.table import Table

    draw_chart([(curve.model, curve.times_min, curve.concentrations[0]) for curve in found.curves], out)
    table = Table(box=None, pad_edge=False)
    for word in (_("model"), _("site"), _("analyte")):
        table.add_column(word)
    for word in (_("peak ng/mL"), _("at"), _("area ng·h/mL")):
        table.add_column(word, justify="right")
    for curve in found.curves:
        parent = curve.metrics[0]
        table.add_row(
            curve.model,
            say(curve.site),
            say(Name(parent.analyte)),
            numeral(f"{parent.cmax:.3g}"),
            clock(parent.tmax_min),
            numeral(f"{parent.auc_ng_h_per_ml:.4g}"),
        )
    out.print(table)
    if found.peaks:
        low, high = min(found.peaks), max(found.peaks)
        peaks = _(
            "The same dose peaks at {low} to {high} ng/mL by {count} models that hold here.",
            low=Numeral(f"{low:.0f}"),
            high=Numeral(f"{high:.0f}"),
            count=len(found.peaks),
        )
        out.print(peaks)
    for curve in found.outside:
        line = _("left out: {model}. {reason}", model=curve.model, reason=joined(" ", curve.reasons))
        out.print(f"  {line}", markup=False, style="dim")
    for model, reason in found.refused:
        line = _("could not run: {model}. {reason}", model=model, reason=reason)
        out.print(f"  {line}", markup=False, style="dim")
    for remark in dict.fromkeys([*remarks, *(text for curve in found.curves for text in curve.remarks)]):
        out.print(f"  ! {say(remark)}", markup=False)


def draw_chart(series: Sequence[tuple[str, Any, Any]], out: "Console") -> None:
    """Series of (name, minutes, ng/mL) as characters, each with a mark and a colour of its own; a legend below."""
    from rich.text import Text

    top = max((float(values.max()) for _, _, values in series), default=0.0)
    if top <= 0 or not series or len(series[0][1]) < 3:
        return
    width = max(20, min(out.width, 100) - 10)
    begin, end = float(series[0][1][0]), float(series[0][1][-1])
    cells: dict[tuple[int, int], int] = {}
    import numpy as np

    for number, (_name, minutes, values) in enumerate(series):
        columns = np.linspace(begin, end, width)
        heights = np.interp(columns, minutes, values) / top * (HEIGHT - 1)
        for column, height in enumerate(heights):
            cells.setdefault((HEIGHT - 1 - round(float(height)), column), number)
    for row in range(HEIGHT):
        label = f"{top * (HEIGHT - 1 - row) / (HEIGHT - 1):7.0f} " if row % 3 == 2 or row == 0 else " " * 8
        line = Text(label + "│", style="dim")
        for column in range(width):
            held = cells.get((row, column))
            line.append(" " if held is None else MARKS[held % 8], style="" if held is None else COLOURS[held % 8])
        out.print(line)
    out.print(Text(" " * 8 + "└" + "─" * width, style="dim"))
    out.print(Text(f"  ng/mL  {clock(begin)}{clock(end):>{width - len(clock(begin))}}", style="dim"))
    legend = Text("  ")
    for number, (name, *_values) in enumerate(series):
        legend.append(f"{MARKS[number % 8]} {name}   ", style=COLOURS[number % 8])
    out.print(legend)


def clock(minutes: float) -> str:
    """Minutes as people say them: “40 min”, “3 h 20 min”, “2 d 4 h”."""
    whole = round(minutes)
    if whole < 120:
        return f"{minutes:.0f} min"
    hours, rest = divmod(whole, 60)
    if hours < 48:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def print_head(found: "Simulation", out: "Console") -> None:
    """Title of the model, site, how sure, sources, and whether the result may be trusted."""
    from rich.text import Text

    out.print(Text(say(found.document.title), style="bold"))
    basis = _(
        "{site}; weakest number: {certainty}; sources {ids}",
        site=Message(found.site),
        certainty=Message(found.certainty.label),
        ids=", ".join(found.sources),
    )
    out.print(basis)
    if found.valid:
        out.print(_("Within the range of its study."), style="green")
    else:
        out.print(_("NOT VALID here; the reasons are below."), style="bold red")


def _print_values(found: "Simulation", out: "Console") -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column(_("time"), justify="right")
    for analyte in found.analytes:
        table.add_column(f"{say(Name(analyte))} ng/mL", justify="right")
    for column, minutes in enumerate(found.times_min):
        table.add_row(clock(float(minutes)), *(numeral(f"{value:.4g}") for value in found.concentrations[:, column]))
    out.print(table)

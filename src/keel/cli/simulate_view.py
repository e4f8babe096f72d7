"""Concentrations in a terminal: a small chart of characters, a table, and every warning."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

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
    table.add_column("analyte")
    for word in ("peak ng/mL", "at", "area ng·h/mL"):
        table.add_column(word, justify="right")
    for metric in found.metrics:
        table.add_row(metric.analyte, f"{metric.cmax:.3g}", clock(metric.tmax_min), f"{metric.auc_ng_h_per_ml:.4g}")
    out.print(table)
    if len(found.times_min) <= 24:
        _print_values(found, out)
    for warning in (*found.warnings, *remarks):
        out.print(f"  ! {warning}", markup=False)
    for misfit in found.document.misfits:
        out.print(f"  known misfit: {misfit.what}", markup=False, style="dim")


def print_comparison(found: "ModelComparison", out: "Console", *, remarks: Sequence[str] = ()) -> None:
    """Every valid model on one chart, the spread of their peaks, and why the others were left out."""
    from rich.table import Table

    draw_chart([(curve.model, curve.times_min, curve.concentrations[0]) for curve in found.curves], out)
    table = Table(box=None, pad_edge=False)
    for word in ("model", "site", "analyte"):
        table.add_column(word)
    for word in ("peak ng/mL", "at", "area ng·h/mL"):
        table.add_column(word, justify="right")
    for curve in found.curves:
        parent = curve.metrics[0]
        table.add_row(
            curve.model,
            curve.site,
            parent.analyte,
            f"{parent.cmax:.3g}",
            clock(parent.tmax_min),
            f"{parent.auc_ng_h_per_ml:.4g}",
        )
    out.print(table)
    if found.peaks:
        low, high = min(found.peaks), max(found.peaks)
        out.print(f"The same dose peaks at {low:.0f} to {high:.0f} ng/mL by {len(found.peaks)} models that hold here.")
    for curve in found.outside:
        out.print(f"  left out: {curve.model}. {' '.join(curve.reasons)}", markup=False, style="dim")
    for model, reason in found.refused:
        out.print(f"  could not run: {model}. {reason}", markup=False, style="dim")
    for remark in dict.fromkeys([*remarks, *(text for curve in found.curves for text in curve.remarks)]):
        out.print(f"  ! {remark}", markup=False)


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

    for number, (_, minutes, values) in enumerate(series):
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
    for number, (name, _, _) in enumerate(series):
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
    out.print(f"[bold]{found.document.title}[/bold]")
    out.print(f"{found.site}; weakest number: {found.certainty.label}; sources {', '.join(found.sources)}")
    if found.valid:
        out.print("Within the range of its study.", style="green")
    else:
        out.print("NOT VALID here; the reasons are below.", style="bold red")


def _print_values(found: "Simulation", out: "Console") -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("time", justify="right")
    for analyte in found.analytes:
        table.add_column(f"{analyte} ng/mL", justify="right")
    for column, minutes in enumerate(found.times_min):
        table.add_row(clock(float(minutes)), *(f"{value:.4g}" for value in found.concentrations[:, column]))
    out.print(table)

"""How a dose looks in a terminal: the weights side by side, caps, the arithmetic, and what each number rests on."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from keel.cli.terminal import finding_view, indented
from keel.quantities import written_value

if TYPE_CHECKING:
    from rich.console import Console

    from keel.assessment.protocols import DosePlan
    from keel.assessment.protocols.dosing import DoseNumber, WeightDose
    from keel.knowledge.protocols import Protocol


def dose_view(plan: "DosePlan", protocol: "Protocol", out: "Console") -> None:
    """A plan: the doses first, then what holds, then where every number comes from."""
    out.rule(f"[bold]{protocol.name}[/bold]", align="left")
    if plan.by_weight:
        out.print(_basis(plan))
        out.print(_weights(plan))
        if any(row.held_by for row in plan.by_weight):
            out.print("Over a cap: to use that weight, a prescriber gives the reason.", style="red")
    if plan.findings:
        out.print()
    for option in plan.options:
        devices = f"{option.devices} device{'s' if option.devices > 1 else ''}"
        apart = f", {option.minutes_between:g} min apart" if option.devices > 1 else ""
        sure = f" ({option.certainty.label}; {', '.join(option.sources)})"
        line = Text.assemble((f"{option.mg:g} mg", "bold"), f", {devices}{apart}. {option.text}", (sure, "dim"))
        out.print(indented(line, depth=2))
    if plan.kind == "entered":
        out.print("The prescriber enters the dose: Keel computes none.")
    for finding in plan.findings:
        out.print(finding_view(finding))
    _lines("Not computed", plan.unknown, out)
    _lines("Arithmetic", _arithmetic(plan.by_weight), out)
    _lines("Caps", (_number(one) for one in plan.numbers if one.is_cap), out)
    _lines("What it rests on", (_number(one) for one in plan.numbers if not one.is_cap), out)
    published = (f"{one.topic}: {one.text} ({_origin(one.certainty.label, one.sources)})" for one in plan.published)
    _lines("Published", published, out)
    out.print("[dim]Keel computes and shows. The dose is the prescriber's decision.[/dim]")


def _basis(plan: "DosePlan") -> str:
    bmi = "" if plan.bmi is None else f", body-mass index {plan.bmi:.1f} kg/m²"
    strength, volume = plan.solution.mg_per_ml, plan.solution.ml
    drawn = "" if strength is None else f", drawn up at {strength:g} mg/mL"
    made_up = "" if volume is None else f", made up to {volume:g} mL"
    return f"{plan.per_kg_mg:g} mg/kg over {plan.over_min:g} min{drawn}{made_up}{bmi}"


def _weights(plan: "DosePlan") -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("by weight", no_wrap=True)
    columns = {"kg": "weight_kg", "mg": "dose_mg", "rounded": "rounded_mg", "mg/h": "rate_mg_per_h"}
    columns |= {"draw mL": "ml"} if plan.solution.mg_per_ml else {}
    columns |= {"mL/h": "rate_ml_per_h"} if plan.solution.mg_per_ml or plan.solution.ml else {}
    for word in columns:
        table.add_column(word, justify="right")
    table.add_column("over cap")
    for row in plan.by_weight:
        name = f"{row.basis} ({row.formula})" if row.formula else row.basis
        numbers = [getattr(row, field) for field in columns.values()]
        shown = ["none" if one is None else f"{one:.4g}" for one in numbers]
        table.add_row(name, *shown, Text(", ".join(row.held_by), style="bold red"))
    return table


def _arithmetic(rows: "Iterable[WeightDose]") -> Iterator[str]:
    for row in rows:
        yield f"{row.basis}: {row.arithmetic}"
        vials = (f"{one.ml:g} mL of {one.mg_per_ml:g} mg/mL" for one in row.volumes if not one.must_dilute)
        diluted = (f"{one.ml:g} mL of {one.mg_per_ml:g} mg/mL (dilute)" for one in row.volumes if one.must_dilute)
        yield f"{row.rounded_mg:g} mg are {', '.join((*vials, *diluted))}"


def _number(one: "DoseNumber") -> str:
    note = f", {one.note}" if one.note else ""
    return f"{one.id}: {written_value(one.value, one.unit)}{note} ({_origin(one.certainty.label, one.sources)})"


def _origin(sure: str, sources: "Iterable[str]") -> str:
    return "; ".join(filter(None, (sure, ", ".join(sources))))


def _lines(title: str, lines: "Iterable[str]", out: "Console") -> None:
    shown = list(lines)
    if shown:
        out.print(f"\n[bold]{title}[/bold]")
    for line in shown:
        out.print(indented(Text(line), depth=2))

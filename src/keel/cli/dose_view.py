"""How a dose looks in a terminal: the weights side by side, caps, the arithmetic, and what each number rests on."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from keel.cli.language import _, _n, numeral, say
from keel.cli.terminal import finding_view, heading, indented
from keel.messages import Message, Name, Numeral, Slot, listed
from keel.quantities import written_value

if TYPE_CHECKING:
    from rich.console import Console

    from keel.assessment.protocols import DosePlan
    from keel.assessment.protocols.dosing import DoseNumber, Volume, WeightDose
    from keel.knowledge.protocols import Protocol


_BASES = {"actual": Message("actual"), "ideal": Message("ideal"), "adjusted": Message("adjusted")}


def dose_view(plan: "DosePlan", protocol: "Protocol", out: "Console") -> None:
    """A plan: the doses first, then what holds, then where every number comes from."""
    out.rule(Text(say(protocol.name), style="bold"), align="left")
    if plan.by_weight:
        out.print(_basis(plan))
        out.print(_weights(plan))
        if any(row.held_by for row in plan.by_weight):
            out.print(_("Over a cap: to use that weight, a prescriber gives the reason."), style="red")
    if plan.findings:
        out.print()
    for option in plan.options:
        devices = _n(
            "{count} device",
            "{count} devices, {minutes} min apart",
            count=option.devices,
            minutes=Numeral(f"{option.minutes_between:g}"),
        )
        sure = f" ({say(option.certainty.label)}; {', '.join(option.sources)})"
        amount = numeral(f"{option.mg:g} mg")
        line = Text.assemble((amount, "bold"), f", {devices}. {say(option.text)}", (sure, "dim"))
        out.print(indented(line, depth=2))
    if plan.kind == "entered":
        out.print(_("The prescriber enters the dose: Keel computes none."))
    for finding in plan.findings:
        out.print(finding_view(finding))
    _lines(_("Not computed"), map(say, plan.unknown), out)
    _lines(_("Arithmetic"), _arithmetic(plan.by_weight), out)
    _lines(_("Caps"), (_number(one) for one in plan.numbers if one.is_cap), out)
    _lines(_("What it rests on"), (_number(one) for one in plan.numbers if not one.is_cap), out)
    published = (
        f"{say(one.topic)}: {say(one.text)} ({_origin(one.certainty.label, one.sources)})" for one in plan.published
    )
    _lines(_("Published"), published, out)
    out.print(Text(_("Keel computes and shows. The dose is the prescriber's decision."), style="dim"))


def _basis(plan: "DosePlan") -> str:
    strength, volume = plan.solution.mg_per_ml, plan.solution.ml
    per_kg, minutes = Numeral(f"{plan.per_kg_mg:g}"), Numeral(f"{plan.over_min:g}")
    parts = [Message("{dose} mg/kg over {minutes} min", dose=per_kg, minutes=minutes)]
    if strength is not None:
        parts.append(Message("drawn up at {strength} mg/mL", strength=Numeral(f"{strength:g}")))
    if volume is not None:
        parts.append(Message("made up to {volume} mL", volume=Numeral(f"{volume:g}")))
    if plan.bmi is not None:
        parts.append(Message("body-mass index {bmi} kg/m²", bmi=Numeral(f"{plan.bmi:.1f}")))
    return say(listed(parts))


def _weights(plan: "DosePlan") -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(_("by weight"), no_wrap=True)
    columns = {"kg": "weight_kg", "mg": "dose_mg", _("rounded"): "rounded_mg", "mg/h": "rate_mg_per_h"}
    columns |= {_("draw mL"): "ml"} if plan.solution.mg_per_ml else {}
    columns |= {"mL/h": "rate_ml_per_h"} if plan.solution.mg_per_ml or plan.solution.ml else {}
    for word in columns:
        table.add_column(word, justify="right")
    table.add_column(_("over cap"))
    for row in plan.by_weight:
        basis = say(_BASES[row.basis])
        name = f"{basis} ({say(Name(row.formula))})" if row.formula else basis
        numbers = [getattr(row, field) for field in columns.values()]
        shown = [_("none") if one is None else numeral(f"{one:.4g}") for one in numbers]
        table.add_row(name, *shown, Text(", ".join(row.held_by), style="bold red"))
    return table


def _arithmetic(rows: "Iterable[WeightDose]") -> Iterator[str]:
    for row in rows:
        yield f"{say(_BASES[row.basis])}: {say(row.arithmetic)}"
        vials = listed(_vial(one) for one in sorted(row.volumes, key=lambda one: one.must_dilute))
        yield _("{mg} mg are {vials}", mg=Numeral(f"{row.rounded_mg:g}"), vials=vials)


def _vial(one: "Volume") -> Message:
    slots: dict[str, Slot] = {"ml": Numeral(f"{one.ml:g}"), "strength": Numeral(f"{one.mg_per_ml:g}")}
    if one.must_dilute:
        return Message("{ml} mL of {strength} mg/mL (dilute)", **slots)
    return Message("{ml} mL of {strength} mg/mL", **slots)


def _number(one: "DoseNumber") -> str:
    note = f", {say(one.note)}" if one.note else ""
    return f"{one.id}: {say(written_value(one.value, one.unit))}{note} ({_origin(one.certainty.label, one.sources)})"


def _origin(sure: str, sources: "Iterable[str]") -> str:
    return "; ".join(filter(None, (say(sure), ", ".join(sources))))


def _lines(title: str, lines: "Iterable[str]", out: "Console") -> None:
    shown = list(lines)
    if shown:
        out.print(heading(title))
    for line in shown:
        out.print(indented(Text(line), depth=2))

"""`keel estimate`: one person's curve from measured concentrations, with its interval."""

import re
from typing import TYPE_CHECKING, Annotated

import typer

from keel.cli import simulate_options as options
from keel.cli.errors import CommandError
from keel.cli.language import _, numeral, say
from keel.messages import Message, Name

if TYPE_CHECKING:
    from rich.console import Console

    from keel.knowledge.models import Model
    from keel.pharmacology import Estimate, Observation

MOST_MEASURED = 200


def estimate(
    model: options.Model,
    dose: options.Dose,
    route: options.Route,
    measured: Annotated[
        list[str],
        typer.Option(help="“150 ng/mL at 40 min”, “S-norketamine 45 ng/mL at 2 h”; repeat it.", show_default=False),
    ],
    over: options.Over = None,
    weight: options.Weight = None,
    age: options.Age = None,
    at: options.At = None,
    substance: options.Substance = None,
    form: options.Form = "base",
    devices: options.Devices = None,
    repeat: options.Repeat = 1,
    every: options.Every = None,
    ancestry: options.Ancestry = None,
    female: options.Female = None,
    chart: options.Chart = None,
    json: options.Json = False,
) -> None:
    """One person's most probable curve, given the model and concentrations that were measured, with 90% intervals.

    It is an estimate and not a measurement: it weighs what was measured by the model's residual error and the person
    by the model's population. Times of measurements count from the start of the first dose.

    Example: keel estimate --model m-s --dose "20 mg" --route iv --over "40 min" --weight "70 kg" --age 40
    --measured "150 ng/mL at 40 min" --measured "58 ng/mL at 2 h"
    """
    import numpy as np

    from keel import pharmacology
    from keel.cli.simulate_chart import chart_order
    from keel.cli.simulate_input import read_question, thinned
    from keel.cli.terminal import console, write_json

    order = chart_order(chart, log=False, whole=at is not None)
    question = read_question(
        model=model,
        dose=dose,
        route=route,
        over=over,
        weight=weight,
        age=age,
        at=at,
        substance=substance,
        form=form,
        devices=devices,
        repeat=repeat,
        every=every,
        ancestry=ancestry,
        female=female,
    )
    if len(question.models) != 1:
        raise CommandError(Message("An estimate needs one model. Name it instead of all."))
    observed, remarks = read_measured(measured, question.models[0])
    found = pharmacology.estimate(
        question.models[0],
        question.regimen,
        question.person,
        observed,
        thinned(question.times, [each.end_min for each in question.regimen]),
        rng=np.random.default_rng(1),
    )
    remarks = [*question.remarks, *remarks]
    if json:
        document = found.to_dict()
        write_json({**document, "warnings": [*document["warnings"], *remarks]})
    else:
        _print(found, remarks, console())
    if order is not None:
        order.draw(found)


def read_measured(texts: list[str], model: "Model") -> tuple[list["Observation"], list[Message]]:
    """Measurements in the order given, and a remark where an analyte was taken as read; CommandError for bad words."""
    from keel.pharmacology import Observation
    from keel.quantities import parse_concentration_ng_per_ml, parse_duration_min

    analytes = [output.analyte for output in model.outputs]
    found: list[Observation] = []
    remarks: list[Message] = []
    for text in (each for whole in texts for each in re.split(r"(?<=[A-Za-z])[ ]?[,;]", whole) if each.strip()):
        named = [name for name in analytes if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text, re.IGNORECASE)]
        rest = text
        for name in named:
            rest = re.sub(re.escape(name), " ", rest, flags=re.IGNORECASE)
        level, at, time = rest.partition(" at ")
        if len(named) > 1 or not (re.match(r"\s*[\d.,]", level) and at and time.strip()):
            raise CommandError(
                Message(
                    "“{text}” is not a measurement. Write for example “150 ng/mL at 40 min” or "
                    "“{analyte} 45 ng/mL at 2 h”; this model has {analytes}.",
                    text=text.strip(),
                    analyte=analytes[-1],
                    analytes=", ".join(analytes),
                )
            )
        if not named and len(analytes) > 1:
            remarks.append(
                Message(
                    "Analyte not given for “{text}”: {analyte} was taken.", text=text.strip(), analyte=Name(analytes[0])
                )
            )
        name = named[0] if named else analytes[0]
        found.append(Observation(parse_duration_min(time), name, parse_concentration_ng_per_ml(level)))
    if not 0 < len(found) <= MOST_MEASURED:
        raise CommandError(Message("Give between 1 and {most} measurements with --measured.", most=MOST_MEASURED))
    return found, remarks


def _print(found: "Estimate", remarks: list[Message], out: "Console") -> None:
    """What it is, the two curves, measurements beside what was expected, and the parameters with their intervals."""
    from rich.table import Table

    from keel.cli.simulate_view import clock, draw_chart, print_head

    curve, typical = found.curve, found.typical
    out.print(_("This is a {kind}.", kind=Message(found.kind)), markup=False)
    print_head(curve, out)
    draw_chart(
        [
            (name, one.times_min, one.concentrations[0])
            for name, one in ((_("estimate"), curve), (_("typical"), typical))
        ],
        out,
    )
    table = Table(box=None, pad_edge=False)
    for position, word in enumerate((_("analyte"), _("at"), _("measured ng/mL"), _("typical"), _("estimate"))):
        table.add_column(word, justify="right" if position else "left")
    for one, expected in zip(found.observed, found.expected, strict=True):
        numbers = (numeral(f"{value:.3g}") for value in (one.ng_per_ml, *expected))
        table.add_row(say(Name(one.analyte)), clock(one.at_min), *numbers)
    out.print(table)
    table = Table(box=None, pad_edge=False)
    for position, word in enumerate((_("parameter"), _("typical"), _("estimate"), _("90% interval"))):
        table.add_column(word, justify="right" if position else "left")
    for name, unit, before, value, low, high in found.varying_parameters():
        shown = f"{name} {unit}" if unit != "1" else name
        numbers = (numeral(text) for text in (f"{before:.3g}", f"{value:.3g}", f"{low:.3g} to {high:.3g}"))
        table.add_row(shown, *numbers)
    out.print(table)
    for warning in (*curve.warnings, *remarks):
        out.print(f"  ! {say(warning)}", markup=False)

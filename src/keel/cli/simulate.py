"""`keel simulate`: concentrations of one person, of every model side by side, or of a population."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from keel.cli.simulate_chart import ChartOrder
    from keel.cli.simulate_input import Question


def simulate(
    model: Annotated[str, typer.Option(help="A model id such as m-rac, or all.", show_default=False)],
    dose: Annotated[str, typer.Option(help="“0.5 mg/kg”, “84 mg”.", show_default=False)],
    route: Annotated[str, typer.Option(help="iv im sc nasal oral sublingual buccal …", show_default=False)],
    over: Annotated[str | None, typer.Option(help="Length of an infusion: “40 min”.")] = None,
    weight: Annotated[str | None, typer.Option(help="Body weight: “70 kg”.")] = None,
    age: Annotated[str | None, typer.Option(help="Age: 45, “45 years”, “8 months”.")] = None,
    at: Annotated[str | None, typer.Option(help="Times to show: “20 min,40 min,24 h” or “20,40,60 min”.")] = None,
    substance: Annotated[str | None, typer.Option(help="racemic, esketamine or arketamine.")] = None,
    form: Annotated[str, typer.Option(help="What the milligrams are of: base or hydrochloride.")] = "base",
    devices: Annotated[int | None, typer.Option(help="Nasal devices, given minutes apart.")] = None,
    repeat: Annotated[int, typer.Option(help="How many doses.", min=1)] = 1,
    every: Annotated[str | None, typer.Option(help="Time between doses: “3 d”.")] = None,
    until: Annotated[str | None, typer.Option(help="How far to look; otherwise 24 h after the last dose.")] = None,
    ancestry: Annotated[str | None, typer.Option(help="For models that ask: european, japanese, korean …")] = None,
    female: Annotated[bool | None, typer.Option("--female/--male", help="For models that ask.")] = None,
    with_: Annotated[
        list[str] | None, typer.Option("--with", help="What changes the kinetics, for example rifampicin.")
    ] = None,
    subjects: Annotated[int | None, typer.Option(help="A population of so many virtual people.", min=1)] = None,
    seed: Annotated[int, typer.Option(help="Seed of the population.")] = 1,
    scheduler: Annotated[str | None, typer.Option(help="A Dask scheduler, tcp://host:port.")] = None,
    workers: Annotated[int, typer.Option(help="Threads for a population.", min=1)] = 1,
    parquet: Annotated[str | None, typer.Option(help="Write each virtual person's metrics to this file.")] = None,
    chart: Annotated[str | None, typer.Option(help="Draw the curves to this file, .svg or .png.")] = None,
    log: Annotated[bool, typer.Option("--log", help="With --chart: a logarithmic scale.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Concentrations after a dose: one person, all models side by side, or quantiles of a population.

    Without --substance a model's own is taken. A result outside the study behind its model is marked not valid.

    Example: keel simulate --model m-rac --dose "0.5 mg/kg" --route iv --over "40 min" --weight "70 kg" --age 45
    """
    from keel.cli.simulate_chart import chart_order
    from keel.cli.simulate_input import read_question
    from keel.pharmacology import NoModel

    order = chart_order(chart, log=log, whole=until is not None or at is not None)

    try:
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
            until=until,
            ancestry=ancestry,
            female=female,
            modifiers=with_ or [],
        )
        if subjects is not None:
            _population(question, subjects, seed, scheduler, workers, parquet, order, json)
        elif model.lower() == "all":
            _all(question, order, json)
        else:
            _one(question, order, json)
    except NoModel as refusal:
        _refuse(route, refusal, json)


def _one(question: "Question", order: "ChartOrder | None", json: bool) -> None:
    from keel.cli.simulate_view import print_curve
    from keel.cli.terminal import console, write_json
    from keel.pharmacology import simulate as simulated

    found = simulated(
        question.models[0],
        question.regimen,
        question.person,
        question.times,
        modifiers=question.modifiers,
        window_min=question.window,
    )
    if json:
        document = found.to_dict()
        write_json({**document, "warnings": [*document["warnings"], *question.remarks]})
    else:
        print_curve(found, console(), remarks=question.remarks)
    if order is not None:
        order.draw(found)


def _all(question: "Question", order: "ChartOrder | None", json: bool) -> None:
    from keel.cli.simulate_view import print_overlay
    from keel.cli.terminal import console, write_json
    from keel.pharmacology import overlay

    found = overlay(
        question.models,
        question.regimen,
        question.person,
        question.times,
        modifiers=question.modifiers,
        window_min=question.window,
    )
    if json:
        write_json({**found.to_dict(), "warnings": list(question.remarks)})
    else:
        print_overlay(found, console(), remarks=question.remarks)
    if order is not None:
        order.draw(found)


def _population(
    question: "Question",
    subjects: int,
    seed: int,
    scheduler: str | None,
    workers: int,
    parquet: str | None,
    order: "ChartOrder | None",
    json: bool,
) -> None:
    from keel.cli.simulate_population import run_population

    run_population(question, subjects, seed, scheduler, workers, parquet, order, json)


def _refuse(route: str, refusal: Exception, json: bool) -> None:
    """No curve: says so, lists what is published instead, and ends with the exit code for “no”."""
    from keel.cli.simulate_input import known_ranges
    from keel.cli.terminal import write_json

    if json:
        write_json(
            {
                "model": None,
                "site": None,
                "valid": False,
                "warnings": [str(refusal)],
                "series": [],
                "metrics": [],
                "sources": [],
                "bioavailability": known_ranges(route),
            }
        )
    else:
        typer.echo(f"keel: {refusal}", err=True)
    raise typer.Exit(1)

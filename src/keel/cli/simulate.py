"""`keel simulate`: concentrations of one person, of every model side by side, or of a population."""

from typing import TYPE_CHECKING, Annotated

import typer

from keel.cli import simulate_options as options
from keel.cli.language import say
from keel.messages import text_of

if TYPE_CHECKING:
    from keel.cli.simulate_chart import ChartOrder
    from keel.cli.simulate_input import Question


def simulate(
    model: Annotated[str, typer.Option(help="A model id such as m-rac, or all.", show_default=False)],
    dose: options.Dose,
    route: options.Route,
    over: options.Over = None,
    weight: options.Weight = None,
    age: options.Age = None,
    at: options.At = None,
    substance: options.Substance = None,
    form: options.Form = "base",
    devices: options.Devices = None,
    repeat: options.Repeat = 1,
    every: options.Every = None,
    until: options.Until = None,
    ancestry: options.Ancestry = None,
    female: options.Female = None,
    with_: Annotated[
        list[str] | None, typer.Option("--with", help="What changes the kinetics, for example rifampicin.")
    ] = None,
    subjects: Annotated[int | None, typer.Option(help="A population of so many virtual people.", min=1)] = None,
    seed: Annotated[int, typer.Option(help="Seed of the population.")] = 1,
    scheduler: Annotated[str | None, typer.Option(help="A Dask scheduler, tcp://host:port.")] = None,
    workers: Annotated[int, typer.Option(help="Threads for a population.", min=1)] = 1,
    parquet: Annotated[str | None, typer.Option(help="Write each virtual person's metrics to this file.")] = None,
    chart: options.Chart = None,
    log: options.Log = False,
    json: options.Json = False,
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
            modifiers=with_ or (),
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
    from keel.cli.simulate_view import print_comparison
    from keel.cli.terminal import console, write_json
    from keel.pharmacology import compare_models

    found = compare_models(
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
        print_comparison(found, console(), remarks=question.remarks)
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
                "warnings": [text_of(refusal)],
                "series": [],
                "metrics": [],
                "sources": [],
                "bioavailability": known_ranges(route),
            }
        )
    else:
        typer.echo(f"keel: {say(text_of(refusal))}", err=True)
    raise typer.Exit(1)

"""`keel simulate --subjects N`: quantiles of a population, with progress on standard error."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from keel.cli.errors import CommandError
from keel.cli.language import _, numeral, say
from keel.messages import Message, Name, Numeral

if TYPE_CHECKING:
    from rich.console import Console

    from keel.cli.simulate_chart import ChartOrder
    from keel.cli.simulate_input import Question
    from keel.pharmacology import Population


def run_population(
    question: "Question",
    subjects: int,
    seed: int,
    scheduler: str | None,
    workers: int,
    parquet: str | None,
    order: "ChartOrder | None",
    json: bool,
) -> None:
    """Draws, simulates and prints a population of the one model asked for."""
    from keel.cli.simulate_input import thinned
    from keel.cli.terminal import console, write_json
    from keel.pharmacology import VirtualPeople, simulate_population

    if len(question.models) != 1:
        raise CommandError(Message("A population needs one model. Name it instead of all."))
    person = question.person
    people = VirtualPeople(
        weight_kg=person.weight_kg,
        age_years=person.age_years,
        ancestry=person.ancestry,
        is_female=person.is_female,
    )
    with _progress(subjects, json) as progress:
        found = simulate_population(
            question.models[0],
            question.regimen,
            subjects=subjects,
            people=people,
            times_min=thinned(question.times, [dose.end_min for dose in question.regimen]),
            end_min=question.window[1],
            modifiers=question.modifiers,
            seed=seed,
            workers=workers,
            scheduler=scheduler,
            parquet=parquet,
            progress=progress,
        )
    if json:
        document = found.to_dict()
        write_json({**document, "warnings": [*document["warnings"], *question.remarks]})
    else:
        _print(found, question, console())
    if order is not None:
        order.draw(found)


@contextmanager
def _progress(subjects: int, json: bool) -> Iterator[Any]:
    """A progress bar on standard error while chunks are computed, where someone can see it."""
    from keel.cli.terminal import progress_console

    screen = progress_console()
    if json or not screen.is_terminal or subjects < 20_000:
        yield None
        return
    from rich.progress import Progress

    with Progress(console=screen, transient=True) as bars:
        task = bars.add_task(_("{count} people", count=Numeral(f"{subjects:,}")))
        yield lambda done, total: bars.update(task, completed=done, total=total)


def _print(found: "Population", question: "Question", out: "Console") -> None:
    from rich.table import Table
    from rich.text import Text

    from keel.cli.simulate_view import clock, draw_chart

    out.print(Text(say(found.plan.model.title), style="bold"))
    out.print(
        _(
            "{count} virtual people, seed {seed}, {seconds} s; {site}",
            count=Numeral(f"{found.subjects:,}"),
            seed=str(found.seed),
            seconds=Numeral(f"{found.seconds:.2f}"),
            site=Message(found.site),
        )
    )
    parent = found.concentrations[:, 0]
    draw_chart(
        [(f"p{round(100 * q):02d}", found.times_min, row) for q, row in zip(found.quantiles, parent, strict=True)], out
    )
    table = Table(box=None, pad_edge=False)
    table.add_column(_("analyte"))
    table.add_column("")
    for q in found.quantiles:
        table.add_column(f"p{round(100 * q):02d}", justify="right")
    rows = ((_("peak ng/mL"), 0), (_("time of peak"), 1), (_("area ng·h/mL"), 2), (_("trough ng/mL"), 3))
    for number, analyte in enumerate(found.analytes):
        for word, kind in rows:
            values = found.overall[:, kind, number]
            shown = [clock(float(value)) if kind == 1 else numeral(f"{value:.3g}") for value in values]
            table.add_row(say(Name(analyte)) if kind == 0 else "", word, *shown)
    out.print(table)
    if not found.valid:
        out.print(_("NOT VALID for the person in the middle; the reasons are below."), style="bold red")
    for warning in (*found.reasons, *found.remarks, *question.remarks):
        out.print(f"  ! {say(warning)}", markup=False)

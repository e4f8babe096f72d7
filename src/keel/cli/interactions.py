"""`keel interactions`: a typed medicine list in, what it means together with ketamine out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keel.cli import options
from keel.cli.language import _, say
from keel.messages import Message, Name, listed

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from keel.assessment.interactions import InteractionsReport, Item
    from keel.knowledge import Knowledge

DANGERS = {
    "contraindicated": (Message("■ CONTRAINDICATED"), "bold white on red"),
    "major": (Message("▲ MAJOR"), "bold red"),
    "moderate": (Message("! MODERATE"), "bold yellow"),
    "minor": (Message("· minor"), "cyan"),
}
OTHERWISE = {
    "nothing_on_file": (Message("– nothing on file"), "default"),
    "not_recognised": (Message("? NOT RECOGNISED"), "bold magenta"),
    "ambiguous": (Message("? WHICH ONE"), "bold magenta"),
    "contents_not_known": (Message("? LOOK AT THE BOX"), "bold magenta"),
    "partial": (Message("? PARTLY READ"), "bold magenta"),
    "not_taken": (Message("– not taken now"), "default"),
}


def interactions(
    text: Annotated[
        list[str],
        typer.Argument(help="Medicines and other substances, or a list in quotes with commas.", show_default=False),
    ],
    substance: Annotated[str | None, typer.Option(help="Which ketamine: racemic or esketamine.")] = None,
    route: Annotated[str | None, typer.Option(help="How ketamine is taken: iv, im, nasal, oral, ...")] = None,
    overlay: Annotated[
        list[Path] | None, typer.Option(help="A folder of your own facts on top; may be repeated.")
    ] = None,
    json: options.Json = False,
) -> None:
    """What medicines and other substances mean together with ketamine.

    Says what is not recognised; that is never a sign that it may be combined.

    Example: keel interactions "sertraline 50 mg, Valium, co-codamol" --route oral
    """
    from keel.assessment.interactions import check_medicines, join_names
    from keel.cli.errors import CommandError
    from keel.cli.route_words import route_id
    from keel.cli.terminal import console, parse_time, write_json
    from keel.knowledge import load

    if not "".join(text).strip():
        raise CommandError(Message("No medicine was typed. Write for example: keel interactions sertraline Valium"))
    knowledge = load(tuple(overlay or ()))
    route = route_id(route, knowledge) if route else None
    typed = join_names(text, knowledge)
    report = check_medicines(typed, substance=substance, route=route, on=parse_time(None).date(), knowledge=knowledge)
    if json:
        write_json(report)
        return
    print_interactions(report, knowledge, console())


def print_interactions(report: "InteractionsReport", knowledge: "Knowledge", out: "Console") -> None:
    """The answer for the terminal: all that was typed, what adds up, each finding, where sources disagree."""
    from keel.cli.terminal import finding_view, heading, indented
    from keel.findings import Severity, worst_first

    out.print(items_view(report))
    out.print()
    findings = worst_first(report.findings)
    for finding in findings:
        if finding.severity is Severity.NOTE:
            out.print(indented(f"· {say(finding.summary)} {say(finding.next_step)}".rstrip()))
        else:
            out.print(finding_view(finding))
    for identifier in dict.fromkeys(key for finding in findings for key in finding.conflicts):
        conflict = knowledge.conflicts[identifier]
        out.print(heading(_("Sources disagree:")), say(conflict.question), markup=False)
        for side in (
            _("One side: {text}", text=Message(conflict.one_side)),
            _("Other side: {text}", text=Message(conflict.other_side)),
            _("Keel shows: {text}", text=Message(conflict.shown)),
        ):
            out.print(indented(side, depth=2))
    out.print(f"\n{say(report.summary)}", markup=False, style="bold")


def items_view(report: "InteractionsReport") -> "Table":
    """A line for each thing typed: as typed, severity in words, what it was recognised as or what to answer."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title, ratio in ((_("As typed"), 2), (_("With ketamine"), None), (_("Recognised as"), 4)):
        table.add_column(title, ratio=ratio)
    for item in report.items:
        mark, style = DANGERS[item.severity] if item.severity else OTHERWISE[item.status]
        said = say(mark)
        if item.could_be and not item.severity:
            said += "\n" + _("could be {danger}", danger=Message(item.could_be.value))
        table.add_row(Text(item.input), Text(said, style=style), Text(_recognised_as(item)))
    return table


def _recognised_as(item: "Item") -> str:
    return "\n".join(part for part in (say(listed(map(Name, item.substances))), say(item.message)) if part)

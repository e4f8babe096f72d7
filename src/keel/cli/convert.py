"""`keel convert`: any record that Keel reads, written as a Keel record."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from keel.messages import Message

FORMS = ("keel",)


def convert(
    file: Annotated[Path, typer.Argument(help="A record file; its kind is told by its content.", show_default=False)],
    to: Annotated[str, typer.Option(help="The form to write: keel, a Keel record.")] = "keel",
    at: Annotated[str | None, typer.Option(help="The time to look from; what lies after it is not written.")] = None,
    overlay: Annotated[
        list[Path] | None, typer.Option(help="A folder of your own facts on top; may be repeated.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Nothing changes: a Keel record is JSON already.")] = False,
) -> None:
    """A record of any format that Keel reads, as a Keel record on standard output.

    `keel assess` says of it what it says of the original. What was not taken as a fact is named on standard error.

    Example: keel convert bundle.json > record.json
    """
    from keel.cli.errors import CommandError
    from keel.cli.records import note_text, read_file
    from keel.cli.terminal import parse_time, progress_console
    from keel.interop import write_converted
    from keel.knowledge import load

    if to not in FORMS:
        raise CommandError(Message("Keel does not write “{to}”. Leave --to out, or write --to keel.", to=to))
    knowledge, when = load(tuple(overlay or ())), parse_time(at)
    reading = read_file(file, at=when, knowledge=knowledge)
    sys.stdout.write(write_converted(reading.records, at=when, knowledge=knowledge).decode())
    notes = [*reading.notes, *(note for record in reading.records for note in record.notes)]
    for note in notes:
        progress_console().print(f"- {note_text(note)}", markup=False)

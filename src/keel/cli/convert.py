"""`keel convert`: any record that Keel reads, written as a Keel record, a FHIR R4 Bundle or a table of doses."""

import sys
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keel.cli import options
from keel.messages import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keel.record import Record

FORMS = ("keel", "fhir", "csv")
TABLE = "doses.csv"


def convert(
    file: Annotated[
        Path | None, typer.Argument(help="A record file; its kind is told by its content.", show_default=False)
    ] = None,
    to: Annotated[
        str,
        typer.Option(
            help="The form to write: keel, a Keel record; fhir, a FHIR R4 Bundle; or csv, a table of its doses."
        ),
    ] = "keel",
    template: Annotated[
        str | None, typer.Option(help="Print an example to fill in instead: doses.csv.", show_default=False)
    ] = None,
    at: Annotated[str | None, typer.Option(help="The time to look from; what lies after it is not written.")] = None,
    timezone: options.Timezone = None,
    overlay: Annotated[
        list[Path] | None, typer.Option(help="A folder of your own facts on top; may be repeated.")
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Nothing changes: a Keel record and FHIR are JSON already.")
    ] = False,
) -> None:
    """A record of any format that Keel reads, as a Keel record, a FHIR Bundle or a table on standard output.

    `keel assess` says of it what it says of the original. What was not taken as a fact is named on standard error.

    Example: keel convert bundle.json > record.json
    """
    from keel.cli.errors import CommandError
    from keel.cli.records import note_text, read_file
    from keel.cli.terminal import parse_time, progress_console
    from keel.interop import DOSES_TEMPLATE, fhir_bundle, write_converted, write_doses_table
    from keel.knowledge import load

    if to not in FORMS:
        raise CommandError(Message("Keel does not write “{to}”. Write --to keel, --to fhir or --to csv.", to=to))
    if template is not None:
        if template != TABLE:
            raise CommandError(Message("There is no template {name}. Write --template doses.csv.", name=template))
        sys.stdout.write(DOSES_TEMPLATE)
        return
    if file is None:
        raise CommandError(Message("Name a record file, or write --template doses.csv for one to fill in."))
    knowledge, when = load(tuple(overlay or ())), parse_time(at)
    reading = read_file(file, at=when, knowledge=knowledge, timezone=timezone)
    if to == "csv":
        sys.stdout.write(write_doses_table(reading.records, knowledge))
        _say_what_is_not_there(reading.records)
    elif to == "fhir":
        bundle = fhir_bundle(*reading.records, at=when, knowledge=knowledge)
        sys.stdout.write(dumps(bundle, ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write(write_converted(reading.records, at=when, knowledge=knowledge).decode())
    notes = [*reading.notes, *(note for record in reading.records for note in record.notes)]
    for note in notes:
        progress_console().print(f"- {note_text(note)}", markup=False)


def _say_what_is_not_there(records: "Sequence[Record]") -> None:
    """Names on standard error what a table of doses has no place for."""
    from keel.cli.language import _n
    from keel.cli.terminal import progress_console

    lists = ("patterns", "measurements", "medicines", "answers", "conditions", "risk_assessments", "reviews")
    count = sum(len(getattr(record, name)) for record in records for name in lists)
    if count:
        text = _n(
            "A table of doses has no place for {count} other fact.",
            "A table of doses has no place for {count} other facts.",
            count=count,
        )
        progress_console().print(f"- {text}", markup=False)

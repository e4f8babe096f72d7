"""Options that several commands have alike."""

from pathlib import Path
from typing import Annotated

import typer

RecordFile = Annotated[
    Path | None, typer.Argument(help="A record file of any kind that `keel assess` reads.", show_default=False)
]
Facts = Annotated[
    str | None, typer.Option(help="Answers beside the record: JSON, or a file with JSON, fact name to value.")
]
Questions = Annotated[bool, typer.Option("--questions", help="Print what is asked, with the name of each fact.")]
At = Annotated[str | None, typer.Option(help="The time to look from, for example 2026-11-21.")]
Timezone = Annotated[
    str | None, typer.Option(help="The zone of times without an offset, for example Europe/London.", show_default=False)
]
Overlay = Annotated[list[Path] | None, typer.Option(help="A folder in which the clinic confirms, tightens or adds.")]
Folder = Annotated[Path, typer.Option(help="Folder of the database and the secret key.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]

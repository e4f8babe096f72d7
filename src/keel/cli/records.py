"""Reads record files for the commands: progress on long ones, notes of what was not understood."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from keel.cli.language import _, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msgspec import Struct
    from rich.console import Console

    from keel.interop import Reading
    from keel.knowledge import Knowledge
    from keel.record import ReadingNote


def names_something(text: str) -> bool:
    """Whether an argument is the name of a file or folder; what is too long to be one is not."""
    try:
        return Path(text).exists()
    except (OSError, ValueError):
        return False


def answer_json(found: "Sequence[Struct]", reading: "Reading | None", *, everyone: bool = False) -> object:
    """What a command answers on one person, with the notes of the person and of the file and the totals, or on each.

    With `everyone` it is a list of people also where there is one.
    """
    from msgspec.structs import asdict

    if len(found) != 1 or everyone:
        notes, totals = (reading.notes, reading.totals) if reading else ((), None)
        return {"people": found, "notes": notes, "totals": totals}
    if reading is None:
        return found[0]
    own = [note for record in reading.records for note in record.notes]
    return {**asdict(found[0]), "notes": [*own, *reading.notes], "totals": reading.totals}


_MOST_PLACES = 3
"""Places of a note that a line names; JSON has all of them."""


def note_text(note: "ReadingNote") -> str:
    """“3 × Observation (line 12; line 14; line 15): no value and no components”; of many places the first, “…”."""
    count = f"{note.count} × " if note.count > 1 else ""
    places = [say(place) for place in note.places[:_MOST_PLACES] or [note.where] if place]
    where = f" ({'; '.join(places)}{'; …' if len(note.places) > _MOST_PLACES else ''})" if places else ""
    return f"{count}{say(note.what)}{where}{f': {say(note.reason)}' if note.reason else ''}"


def print_notes(reading: "Reading | None", out: "Console") -> None:
    """What was read and not taken as a fact, of the people and of the file."""
    from keel.cli.terminal import heading, indented

    own = [note for record in reading.records for note in record.notes] if reading else []
    notes = [*own, *reading.notes] if reading else []
    if notes:
        out.print(heading(_("Read, and not taken as a fact")))
    for note in notes:
        out.print(indented(f"- {note_text(note)}", depth=2))


def read_file(path: Path, *, at: dt.datetime, knowledge: "Knowledge", timezone: str | None = None) -> "Reading":
    """The records of a file or folder, with a progress bar on standard error when that is a terminal.

    Times without an offset are taken in the zone of that name.
    """
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from keel.cli.terminal import progress_console
    from keel.interop import read_path
    from keel.interop.times import read_zone

    columns = (
        TextColumn(_("reading")),
        BarColumn(),
        TextColumn(_("{done} of {total}", done="{task.completed:,}", total="{task.total:,}")),
        TimeRemainingColumn(),
    )
    zone = read_zone(timezone, where="--timezone") if timezone else None
    out = progress_console()
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as bar:
        task = bar.add_task("", total=None, visible=False)

        def advance(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, visible=True)

        return read_path(path, at=at, knowledge=knowledge, progress=advance, zone=zone)

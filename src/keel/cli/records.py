"""Reads record files for the commands: progress on long ones, notes of what was not understood."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from keel.cli.language import _

if TYPE_CHECKING:
    from keel.interop import Reading
    from keel.knowledge import Knowledge


def names_something(text: str) -> bool:
    """Whether an argument is the name of a file or folder; what is too long to be one is not."""
    try:
        return Path(text).exists()
    except (OSError, ValueError):
        return False


def read_file(path: Path, *, at: dt.datetime, knowledge: "Knowledge") -> "Reading":
    """The records of a file or folder, with a progress bar on standard error when that is a terminal."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from keel.cli.terminal import progress_console
    from keel.interop import read_path

    columns = (
        TextColumn(_("reading")),
        BarColumn(),
        TextColumn(_("{done} of {total}", done="{task.completed:,}", total="{task.total:,}")),
        TimeRemainingColumn(),
    )
    out = progress_console()
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as bar:
        task = bar.add_task("", total=None, visible=False)

        def advance(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, visible=True)

        return read_path(path, at=at, knowledge=knowledge, progress=advance)

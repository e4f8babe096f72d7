"""What the commands share: reading `--at`, writing JSON, the words and marks of a finding in a terminal."""

import datetime as dt
import sys
from typing import TYPE_CHECKING, Any

from keel.cli.errors import CommandError
from keel.cli.language import _, chosen_catalogue, say
from keel.messages import Message, encode_json, listed

if TYPE_CHECKING:
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from keel.findings import Finding, Reason

MARKS = {
    "block": (Message("■ STOP"), "bold white on red"),
    "hold": (Message("▲ ASK FIRST"), "bold red"),
    "warn": (Message("! TAKE CARE"), "bold yellow"),
    "note": (Message("· NOTE"), "cyan"),
}


def parse_time(text: str | None) -> dt.datetime:
    """The time in `--at` (ISO 8601; without an offset it is UTC), or now with the offset of this machine."""
    if text is None:
        return dt.datetime.now(dt.UTC).astimezone().replace(microsecond=0)
    try:
        time = dt.datetime.fromisoformat(text)
        if not dt.MINYEAR < time.year < dt.MAXYEAR:  # rules look a while before and after it
            raise ValueError
    except ValueError:
        problem = Message("“{text}” is not a time. Write for example 2026-11-21 or 2026-11-21T14:30+01:00.", text=text)
        raise CommandError(problem) from None
    return time if time.tzinfo else time.replace(tzinfo=dt.UTC)


def write_json(value: Any) -> None:
    """One JSON document on standard output, indented, nothing else there."""
    import msgspec

    document = encode_json(value, chosen_catalogue())
    sys.stdout.write(msgspec.json.format(document, indent=2).decode() + "\n")


def console() -> "Console":
    """A console on standard output that keeps to the width of the terminal."""
    from rich.console import Console

    return Console(highlight=False)


def progress_console() -> "Console":
    """A console on standard error, for progress and remarks."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)


def heading(text: str) -> "Text":
    """A heading after an empty line."""
    from rich.text import Text

    return Text(f"\n{text}", style="bold")


def finding_view(finding: "Finding") -> "Table":
    """A finding for the terminal: mark in words, summary, next step; below, dim, why, rule, how sure and sources."""
    from rich.table import Table
    from rich.text import Text

    mark, style = MARKS[finding.severity]
    text = Text(say(finding.summary))
    if finding.next_step:
        text.append(f"\n→ {say(finding.next_step)}", style="bold")
    for exception in finding.exceptions or ():
        text.append(f"\n{_('Exception “{id}”: {text}', id=exception.id, text=exception.text)}")
    why = ", ".join(_given(reason) for reason in finding.why if reason.value is not None)
    open_names = ", ".join(say(reason.name).replace("_", " ") for reason in finding.why if reason.value is None)
    parts = [why, _("not given: {names}", names=open_names) if open_names else "", _("rule {id}", id=finding.rule)]
    parts.append(say(finding.confidence.label))
    parts.append(_("sources {ids}", ids=listed(finding.sources)) if finding.sources else "")
    parts.append(_("sources disagree: {ids}", ids=listed(finding.conflicts)) if finding.conflicts else "")
    text.append(f"\n{'; '.join(part for part in parts if part)}", style="dim")
    view = Table.grid(padding=(0, 1, 1, 0))
    view.add_column(width=11, style=style)
    view.add_column(ratio=1)
    view.add_row(say(mark), text)
    return view


def _given(reason: "Reason") -> str:
    return f"{say(reason.name).replace('_', ' ')} {_value(reason.value, reason.unit)}"


def _value(value: Any, unit: str) -> str:
    from keel.quantities import written_unit, written_value

    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float | int):
        return say(written_value(float(f"{value:.6g}"), unit))
    return f"{say(value).replace('_', ' ')} {say(written_unit(unit))}".rstrip()


def indented(text: "str | Text", depth: int = 0, hang: int = 2) -> "Padding":
    """A line for the terminal whose further lines stand below its words: `depth` columns in, then `hang` more."""
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    line = Text(text) if isinstance(text, str) else text
    grid = Table.grid()
    grid.add_column(width=hang, no_wrap=True)
    grid.add_column()
    grid.add_row(line[:hang], line[hang:])
    return Padding(grid, (0, 0, 0, depth))

"""A copy of the packaged facts that a test may edit, as somebody with a text editor would."""

import csv
import io
import shutil
from pathlib import Path

from keel.knowledge import Knowledge
from keel.knowledge.files import PACKAGED


def copied_facts(folder: Path) -> Path:
    """The packaged data copied under `folder`; use it as an overlay."""
    copy = folder / "data"
    shutil.copytree(PACKAGED, copy)
    return copy


def insert_sorted(table: Path, line: str) -> None:
    """Puts a line of a CSV table where its first cell belongs."""
    head, *rows = table.read_text(encoding="utf-8").splitlines(keepends=True)
    key = next(csv.reader(io.StringIO(line)))[0]
    place = next((n for n, row in enumerate(rows) if next(csv.reader(io.StringIO(row)))[0] > key), len(rows))
    rows.insert(place, line.rstrip("\n") + "\n")
    table.write_text("".join([head, *rows]), encoding="utf-8")


def replace_in(file: Path, old: str, new: str) -> None:
    """Replaces the first `old` in a file; it must be there."""
    text = file.read_text(encoding="utf-8")
    if old not in text:
        raise AssertionError(f"{old!r} is not in {file.name}")
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def knowledge_of(folder: Path) -> Knowledge:
    """The knowledge with the edited copy on top."""
    return Knowledge((folder,))

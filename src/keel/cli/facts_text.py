"""Reads clinical facts as people type them: JSON, or a file with JSON; the names are those of clinical-facts.csv."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keel.cli.errors import CommandError
from keel.messages import Message

if TYPE_CHECKING:
    import datetime as dt

    from keel.findings import Fact
    from keel.interop import Reading
    from keel.knowledge import Knowledge
    from keel.record import Record

LARGEST_FILE_BYTES = 1_000_000
"""All facts of the catalogue fill some ten thousand bytes; a file far beyond that is another file."""
_EXAMPLE = '{"age_years": 34, "pregnant": false}'


def read_facts_text(text: str | None) -> "dict[str, Fact]":
    """The facts in a text or in the file that it names; none without a text. Values are checked by whom they reach."""
    if text is None:
        return {}
    where = "--facts"
    if not text.lstrip().startswith(("{", "[")):
        path = Path(text)
        text, where = _file_text(path), path.name
    try:
        read = json.loads(text, object_pairs_hook=lambda pairs: _unique(pairs, where))
    except json.JSONDecodeError as error:
        raise CommandError(
            Message(
                "{where} line {line} column {column}: {problem}. Fix the JSON, for example {example}.",
                where=where,
                line=str(error.lineno),
                column=str(error.colno),
                problem=error.msg,
                example=_EXAMPLE,
            )
        ) from None
    except RecursionError:
        raise CommandError(Message("{where}: nested too deeply for facts.", where=where)) from None
    if isinstance(read, dict) and isinstance(read.get("facts"), dict):
        read = read["facts"]
    if not isinstance(read, dict):
        raise CommandError(
            Message("{where} holds no names with values. Write for example {example}.", where=where, example=_EXAMPLE)
        )
    nested = next((name for name, value in read.items() if isinstance(value, dict | list)), None)
    if nested is not None:
        raise CommandError(
            Message(
                "{where}: “{name}” is not a single value. Write a number, true, false, a word or null.",
                where=where,
                name=nested,
            )
        )
    return read


def _file_text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise CommandError(
                Message("{file} is too large for facts. Name the file with the facts alone.", file=path.name)
            )
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise not_text(path, error) from None
    except OSError as error:
        raise CommandError(
            Message(
                "--facts {file} cannot be read: {problem}. Name a file, or write the facts: {example}.",
                file=path.name,
                problem=error.strerror or "",
                example=_EXAMPLE,
            )
        ) from None


def not_text(path: Path, error: UnicodeDecodeError) -> CommandError:
    """What is said of a file that is not UTF-8."""
    return CommandError(
        Message("{file} is not UTF-8 text (byte {place}). Save it as UTF-8.", file=path.name, place=str(error.start))
    )


def _unique(pairs: list[tuple[str, Any]], where: str) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise CommandError(Message("{where}: “{name}” stands there twice. Keep one of them.", where=where, name=twice))
    return found


def read_people(
    file: Path | None, *, at: "dt.datetime", knowledge: "Knowledge", timezone: str | None = None
) -> "tuple[list[Record], Reading | None]":
    """The people of a file and its reading; without a file one person of whom nothing is known but what is typed."""
    from keel.cli.records import read_file
    from keel.record import Record

    if file is None:
        return [Record()], None
    reading = read_file(file, at=at, knowledge=knowledge, timezone=timezone)
    return list(reading.records), reading

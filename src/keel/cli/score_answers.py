"""Reads answers as people type them: a file, JSON, a list in item order, or pairs."""

import json
import os
import re
from pathlib import Path
from typing import Any

from keel.cli.errors import CommandError
from keel.cli.facts_text import not_text
from keel.knowledge import Knowledge
from keel.knowledge.instruments import Instrument
from keel.messages import Message

TYPED = "--answers"
_PAIR = re.compile(r"[=:]")
SHORTEST_RUN = 4
"""Digits in one run from which on they are answers, one each; no total of an instrument has as many."""
LARGEST_FILE_BYTES = 1_000_000
"""Answers to one questionnaire fill a few hundred bytes; a file far beyond that is another file."""


def read_answers_text(text: str, *, lone: str | None = None) -> dict[str, Any] | list[Any]:
    """The answers in a text, or in the file that it names. `lone` is the name of a number that stands alone."""
    text, where = answers_content(text)
    is_file = where != TYPED
    if text[:1] in ("{", "["):
        return _from_json(text, where)
    if _PAIR.search(text):
        pairs = [part for part in re.split(r"[,;|\n]", text) if part.strip()]
        if len(pairs) == 1 and len(_PAIR.findall(text)) > 1:
            pairs = text.split()
        lacking = [part for part in pairs if not _PAIR.search(part)]
        if lacking:
            raise CommandError(
                Message(
                    "{where}: “{text}” names no item. Write pairs throughout: 1=0,2=3.",
                    where=where,
                    text=lacking[0].strip(),
                )
            )
        return _unique((_PAIR.split(part, maxsplit=1) for part in pairs), where)
    if not is_file and text.endswith((".json", ".csv", ".txt")):
        raise CommandError(Message("There is no file {file}.", file=text))
    parts = [part.strip() or None for part in _in_places(text)]
    return {lone: parts[0]} if lone and len(parts) == 1 else parts


def answers_content(text: str) -> tuple[str, str]:
    """The text, or that of the file which it names, and where it stands."""
    path = Path(text)
    try:
        is_file = path.is_file()
    except OSError:  # longer than a file name may be
        is_file = False
    if is_file:
        text = _file_text(path)
    elif path.is_dir() or (os.sep in text and text[:1] not in "{["):
        raise CommandError(
            Message("{file} is not a file with answers. Name a file, or write the answers themselves.", file=text)
        )
    return text.strip(), path.name if is_file else TYPED


def is_fhir(content: str) -> bool:
    """Whether answers came as a resource of FHIR."""
    return content[:1] == "{" and '"resourceType"' in content


def fhir_answers(content: str, where: str, instrument: Instrument, knowledge: Knowledge) -> dict[str, Any]:
    """The newest answers to an instrument in a QuestionnaireResponse, or in a Bundle of one person."""
    from keel.cli.records import note_text
    from keel.cli.terminal import parse_time, progress_console
    from keel.interop import json_text, read_records
    from keel.record.selection import newest_sittings

    at, data = parse_time(None), content.encode()
    json_text.refuse_repeated_keys(data, where=where)
    resource = json_text.decode(data, dict[str, Any], where=where)
    if resource.get("resourceType") == "QuestionnaireResponse":  # whose it is says nothing of the score
        person = {"resourceType": "Patient", "id": "person"}
        entries = [{"resource": one} for one in (person, resource | {"subject": {"reference": "Patient/person"}})]
        data = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()
    reading = read_records(data, at=at, knowledge=knowledge, filename=where)
    notes = [*reading.notes, *(note for record in reading.records for note in record.notes)]
    for note in notes:
        progress_console().print(f"- {note_text(note)}", markup=False)
    found = [one for record in reading.records for one in newest_sittings(record, at).get(instrument.id, ())]
    if len(found) != 1:
        raise CommandError(
            Message(
                "{where} holds {count} sets of answers to the {instrument} that could be meant. Name a file with one.",
                where=where,
                count=len(found),
                instrument=instrument.name,
            )
        )
    (answers,) = found
    return dict(answers.items) | ({} if answers.total is None else {"total": answers.total})


def _in_places(text: str) -> list[str]:
    """The answers of a list in item order: by commas or semicolons, numbers also by spaces, digits also in one run.

    >>> _in_places("1;;2"), _in_places("1 1 2 0"), _in_places("11201"), _in_places("several days, not at all")
    (['1', '', '2'], ['1', '1', '2', '0'], ['1', '1', '2', '0', '1'], ['several days', ' not at all'])
    """
    for separator in ";,|":
        if separator in text:
            return text.split(separator)
    words = text.split()
    if len(words) > 1 and all(word.isdecimal() for word in words):
        return words
    return list(text) if text.isdecimal() and len(text) >= SHORTEST_RUN else [text]


def _file_text(path: Path) -> str:
    if path.stat().st_size > LARGEST_FILE_BYTES:
        raise CommandError(
            Message("{file} is too large for one set of answers. Name the file with the answers alone.", file=path.name)
        )
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise not_text(path, error) from None


def _from_json(text: str, where: str) -> dict[str, Any] | list[Any]:
    try:
        read = json.loads(text, object_pairs_hook=lambda pairs: _unique(pairs, where))
    except json.JSONDecodeError as error:
        raise CommandError(
            Message(
                "{where} line {line} column {column}: {problem}. Fix the JSON.",
                where=where,
                line=str(error.lineno),
                column=str(error.colno),
                problem=error.msg,
            )
        ) from None
    except RecursionError:
        raise CommandError(Message("{where}: nested too deeply for answers.", where=where)) from None
    if isinstance(read, dict):
        for key in ("answers", "items"):
            if isinstance(read.get(key), dict | list):
                total = read.get("total")
                inner: dict[str, Any] | list[Any] = read[key]
                return inner if total is None or isinstance(inner, list) else inner | {"total": total}
    for answer in read.values() if isinstance(read, dict) else read:
        if isinstance(answer, dict | list):
            example = '{"1": 0, "2": null}'
            raise CommandError(
                Message(
                    "{where}: an answer is a number, a word or null; write {example}.", where=where, example=example
                )
            )
    return read  # type: ignore[no-any-return]


def _unique(pairs: Any, where: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        key = key.strip()
        if key in found:
            raise CommandError(Message("{where}: “{name}” is answered twice. Keep one answer.", where=where, name=key))
        found[key] = value.strip() or None if isinstance(value, str) else value
    return found

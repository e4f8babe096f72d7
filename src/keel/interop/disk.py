"""Reads from disk for `read_records`: one file, NDJSON line by line, or a folder. The only module here that does."""

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path

from keel.interop.encoding import as_utf8, refuse_too_large
from keel.interop.errors import ReadError, line_of
from keel.interop.fhir.reader import read_fhir
from keel.interop.openneuro import PARTICIPANTS, PHENOTYPE, read_openneuro
from keel.interop.reading import Format, Progress, Reading
from keel.interop.recognise import begins_ndjson, fhir_values, read_records
from keel.knowledge import Knowledge
from keel.messages import Message

_TABLES = (PARTICIPANTS, PHENOTYPE)
_SUFFIXES = (".json", ".ndjson", ".jsonl")
_SNIFFED = 1_000_000
"""Bytes of a file that are looked at to tell NDJSON; a first line longer than this is read as one JSON document."""


def read_path(path: Path, *, at: dt.datetime, knowledge: Knowledge, progress: Progress | None = None) -> Reading:
    """The records in a file or folder. NDJSON is read line by line, everything else at once, up to the limit.

    Raises ReadError for what cannot be opened or read; messages name the file.
    """
    try:
        if path.is_dir():
            return read_folder(_contents(path, knowledge), at=at, knowledge=knowledge, progress=progress)
        if not path.is_file():
            raise ReadError(Message("There is no such file."), where=path.name, fix=Message("Check the name."))
        return _read_file(path, at, knowledge, progress)
    except OSError as error:
        reason = error.strerror or Message("unknown reason")
        problem = Message("The file cannot be opened: {reason}.", reason=reason)
        raise ReadError(problem, where=path.name, fix=Message("Check its name and permissions.")) from None


def read_folder(
    files: Mapping[str, bytes], *, at: dt.datetime, knowledge: Knowledge, progress: Progress | None = None
) -> Reading:
    """The records of files that belong together, by name: the tables of a study, or a FHIR export in several files."""
    if PARTICIPANTS in files:
        return read_openneuro(files[PARTICIPANTS], files.get(PHENOTYPE), at=at, knowledge=knowledge, progress=progress)
    fhir = {name: content for name, content in sorted(files.items()) if name.endswith(_SUFFIXES)}
    if not fhir:
        fix = Message("Keel reads folders with {file} or with FHIR as NDJSON; else name one file.", file=PARTICIPANTS)
        raise ReadError(Message("The folder holds nothing that Keel reads."), fix=fix)
    values = [value for name, content in fhir.items() for value in fhir_values(as_utf8(content), name)]
    return read_fhir(values, form=Format.FHIR_NDJSON, at=at, knowledge=knowledge, progress=progress)


def _contents(folder: Path, knowledge: Knowledge) -> dict[str, bytes]:
    chosen = [file for file in sorted(folder.iterdir()) if file.name in _TABLES]
    if not any(file.name == PARTICIPANTS for file in chosen):
        chosen = [file for file in sorted(folder.iterdir()) if file.suffix in _SUFFIXES]
    refuse_too_large(sum(file.stat().st_size for file in chosen), knowledge)
    return {file.name: file.read_bytes() for file in chosen}


def _read_file(path: Path, at: dt.datetime, knowledge: Knowledge, progress: Progress | None) -> Reading:
    refuse_too_large(path.stat().st_size, knowledge, path.name)
    with path.open("rb") as file:
        start = file.read(_SNIFFED)
    if begins_ndjson(start):
        values = _lines(path)
        return read_fhir(values, form=Format.FHIR_NDJSON, at=at, knowledge=knowledge, progress=progress)
    return read_records(path.read_bytes(), at=at, knowledge=knowledge, filename=path.name, progress=progress)


def _lines(path: Path) -> Iterator[tuple[str, bytes]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            place = line_of(path.name, number)
            if line.strip():
                try:
                    yield place, as_utf8(line)
                except ReadError as error:
                    raise ReadError(error.problem, where=place, fix=error.fix) from None

"""Reads from disk for `read_records`: one file, NDJSON line by line, or a folder. The only module here that does."""

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from zoneinfo import ZoneInfo

import msgspec

from keel.interop.archives import GZIP, ZIP, unpacked
from keel.interop.ccda import ccda_values, is_ccda
from keel.interop.encoding import as_utf8, refuse_too_large
from keel.interop.errors import ReadError, line_of
from keel.interop.fhir.reader import read_fhir
from keel.interop.omop import TABLES as OMOP_TABLES
from keel.interop.omop import omop_tables, omop_values
from keel.interop.openneuro import PARTICIPANTS, PHENOTYPE, read_openneuro
from keel.interop.reading import Format, Notebook, Progress, Reading, Totals
from keel.interop.recognise import begins_ndjson, fhir_values, may_be_records, read_records, why_not_fhir
from keel.interop.times import with_offsets
from keel.knowledge import Knowledge
from keel.messages import Message

_TABLES = (PARTICIPANTS, PHENOTYPE)
_NO_TABLE = Message("it is not one of the tables of a study that Keel reads")
_BEGINNING = 4000
"""Bytes by which a file of a folder is told."""
_SNIFFED = 1_000_000
"""Bytes of a file that are looked at to tell NDJSON; a first line longer than this is read as one JSON document."""


def read_path(
    path: Path,
    *,
    at: dt.datetime,
    knowledge: Knowledge,
    progress: Progress | None = None,
    zone: ZoneInfo | None = None,
) -> Reading:
    """The records in a file or folder. NDJSON is read line by line, everything else at once, up to the limit.

    Raises ReadError for what cannot be opened or read; messages name the file.
    """
    try:
        if path.is_dir():
            return read_folder(_contents(path, knowledge), at=at, knowledge=knowledge, progress=progress, zone=zone)
        if not path.is_file():
            raise ReadError(Message("There is no such file."), where=path.name, fix=Message("Check the name."))
        return _read_file(path, at, knowledge, progress, zone)
    except OSError as error:
        reason = error.strerror or Message("unknown reason")
        problem = Message("The file cannot be opened: {reason}.", reason=reason)
        raise ReadError(problem, where=path.name, fix=Message("Check its name and permissions.")) from None


def read_folder(
    files: Mapping[str, bytes],
    *,
    at: dt.datetime,
    knowledge: Knowledge,
    progress: Progress | None = None,
    zone: ZoneInfo | None = None,
) -> Reading:
    """The records of files that belong together, by name: the tables of a study, or a FHIR export in several files.

    Files are told by their content, compressed ones and archives are unpacked, and what is not read is in a note.
    """
    files = unpacked(files, knowledge)
    tables = {PurePath(name).name: name for name in files}
    if PARTICIPANTS in tables:
        ratings = files.get(tables.get(PHENOTYPE, ""))
        reading = read_openneuro(files[tables[PARTICIPANTS]], ratings, at=at, knowledge=knowledge, progress=progress)
        others = {name: _NO_TABLE for name in files if name not in (tables[PARTICIPANTS], tables.get(PHENOTYPE))}
        return _with_passed_over(reading, others)
    values: list[tuple[str, bytes]] = []
    passed: dict[str, Message] = {}
    notes = Notebook()
    omop = omop_tables(files)
    values += omop_values(files, at=at, knowledge=knowledge, notes=notes, zone=zone)
    for name, content in sorted(files.items()):
        if name in omop.values():
            continue
        why_not = why_not_fhir(content)
        if is_ccda(content):
            values += ccda_values(content, at=at, notes=notes, name=name, zone=zone)
        elif why_not:
            passed[name] = why_not
        else:
            values += fhir_values(with_offsets(_as_utf8(content, name), zone), name)
    if not values:
        fix = Message("Keel reads folders with {file} or with FHIR as NDJSON; else name one file.", file=PARTICIPANTS)
        raise ReadError(Message("The folder holds nothing that Keel reads."), fix=fix)
    form = Format.OMOP if omop else Format.FHIR_NDJSON
    reading = read_fhir(values, form=form, at=at, knowledge=knowledge, progress=progress)
    reading = msgspec.structs.replace(reading, notes=(*reading.notes, *notes.notes()))
    return _with_passed_over(reading, passed)


def _as_utf8(content: bytes, name: str) -> bytes:
    try:
        return as_utf8(content)
    except ReadError as error:
        raise error.within(name) from None


def _with_passed_over(reading: Reading, passed: Mapping[str, Message]) -> Reading:
    """The reading with a note on each file that was not read."""
    notes = Notebook()
    for name, reason in passed.items():
        notes.note(Message("file {name} that was passed over", name=name), where=name, reason=reason)
    read, understood, reported = msgspec.structs.astuple(reading.totals)
    totals = Totals(read + len(passed), understood, reported + len(passed))
    return msgspec.structs.replace(reading, notes=(*reading.notes, *notes.notes()), totals=totals)


def _contents(folder: Path, knowledge: Knowledge) -> dict[str, bytes]:
    """Every file of a folder and its sub-folders by its name there; of what Keel cannot read only the beginning."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    wanted = [path for path in files if _may_be_read(path)]
    refuse_too_large(sum(path.stat().st_size for path in wanted), knowledge)
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path in wanted else _start(path) for path in files
    }


def _may_be_read(path: Path) -> bool:
    start = _start(path)
    is_table = path.name in _TABLES or path.stem.casefold() in OMOP_TABLES
    return is_table or is_ccda(start) or may_be_records(start)


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_BEGINNING)


def _read_file(
    path: Path, at: dt.datetime, knowledge: Knowledge, progress: Progress | None, zone: ZoneInfo | None
) -> Reading:
    refuse_too_large(path.stat().st_size, knowledge, path.name)
    with path.open("rb") as file:
        start = file.read(_SNIFFED)
    if start.startswith((GZIP, ZIP)):
        return _read_compressed(path, at, knowledge, progress, zone)
    if begins_ndjson(start):
        values = ((place, with_offsets(line, zone)) for place, line in _lines(path))
        return read_fhir(values, form=Format.FHIR_NDJSON, at=at, knowledge=knowledge, progress=progress)
    return read_records(path.read_bytes(), at=at, knowledge=knowledge, filename=path.name, progress=progress, zone=zone)


def _read_compressed(
    path: Path, at: dt.datetime, knowledge: Knowledge, progress: Progress | None, zone: ZoneInfo | None
) -> Reading:
    """A compressed file as the one that it holds, an archive as a folder."""
    files = unpacked({path.name: path.read_bytes()}, knowledge)
    if len(files) > 1:
        return read_folder(files, at=at, knowledge=knowledge, progress=progress, zone=zone)
    for name, content in files.items():
        return read_records(content, at=at, knowledge=knowledge, filename=name, progress=progress, zone=zone)
    raise ReadError(Message("The file is empty."), where=path.name, fix=Message("Export it again."))


def _lines(path: Path) -> Iterator[tuple[str, bytes]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            place = line_of(path.name, number)
            if line.strip():
                try:
                    yield place, as_utf8(line)
                except ReadError as error:
                    raise ReadError(error.problem, where=place, fix=error.fix) from None

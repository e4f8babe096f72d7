"""Tells by its content what a file is, and hands it to the reader of that format."""

import codecs
import datetime as dt
from difflib import get_close_matches
from zoneinfo import ZoneInfo

import msgspec

from keel.interop import json_text
from keel.interop.archives import GZIP, ZIP
from keel.interop.ccda import ccda_values, is_ccda
from keel.interop.doses_table import is_doses_table, read_doses_table
from keel.interop.encoding import MARKS, as_utf8, refuse_too_large
from keel.interop.errors import ReadError, line_of, shown
from keel.interop.fhir.reader import read_fhir
from keel.interop.journal import read_journal
from keel.interop.openneuro import read_openneuro
from keel.interop.reading import Format, Notebook, Progress, Reading
from keel.interop.record_file.reader import read_keel
from keel.interop.record_file.shape import RecordEntry
from keel.interop.times import with_offsets
from keel.knowledge import Knowledge
from keel.messages import EMPTY, Message

_KEEL_KEYS = ("people", *RecordEntry.__struct_fields__)
_FORMATS = Message(
    "Give a Keel record, a FHIR R4 bundle, resource or NDJSON, a C-CDA document, a Journal export, or a table of doses."
)


def read_records(
    data: bytes,
    *,
    at: dt.datetime,
    knowledge: Knowledge,
    filename: str = "",
    progress: Progress | None = None,
    zone: ZoneInfo | None = None,
) -> Reading:
    """The records in a file's content, whatever its format; `filename` is used in messages only.

    Times without an offset are taken in `zone`, where the file does not name its own.

    `at` is now: what lies after it is noted and not taken as a fact. `progress` is called with what is done and what
    there is to do. Raises ReadError, and nothing else, for content that cannot be read.
    """
    if at.tzinfo is None:
        raise ValueError("`at` needs a time zone")
    try:
        refuse_too_large(len(data), knowledge)
        if is_ccda(data):
            return _ccda(data, at, knowledge, progress, zone)
        return _read(as_utf8(data), at, knowledge, progress, zone)
    except ReadError as error:
        raise error.within(filename) from None


def _read(
    text: bytes, at: dt.datetime, knowledge: Knowledge, progress: Progress | None, zone: ZoneInfo | None
) -> Reading:
    if text.startswith(b"participant_id\t"):
        return _table(text, at, knowledge, progress)
    if not text.lstrip().startswith(b"{"):
        if is_doses_table(text):
            return read_doses_table(text, at=at, knowledge=knowledge, progress=progress, zone=zone)
        raise _not_recognised(text)
    if begins_ndjson(text):
        values = fhir_values(with_offsets(text, zone))
        return read_fhir(values, form=Format.FHIR_NDJSON, at=at, knowledge=knowledge, progress=progress)
    keys = json_text.decode(text, dict[str, msgspec.Raw])
    if "resourceType" in keys:
        is_bundle = bytes(keys["resourceType"]) == b'"Bundle"'
        form = Format.FHIR_BUNDLE if is_bundle else Format.FHIR_RESOURCE
        return read_fhir(
            fhir_values(with_offsets(text, zone)), form=form, at=at, knowledge=knowledge, progress=progress
        )
    if "experiences" in keys:
        return read_journal(text, at=at, knowledge=knowledge, progress=progress)
    if keys.keys() & set(_KEEL_KEYS):
        return read_keel(text, at=at, knowledge=knowledge, progress=progress, zone=zone)
    raise _unknown_keys(list(keys))


def _ccda(
    data: bytes, at: dt.datetime, knowledge: Knowledge, progress: Progress | None, zone: ZoneInfo | None
) -> Reading:
    notes = Notebook()
    values = list(ccda_values(data, at=at, notes=notes, zone=zone))
    reading = read_fhir(values, form=Format.C_CDA, at=at, knowledge=knowledge, progress=progress)
    return msgspec.structs.replace(reading, notes=(*reading.notes, *notes.notes()))


def begins_ndjson(text: bytes) -> bool:
    """Whether the first line is a whole FHIR resource and more lines follow."""
    first, _, rest = text.lstrip().partition(b"\n")
    if not rest.strip():
        return False
    try:
        return "resourceType" in json_text.decode(first, dict[str, msgspec.Raw])
    except ReadError:
        return False


def may_be_records(start: bytes) -> bool:
    """Whether a file that begins so may hold FHIR: JSON in any marked encoding, or something compressed."""
    marked = start.startswith((GZIP, ZIP, *MARKS))
    return marked or start.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{")


def why_not_fhir(content: bytes) -> Message:
    """Why a file of a folder is not read as FHIR; empty where it is.

    What names a resource type and cannot be read is FHIR that is broken, for its reader to refuse by line.
    """
    if not may_be_records(content[:1000]):
        return Message("it is empty") if not content.strip() else Message("it is not JSON")
    try:
        text = as_utf8(content)
    except ReadError as error:
        return error.problem
    if begins_ndjson(text):
        return EMPTY
    first = text.lstrip().partition(b"\n")[0]
    for part in (first, text):
        try:
            keys = json_text.decode(part, dict[str, msgspec.Raw])
        except ReadError:
            continue
        return EMPTY if "resourceType" in keys else Message("it is JSON, and not FHIR: read it by itself")
    return EMPTY if b'"resourceType"' in text else Message("it cannot be read as JSON")


def fhir_values(text: bytes, name: str = "") -> list[tuple[str, bytes]]:
    """The JSON documents of a file with their places: its lines if it is NDJSON, else the whole."""
    if not begins_ndjson(text):
        return [(name or "$", text)]
    # Files that were put together keep the byte-order mark of each.
    lines = enumerate((line.removeprefix(codecs.BOM_UTF8) for line in text.split(b"\n")), start=1)
    return [(line_of(name, number), line) for number, line in lines if line.strip()]


def _table(text: bytes, at: dt.datetime, knowledge: Knowledge, progress: Progress | None) -> Reading:
    if b"session_id" in text.partition(b"\n")[0]:
        problem, fix = (
            Message("These are ratings without the people."),
            Message("Give the folder with participants.tsv too."),
        )
        raise ReadError(problem, fix=fix)
    return read_openneuro(text, None, at=at, knowledge=knowledge, progress=progress)


def _not_recognised(text: bytes) -> ReadError:
    start = shown(text[:60].decode(errors="replace"))
    if text.lstrip().startswith(b"["):
        fix = Message("Put Keel records under “people”, FHIR resources in a Bundle.")
        return ReadError(Message("The file is a JSON list."), fix=fix)
    problem = Message("The file begins with {start}, which no format that Keel reads does.", start=start)
    return ReadError(problem, fix=_FORMATS)


def _unknown_keys(keys: list[str]) -> ReadError:
    if not keys:
        return ReadError(Message("The record is empty."), fix=Message("Add at least “person” or “doses”."))
    near = [match for key in keys for match in get_close_matches(key, _KEEL_KEYS, n=1)]
    fix = Message("Did you mean “{word}”?", word=near[0]) if near else _FORMATS
    problem = Message("The keys {keys} belong to no format that Keel reads.", keys=shown(", ".join(keys)))
    return ReadError(problem, fix=fix)

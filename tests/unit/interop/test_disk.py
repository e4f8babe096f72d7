"""Files and folders from disk: what is opened, and what is refused before it is read."""

import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest

from keel.interop import ReadError, read_path
from keel.knowledge import load
from support.fhir import patient, weight
from support.reading import AT, FIXTURES


def test_a_file_is_read_whatever_its_name(tmp_path: Path):
    path = tmp_path / "dana.txt"
    path.write_bytes((FIXTURES / "keel-dana.json").read_bytes())
    assert read_path(path, at=AT, knowledge=load()).format == "keel-record"


def test_lines_are_read_one_by_one_and_named_in_notes(tmp_path: Path):
    path = tmp_path / "export.ndjson"
    path.write_text("\n".join(json.dumps(one) for one in (patient(), {"resourceType": "Device", "id": "d"})))
    reading = read_path(path, at=AT, knowledge=load())
    assert reading.format == "fhir-ndjson"
    assert reading.notes[0].where == "export.ndjson, line 2 Device/d"


def test_an_export_in_several_files_is_one_reading(tmp_path: Path):
    (tmp_path / "Patient.ndjson").write_text(json.dumps(patient()))
    (tmp_path / "Observation.ndjson").write_text(json.dumps(weight(70)) + "\n" + json.dumps(weight(71, id="w2")))
    (record,) = read_path(tmp_path, at=AT, knowledge=load()).records
    assert (record.person.sex, len(record.measurements)) == ("female", 2)


def zipped(files: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


PATIENT, WEIGHT = json.dumps(patient()).encode(), json.dumps(weight(70)).encode()
EXPORTS: dict[str, dict[str, bytes]] = {
    "plain": {"Patient.ndjson": PATIENT, "Observation.ndjson": WEIGHT},
    "by content": {"1": PATIENT, "part-00000": WEIGHT},
    "gzip": {"Patient.ndjson.gz": gzip.compress(PATIENT), "Observation.gz": gzip.compress(WEIGHT)},
    "gzip in two members": {"all.gz": gzip.compress(PATIENT + b"\n") + gzip.compress(WEIGHT)},
    "zip": {"export.zip": zipped({"a/Patient.json": PATIENT, "a/w.json": WEIGHT})},
    "gzip within a zip": {"export.zip": zipped({"p.gz": gzip.compress(PATIENT), "w": WEIGHT})},
    "sub-folders": {"2026/Patient.ndjson": PATIENT, "2026/11/Observation.ndjson": WEIGHT},
    "byte-order marks": {"all.ndjson": b"\xef\xbb\xbf" + PATIENT + b"\r\n\xef\xbb\xbf" + WEIGHT + b"\r\n"},
}


@pytest.mark.parametrize("files", EXPORTS.values(), ids=EXPORTS.keys())
def test_an_export_is_read_however_it_is_packed(tmp_path: Path, files: dict[str, bytes]):
    """HZ-IOP-04."""
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    reading = read_path(tmp_path, at=AT, knowledge=load())
    assert (len(reading.records), reading.records[0].person.weight_kg, reading.notes) == (1, 70, ())


@pytest.mark.parametrize("packed", [gzip.compress(PATIENT), zipped({"p.json": PATIENT})], ids=["gzip", "zip"])
def test_one_compressed_file_is_read(tmp_path: Path, packed: bytes):
    path = tmp_path / "export"
    path.write_bytes(packed)
    assert len(read_path(path, at=AT, knowledge=load()).records) == 1


def test_every_entry_of_a_folder_that_is_not_read_is_named(tmp_path: Path):
    """HZ-IOP-04."""
    (tmp_path / "Patient.ndjson").write_bytes(PATIENT)
    others = {
        "empty.ndjson": (b"", "empty"),
        "log.ndjson": (b'{"eventId":"kickoff"}\n{"eventId":"end"}\n', "not FHIR"),
        "manifest.json": (b'{"transactionTime":"2026-11-30T00:00:00Z","output":[]}', "not FHIR"),
        "report.pdf": (b"%PDF-1.7", "not JSON"),
        "sub/notes.txt": (b"not read", "not JSON"),
    }
    (tmp_path / "sub").mkdir()
    for name, (content, _) in others.items():
        (tmp_path / name).write_bytes(content)
    reading = read_path(tmp_path, at=AT, knowledge=load())
    assert {str(note.where): str(note.reason) for note in reading.notes}.keys() == others.keys()
    for note in reading.notes:
        assert others[str(note.where)][1] in str(note.reason)
    assert (reading.totals.read, reading.totals.reported) == (1 + len(others), len(others))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (gzip.compress(PATIENT)[:-12], "broken off"),
        (zipped({"p.json": PATIENT})[:-30], "broken off"),
        (zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}), "zip archive or an office document"),
        (gzip.compress(bytes(10_000_001), 1) * 20, "Keel reads up to 200 MB"),
    ],
    ids=["gzip", "zip", "document", "too large"],
)
def test_what_cannot_be_unpacked_is_one_clear_line(tmp_path: Path, content: bytes, message: str):
    path = tmp_path / "export.gz"
    path.write_bytes(content)
    with pytest.raises(ReadError, match=message):
        read_path(path, at=AT, knowledge=load())


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(tmp_path: Path):
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(200_000_001)
    with pytest.raises(ReadError, match=r"huge\.json: The file has 200 MB; Keel reads up to 200 MB"):
        read_path(path, at=AT, knowledge=load())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"resourceType":"Patient","id":"a"}\n{"resourceType":"Pat', "lines.ndjson, line 2.*breaks off"),
        (b'{"resourceType":"Patient","id":"a"}\n{"id": "\xe9"}\n', "lines.ndjson, line 2: The byte 0xE9 is not UTF-8"),
        (b'{"resourceType":"Patient","id":"a"}\n5\n', "lines.ndjson, line 2.*must be an object"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, content: bytes, message: str):
    path = tmp_path / "lines.ndjson"
    path.write_bytes(content)
    with pytest.raises(ReadError, match=message):
        read_path(path, at=AT, knowledge=load())


def test_what_is_not_there_or_empty_is_one_clear_line(tmp_path: Path):
    with pytest.raises(ReadError, match="no such file"):
        read_path(tmp_path / "nowhere.json", at=AT, knowledge=load())
    with pytest.raises(ReadError, match="holds nothing that Keel reads"):
        read_path(tmp_path, at=AT, knowledge=load())


def test_a_path_that_cannot_be_opened_is_one_clear_line(tmp_path: Path):
    with pytest.raises(ReadError):
        read_path(tmp_path / ("x" * 300), at=AT, knowledge=load())

"""Files and folders from disk: what is opened, and what is refused before it is read."""

import json
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
    (tmp_path / "notes.txt").write_text("not read")
    (record,) = read_path(tmp_path, at=AT, knowledge=load()).records
    assert (record.person.sex, len(record.measurements)) == ("female", 2)


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

"""Content that cannot be read: one line that says what, where and how to fix it, and never a traceback."""

import codecs
import json

import pytest

from keel.interop import ReadError, read_records, write_record
from keel.knowledge import load
from keel.record import RecordError
from support.fhir import bundle, patient, phq9_observations, weight
from support.reading import AT, fixture, noted, read

KEEL = fixture("keel-dana.json")
JOURNAL = fixture("journal-dana.json")
FHIR = json.dumps(bundle(patient(), weight(70))).encode()


@pytest.mark.parametrize("content", [KEEL, JOURNAL, FHIR], ids=["keel", "journal", "fhir"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_short_says_where_it_breaks_off(content: bytes, part: float):
    cut = content.rstrip()[: int(len(content.rstrip()) * part)]
    with pytest.raises(ReadError, match=r"line \d+, column \d+"):
        read(cut)


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le-marked", "utf-16-be-marked"])
@pytest.mark.parametrize("content", [KEEL, JOURNAL, FHIR], ids=["keel", "journal", "fhir"])
def test_a_file_with_a_byte_order_mark_is_read_in_its_encoding(content: bytes, coding: str):
    text = content.decode()
    marked = {
        "utf-16-le-marked": codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
        "utf-16-be-marked": codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    }
    data = marked.get(coding) or text.encode(coding)
    assert read(data) == read(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty"),
        (b" \n\t", "The file is empty"),
        (
            '{"person": {"id": "Zoë"}}'.encode("latin-1"),
            r"line 1, column 22: The byte 0xEB is not UTF-8.*Save it as UTF-8",
        ),
        ('{\n"person": {"id": "Zoë"}}'.encode("latin-1"), "line 2, column 21"),
        ('{"person": {}}'.encode("utf-16-le"), "UTF-16 without its mark"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8{", "begins as UTF-16 and does not go on so"),
        (b"\x1f\x8b\x08\x00", "compressed with gzip.*Unpack it"),
        (b"PK\x03\x04rest", "zip archive"),
        (b"%PDF-1.7", "PDF document"),
        (b"hello", "begins with “hello”"),
        (b"<Bundle/>", "begins with “<Bundle/>”"),
        (b"[]", "JSON list.*people"),
        (b'"text"', "no format that Keel reads"),
        (b"{}", "The record is empty"),
        (b'{"persn": {}}', "Did you mean “person”"),
        (b'{"foo": 1}', "“foo” belong to no format that Keel reads"),
        (b'{"doses": [}', "line 1, column 12"),
        (b'{"person": {"age": NaN}}', "NaN and Infinity are not numbers"),
        (b'{"person": {"age": -Infinity}}', "NaN and Infinity are not numbers"),
        (b'{"person": {"age": 1e999}}', r"\$\.person\.age: Number out of range"),
        (b'{"person": {"age": 1' + b"0" * 5000 + b"}}", r"\$\.person\.age"),
        (b'{"doses": ' + b"[" * 100_000, "nested too deeply|breaks off"),
        (b'{"doses": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b'{"person": {"id": "a\x01b"}}', "line 1, column"),
        (b'{"person": {"id": "\\ud800"}}', "line 1, column"),
        (b'{"person": {}} {"person": {}}', "Trailing characters"),
        (b'{"experiences": {}}', r"\$\.experiences: Here stands an object"),
        (b'{"resourceType": 5}', r"resourceType"),
    ],
)
def test_content_that_cannot_be_read_is_refused_in_one_line(content: bytes, message: str):
    try:
        reading = read(content)
    except ReadError as error:
        text = str(error)
    else:  # an object that is not a FHIR resource is reported, not refused
        text = " ".join(f"{note.where} {note.reason}" for note in reading.notes)
    assert "\n" not in text
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(text)


def test_a_message_names_the_file_and_stays_short():
    with pytest.raises(ReadError, match=r"^dana\.json, line 1, column 8: ") as caught:
        read_records(b'{"a": "' + b"\xff" + b"x" * 10_000, at=AT, knowledge=load(), filename="dana.json")
    assert len(str(caught.value)) < 600


def test_what_was_typed_stands_in_the_message_without_line_breaks():
    with pytest.raises(ReadError) as caught:
        read({"doses": [{"substance": "a\nb" * 1000, "start": "2026"}]})
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600


def test_a_read_error_is_a_record_error():
    assert issubclass(ReadError, RecordError)


def test_a_file_beyond_the_limit_is_refused():
    with pytest.raises(ReadError, match=r"Keel reads up to 200 MB at once\. Split it by person"):
        read_records(bytes(200_000_001), at=AT, knowledge=load())


def test_a_time_without_a_zone_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="needs a time zone"):
        read_records(KEEL, at=AT.replace(tzinfo=None), knowledge=load())


@pytest.mark.parametrize("number", ["1" + "0" * 40, "1e400", "-1e400", "0." + "1" * 400])
def test_a_number_beyond_reason_in_a_resource_is_reported(number: str):
    text = json.dumps(weight(70)).replace("70", number)
    reading = read(text)
    assert reading.totals.read == 1
    assert len(reading.records) <= 1


@pytest.mark.parametrize("depth", [50, 300, 600, 900, 5000])
def test_questions_within_questions_do_not_exhaust_the_reader(depth: int):
    item = '{"linkId": "a", "item": [' * depth + "]}" * depth
    response = f'{{"resourceType": "QuestionnaireResponse", "status": "completed", "item": [{item}]}}'
    try:
        assert read(response).totals.reported == 1
    except ReadError as error:
        assert "nested too deeply" in str(error)


@pytest.mark.parametrize("version", ["9" * 5000, "٣", "-1", "v2"])
def test_a_version_that_is_no_number_is_no_version(version: str):
    assert read(patient(meta={"versionId": version})).totals.understood == 1


@pytest.mark.parametrize(
    "start", ["0001-01-01", "0001", "9999-12-31", "9999-12-31T23:59", "0001-01-01T00:00", "1850-01-01"]
)
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York", "Europe/Amsterdam", "UTC"])
def test_times_at_the_ends_of_the_calendar_are_read_or_refused(start: str, zone: str):
    try:
        reading = read({"timezone": zone, "doses": [{"substance": "ketamine", "amount": "1 mg", "start": start}]})
    except ReadError as error:
        assert "out of range" in str(error)
    else:
        assert read(write_record(reading.records[0])).records[0].doses == reading.records[0].doses


def test_two_people_who_answer_to_one_panel_stop_nothing():
    panel = phq9_observations([1] * 9)
    one = [resource | {"fullUrl": f"https://one.example/Observation/{resource['id']}"} for resource in panel[1:]]
    other = [resource | {"fullUrl": f"https://other.example/Observation/{resource['id']}"} for resource in panel[1:]]
    reading = read(bundle(patient(), panel[0], *one, *other))
    assert reading.totals.reported == 0
    assert noted(reading)["member of a panel"] == 9

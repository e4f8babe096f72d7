"""`keel convert`: the Picture of the converted record is that of the original, at any time."""

import json

import pytest

from support.command import keel_here
from support.fhir import administration, bundle, concept, observation, patient, quantity, request, statement, weight
from support.reading import FIXTURES

AT = "2026-11-21T12:00+00:00"
TWO_SERVERS = [patient(fullUrl=f"https://{name}.example/Patient/dana") for name in ("one", "other")]
TWO_IN_ONE = "2 g a week snorted for 1 year, then 400 mg weekly orally for 2 years"
CASES = {
    "a pattern of two phases": {"patterns": [TWO_IN_ONE]},
    "a weight that was measured": bundle(patient(), weight(60, effectiveDateTime="2026-01-01"), administration()),
    "a dose per kilogram long before the weight": bundle(
        patient(),
        weight(60),
        administration(effectiveDateTime="2020-01-01", dosage={"dose": quantity(0.5, "mg/kg")}),
    ),
    "a value without a code": bundle(
        patient(), observation("", quantity(190, "mm[Hg]")) | {"code": {"text": "pressure"}}
    ),
    "a code without its system": bundle(
        patient(), observation("", quantity(190, "mm[Hg]")) | {"code": concept("8480-6", system="")}
    ),
    "a limit in an unknown unit": bundle(
        patient(),
        observation("1742-6", quantity(5, "ukat/L"), referenceRange=[{"high": quantity(0.6, "ukat/L")}]),
    ),
    "a value that cannot be": bundle(patient(), weight(7000)),
    "one id for two resources": bundle(patient(), request(id="1"), statement(id="1"), request(id="2")),
    "two people with one id": bundle(*TWO_SERVERS),
    "nothing": {"person": {}},
}


def assessed(file, at):
    answer = json.loads(keel_here("assess", str(file), "--at", at, "--json").stdout)
    people = answer.get("people", [answer])
    return [{key: value for key, value in one.items() if key not in ("notes", "totals")} for one in people]


def with_plain_ids(pictures):
    """People who share an id get a number behind it; the rest of the Picture stays."""
    for one in pictures:
        one["person"]["id"] = one["person"]["id"].removesuffix(" (2)")
    return pictures


@pytest.fixture
def converted(tmp_path):
    def convert(file):
        done = keel_here("convert", str(file), "--at", AT)
        assert done.returncode == 0, done.stderr
        record = tmp_path / "converted.json"
        record.write_text(done.stdout, encoding="utf-8")
        return record

    return convert


@pytest.mark.parametrize("name", sorted(path.name for path in FIXTURES.iterdir() if path.name != "phenotype.tsv"))
def test_the_picture_of_a_converted_file_is_that_of_the_original(converted, name):
    assert assessed(converted(FIXTURES / name), AT) == assessed(FIXTURES / name, AT)


@pytest.mark.parametrize("tree", CASES.values(), ids=list(CASES))
def test_what_is_easily_lost_on_the_way_is_not(tmp_path, converted, tree):
    file = tmp_path / "original.json"
    file.write_text(json.dumps(tree), encoding="utf-8")
    assert with_plain_ids(assessed(converted(file), AT)) == assessed(file, AT)


def test_a_measured_weight_grows_old_in_the_converted_record_as_in_the_original(tmp_path, converted):
    """HZ-WT-02: the limit is Keel's own, two years (reading/limits.toml)."""
    file = tmp_path / "original.json"
    file.write_text(json.dumps(bundle(patient(), weight(60, effectiveDateTime="2026-01-01"))), encoding="utf-8")
    record = converted(file)
    assert [one["person"]["weight_kg"] for one in assessed(record, AT)] == [60]
    assert [one["person"]["weight_kg"] for one in assessed(record, "2028-06-01")] == [None]


def test_what_was_not_taken_as_a_fact_is_named_beside_the_record(tmp_path):
    file = tmp_path / "original.json"
    file.write_text(json.dumps(bundle(patient(), weight(7000))), encoding="utf-8")
    done = keel_here("convert", str(file), "--at", AT)
    assert json.loads(done.stdout)["person"]["id"] == "dana"
    assert "cannot be 7000 kg" in done.stderr


def test_a_form_that_keel_does_not_write_is_refused_in_one_line():
    done = keel_here("convert", str(FIXTURES / "keel-dana.json"), "--to", "xml")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "keel: Keel does not write “xml”. Write --to keel, --to fhir or --to csv.\n"


def test_a_record_goes_to_fhir_and_back(tmp_path):
    again = tmp_path / "again.json"
    again.write_text(keel_here("convert", str(FIXTURES / "keel-dana.json"), "--to", "fhir", "--at", AT).stdout)
    assert assessed(again, AT) == assessed(FIXTURES / "keel-dana.json", AT)


def test_the_template_of_doses_goes_to_a_table_and_back(tmp_path):
    table, again = tmp_path / "doses.csv", tmp_path / "again.csv"
    table.write_text(keel_here("convert", "--template", "doses.csv").stdout)
    again.write_text(keel_here("convert", str(table), "--to", "csv", "--at", "2026-12-01").stdout)
    assert assessed(again, "2026-12-01") == assessed(table, "2026-12-01")


def test_a_table_says_what_it_has_no_place_for(tmp_path):
    path = tmp_path / "dana.json"
    path.write_text(json.dumps({"patterns": ["400 mg weekly"], "medicines": ["sertraline"]}))
    answer = keel_here("convert", str(path), "--to", "csv", "--at", AT)
    assert answer.stdout == "date,drug,amount,unit,route\n"
    assert "no place for 2 other facts" in answer.stderr

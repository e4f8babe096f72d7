"""Records as FHIR R4: what is written is valid, says to others what it means, and reads back to the same Picture."""

import datetime as dt
import importlib
import json

import msgspec
import pytest

from keel.assessment.picture import picture_of
from keel.interop import fhir_bundle, read_records
from keel.knowledge import load
from keel.quantities import Interval
from keel.record import (
    Answers,
    Condition,
    Dose,
    DoseCertainty,
    Measurement,
    Medicine,
    Person,
    Pregnancy,
    Record,
    RiskAssessment,
    RiskLevel,
    Setting,
)
from support.fhir import administration, bundle, observation, patient, phq9_response, quantity, statement, weight
from support.loops import some
from support.reading import AT, FIXTURES, read, the_record

FACTS = load()
GIVEN = dt.datetime(2026, 11, 1, 9, 0, tzinfo=dt.UTC)
DANA = Record(
    person=Person(id="dana", birth_date=dt.date(1992, 5, 17), pregnancy=Pregnancy.NOT_PREGNANT, country="GB"),
    doses=(
        Dose(
            substance="racemic",
            route="iv",
            start=GIVEN,
            end=GIVEN + dt.timedelta(minutes=40),
            amount_mg=Interval.exactly(35),
            certainty=DoseCertainty.MEASURED,
            setting=Setting.CLINIC,
        ),
        Dose(substance="unknown", route="unknown", start=GIVEN, setting=Setting.NON_MEDICAL),
        Dose(substance="esketamine", route="nasal", start=GIVEN, amount_mg=Interval(20, 50, 60), devices=2),
        Dose(substance="racemic", route="oral", start=GIVEN, per_kg=Interval.exactly(1.5)),
    ),
    patterns=the_record({"patterns": ["2 g a week snorted for 1 year, then 400 mg weekly for 2 years"]}).patterns,
    measurements=(
        Measurement(code="8480-6", system="http://loinc.org", name="Systolic", value=142.0, unit="mm[Hg]", at=GIVEN),
        Measurement(code="93374-7", system="http://loinc.org", name="Suicide risk level", value="somewhat", at=GIVEN),
        Measurement(code="x", system="urn:local", name="ALT", value=4.0, unit="ukat/L", at=GIVEN, upper_limit=0.8),
        Measurement(code="8462-4", system="http://loinc.org", name="Diastolic", value=None, absent="error", at=GIVEN),
    ),
    medicines=(
        Medicine(text="phenelzine", codes={"http://www.nlm.nih.gov/research/umls/rxnorm": "8123"}),
        Medicine(text="ketamine", status="administered", started=GIVEN.date(), stopped=GIVEN.date()),
        Medicine(text="sertraline", status="planned"),
        Medicine(text="lithium", status="unknown"),
    ),
    answers=(
        Answers(instrument="phq-9", items={"1": 2, "2": "declined", "9": "not_understood"}, at=GIVEN),
        Answers(instrument="gad-7", total=9.0, at=GIVEN),
    ),
    conditions=(
        Condition(text="mania", status="suspected"),
        Condition(text="cystitis", present=False),
        Condition(text="hypertension", status="past", onset=dt.date(2019, 1, 1), ended=dt.date(2020, 1, 1)),
        Condition(text="schizophrenia", status="family"),
    ),
    risk_assessments=(
        RiskAssessment(level=RiskLevel.LOW, by="Alice", reason="Seen, safe.", at=GIVEN),
        RiskAssessment(level=RiskLevel.NONE, risk="warning signs", by="Alice", reason="Cleared.", at=GIVEN),
    ),
)


def written(*records):
    return fhir_bundle(*records, at=AT, knowledge=FACTS)


def resources(kind, *records):
    return [one["resource"] for one in written(*records)["entry"] if one["resource"]["resourceType"] == kind]


def picture(record):
    """The Picture without its notes, and without the places of other files that stand in them."""
    return msgspec.structs.replace(picture_of(record, at=AT, knowledge=FACTS), notes=())


@pytest.mark.parametrize("name", ["keel-dana.json", "journal-dana.json"])
def test_a_file_reads_back_to_the_same_picture(name):
    original = the_record((FIXTURES / name).read_bytes())
    again = the_record(written(original))
    named = msgspec.structs.replace(again, person=msgspec.structs.replace(again.person, id=original.person.id))
    assert picture(named) == picture(original)


def test_every_kind_of_fact_comes_back():
    """HZ-IOP-01, HZ-IOP-02: no amount, status, answer or diagnosis changes on the way."""
    again = the_record(written(DANA))
    again = msgspec.structs.replace(
        again, doses=tuple(msgspec.structs.replace(one, origin="") for one in again.doses), notes=(), format=""
    )
    assert again.person == DANA.person
    for name in some(Record.__struct_fields__[1:-2]):
        assert sorted(getattr(again, name), key=str) == sorted(getattr(DANA, name), key=str), name
    assert picture(again) == picture(DANA)


def test_what_is_in_the_family_is_no_condition_of_the_person():
    """HZ-IOP-02."""
    assert [one["condition"][0]["code"]["text"] for one in resources("FamilyMemberHistory", DANA)] == ["schizophrenia"]
    told = {one["code"]["text"]: one for one in resources("Condition", DANA)}
    assert "schizophrenia" not in told
    # condition-ver-status and condition-clinical of R4: refuted, unconfirmed, inactive.
    assert told["cystitis"]["verificationStatus"]["coding"][0]["code"] == "refuted"
    assert told["mania"]["verificationStatus"]["coding"][0]["code"] == "unconfirmed"
    assert told["hypertension"]["clinicalStatus"]["coding"][0]["code"] in ("inactive", "resolved")


def test_an_unknown_amount_is_absent_and_never_zero():
    """HZ-IOP-01."""
    unknown = [one for one in resources("MedicationStatement", DANA) if "doseAndRate" in one.get("dosage", [{}])[0]]
    absent = [
        one for one in unknown if "value" not in one["dosage"][0]["doseAndRate"][0].get("doseQuantity", {"value": 0})
    ]
    assert len(absent) == 1
    assert absent[0]["dosage"][0]["doseAndRate"][0]["doseQuantity"]["extension"][0]["valueCode"] == "unknown"


def test_two_people_never_share_an_address():
    """HZ-ID-03: bundles put together in one folder stay two people."""
    both = written(DANA, msgspec.structs.replace(DANA, person=Person(id="erin")))
    addresses = [entry["fullUrl"] for entry in both["entry"]]
    assert len(set(addresses)) == len(addresses)
    assert [record.person.id for record in read(both).records] == ["dana", "erin"]


def test_the_same_record_gives_the_same_file():
    assert json.dumps(written(DANA)) == json.dumps(written(DANA))


def test_an_id_that_fhir_forbids_is_an_identifier():
    record = Record(person=Person(id="clinic 4/17"))
    assert the_record(written(record)).person.id == "clinic 4/17"


def test_own_extensions_of_others_are_not_believed_blindly():
    """HZ-VIT-05: a weight beyond belief is noted, an unknown word refuses its resource."""
    heavy = {"url": "urn:keel:extension:weight-kg", "valueDecimal": 7000}
    assert the_record(bundle(patient(extension=[heavy]))).person.weight_kg is None
    odd = {"url": "urn:keel:extension:setting", "valueCode": "moon"}
    assert read(bundle(patient(), administration(extension=[odd]))).totals.reported == 1


@pytest.mark.parametrize(
    "record",
    [DANA, the_record(bundle(patient(), weight(70), administration(), statement(), phq9_response([1] * 9)))],
    ids=["every kind", "from FHIR"],
)
def test_the_oracle_takes_every_resource(record):
    """fhir.resources as an independent judge, R4B being R4 for these types."""
    pytest.importorskip("fhir.resources", reason="the oracle is not installed")
    for entry in some(written(record)["entry"]):
        name = entry["resource"]["resourceType"]
        shape = getattr(importlib.import_module(f"fhir.resources.R4B.{name.lower()}"), name)
        shape.model_validate(entry["resource"])


def test_a_word_of_a_unit_is_not_called_ucum():
    (found,) = resources("Observation", the_record(bundle(patient(), observation("x", quantity(4, "furlongs")))))
    assert found["valueQuantity"] == {"value": 4, "unit": "furlongs"}


def test_a_dose_over_minutes_that_was_only_told_is_one_dose():
    told = statement(
        status="completed",
        effectivePeriod={"start": "2026-11-01T09:00:00Z", "end": "2026-11-01T09:40:00Z"},
        dosage=[{"doseAndRate": [{"doseQuantity": quantity(35, "mg")}]}],
    )
    (dose,) = the_record(bundle(patient(), told)).doses
    assert (dose.duration_min, dose.amount_mg) == (40, Interval.exactly(35))


def test_a_family_history_is_read_as_of_the_family():
    """HZ-IOP-02."""
    history = {
        "resourceType": "FamilyMemberHistory",
        "status": "completed",
        "patient": {"reference": "Patient/dana"},
        "relationship": {"text": "mother"},
        "condition": [{"code": {"text": "Schizophrenia"}}],
    }
    (condition,) = the_record(bundle(patient(), history)).conditions
    assert (condition.text, condition.status) == ("Schizophrenia", "family")


def test_a_bundle_is_json_that_the_reader_takes_whole():
    data = json.dumps(written(DANA)).encode()
    reading = read_records(data, at=AT, knowledge=FACTS)
    assert reading.totals.reported == 0


@pytest.mark.parametrize(
    ("system", "code", "also"),
    [
        ("http://loinc.org", "8459-0", ["8480-6"]),
        ("http://snomed.info/sct", "271650006", ["8462-4"]),
        ("http://loinc.org", "8889-8", ["8867-4"]),
        ("http://loinc.org", "3141-9", ["29463-7"]),
        ("http://loinc.org", "59408-5", ["2708-6"]),
        ("http://loinc.org", "2708-6", []),
        ("http://loinc.org", "8480-6", []),
        ("http://loinc.org", "59826-8", []),
    ],
)
def test_a_vital_sign_goes_out_under_the_code_that_every_program_looks_for(system: str, code: str, also: list[str]):
    """R4 vital-signs profiles; US Core pulse oximetry has both codes (reference/interop.md, 3.3)."""
    at = dt.datetime(2026, 11, 1, 9, tzinfo=dt.UTC)
    measured = Measurement(code=code, system=system, name="as sent", value=90.0, unit="", at=at)
    bundle = fhir_bundle(Record(measurements=(measured,)), at=AT, knowledge=FACTS)
    coding = bundle["entry"][1]["resource"]["code"]["coding"]
    assert coding == [{"system": system, "code": code}, *({"system": "http://loinc.org", "code": one} for one in also)]

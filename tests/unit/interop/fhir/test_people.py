"""FHIR envelopes: whose a resource is, what is counted, and what comes twice."""

import json

import pytest

from keel.record import Pregnancy, Sex
from support.fhir import administration, bundle, condition, observation, patient, quantity, request, weight
from support.loops import some
from support.reading import noted, read, the_record


def test_a_patient_is_read_without_names():
    record = the_record(bundle(patient(name=[{"family": "CANARY"}], address=[{"text": "CANARY"}])))
    assert (record.person.id, record.person.sex, str(record.person.birth_date)) == ("dana", Sex.FEMALE, "1992-05-17")
    assert "CANARY" not in repr(record)


def test_a_bundle_a_single_resource_and_lines_are_told_apart():
    lines = "\n".join(json.dumps(one) for one in (patient(), weight(70)))
    assert read(bundle(patient())).format == "fhir-bundle"
    assert read(patient()).format == "fhir-resource"
    assert read(lines).format == "fhir-ndjson"
    assert read(lines + "\n\n").totals.read == 2
    assert read(json.dumps(patient(), indent=2)).format == "fhir-resource"


def test_each_person_has_a_record_of_their_own():
    reading = read(
        bundle(
            patient(),
            patient(id="erin"),
            administration(),
            administration(id="ma2", subject={"reference": "Patient/erin"}, dosage={"dose": quantity(84, "mg")}),
        )
    )
    amounts = {
        record.person.id: [dose.amount_mg.mid for dose in record.doses if dose.amount_mg] for record in reading.records
    }
    assert amounts == {"dana": [35], "erin": [84]}


def test_people_of_two_servers_with_one_id_are_two_people():
    one, other = "https://one.example/fhir", "https://other.example/fhir"
    reading = read(
        bundle(
            patient(fullUrl=f"{one}/Patient/1", id="1"),
            patient(fullUrl=f"{other}/Patient/1", id="1"),
            administration(fullUrl=f"{one}/MedicationAdministration/1", subject={"reference": "Patient/1"}),
            administration(
                fullUrl=f"{other}/MedicationAdministration/1",
                subject={"reference": "Patient/1"},
                dosage={"dose": quantity(84, "mg")},
            ),
        )
    )
    assert [len(record.doses) for record in reading.records] == [1, 1]


def test_a_reference_that_two_people_answer_to_is_reported_and_given_to_none():
    reading = read(
        bundle(
            patient(fullUrl="https://one.example/fhir/Patient/1", id="1"),
            patient(fullUrl="https://other.example/fhir/Patient/1", id="1"),
            administration(subject={"reference": "Patient/1"}),
        )
    )
    assert [len(record.doses) for record in reading.records] == [0, 0]
    assert noted(reading) == {"MedicationAdministration resource": 1}


@pytest.mark.parametrize(
    "reference",
    [
        "Patient/dana",
        "Patient/dana/_history/3",
        "https://example.org/fhir/Patient/dana",
        "urn:uuid:3b9bb0a9-4cf1-4c2b-9f6a-0d0f5d8c1a11",
    ],
)
def test_a_person_is_found_by_every_kind_of_reference(reference: str):
    address = reference if "://" in reference or reference.startswith("urn:") else None
    dana = patient() | ({"fullUrl": address} if address else {})
    reading = read(bundle(dana, weight(70, subject={"reference": reference})))
    (record,) = reading.records
    assert (record.person.id, record.person.weight_kg) == ("dana", 70)
    assert noted(reading) == {}


def test_a_contained_patient_is_a_person():
    contained = patient(id="p")
    record = the_record(weight(70, contained=[contained], subject={"reference": "#p"}))
    assert (record.person.sex, record.person.weight_kg) == (Sex.FEMALE, 70)


def test_a_person_whose_patient_resource_is_missing_still_has_a_record():
    reading = read(weight(70))
    assert reading.records[0].person.id == "dana"
    assert noted(reading) == {"person without a Patient resource": 1}


@pytest.mark.parametrize(
    ("subject", "reason"),
    [
        (None, "whom it is about"),
        ({"display": "Dana"}, "whom it is about"),
        ({"reference": "Group/1"}, "not about a person"),
        ({"reference": "#nobody"}, "not contained"),
    ],
)
def test_a_resource_about_no_person_is_reported(subject: dict[str, str] | None, reason: str):
    reading = read(bundle(patient(), weight(70, subject=subject)))
    (note,) = reading.notes
    assert note.what == "Observation resource"
    assert reason in note.reason
    assert reading.totals.reported == 1


def test_every_resource_is_understood_or_reported():
    odd = [
        {"resourceType": "Encounter", "id": "e1", "status": "finished", "subject": {"reference": "Patient/dana"}},
        {"resourceType": "Practitioner", "id": "p1"},
        {"resourceType": "Patiant", "id": "x"},
        {"id": "no type"},
        observation("8867-4"),
    ]
    reading = read(bundle(patient(), weight(70), bundle(administration()), *odd))
    counts = {name: count for name, count in noted(reading).items() if name.endswith((" resource", " is not valid"))}
    assert reading.totals.read == 1 + 2 + 2 + len(odd)  # two bundles count as well
    assert reading.totals.reported == sum(counts.values()) == len(odd)
    assert reading.totals.understood == reading.totals.read - len(odd)


def test_what_is_not_read_though_it_names_ketamine_says_so():
    procedure = {
        "resourceType": "Procedure",
        "id": "p",
        "status": "completed",
        "subject": {"reference": "Patient/dana"},
        "code": {"text": "Ketamine infusion"},
    }
    (record,) = read(bundle(patient(), procedure)).records
    assert "names ketamine" in record.notes[0].reason


def test_the_same_resource_counts_once():
    reading = read(bundle(patient(), administration(), administration()))
    assert len(reading.records[0].doses) == 1
    assert noted(reading) == {"MedicationAdministration resource": 1}


def test_the_newest_version_of_a_resource_counts():
    old = administration(meta={"versionId": "1", "lastUpdated": "2026-11-01T10:00:00Z"})
    new = administration(
        meta={"versionId": "2", "lastUpdated": "2026-11-02T10:00:00Z"}, dosage={"dose": quantity(50, "mg")}
    )
    for order in ((old, new), (new, old)):
        reading = read(bundle(patient(), *order))
        (dose,) = reading.records[0].doses
        assert dose.amount_mg is not None
        assert dose.amount_mg.mid == 50
        assert noted(reading)["MedicationAdministration resource"] == 1


def test_the_newest_version_is_the_latest_instant_whatever_its_offset():
    """HZ-CLK-01: 08:00-05:00 is 13:00Z and later than 13:30+01:00, 12:30Z, though its text sorts before it."""
    old = administration(meta={"lastUpdated": "2026-11-01T13:30:00+01:00"})
    new = administration(meta={"lastUpdated": "2026-11-01T08:00:00-05:00"}, dosage={"dose": quantity(50, "mg")})
    for order in ((old, new), (new, old)):
        (dose,) = read(bundle(patient(), *order)).records[0].doses
        assert dose.amount_mg is not None
        assert dose.amount_mg.mid == 50


def test_a_birth_date_that_cannot_be_is_noted_and_not_used():
    """HZ-WT-03: nobody is 225 years old; the oldest age proved is 122."""
    reading = read(bundle(patient(birthDate="1801-05-17")))
    assert reading.records[0].person.birth_date is None
    assert noted(reading) == {"birth date that cannot be": 1}


def test_one_id_with_two_contents_is_noted_and_not_counted_twice():
    reading = read(bundle(patient(), administration(), administration(dosage={"dose": quantity(50, "mg")})))
    (dose,) = reading.records[0].doses
    assert dose.amount_mg is not None
    assert dose.amount_mg.mid == 35
    assert "give each its own" in reading.notes[0].reason


def test_a_resource_that_was_deleted_does_not_count():
    history = bundle(patient(), administration(), type="history")
    history["entry"].insert(0, {"request": {"method": "DELETE", "url": "MedicationAdministration/ma1"}})
    reading = read(history)
    assert reading.records[0].doses == ()
    assert noted(reading) == {"MedicationAdministration resource": 1}


@pytest.mark.parametrize("written", ["2026-11-03T12:30:00+02:00", "2026-11-03T10:30:00Z"])
def test_a_resource_that_was_written_again_after_its_deletion_counts(written: str):
    """Deleted at 10:00 UTC and written again at 10:30 UTC, whatever the offset and the order in the file."""
    gone = {
        "request": {"method": "DELETE", "url": "MedicationAdministration/ma1"},
        "response": {"status": "204", "lastModified": "2026-11-03T11:00:00+01:00"},
    }
    again = administration(meta={"lastUpdated": written})
    first = administration(meta={"lastUpdated": "2026-11-01T10:00:00Z"})
    history = bundle(patient(), again, first, type="history")
    for place in some(range(len(history["entry"]) + 1)):
        entries = [*history["entry"][:place], gone, *history["entry"][place:]]
        assert len(read(history | {"entry": entries}).records[0].doses) == 1


def test_a_deletion_after_every_version_holds_whatever_its_place():
    gone = {
        "request": {"method": "DELETE", "url": "MedicationAdministration/ma1"},
        "response": {"status": "204", "lastModified": "2026-11-03T11:00:00+01:00"},
    }
    history = bundle(patient(), administration(meta={"lastUpdated": "2026-11-03T09:59:59Z"}), type="history")
    for place in some(range(len(history["entry"]) + 1)):
        entries = [*history["entry"][:place], gone, *history["entry"][place:]]
        assert read(history | {"entry": entries}).records[0].doses == ()


def test_a_bundle_with_further_pages_says_so():
    reading = read(bundle(patient(), type="searchset", link=[{"relation": "next", "url": "https://example.org?p=2"}]))
    assert noted(reading) == {"bundle with further pages": 1}


@pytest.mark.parametrize(
    "change",
    [
        {"notGiven": True},  # STU3: it was not given
        {"implicitRules": "http://example.org/rules"},
        {"modifierExtension": [{"url": "http://example.org/negated", "valueBoolean": True}]},
        {"status": "finished"},
        {"status": None},
        {"effectiveDateTime": "2026-11-01"},  # beside effectivePeriod
        {"effectivePeriod": {"start": "01/11/2026"}},
        {"effectivePeriod": {"start": "2026-11-01T09:00:00Z", "end": "2026-10-01T09:00:00Z"}},
        {"effectivePeriod": {"start": "2026-02-30"}},
        {"effectivePeriod": {"start": "2026-11-01T09:00"}},  # no offset
        {"dosage": {"dose": {"value": "35", "unit": "mg"}}},
        {"dosage": {"dose": quantity(35, "mg"), "dosis": 1}},
        {"dosage": [{"dose": quantity(35, "mg")}]},
        {"medicationCodeableConcept": None},
        {"medicationReference": {"reference": "Medication/1"}},  # beside medicationCodeableConcept
    ],
)
def test_a_resource_that_r4_does_not_allow_is_reported_and_not_read_in_part(change: dict[str, object]):
    resource = {key: value for key, value in (administration() | change).items() if value is not None}
    reading = read(bundle(patient(), resource))
    assert reading.records[0].doses == ()
    assert noted(reading) == {"MedicationAdministration resource": 1}


@pytest.mark.parametrize(
    ("verification", "present", "status"),
    [("refuted", False, "active"), ("confirmed", True, "active"), ("provisional", True, "provisional")],
)
def test_a_condition_keeps_how_sure_it_is(verification: str, present: bool, status: str):
    record = the_record(bundle(patient(), condition(verificationStatus={"coding": [{"code": verification}]})))
    assert [(one.text, one.present, one.status) for one in record.conditions] == [("Hypertension", present, status)]


def test_a_condition_entered_in_error_is_left_out():
    record = the_record(bundle(patient(), condition(verificationStatus={"coding": [{"code": "entered-in-error"}]})))
    assert record.conditions == ()
    assert noted(record) == {"Condition resource": 1}


def test_a_resolved_condition_says_so():
    record = the_record(bundle(patient(), condition(clinicalStatus={"coding": [{"code": "resolved"}]})))
    assert record.conditions[0].status == "resolved"


def test_an_allergy_to_ketamine_is_kept_and_any_other_reported():
    def allergy(text: str) -> dict[str, object]:
        reference = {"reference": "Patient/dana"}
        return {"resourceType": "AllergyIntolerance", "id": text, "code": {"text": text}, "patient": reference}

    record = the_record(bundle(patient(), allergy("Ketamine"), allergy("Peanuts")))
    assert [one.text for one in record.conditions] == ["Allergy or intolerance to ketamine or esketamine: Ketamine"]
    assert noted(record) == {"AllergyIntolerance resource": 1}


@pytest.mark.parametrize(
    ("code", "told", "now"),
    [
        ("77386006", "2026-09-01", Pregnancy.PREGNANT),
        ("77386006", "2025-09-01", Pregnancy.UNKNOWN),  # more than ten months ago
        ("60001007", "2026-11-15", Pregnancy.NOT_PREGNANT),
        ("60001007", "2026-09-01", Pregnancy.UNKNOWN),  # more than one month ago
        ("146799005", "2026-11-15", Pregnancy.UNKNOWN),
        ("1", "2026-11-15", Pregnancy.UNKNOWN),
    ],
)
def test_pregnancy_is_what_was_told_last_while_it_can_still_be_true(code: str, told: str, now: Pregnancy):
    status = observation(
        "82810-3", {"coding": [{"system": "http://snomed.info/sct", "code": code}]}, effectiveDateTime=told
    )
    assert the_record(bundle(patient(), status)).person.pregnancy is now


def test_not_asked_stays_not_asked():
    assert the_record(bundle(patient())).person.pregnancy is Pregnancy.NOT_ASKED


def test_a_birth_year_gives_an_age_and_a_note():
    record = the_record(bundle(patient(birthDate="1992")))
    assert (record.person.birth_date, record.person.age_years) == (None, 34)
    assert noted(record) == {"birth date known only in part": 1}


def test_progress_counts_up_to_the_number_of_resources():
    from keel.interop import read_records
    from keel.knowledge import load
    from support.reading import AT

    seen: list[tuple[int, int]] = []
    data = json.dumps(bundle(patient(), weight(70), request())).encode()
    read_records(data, at=AT, knowledge=load(), progress=lambda done, of: seen.append((done, of)))
    assert seen == [(1, 3), (2, 3), (3, 3)]

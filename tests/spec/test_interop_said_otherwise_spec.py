"""The facts that record systems send, each said in other ordinary ways than in the field cases: same facts out.

The cases are made up after the kinds of `../shared/field/records/expected.md`; expected values are what each says.
"""

import base64
import datetime as dt
import gzip
import io
import json
import zipfile
from typing import Any

import pytest

from keel.assessment.picture import Picture, picture_of
from keel.assessment.protocols.record_facts import facts_from_record
from keel.interop import Reading, fhir_bundle, read_folder, read_records, write_record
from keel.knowledge import load
from keel.record import Record
from support.fhir import (
    DANA,
    LOINC,
    PHQ9_ITEMS,
    administration,
    bundle,
    concept,
    condition,
    observation,
    patient,
    phq9_response,
    quantity,
    statement,
    weight,
)

AT = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
FACTS = load()
SNOMED, RXNORM = "http://snomed.info/sct", "http://www.nlm.nih.gov/research/umls/rxnorm"
Json = dict[str, Any]


def read(*resources: Json, **changes: Any) -> Reading:
    """The reading of Dana and what is told of her, in one bundle."""
    content = json.dumps(bundle(patient(), *resources, **changes)).encode()
    return read_records(content, at=AT, knowledge=FACTS)


def folder(**files: bytes) -> Reading:
    return read_folder({name.replace("__", "/"): data for name, data in files.items()}, at=AT, knowledge=FACTS)


def lines(*resources: Json) -> bytes:
    return "\n".join(map(json.dumps, resources)).encode()


def milligrams(reading: Reading) -> list[float | None]:
    return [dose.amount_mg.mid if dose.amount_mg else None for record in reading.records for dose in record.doses]


def kept(record: Record) -> Reading:
    """The reading of the record as Keel writes it."""
    return read_records(write_record(record), at=AT, knowledge=FACTS)


def picture(reading: Reading) -> Picture:
    (record,) = reading.records
    return picture_of(record, at=AT, knowledge=FACTS)


def notes(reading: Reading) -> list[str]:
    """What was noted, of the file and of its people."""
    return [str(note.what) for note in (*reading.notes, *(each for one in reading.records for each in one.notes))]


def given(medicine: Json, **changes: Any) -> Json:
    return administration(medicationCodeableConcept=medicine, **changes)


# 1. One matcher for ketamine

KETAMINE = {
    "RxNorm by OID": concept("6130", system="urn:oid:2.16.840.1.113883.6.88"),
    "ATC by OID, no words": concept("N01AX03", system="urn:oid:2.16.840.1.113883.6.73"),
    "NDC in 11 digits": concept("50458002803", system="http://hl7.org/fhir/sid/ndc"),
    "brand with a sign, capitals": {"text": "KETALAR™ INJ 50MG/ML"},
    "display only": {"coding": [{"system": "urn:oid:1.2.3", "code": "77", "display": "Esketamine (as hydrochloride)"}]},
    "second coding": {
        "coding": [
            {"system": "urn:local", "code": "K1", "display": "Anaesthetic"},
            {"system": RXNORM, "code": "6130"},
        ]
    },
    "Cyrillic": {"text": "Кетамин 50 мг/мл"},
    "French": {"text": "Kétamine chlorhydrate 250 mg/5 ml"},
    "Spanish": {"text": "Clorhidrato de ketamina 500 mg/10 mL"},
    "Portuguese": {"text": "Cloridrato de escetamina 50 mg/mL"},
    "German, in one word": {"text": "Ketaminhydrochlorid 50 mg/ml"},
    "Greek": {"text": "Κεταμίνη 50 mg/ml"},
    "Japanese, the salt before it": {"text": "塩酸ケタミン"},
    "a null flavour, words": {
        "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "code": "UNK"}],
        "text": "Ketamine 50 mg/mL",
    },
    "UNII": concept("690G0D6V8H", system="urn:oid:2.16.840.1.113883.4.9"),
    "SNOMED with its edition": concept("373464007", system="http://snomed.info/sct/900000000000207008"),
    "ATC of Germany": concept("N01AX14", system="http://fhir.de/CodeSystem/bfarm/atc"),
    "RxNorm by https and a slash": concept("6130", system="https://www.nlm.nih.gov/research/umls/rxnorm/"),
    "an OID in capitals": concept("N01AX03", system="URN:OID:2.16.840.1.113883.6.73"),
}


@pytest.mark.parametrize("medicine", KETAMINE.values(), ids=list(KETAMINE))
def test_given_ketamine_is_a_dose_however_it_is_named(medicine: Json):
    """HZ-IOP-01."""
    assert milligrams(read(given(medicine))) == [35]


@pytest.mark.parametrize(
    "text", ["S-Ketamin 25 mg/ml (Ketamin)", "KETAMIN 50MG/ML AMP ESCETAMINA", "Esketamine, ketamine"]
)
def test_the_more_exact_name_of_two_counts(text: str):
    assert read(given({"text": text})).records[0].doses[0].substance == "esketamine"


@pytest.mark.parametrize("text", ["Norketamine level", "2-fluorodeschloroketamine", "Deschloroketamine 30 mg"])
def test_what_sounds_like_ketamine_is_named_and_not_counted(text: str):
    """HZ-IOP-01."""
    reading = read(given({"text": text}))
    assert milligrams(reading) == []
    assert "given, not recognised as ketamine, not counted" in notes(reading)


# 2. A second value never replaces the first


NEARLY_EVERY_DAY = {"valueCoding": {"system": LOINC, "code": "LA6571-9"}}
ITEM_9 = {"linkId": "/44260-8", "answer": [NEARLY_EVERY_DAY]}
TWICE_ANSWERED: dict[str, list[Json]] = {
    "in a group that follows": [*phq9_response([0] * 9)["item"], {"linkId": "again", "item": [ITEM_9]}],
    "in a group before": [{"linkId": "before", "item": [ITEM_9]}, *phq9_response([0] * 9)["item"]],
    "side by side": [*phq9_response([0] * 9)["item"], ITEM_9],
    "below an answer": [
        *phq9_response([0] * 9)["item"],
        {"linkId": "more", "answer": [{"valueBoolean": True, "item": [ITEM_9]}]},
    ],
    "two answers to one": [
        *phq9_response([0] * 9)["item"][:-1],
        ITEM_9 | {"answer": [{"valueCoding": {"system": LOINC, "code": "LA6568-5"}}, NEARLY_EVERY_DAY]},
    ],
    "repeating groups": [{"linkId": "phq", "item": phq9_response([value] * 9)["item"]} for value in (3, 0)],
}


@pytest.mark.parametrize("items", TWICE_ANSWERED.values(), ids=list(TWICE_ANSWERED))
def test_an_item_answered_twice_makes_no_total_and_the_worse_answer_to_item_9_counts(items: list[Json]):
    """HZ-IOP-03: also where nothing but item 9 came twice, and when written again as FHIR or as a Keel record."""
    reading = read(phq9_response([0] * 9, item=items))
    assert "PHQ-9 item 9" in notes(reading)
    (record,) = reading.records
    written = json.dumps(fhir_bundle(record, at=AT, knowledge=FACTS)).encode()
    for one in (reading, read_records(written, at=AT, knowledge=FACTS), kept(record)):
        shown = picture(one)
        assert [score.total for score in shown.scores] == [None]
        assert "phq-9/item-9" in {finding.rule for finding in shown.findings}
        assert "phq9_total" not in facts_from_record(one.records[0], at=AT, knowledge=FACTS).facts


@pytest.mark.parametrize("earlier_first", [True, False])
def test_groups_with_a_day_each_are_sittings_of_their_own(earlier_first: bool):
    days = {"2026-11-28": 0, "2026-11-20": 3}
    groups = [
        {
            "linkId": "phq",
            "item": [{"linkId": "day", "answer": [{"valueDate": day}]}, *phq9_response([value] * 9)["item"]],
        }
        for day, value in sorted(days.items(), reverse=not earlier_first)
    ]
    reading = read(phq9_response([0] * 9, item=groups, authored="2026-11-29T08:00:00Z"))
    totals = [(one.at.date().isoformat(), one.items["9"]) for one in reading.records[0].answers if one.at]
    assert totals == [("2026-11-20", 3), ("2026-11-28", 0)]
    assert "phq-9/item-9" in {finding.rule for finding in picture(reading).findings}  # told within its look-back time


def test_two_responses_of_one_time_keep_the_worse_answer_to_item_9():
    shown = picture(read(phq9_response([0] * 9), phq9_response([3] * 9, id="qr2")))
    assert "phq-9/item-9" in {finding.rule for finding in shown.findings}


# 3. A measure is a group of codes

SEVERE = {
    "components by OID": observation(
        "85354-9",
        component=[
            {
                "code": concept("8480-6", system="urn:oid:2.16.840.1.113883.6.1"),
                "valueQuantity": quantity(190, "mm[Hg]"),
            },
            {
                "code": concept("8462-4", system="urn:oid:2.16.840.1.113883.6.1"),
                "valueQuantity": quantity(124, "mm[Hg]"),
            },
        ],
    ),
    "lying, single": [
        observation("8461-6", quantity(190, "mm[Hg]")),
        observation("8455-8", quantity(124, "mm[Hg]")),
    ],
    "as words": observation("85354-9", valueString="190/124"),
    "MDC": [
        observation("150021", quantity(190, "mm[Hg]"), id="a")
        | {"code": concept("150021", system="urn:iso:std:iso:11073:10101")},
        observation("150022", quantity(124, "mm[Hg]"), id="b")
        | {"code": concept("150022", system="urn:iso:std:iso:11073:10101")},
    ],
    "MDC in 16 bits, an old name of the system": [
        observation("18949", quantity(190, "mm[Hg]"), id="a")
        | {"code": concept("18949", system="urn:std:iso:11073:10101")},
        observation("18950", quantity(124, "mm[Hg]"), id="b")
        | {"code": concept("18950", system="urn:std:iso:11073:10101")},
    ],
    "an arterial line": [
        observation("150037", quantity(190, "mm[Hg]"), id="a")
        | {"code": concept("150037", system="urn:iso:std:iso:11073:10101")},
        observation("150038", quantity(124, "mm[Hg]"), id="b")
        | {"code": concept("150038", system="urn:iso:std:iso:11073:10101")},
    ],
    "words with a name before them": observation("55284-4", valueString="BP 190/124 mmHg"),
    "units in capitals": [
        observation("8480-6", {"value": 190, "unit": "MMHG"}),
        observation("8462-4", {"value": 124, "unit": "mm Hg"}),
    ],
}


@pytest.mark.parametrize("sent", SEVERE.values(), ids=list(SEVERE))
def test_a_pressure_is_a_pressure_under_any_code(sent: Json | list[Json]):
    """HZ-VIT-05."""
    parts = sent if isinstance(sent, list) else [sent]
    (record,) = read(*parts).records
    assert sorted(one.number for one in record.measurements if one.number) == [124, 190]
    assert {one.unit for one in record.measurements if one.number} == {"mm[Hg]"}


LIVER = {
    "ukat/L": (quantity(5, "ukat/L"), 300),
    "ukat/l, words": ({"value": 5, "unit": "µkat/l"}, 300),
    "nkat/L": (quantity(5000, "nkat/L"), 300),
    "IU/L": ({"value": 300, "unit": "IU/L"}, 300),
    "U/mL": (quantity(0.3, "U/mL"), 300),
}


@pytest.mark.parametrize(("value", "expected"), LIVER.values(), ids=list(LIVER))
def test_a_liver_test_in_units_of_its_kind(value: Json, expected: float):
    """UCUM: 1 kat is 1 mol/s and 1 U is 1 umol/min, so 1 ukat is 60 U."""
    (record,) = read(observation("1742-6", value)).records
    assert [(one.value, one.unit) for one in record.measurements] == [(pytest.approx(expected), "U/L")]


UNUSED = {
    "one value for two": observation("85354-9", quantity(190, "mm[Hg]")),
    "no unit": observation("8480-6", {"value": 190, "unit": ""}),
    "no time": {key: value for key, value in weight(70).items() if key != "effectiveDateTime"},
    "issued only": {
        key: value for key, value in weight(70, issued="2026-11-01T09:00:00Z").items() if key != "effectiveDateTime"
    },
    "bound": observation("8480-6", quantity(190, "mm[Hg]", comparator=">")),
    "a name and no code": observation("x", quantity(190, "mm[Hg]")) | {"code": {"text": "Systolic blood pressure"}},
    "a code of the house": observation("x", quantity(70, "kg"))
    | {"code": concept("W1", "Body weight", system="urn:house")},
    "a bare integer": observation("29463-7", valueInteger=70),
    "a range": observation("29463-7", valueRange={"low": quantity(69, "kg"), "high": quantity(71, "kg")}),
    "words for a number": observation("85354-9", valueString="190/124 lying"),
}


@pytest.mark.parametrize("sent", UNUSED.values(), ids=list(UNUSED))
def test_a_reading_that_cannot_be_used_is_noted(sent: Json):
    """HZ-VIT-05."""
    reading = read(sent)
    assert notes(reading) != []
    assert reading.records[0].person.weight_kg is None


# 4. Versions and deletions are events in time


def test_the_later_version_counts_though_it_comes_first():
    later = weight(70, meta={"versionId": "2", "lastUpdated": "2026-11-01T10:30:00Z"})
    earlier = weight(54, meta={"versionId": "1", "lastUpdated": "2026-11-01T12:00:00+02:00"})
    assert read(later, earlier).records[0].person.weight_kg == 70


def test_a_deletion_after_the_writing_takes_it_out():
    written = administration(meta={"lastUpdated": "2026-11-01T10:00:00Z"})
    content = bundle(patient(), written, type="history")
    content["entry"].append(
        {
            "request": {"method": "DELETE", "url": "MedicationAdministration/ma1"},
            "response": {"status": "204", "lastModified": "2026-11-01T13:00:00+02:00"},
        }
    )
    reading = read_records(json.dumps(content).encode(), at=AT, knowledge=FACTS)
    assert milligrams(reading) == []
    assert notes(reading) != []


# 5. Timing


def use(repeat: Json, **changes: Any) -> Json:
    dosage = [{"timing": {"repeat": repeat}, "doseAndRate": [{"doseQuantity": quantity(60, "mg")}]}]
    return statement(dosage=dosage, **changes)


TWICE = {"frequency": 2, "period": 1, "periodUnit": "wk"}
OF_FOUR_WEEKS = {
    "period": use(TWICE, status="completed", effectivePeriod={"start": "2021-01-04", "end": "2021-02-01"}),
    "bounds as a period": use(
        TWICE | {"boundsPeriod": {"start": "2021-01-04", "end": "2021-02-01"}},
        status="completed",
        effectivePeriod={"start": "2021-01-04"},
    ),
    "bounds as days": use(
        TWICE | {"boundsDuration": quantity(28, "d")}, status="completed", effectivePeriod={"start": "2021-01-04"}
    ),
    "count": use(TWICE | {"count": 8}, status="completed", effectivePeriod={"start": "2021-01-04"}),
    "days of the week": use(
        {"dayOfWeek": ["mon", "thu"], "boundsDuration": quantity(4, "wk")},
        status="completed",
        effectivePeriod={"start": "2021-01-04"},
    ),
    "daily, on days of the week": use(
        {
            "frequency": 1,
            "period": 1,
            "periodUnit": "d",
            "dayOfWeek": ["mon", "thu"],
            "boundsDuration": quantity(28, "d"),
        },
        status="completed",
        effectivePeriod={"start": "2021-01-04"},
    ),
}


@pytest.mark.parametrize("sent", OF_FOUR_WEEKS.values(), ids=list(OF_FOUR_WEEKS))
def test_use_of_four_weeks_is_of_four_weeks_however_it_is_bounded(sent: Json):
    """60 mg × 2 a week × 4 weeks = 480 mg (field case 10)."""
    (total,) = (one.cumulative_mg for one in picture(read(sent)).exposure.by_substance)
    assert total is not None
    assert total.mid == pytest.approx(480, rel=0.02)


TWO_A_DAY = {
    "frequency": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
    "hours": {"repeat": {"frequency": 1, "period": 12, "periodUnit": "h"}},
    "a code": {"code": concept("BID", system="http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation")},
    "times of day": {"repeat": {"timeOfDay": ["08:00:00", "20:00:00"]}},
    "events of a day": {"repeat": {"when": ["MORN", "EVE"]}},
    "every day of the week": {
        "repeat": {
            "dayOfWeek": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
            "timeOfDay": ["08:00:00", "20:00:00"],
        }
    },
}


@pytest.mark.parametrize("timing", TWO_A_DAY.values(), ids=list(TWO_A_DAY))
def test_twice_a_day_however_it_is_timed(timing: Json):
    """HZ-IOP-01: 2 × 50 mg."""
    said = statement(dosage=[{"timing": timing, "doseAndRate": [{"doseQuantity": quantity(50, "mg")}]}])
    (pattern,) = read(said).records[0].patterns
    assert pattern.mg_per_session is not None
    assert pattern.mg_per_session.mid == 100


def test_dosages_that_follow_one_another_are_not_added_up():
    """R4: dosages of another `sequence` follow one another; morning and evening stay parts of a day (field case 09)."""

    def steps(*when: str) -> Json:
        daily = {"frequency": 1, "period": 1, "periodUnit": "d"}
        repeats = [daily | ({"when": [one]} if one else {}) for one in when]
        return statement(
            dosage=[
                {
                    "sequence": number,
                    "timing": {"repeat": repeat},
                    "doseAndRate": [{"doseQuantity": quantity(50 * number, "mg")}],
                }
                for number, repeat in enumerate(repeats, start=1)
            ]
        )

    reading = read(steps("", ""))
    assert (reading.records[0].patterns, "use without an amount and a time" in notes(reading)) == ((), True)
    (pattern,) = read(steps("MORN", "HS")).records[0].patterns
    assert pattern.mg_per_session is not None
    assert pattern.mg_per_session.mid == 150


# 6. Status by resource


def test_a_dispensing_that_was_completed_is_checked():
    dispensed = {
        "resourceType": "MedicationDispense",
        "id": "md",
        "status": "completed",
        "medicationCodeableConcept": {"text": "Tranylcypromine 10 mg"},
        "subject": dict(DANA),
        "whenHandedOver": "2026-11-25",
        "daysSupply": quantity(30, "d"),
    }
    (item,) = picture(read(dispensed)).interactions.items
    assert item.severity is not None


def test_an_mao_inhibitor_that_ended_last_week_still_speaks():
    ended = statement(
        status="completed",
        medicationCodeableConcept={"text": "phenelzine"},
        effectivePeriod={"start": "2026-01-01", "end": "2026-11-24"},
        dosage=[],
    )
    del ended["dosage"]
    (item,) = picture(read(ended)).interactions.items
    assert item.severity is not None


def phenelzine(kind: str, status: str, **changes: Any) -> Json:
    return {
        "resourceType": kind,
        "id": "p",
        "status": status,
        "medicationCodeableConcept": {"text": "Phenelzine 15 mg"},
        "subject": dict(DANA),
    } | changes


STILL = {
    "an order that was stopped last week": phenelzine(
        "MedicationRequest", "stopped", intent="order", authoredOn="2026-11-24"
    ),
    "28 days, and twice again": phenelzine(
        "MedicationRequest",
        "completed",
        intent="order",
        authoredOn="2026-10-01",
        dispenseRequest={"numberOfRepeatsAllowed": 2, "expectedSupplyDuration": quantity(28, "d")},
    ),
    "used up a week ago": phenelzine(
        "MedicationRequest",
        "completed",
        intent="order",
        authoredOn="2026-10-25",
        dispenseRequest={"expectedSupplyDuration": quantity(30, "d")},
    ),
    "completed, until a day to come": phenelzine(
        "MedicationStatement", "completed", effectivePeriod={"start": "2026-01-01", "end": "2026-12-24"}
    ),
    "given five days ago": phenelzine("MedicationAdministration", "completed", effectiveDateTime="2026-11-26"),
}


@pytest.mark.parametrize("sent", STILL.values(), ids=list(STILL))
def test_what_still_works_is_checked_whatever_its_status(sent: Json):
    (item,) = picture(read(sent)).interactions.items
    assert item.severity is not None


def test_what_was_given_before_yesterday_is_not_checked_and_said_to_be():
    sent = given({"text": "Oxycodone 10 mg"}, effectivePeriod={"start": "2026-11-20T09:00:00Z"})
    assert "medicine that was given" in notes(read(sent))


@pytest.mark.parametrize("status", ["stopped", "completed", "on-hold"])
def test_what_is_not_checked_is_said(status: str):
    old = statement(
        status=status,
        medicationCodeableConcept={"text": "sertraline"},
        effectivePeriod={"start": "2020", "end": "2021"},
    )
    del old["dosage"]
    assert "medicine that is not taken now" in notes(read(old))


# 8. Pregnancy

PREGNANT = {
    "SNOMED": concept("77386006", system=SNOMED),
    "SNOMED by OID": concept("77386006", system="urn:oid:2.16.840.1.113883.6.96"),
    "LOINC answer, words": {"coding": [{"system": LOINC, "code": "LA15173-0", "display": "Pregnant"}]},
    "yes by HL7": concept("Y", system="http://terminology.hl7.org/CodeSystem/v2-0136"),
    "words": {"text": "Embarazada"},
    "words with more": {"text": "Patient currently pregnant."},
    "yes by HL7's OID": concept("Y", system="urn:oid:2.16.840.1.113883.12.136"),
}


@pytest.mark.parametrize("answer", PREGNANT.values(), ids=list(PREGNANT))
def test_pregnant_by_any_answer(answer: Json):
    """HZ-IOP-03."""
    reading = read(observation("82810-3", answer, effectiveDateTime="2026-11-20T09:00:00Z"))
    assert reading.records[0].person.pregnancy == "pregnant"


def test_pregnant_as_a_boolean_and_as_a_string():
    for value in ({"valueBoolean": True}, {"valueString": "yes"}):
        sent = observation("82810-3", effectiveDateTime="2026-11-20T09:00:00Z", **value)
        assert read(sent).records[0].person.pregnancy == "pregnant"


def test_pregnant_at_no_time_is_noted_and_may_hold():
    sent = observation("82810-3", concept("LA15173-0"), issued="2026-11-30T09:00:00Z")
    del sent["effectiveDateTime"]
    reading = read(sent)
    assert (reading.records[0].person.pregnancy, notes(reading)) == ("unknown", ["pregnancy status"])


def test_who_was_asked_and_did_not_say_may_be_pregnant():
    declined = concept("asked-declined", system="http://terminology.hl7.org/CodeSystem/data-absent-reason")
    sent = observation("82810-3", dataAbsentReason=declined)
    assert read(sent).records[0].person.pregnancy == "unknown"


# 9. What cannot be


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("29463-7", quantity(70000, "kg")),
        ("8480-6", quantity(-1, "mm[Hg]")),
        ("8302-2", quantity(1.78, "cm")),
        ("59408-5", quantity(0, "%")),
    ],
)
def test_a_value_that_cannot_be_is_noted_and_not_used(code: str, value: Json):
    """HZ-VIT-05."""
    reading = read(observation(code, value))
    assert "value that cannot be" in notes(reading)
    assert [one.value for one in reading.records[0].measurements] in ([], [None])


def test_a_weight_in_grams_is_a_weight():
    assert read(observation("29463-7", quantity(70000, "g"))).records[0].person.weight_kg == 70


def test_a_weight_far_from_the_one_before_is_asked_about():
    first = weight(75, effectiveDateTime="2026-10-10T09:00:00+02:00")
    reading = read(weight(165, id="w2"), first)
    assert "jump of the weight" in notes(reading)
    apart = read(weight(165, id="w2"), first | {"effectiveDateTime": "2024-10-10T09:00:00Z"})
    assert "jump of the weight" not in notes(apart)


# 7. Notes


def test_every_place_of_equal_notes_can_be_found():
    pressures = [observation("8480-6", quantity(-1, "mm[Hg]"), id=f"o{number}") for number in range(5)]
    (note,) = read(*pressures).records[0].notes
    assert (note.count, note.where) == (5, note.places[0])
    assert [place.rpartition("/")[2] for place in map(str, note.places)] == ["o0", "o1", "o2", "o3", "o4"]


# 10. Folders


def test_an_archive_in_a_folder_below_is_read():
    """HZ-IOP-04."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("export/MedicationAdministration.000.ndjson", b"\xef\xbb\xbf" + lines(administration()))
    reading = folder(patients=lines(patient()), deep__part__bulk=packed.getvalue())
    assert milligrams(reading) == [35]


def test_parts_with_and_without_compression_and_an_error_log():
    """HZ-IOP-04: what is not read is named."""
    reading = folder(
        Patient_1=lines(patient()),
        MA_1=gzip.compress(lines(administration())),
        MA_2=lines(administration(id="ma2"), administration(id="ma3")).replace(b"\n", b"\r\n"),
        error=b"",
        README=b"how this was exported",
    )
    assert milligrams(reading) == [35, 35, 35]
    assert len([note for note in notes(reading) if "passed over" in note]) == 2


# 11. Nothing known, and over

NOTHING = {
    "no known medicines, SNOMED": statement(
        medicationCodeableConcept=concept("787481004", system=SNOMED), dosage=[{"text": "-"}]
    ),
    "no information, IPS": statement(
        medicationCodeableConcept=concept(
            "no-medication-info", system="http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
        )
    ),
    "no current problems, SNOMED by OID": condition(code=concept("160245001", system="urn:oid:2.16.840.1.113883.6.96")),
    "no drug allergy, SNOMED": condition(code=concept("409137002", system=SNOMED)),
    "no allergy, SNOMED": condition(code=concept("716186003", system=SNOMED)),
    "no known problems, the first IPS": condition(
        code=concept("no-known-problems", system="http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown")
    ),
    "words": condition(code={"text": "No known problems"}),
    "words of a house": statement(
        medicationCodeableConcept=concept("0", "Nil regular medications", system="urn:house")
    ),
    "Spanish": condition(code={"text": "Sin problemas conocidos."}),
    "a null flavour alone": condition(code=concept("NI", system="http://terminology.hl7.org/CodeSystem/v3-NullFlavor")),
}


@pytest.mark.parametrize("sent", NOTHING.values(), ids=list(NOTHING))
def test_nothing_known_is_no_thing(sent: Json):
    """HZ-IOP-02."""
    (record,) = read(sent).records
    assert (record.conditions, record.medicines, record.doses, record.patterns) == ((), (), (), ())


OVER = {
    "abated, a period": {"abatementPeriod": {"start": "2014-01-01", "end": "2014-03-01"}},
    "abated, an age": {"abatementAge": quantity(22, "a")},
    "abated, words": {"abatementString": "years ago"},
    "abated, a range": {"abatementRange": {"low": quantity(20, "a"), "high": quantity(22, "a")}},
    "inactive": {
        "clinicalStatus": concept("inactive", system="http://terminology.hl7.org/CodeSystem/condition-clinical")
    },
    "resolved, words only": {"clinicalStatus": {"text": "Resolved"}},
    "refuted": {
        "verificationStatus": concept("refuted", system="http://terminology.hl7.org/CodeSystem/condition-ver-status")
    },
    "refuted, words only": {"verificationStatus": {"text": "Refuted"}},
}


@pytest.mark.parametrize("how", OVER.values(), ids=list(OVER))
def test_mania_that_is_over_is_no_mania_of_now(how: Json):
    """HZ-IOP-02."""
    shown = picture(read(condition(code={"text": "Manic episode"}, onsetDateTime="2013-11-01", **how)))
    assert {str(finding.severity) for finding in shown.findings} & {"block", "hold"} == set()


def test_what_is_to_end_on_a_day_to_come_is_still_there():
    """HZ-IOP-02: a pregnancy ends on the day on which the child is due."""
    due = read(condition(code={"text": "Manic episode"}, abatementDateTime="2027-03-01"))
    assert {str(finding.severity) for finding in picture(due).findings} & {"block", "hold"} != set()


# 12. Whose it is

HERS = {
    "a version": {"reference": "Patient/dana/_history/3"},
    "an absolute address": {"reference": "https://ehr.example/fhir/Patient/dana"},
    "a type beside it": {"reference": "Patient/dana", "type": "Patient", "display": "Dana"},
    "an identifier": {"identifier": {"system": "urn:mrn", "value": "17"}},
    "an identifier with more": {
        "identifier": {"use": "official", "system": "urn:mrn", "value": "17", "period": {"start": "2020"}}
    },
    "a conditional reference": {"reference": "Patient?identifier=urn:mrn|17"},
    "a conditional reference of any system": {"reference": "Patient?identifier=17"},
}


@pytest.mark.parametrize("subject", HERS.values(), ids=list(HERS))
def test_a_dose_goes_to_her_however_she_is_referred_to(subject: Json):
    """HZ-ID-03."""
    dana = patient(identifier=[{"system": "urn:mrn", "value": "17"}], fullUrl="https://ehr.example/fhir/Patient/dana")
    content = bundle(dana, administration(subject=subject), type="transaction")
    reading = read_records(json.dumps(content).encode(), at=AT, knowledge=FACTS)
    assert [(record.person.id, len(record.doses)) for record in reading.records] == [("dana", 1)]


def test_a_record_that_replaces_may_be_named_by_its_identifier():
    """HZ-ID-03."""
    number = {"system": "urn:mrn", "value": "17"}
    old = patient(id="old", link=[{"other": {"identifier": number}, "type": "replaced-by"}])
    content = bundle(old, patient(identifier=[number]), administration(subject={"reference": "Patient/old"}))
    reading = read_records(json.dumps(content).encode(), at=AT, knowledge=FACTS)
    assert [(record.person.id, len(record.doses)) for record in reading.records] == [("dana", 1)]


@pytest.mark.parametrize("way", ["replaced-by", "replaces"])
def test_what_is_told_of_a_record_that_was_replaced_is_told_of_the_new_one(way: str):
    """HZ-ID-03: followed, and said."""
    old, new = {"reference": "Patient/old"}, dict(DANA)
    link = {"other": new if way == "replaced-by" else old, "type": way}
    people = (
        [patient(id="old", link=[link]), patient()]
        if way == "replaced-by"
        else [patient(id="old"), patient(link=[link])]
    )
    content = bundle(*people, administration(subject=old), weight(70))
    reading = read_records(json.dumps(content).encode(), at=AT, knowledge=FACTS)
    assert [(record.person.id, len(record.doses), record.person.weight_kg) for record in reading.records] == [
        ("dana", 1, 70)
    ]
    assert "person's record that was replaced" in notes(reading)


# 13. PHQ-9


def answered(answer: Any) -> Json:
    response = phq9_response([2] * 9)
    for item in response["item"]:
        item["answer"] = [answer]
    return response


ANSWERS = {
    "an integer": {"valueInteger": 2},
    "a decimal": {"valueDecimal": 2.0},
    "a string": {"valueString": "2 - More than half the days"},
    "a label and no code": {"valueCoding": {"display": "More than half the days"}},
    "an ordinal": {
        "valueCoding": {
            "system": "urn:x",
            "code": "c",
            "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": 2}],
        }
    },
    "capitals": {"valueCoding": {"system": "urn:x", "code": "c", "display": "MORE THAN HALF THE DAYS"}},
    "LOINC by OID": {"valueCoding": {"system": "urn:oid:2.16.840.1.113883.6.1", "code": "LA6570-1"}},
    "a number in brackets": {"valueString": "[2] More than half the days"},
    "a number behind a colon": {"valueString": "More than half the days: 2"},
    "small words": {"valueString": "More than half of the days"},
    "other words": {"valueString": "Over half the days"},
    "German": {"valueString": "An mehr als der Hälfte der Tage"},
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=list(ANSWERS))
def test_more_than_half_the_days_is_two(answer: Json):
    (score,) = picture(read(answered(answer))).scores
    assert score.total == 18


ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
NOT_OURS = {"valueCoding": {"system": "urn:x", "code": "o2"}}
OPTIONS = {
    "on the option": [
        {
            "valueCoding": {"system": "urn:x", "code": f"o{value}"},
            "extension": [{"url": ORDINAL, "valueDecimal": value}],
        }
        for value in range(4)
    ],
    "on its code": [
        {
            "valueCoding": {
                "system": "urn:x",
                "code": f"o{value}",
                "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/itemWeight", "valueDecimal": value}],
            }
        }
        for value in range(4)
    ],
    "as its words": [
        {"valueCoding": {"system": "urn:x", "code": f"o{value}", "display": label}}
        for value, label in enumerate(["Not at all", "Several days", "More than half the days", "Nearly every day"])
    ],
}


def mood_form(options: list[Json], **changes: Any) -> Json:
    items = [
        {"linkId": f"/{code}", "type": "choice", "code": [{"system": LOINC, "code": code}], "answerOption": options}
        for code in PHQ9_ITEMS
    ]
    return {"resourceType": "Questionnaire", "id": "form", "status": "active", "item": items} | changes


@pytest.mark.parametrize("options", OPTIONS.values(), ids=list(OPTIONS))
@pytest.mark.parametrize("way", ["contained", "by id", "by address"])
def test_the_answers_that_a_form_offers_say_what_each_counts(options: list[Json], way: str):
    form, response = mood_form(options, url="http://x/mood"), answered(NOT_OURS)
    if way == "contained":
        sent = [response | {"questionnaire": "#form", "contained": [form]}]
    else:
        sent = [form, response | {"questionnaire": "Questionnaire/form" if way == "by id" else "http://x/mood|1"}]
    (score,) = picture(read(*sent)).scores
    assert score.total == 18


def test_two_versions_of_a_form_that_count_an_answer_otherwise_say_nothing():
    turned = [
        one | {"extension": [{"url": ORDINAL, "valueDecimal": 3 - value}]}
        for value, one in enumerate(OPTIONS["on the option"])
    ]
    forms = [mood_form(OPTIONS["on the option"], url="http://x/mood", version="1")]
    forms.append(mood_form(turned, url="http://x/mood", version="2", id="other"))
    shown = picture(read(*forms, answered(NOT_OURS) | {"questionnaire": "http://x/mood"}))
    assert [score.total for score in shown.scores] == [None]


@pytest.mark.parametrize(
    "link", ["{}", "0{}", "q{}", "Item {}", "PHQ9_{}", "phq9-{}", "phq-{}", "phq-9.{}", "PHQ-9/q{}"]
)
@pytest.mark.parametrize("name", ["phq9", "PHQ-9|2.1", "phq9-es", "patient-health-questionnaire-9"])
def test_the_items_of_a_form_by_their_numbers(link: str, name: str):
    response = answered({"valueInteger": 2}) | {"questionnaire": f"https://x/Questionnaire/{name}"}
    for number, item in enumerate(response["item"], start=1):
        item["linkId"] = link.format(number)
    (score,) = picture(read(response)).scores
    assert score.total == 18


def test_an_item_by_its_definition():
    response = answered({"valueInteger": 2})
    for number, item in enumerate(response["item"]):
        item |= {"linkId": f"z{number}", "definition": f"http://loinc.org/{PHQ9_ITEMS[number]}"}
    (score,) = picture(read(response)).scores
    assert score.total == 18


def test_a_form_that_cannot_be_read_is_told_and_is_no_low_score():
    """HZ-IOP-03."""
    shown = picture(read(answered({"valueAttachment": {"data": base64.b64encode(b"x").decode()}})))
    assert [score.total for score in shown.scores] == [None]


def test_a_total_that_cannot_be_read_is_told_too():
    """HZ-IOP-03."""
    shown = picture(read(observation("44261-6", valueString="20/27")))
    assert "phq-9/not-understood" in {finding.rule for finding in shown.findings}


# 14. Charts


def bag(*ingredients: Json, text: str = "Ketamine in saline") -> Json:
    return {"resourceType": "Medication", "id": "bag", "code": {"text": text}, "ingredient": list(ingredients)}


def part(name: str, milligrams: float = 50, millilitres: float = 50, **changes: Any) -> Json:
    strength = {"numerator": quantity(milligrams, "mg"), "denominator": quantity(millilitres, "mL")}
    return {"itemCodeableConcept": {"text": name}, "strength": strength} | changes


SALINE = {"itemCodeableConcept": {"text": "Sodium chloride 0.9 %"}}
IN_BAG = {"medicationReference": {"reference": "Medication/bag"}}


def from_bag(dosage: Json, **changes: Any) -> Json:
    whole = administration(dosage=dosage, **IN_BAG, **changes)
    del whole["medicationCodeableConcept"]
    return whole


CHARTED = {
    "mL/h, both active": [bag(part("ketamine"), SALINE), from_bag({"rateQuantity": quantity(52.5, "mL/h")})],
    "mL per min as a ratio": [
        bag(part("ketamine"), SALINE),
        from_bag({"rateRatio": {"numerator": quantity(35, "mL"), "denominator": quantity(40, "min")}}),
    ],
    "a rate of a contained bag": [
        administration(
            contained=[bag(part("ketamine"), SALINE)],
            medicationReference={"reference": "#bag"},
            dosage={"rateQuantity": {"value": 52.5, "unit": "ml/hr"}},
        )
    ],
    "a mixture by its name": [
        given({"text": "Ketamine 100 mg in NaCl 0.9% 100 mL"}, dosage={"rateQuantity": quantity(52.5, "mL/h")})
    ],
    "MG": [given({"text": "ketamine"}, dosage={"dose": {"value": 35, "unit": "MG"}})],
    "milligrams in words": [given({"text": "ketamine"}, dosage={"dose": {"value": 35, "unit": "Milligram"}})],
    "grams": [given({"text": "ketamine"}, dosage={"dose": quantity(0.035, "g")})],
    "mg a dose": [given({"text": "ketamine"}, dosage={"dose": {"value": 35, "unit": "mg/dose"}})],
    "mg/kg/dose": [weight(70), given({"text": "ketamine"}, dosage={"dose": {"value": 0.5, "unit": "mg/kg/dose"}})],
    "mcg/kg/min": [
        weight(70),
        given({"text": "ketamine"}, dosage={"rateQuantity": {"value": 12.5, "unit": "mcg/kg/min"}}),
    ],
    "half a lozenge": [
        bag(
            part("ketamine") | {"strength": {"numerator": quantity(70, "mg"), "denominator": quantity(1, "{lozenge}")}}
        ),
        from_bag({"dose": {"value": 0.5, "unit": "lozenges"}}),
    ],
    "drops": [bag(part("ketamine", 50, 1)), from_bag({"dose": quantity(14, "[drp]")})],
    "capitals for each kilogram": [
        weight(70),
        given({"text": "ketamine"}, dosage={"dose": {"value": 0.5, "unit": "MG/KG"}}),
    ],
    "a plural in brackets": [given({"text": "ketamine"}, dosage={"dose": {"value": 35, "unit": "milligram(s)"}})],
    "drops in words": [bag(part("ketamine", 50, 1)), from_bag({"dose": {"value": 14, "unit": "gtt"}})],
}


KETAMINE_POWDER = {"resourceType": "Substance", "id": "k", "code": {"text": "Ketamine hydrochloride"}}
KETAMINE_VIAL = {"resourceType": "Medication", "id": "vial", "code": {"text": "Ketamine"}}


def of_reference(reference: str) -> Json:
    return bag(
        part("x", 50, 1) | {"itemCodeableConcept": None, "itemReference": {"reference": reference}}, text="Mix 7"
    )


CHARTED |= {
    "a substance of the file": [KETAMINE_POWDER, of_reference("Substance/k"), from_bag({"dose": quantity(0.7, "mL")})],
    "a medication of the file": [
        KETAMINE_VIAL,
        of_reference("Medication/vial"),
        from_bag({"dose": quantity(0.7, "mL")}),
    ],
    "a medication within it": [
        from_bag(
            {"dose": quantity(0.7, "mL")},
            contained=[of_reference("#vial"), KETAMINE_VIAL],
        )
        | {"medicationReference": {"reference": "#bag"}}
    ],
    "the display of an ingredient": [
        bag(
            part("x", 50, 1) | {"itemCodeableConcept": None, "itemReference": {"display": "Ketamine"}},
            text="Mix 7",
        ),
        from_bag({"dose": quantity(0.7, "mL")}),
    ],
}


@pytest.mark.parametrize("sent", CHARTED.values(), ids=list(CHARTED))
def test_35_mg_however_a_chart_says_it(sent: list[Json]):
    """HZ-IOP-01: 52.5 mL/h × 40 min × 1 mg/mL; 0.5 mg/kg × 70 kg; 12.5 µg/kg/min × 40 min; 14 drops.

    UCUM: a drop is a twentieth of a millilitre.
    """
    for one in sent:
        if one.get("contained") or one.get("medicationReference"):
            one.pop("medicationCodeableConcept", None)
    assert milligrams(read(*sent)) == [pytest.approx(35)]


@pytest.mark.parametrize(
    "dosage",
    [{"rateQuantity": quantity(52.5, "mL/h")}, {"dose": quantity(2, "{vial}")}, {"dose": quantity(35, "mmol")}],
)
def test_an_amount_that_nobody_says_is_unknown_with_its_reason(dosage: Json):
    """HZ-IOP-01: the strength of a vial says nothing of what was given after dilution."""
    reading = read(given({"text": "Ketamine 50 mg/mL vial"}, dosage=dosage))
    assert milligrams(reading) == [None]
    assert "amount not known" in notes(reading)


ROUTES = {
    "iv": [
        {"text": "I.V."},
        {"text": "IV (intravenous) continuous"},
        {"text": "IVPB"},
        {"text": "Peripheral IV"},
        {"text": "Intravenous (peripheral)"},
        concept("IVP", system="urn:oid:2.16.840.1.113883.12.162"),
        concept("IVINJBOL", system="http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration"),
        concept("C38276", system="urn:oid:2.16.840.1.113883.3.26.1.1"),
        concept("47625008", system="urn:oid:2.16.840.1.113883.6.96"),
    ],
    "nasal": [
        {"text": "intra-nasal"},
        {"text": "Nasal use"},
        {"text": "Each nostril"},
        concept("NASINHL", system="urn:oid:2.16.840.1.113883.5.112"),
    ],
    "sc": [{"text": "s/c"}, {"text": "SubQ"}, {"text": "subcutaneous infusion"}],
    "oral": [
        {"text": "per os"},
        {"text": "P.O."},
        concept("C38288", system="http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"),
    ],
    "unknown": [{"text": "IV/IM"}, {"text": "epidural"}],
}


@pytest.mark.parametrize(("route", "sent"), [(route, sent) for route, ways in ROUTES.items() for sent in ways])
def test_routes_by_their_usual_codes_and_words(route: str, sent: Json):
    (dose,) = read(administration(dosage={"route": sent, "dose": quantity(35, "mg")})).records[0].doses
    assert dose.route == route


# 15. Diagnoses by code


@pytest.mark.parametrize(
    "system",
    [
        "http://hl7.org/fhir/sid/icd-10",
        "http://hl7.org/fhir/sid/icd-10-cm",
        "urn:oid:2.16.840.1.113883.6.3",
        "urn:oid:2.16.840.1.113883.6.90",
    ],
)
def test_schizophrenia_by_its_code_alone(system: str):
    """ICD-10 F20: schizophrenia."""
    shown = picture(read(condition(code=concept("F20.0", system=system))))
    assert "F20.0" not in " ".join(map(str, shown.unknown))


# 17. A table of doses

TABLES = {
    "semicolons, comma": "Date;Drug;Amount;Unit;Route\n2026-11-01;ketamine;35,5;mg;iv\n",
    "tabs, unit in the amount": "date\tsubstance\tdose\troute\n2026-11-01\tKetamine\t35.5mg\tIV\n",
    "Spanish": "fecha,droga,dosis,vía\n2026-11-01,ketamina,35.5 mg,intravenosa\n",
    "byte-order mark, Windows lines": "\ufeffdate,drug,amount\r\n2026-11-01,Ketalar,35.5 mg\r\n",
    "grams, quoted": 'date,drug,amount,unit\n"2026-11-01","ketamine","0.0355","g"\n',
}


TABLES |= {
    "the unit in the heading": "Date,Drug,Dose (mg)\n2026-11-01,ketamine,35.5\n",
    "the unit behind a line": "date;drug;amount_mg;note\n2026-11-01;ketamine;35,5;at home\n",
    "two columns that agree": "date,drug,amount,dose\n2026-11-01,ketamine,35.5 mg,35.5 mg\n",
}


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (
            "date,drug,amount,dose\n2026-11-01,ketamine,35 mg,50 mg\n",
            "two of its columns say the amount, and not the same",
        ),
        ("date,drug,amount\n2026-11-01,ketamine,35,5 mg\n", "it has more cells than the table has columns"),
    ],
)
def test_a_line_that_says_two_amounts_is_named(table: str, why: str):
    """HZ-IOP-04: neither the first nor the last of them is taken."""
    reading = read_records(table.encode(), at=AT, knowledge=FACTS)
    assert milligrams(reading) == []
    assert [str(note.reason) for record in reading.records for note in record.notes] == [why]


def test_a_column_that_nobody_reads_is_named():
    table = "date,drug,amount,mood\n2026-11-01,ketamine,35 mg,low\n"
    assert notes(read_records(table.encode(), at=AT, knowledge=FACTS)) == ["column “mood”"]


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_a_table_of_doses_as_people_keep_it(table: str):
    assert milligrams(read_records(table.encode(), at=AT, knowledge=FACTS)) == [pytest.approx(35.5)]

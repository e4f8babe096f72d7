"""FHIR observations and questionnaires: values in their units, panels, and sittings that are counted once."""

from typing import Any

import pytest

from keel.interop import write_record
from keel.record import Record
from support.fhir import (
    PHQ9_ITEMS,
    administration,
    bundle,
    concept,
    observation,
    patient,
    phq9_observations,
    phq9_response,
    quantity,
    weight,
)
from support.reading import noted, read, the_record


def dana(*resources: dict[str, Any]) -> Record:
    return the_record(bundle(patient(), *resources))


def blood_pressure(**changes: Any) -> dict[str, Any]:
    return observation(
        "85354-9",
        component=[
            {"code": concept("8480-6"), "valueQuantity": quantity(142, "mm[Hg]")},
            {"code": concept("8462-4"), "valueQuantity": quantity(88, "mm[Hg]")},
        ],
        **changes,
    )


def test_a_blood_pressure_is_its_two_components():
    record = dana(blood_pressure(device={"display": "cuff"}))
    assert [(one.code, one.value, one.unit, one.device) for one in record.measurements] == [
        ("8480-6", 142, "mm[Hg]", "cuff"),
        ("8462-4", 88, "mm[Hg]", "cuff"),
    ]
    assert len({one.id for one in record.measurements}) == 2


def test_a_component_without_a_value_keeps_the_reason():
    reading = blood_pressure()
    reading["component"][1] = {"code": concept("8462-4"), "dataAbsentReason": concept("unknown")}
    lower = dana(reading).measurements[1]
    assert (lower.value, lower.absent) == (None, "unknown")


@pytest.mark.parametrize(
    ("code", "value", "kept", "unit"),
    [
        ("29463-7", quantity(154, "[lb_av]"), pytest.approx(69.853225), "kg"),  # 1 lb is 0.45359237 kg
        ("8310-5", quantity(98.6, "[degF]"), pytest.approx(37), "Cel"),
        ("8302-2", quantity(70, "[in_i]"), pytest.approx(177.8), "cm"),
        ("59408-5", quantity(98, "%"), 98, "%"),
        ("8867-4", {"value": 72, "unit": "beats/min"}, 72, "/min"),
        ("1742-6", quantity(31, "U/L"), 31, "U/L"),
        ("2160-0", quantity(88.4, "umol/L"), pytest.approx(88.4), "umol/L"),
    ],
)
def test_values_are_kept_in_the_unit_of_their_measure(code: str, value: dict[str, Any], kept: Any, unit: str):
    (only,) = dana(observation(code, value)).measurements
    assert (only.value, only.unit) == (kept, unit)


def normal(high: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"high": high, "type": concept("normal"), **changes}


@pytest.mark.parametrize(
    ("ranges", "limit"),
    [
        ([normal(quantity(40, "U/L"))], 40),
        ([{"high": quantity(40, "U/L")}], 40),  # a range that is called nothing is that of normal
        ([{"high": {"value": 40}}], 40),  # a limit without a unit is in that of the value
        ([normal(quantity(40, "U/L"), type=concept("treatment"))], None),
        ([normal(quantity(40, "U/L")), normal(quantity(55, "U/L"))], None),  # which of two is nobody's to choose
        ([normal(quantity(40, "mmol/L"))], None),
        ([{"low": quantity(10, "U/L")}], None),
        ([], None),
    ],
)
def test_the_upper_limit_of_the_laboratory_is_kept_with_its_value(ranges: list[dict[str, Any]], limit: float | None):
    (one,) = dana(observation("1742-6", valueQuantity=quantity(60, "U/L"), referenceRange=ranges)).measurements
    assert (one.value, one.upper_limit) == (60, limit)


def test_a_limit_in_another_unit_of_the_same_kind_is_converted():
    ranges = [normal(quantity(21, "umol/L"))]
    (one,) = dana(observation("1975-2", valueQuantity=quantity(43, "umol/L"), referenceRange=ranges)).measurements
    assert one.value / one.upper_limit == pytest.approx(43 / 21)


def test_a_code_that_keel_knows_is_taken_before_others():
    saturation = observation("2708-6", quantity(98, "%"))
    saturation["code"] = {"coding": [{"system": "urn:x", "code": "y"}, *saturation["code"]["coding"]], "text": "SpO2"}
    (only,) = dana(saturation).measurements
    assert (only.code, only.name) == ("2708-6", "SpO2")


@pytest.mark.parametrize("unit", ["Ehrlich", "mm Hg (sitting)"])
def test_an_unknown_unit_is_kept_as_text_and_noted(unit: str):
    record = dana(observation("20405-7", quantity(0.3, unit)))
    assert (record.measurements[0].value, record.measurements[0].unit) == (0.3, unit)
    assert noted(record) == {f"unit “{unit}”": 1}


def test_a_unit_of_another_kind_is_reported():
    record = dana(weight(70, valueQuantity=quantity(178, "cm")))
    assert (record.measurements, record.person.weight_kg) == ((), None)
    assert noted(record) == {"Observation resource": 1}


def test_an_observation_is_not_read_in_part():
    reading = blood_pressure()
    reading["component"][1]["valueQuantity"] = quantity(88, "kg")
    record = dana(reading)
    assert record.measurements == ()
    assert noted(record) == {"Observation resource": 1}


def test_a_bound_is_kept_as_words():
    record = dana(observation("1742-6", quantity(5, "U/L", comparator="<")))
    assert record.measurements[0].value == "< 5 U/L"
    assert noted(record) == {"value with “<”": 1}


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ({"valueInteger": 3}, 3),
        ({"valueBoolean": False}, False),
        ({"valueCodeableConcept": concept("260385009", "Negative")}, "Negative"),
        ({"valueRange": {"low": quantity(1, "mg/L"), "high": quantity(2, "mg/L")}}, "1 mg/L to 2 mg/L"),
        ({"valueRatio": {"numerator": quantity(1, "1"), "denominator": quantity(8, "1")}}, "1 1 : 8 1"),
        ({"valueString": "clear", "category": [concept("laboratory")]}, "clear"),
    ],
)
def test_other_kinds_of_value_are_kept(change: dict[str, Any], value: object):
    assert dana(observation("5767-9", **change)).measurements[0].value == value


@pytest.mark.parametrize(
    "change",
    [
        {"status": "entered-in-error"},
        {"status": "cancelled"},
        {"status": "registered"},
        {"status": "finished"},
        {"focus": [{"reference": "Patient/baby"}]},
        {"valueQuantity": quantity(None, "kg")},
        {"dataAbsentReason": concept("unknown")},  # beside a value: obs-6
        {"valueInteger": 70},  # beside a valueQuantity
        {"component": [{"code": concept("29463-7"), "valueQuantity": quantity(71, "kg")}]},  # obs-7
        {"effectiveDateTime": "2027-01-01"},
        {"effectiveDateTime": "20/11/2026"},
        {"effectivePeriod": {"start": "2026-11-01"}},  # beside effectiveDateTime
        {"valueQuantity": {"value": "70", "unit": "kg"}},
        {"code": None},
    ],
)
def test_an_observation_that_cannot_stand_is_reported(change: dict[str, Any]):
    resource = {key: value for key, value in (weight(70) | change).items() if value is not None}
    record = dana(resource)
    assert record.measurements == ()
    assert noted(record) == {"Observation resource": 1}


def test_free_text_about_a_life_is_not_kept():
    told = observation("56799-0", valueString="CANARY street", category=[concept("social-history")])
    record = dana(told)
    assert "CANARY" not in repr(record)
    assert noted(record) == {"Observation resource": 1}


def test_a_performers_name_is_not_kept():
    (only,) = dana(weight(70, performer=[{"reference": "Practitioner/1", "display": "CANARY"}])).measurements
    assert only.by == "Practitioner/1"


def test_the_newest_weight_counts():
    old, new = weight(80, id="a", effectiveDateTime="2026-01-01"), weight(70, id="b")
    assert dana(new, old).person.weight_kg == dana(old, new).person.weight_kg == 70


ANSWERS = [2, 2, 2, 2, 1, 1, 2, 0, 1]
BY_ITEM = {str(number): value for number, value in enumerate(ANSWERS, start=1)}


def test_a_phq9_response_becomes_answers_by_item():
    (sitting,) = dana(phq9_response(ANSWERS)).answers
    assert (sitting.instrument, sitting.items, sitting.total) == ("phq-9", BY_ITEM, None)


def test_a_phq9_panel_becomes_answers_by_item():
    record = dana(*phq9_observations(ANSWERS))
    (sitting,) = record.answers
    assert (sitting.instrument, sitting.items) == ("phq-9", BY_ITEM)
    assert record.measurements == ()


def test_items_without_their_panel_are_still_one_sitting():
    (sitting,) = dana(*phq9_observations(ANSWERS)[1:]).answers
    assert sitting.items == BY_ITEM


@pytest.mark.parametrize(
    "derived",
    [{}, {"derivedFrom": [{"reference": "QuestionnaireResponse/qr1"}], "effectiveDateTime": "2026-11-02T10:00:00Z"}],
)
def test_a_sitting_that_comes_as_response_and_as_observations_counts_once(derived: dict[str, Any]):
    panel = phq9_observations(ANSWERS, **({"effectiveDateTime": "2026-11-01T08:00:00Z"} | derived))
    record = dana(*panel, phq9_response(ANSWERS))
    assert [sitting.items for sitting in record.answers] == [BY_ITEM]
    assert noted(record) == {}


def test_two_sittings_on_one_day_stay_two():
    one = phq9_response(ANSWERS, authored="2026-11-01")
    other = phq9_response([0] * 9, id="qr2", authored="2026-11-01")
    assert len(dana(one, other).answers) == 2


def test_a_total_alone_is_a_total():
    (sitting,) = dana(observation("44261-6", quantity(12, "{score}"))).answers
    assert (sitting.instrument, sitting.items, sitting.total) == ("phq-9", {}, 12)


def test_a_total_in_words_that_are_a_number_is_a_total():
    (sitting,) = dana(observation("44261-6", valueString="12")).answers
    assert sitting.total == 12


def test_a_total_that_does_not_fit_the_answers_is_noted_and_the_answers_kept():
    total = observation("44261-6", quantity(20, "{score}"))
    panel = phq9_observations(ANSWERS)
    panel[0]["hasMember"].append({"reference": "Observation/o44261-6"})
    record = dana(*panel, total)
    (sitting,) = record.answers
    assert (sitting.items, sitting.total) == (BY_ITEM, None)
    assert noted(record) == {"PHQ-9 total": 1}


def test_a_declined_item_is_not_an_unanswered_one():
    panel = phq9_observations(ANSWERS)
    for member, reason in ((panel[9], "asked-declined"), (panel[8], "not-asked"), (panel[7], "unknown")):
        del member["valueCodeableConcept"]
        member["dataAbsentReason"] = concept(reason)
    (sitting,) = dana(*panel).answers
    assert (sitting.items["9"], sitting.items["8"], sitting.items["7"]) == ("declined", "not_asked", "unanswered")


def test_an_answer_that_the_item_does_not_offer_is_noted_and_not_understood():
    response = phq9_response(ANSWERS)
    response["item"][0]["answer"] = [{"valueInteger": 4}]
    record = dana(response)
    assert record.answers[0].items["1"] == "not_understood"
    assert noted(record) == {"PHQ-9 item 1": 1}


@pytest.mark.parametrize(
    "answer",
    [
        {"valueInteger": 2},
        {"valueDecimal": 2.0},
        {"valueString": "More than half the days"},
        {"valueCoding": {"display": "more than half the days"}},
        {
            "valueCoding": {
                "code": "c",
                "extension": [
                    {"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": 2},
                ],
            }
        },
    ],
)
def test_an_answer_may_be_a_number_a_label_or_carry_its_score(answer: dict[str, Any]):
    response = phq9_response(ANSWERS)
    response["item"][0]["answer"] = [answer]
    assert dana(response).answers[0].items["1"] == 2


def test_the_questionnaire_in_the_file_says_what_its_questions_are():
    url = "http://example.org/Questionnaire/mood"
    asked = [{"linkId": f"q{n}", "code": [{"system": "http://loinc.org", "code": c}]} for n, c in enumerate(PHQ9_ITEMS)]
    questionnaire = {"resourceType": "Questionnaire", "id": "q", "status": "active", "url": url, "item": asked}
    response = phq9_response(ANSWERS)
    for number, item in enumerate(response["item"]):
        item["linkId"] = f"q{number}"
    reading = read(bundle(patient(), questionnaire, response))
    assert reading.records[0].answers[0].items == BY_ITEM
    assert reading.totals.reported == 0


def test_groups_are_looked_into():
    response = phq9_response(ANSWERS)
    response["item"] = [{"linkId": "group", "item": response["item"]}]
    assert dana(response).answers[0].items == BY_ITEM


def test_a_questionnaire_in_keels_own_words_is_known_by_its_name():
    response = phq9_response(ANSWERS, questionnaire="https://example.org/Questionnaire/phq-9|1")
    for number, item in enumerate(response["item"], start=1):
        item["linkId"] = str(number)
    assert dana(response).answers[0].items == BY_ITEM


def test_an_unfinished_questionnaire_is_read_and_noted():
    response = phq9_response(ANSWERS, status="in-progress")
    response["item"] = [*response["item"][5:], {"linkId": f"/{PHQ9_ITEMS[4]}"}]
    record = dana(response)
    assert record.answers[0].items == {"5": "unanswered", "6": 1, "7": 2, "8": 0, "9": 1}
    assert noted(record) == {"questionnaire not completed": 1}


@pytest.mark.parametrize("change", [{"status": "entered-in-error"}, {"item": [{"linkId": "x"}]}, {"item": []}])
def test_a_response_that_keel_does_not_know_is_reported(change: dict[str, Any]):
    record = dana(phq9_response(ANSWERS, **change))
    assert record.answers == ()
    assert noted(record) == {"QuestionnaireResponse resource": 1}


def test_a_panel_whose_members_are_missing_says_so():
    record = dana(phq9_observations(ANSWERS)[0])
    assert noted(record) == {"member of a panel": 9, "PHQ-9": 1}


def test_what_fhir_gave_reads_back_the_same():
    record = dana(
        blood_pressure(), weight(70), observation("20405-7", quantity(0.3, "Ehrlich")), phq9_response(ANSWERS)
    )
    again = the_record(write_record(record))
    assert (again.person, again.measurements, again.answers) == (record.person, record.measurements, record.answers)


# Live-session reference, section 2: SBP 40-300, DBP 20-200, HR 20-250, SpO2 40-100, RR 0-80; the sizes are Keel's own.
@pytest.mark.parametrize(
    ("code", "value", "unit"),
    [
        ("29463-7", 70_000, "kg"),
        ("29463-7", 7000, "kg"),
        ("8302-2", 1.78, "cm"),
        ("8480-6", 5000, "mm[Hg]"),
        ("8480-6", -1, "mm[Hg]"),
        ("8462-4", 0, "mm[Hg]"),
        ("59408-5", 0, "%"),
        ("8867-4", 251, "/min"),
        ("1742-6", -4, "U/L"),
    ],
)
def test_a_value_that_cannot_be_is_noted_and_not_used(code: str, value: float, unit: str):
    """HZ-WT-03: 70,000 kg gave a dose of 35,000 mg."""
    dose = administration(dosage={"dose": quantity(0.5, "mg/kg")})
    reading = read(bundle(patient(), observation(code, quantity(value, unit)), dose))
    (record,) = reading.records
    assert [(one.value, one.absent) for one in record.measurements] == [(None, "error")]
    assert (record.person.weight_kg, record.person.height_cm) == (None, None)
    assert record.doses[0].amount_mg is None
    assert noted(reading)["value that cannot be"] == 1


def test_an_impossible_part_of_a_pressure_leaves_the_other_part():
    """HZ-WT-03: one zero for a missing value must not hide the severe pressure beside it."""
    pressure = blood_pressure()
    pressure["component"][0]["valueQuantity"]["value"] = 0
    record = dana(pressure)
    assert [one.value for one in record.measurements][1] == pressure["component"][1]["valueQuantity"]["value"]
    assert record.measurements[0].value is None

"""Record files as other programs write them, each with what it should give (`../shared/field/records/expected.md`).

The files are made up after bug reports and guides; the expected values stand beside them, in the table of that file.
"""

import datetime as dt

import pytest

from keel.assessment.picture import Picture, picture_of
from keel.assessment.protocols.record_facts import facts_from_record
from keel.interop import Reading, read_path
from keel.knowledge import load
from keel.record import Record
from support.shared import shared_folder

AT = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
FACTS = load()


def case(number: str) -> Reading:
    """The reading of the case of that number; skips where it is not beside this checkout."""
    folder = shared_folder("field", "records")
    (path,) = (entry for entry in sorted(folder.iterdir()) if entry.name.startswith(f"{number}-"))
    return read_path(path, at=AT, knowledge=FACTS)


def person(number: str) -> Record:
    """The only person of a case."""
    (record,) = case(number).records
    return record


def shown(number: str) -> Picture:
    """The Picture of the only person of a case."""
    return picture_of(person(number), at=AT, knowledge=FACTS)


def milligrams(record: Record) -> list[float | None]:
    return [dose.amount_mg.mid if dose.amount_mg else None for dose in record.doses]


def said(reading: Reading) -> list[tuple[str, str]]:
    """Every note of a reading and of its people: what, and why."""
    notes = [*reading.notes, *(note for record in reading.records for note in record.notes)]
    return [(str(note.what), str(note.reason)) for note in notes]


def test_01_a_further_page_is_said_beside_the_dose():
    reading = case("01")
    assert milligrams(reading.records[0]) == [35]
    assert [what for what, _ in said(reading)] == ["bundle with further pages"]


def test_02_pregnant_by_a_loinc_answer():
    """HZ-IOP-03."""
    assert person("02").person.pregnancy == "pregnant"


def test_05_the_later_version_is_later_in_time_and_not_in_text():
    assert person("05").person.weight_kg == 70


def test_07_a_dose_that_was_written_again_after_its_deletion_counts():
    assert milligrams(person("07")) == [50]


def test_08_two_sittings_under_one_link_id_give_no_total_and_the_worse_answer_to_item_9():
    (score,) = shown("08").scores
    assert score.total is None
    assert person("08").answers[0].items["9"] == 3
    assert "phq-9/item-9" in {finding.rule for finding in shown("08").findings}


def test_09_two_dosages_of_a_day_add_up():
    """HZ-IOP-01."""
    (pattern,) = person("09").patterns
    assert pattern.mg_per_session is not None
    assert (pattern.mg_per_session.mid, pattern.route, pattern.is_current) == (150, "oral", True)
    assert pattern.sessions_per_year is not None
    assert pattern.sessions_per_year.mid == 365


def test_10_use_of_four_weeks_is_of_four_weeks():
    """HZ-IOP-01: 60 mg × 2 a week × 4 weeks = 480 mg."""
    (pattern,) = person("10").patterns
    (total,) = (one.cumulative_mg for one in shown("10").exposure.by_substance)
    assert total is not None
    assert total.mid == pytest.approx(480, rel=0.001)
    assert (pattern.is_current, pattern.end) == (False, dt.date(2021, 2, 1))


@pytest.mark.parametrize(("number", "total", "item_9"), [("12", 18, 2), ("13", 18, 2), ("34", 26, 2)])
def test_a_phq_9_is_read_by_its_form_and_by_plain_numbers(number: str, total: int, item_9: int):
    (score,) = shown(number).scores
    assert (score.total, person(number).answers[0].items["9"]) == (total, item_9)
    assert "phq-9/item-9" in {finding.rule for finding in shown(number).findings}


def test_17_uuids_are_one_whatever_their_case():
    """HZ-ID-03."""
    assert milligrams(person("17")) == [35]


def test_21_units_are_read_as_they_are_written():
    record = person("21")
    assert record.person.weight_kg == pytest.approx(80, abs=0.01)
    assert {one.value for one in record.measurements if one.code == "8310-5"} == {38.5}
    assert [what for what, _ in said(case("21"))] == ["unit “mm(Hg)”"]


def test_22_what_cannot_be_is_noted_and_not_used():
    """HZ-VIT-05: a value that is no vital sign of a living person becomes no fact, and is named."""
    record = person("22")
    assert (record.person.weight_kg, record.person.height_cm) == (None, None)
    assert [one.value for one in record.measurements if one.value is not None] == [97]  # the oxygen, which can be
    assert len([what for what, _ in said(case("22")) if what == "value that cannot be"]) == 5


def test_25_a_drug_and_its_diluent_in_one_bag():
    """52.5 mL/h × 40 min × 1 mg/mL and 35 mL × 1 mg/mL; neither is a first session after it."""
    record = person("25")
    assert milligrams(record) == [pytest.approx(35), pytest.approx(35)]
    assert facts_from_record(record, at=AT, knowledge=FACTS).facts["first_session"] is False


def test_26_a_contained_substance_with_its_strength():
    """0.7 mL × 50 mg/mL = 35 mg."""
    assert milligrams(person("26")) == [pytest.approx(35)]


def test_27_every_name_of_given_ketamine_is_a_dose():
    record = person("27")
    assert milligrams(record) == [10] * 19
    assert record.medicines == ()


def test_36_a_compressed_file_of_a_folder_is_read():
    """HZ-IOP-04."""
    assert milligrams(person("36")) == [35, 35]


def test_37_the_log_and_the_manifest_of_a_bulk_client_are_noted():
    reading = case("37")
    assert milligrams(reading.records[0]) == [35]
    assert [what for what, _ in said(reading)] == [
        "file log.ndjson that was passed over",
        "file manifest.json that was passed over",
    ]
    assert reading.totals.read == reading.totals.understood + reading.totals.reported


def test_39_byte_order_marks_within_lines():
    assert milligrams(person("39")) == [35, 35]


def test_40_a_batch_response_of_searchsets():
    assert milligrams(person("40")) == [35]
    assert [what for what, _ in said(case("40"))] == ["bundle with further pages"]


def test_41_pressure_in_kilopascals():
    """25.1 and 15.2 kPa at 7.50062 mmHg/kPa."""
    assert [one.value for one in person("41").measurements] == pytest.approx([188.27, 114.01], abs=0.01)


def test_49_a_resource_of_r5_is_reported_as_one():
    assert ["another version" in reason for _, reason in said(case("49"))] == [True]


def test_50_a_weight_of_seven_tonnes_makes_no_milligrams():
    """HZ-VIT-05."""
    record = person("50")
    assert (record.person.weight_kg, milligrams(record)) == (None, [None])
    assert "value that cannot be" in dict(said(case("50")))


def test_51_two_answers_to_one_item_are_not_understood_and_of_item_9_the_worse_counts():
    items = person("51").answers[0].items
    assert (items["9"], {value for name, value in items.items() if name != "9"}) == (3, {"not_understood"})
    assert [score.total for score in shown("51").scores] == [None]


@pytest.mark.parametrize("number", ["53a", "53c"])
def test_a_liver_test_above_its_limit_stands_in_the_record(number: str):
    assert person(number).measurements[0].value in (300.0, 5.0)


def test_54_the_newest_sitting_is_the_newest_in_time():
    assert shown("54").scores[0].total == 27


def test_03_a_completed_order_whose_supply_lasts_is_checked():
    """HZ-IOP-02's other side: “completed” of an order says nothing of taking."""
    assert [item.input for item in shown("03").interactions.items] == ["Phenelzine"]
    assert shown("03").interactions.items[0].severity is not None


def test_04_nothing_known_is_no_thing():
    """HZ-IOP-02."""
    record = person("04")
    assert (record.conditions, record.medicines) == ((), ())
    assert len(said(case("04"))) == 2


def test_15_whose_it_is_by_identifier():
    """HZ-ID-03."""
    record = person("15")
    assert (milligrams(record), record.person.weight_kg) == ([35], 61)


def test_20_weight_height_and_temperature_under_sibling_codes():
    """HZ-VIT-05: 176.4 lb × 0.45359237, 68 in × 2.54, (100.4 - 32) / 1.8."""
    record = person("20")
    assert record.person.weight_kg == pytest.approx(80.01, abs=0.01)
    assert record.person.height_cm == pytest.approx(172.72)
    (temperature,) = (one.value for one in record.measurements if one.unit == "Cel")
    assert temperature == pytest.approx(38)


def test_24_a_time_without_its_offset_is_refused_in_words():
    reasons = [reason for _, reason in said(case("24"))]
    assert all("a time with its offset" in reason for reason in reasons)
    assert "regex" not in " ".join(reasons)


def test_30b_what_is_over_is_over_without_a_status():
    """HZ-IOP-02."""
    picture = shown("30b")
    assert picture.person.pregnancy != "pregnant"
    assert {str(finding.severity) for finding in picture.findings} & {"block", "hold"} == set()


def test_32_a_value_without_a_time_is_named():
    """HZ-VIT-05."""
    assert [what for what, _ in said(case("32"))] == ["value without a time"]


def test_35_a_fork_of_the_journal_in_its_own_case():
    record = person("35")
    assert len(record.doses) == 5
    assert None not in milligrams(record)
    assert "unknown" not in {dose.route for dose in record.doses}
    assert record.medicines == ()


def test_43_seconds_are_asked_about_and_routes_read_in_any_case():
    record = person("43")
    assert {(dose.start.year, dose.route) for dose in record.doses} == {(2026, "insufflated")}
    assert [what for what, _ in said(case("43"))] == ["time that was read as seconds"]


def test_48_routes_by_the_codes_and_words_of_charts():
    routes = [dose.route for dose in person("48").doses]
    assert routes == [
        *["iv", "iv", "iv", "nasal", "nasal", "oral", "sublingual", "im", "nasal", "iv"],
        *["nasal", "iv", "iv", "iv", "nasal", "iv", "im", "iv", "iv"],
    ]


def test_18_a_severe_pressure_under_any_of_its_codes_is_an_emergency():
    """HZ-VIT-05: 186/114 under SNOMED and 188/112 under the LOINC codes of sitting."""
    emergencies = [finding for finding in shown("18").findings if finding.severity == "block"]
    assert any("Blood pressure is severely raised" in str(finding.summary) for finding in emergencies)


def test_29_a_diagnosis_that_no_rule_reads_is_named():
    unknown = " ".join(map(str, shown("29").unknown))
    assert all(word in unknown for word in ("38341003", "Aneurysma", "Lungenembolie"))

"""The Journal export: what is the owner's, how much it was, and what is left unread."""

import datetime as dt
import math
from typing import Any

import pytest

from keel.quantities import Interval
from keel.record import DoseCertainty
from support.reading import fixture, noted, read, the_record

EVENING = 1_789_243_200_000  # 12 September 2026, 20:00 UTC, in milliseconds


def line(**changes: Any) -> dict[str, Any]:
    """An ingestion with the keys that every generation of the app wrote."""
    return {
        "substanceName": "Ketamine",
        "time": EVENING,
        "administrationRoute": "INSUFFLATED",
        "dose": 20,
        "isDoseAnEstimate": False,
        "units": "mg",
        "notes": "",
    } | changes


def export(*lines: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return {"experiences": [{"title": "", "text": "", "ingestions": list(lines)}]} | parts


def test_what_somebody_else_took_is_counted_and_left_out():
    # As in the app's own sample: six lines of 20 mg, one with consumerName: 100 mg and not 120 mg.
    reading = read(fixture("journal-dana.json"))
    doses = reading.records[0].doses
    assert reading.format == "journal"
    assert sum(dose.amount_mg.mid for dose in doses if dose.amount_mg) == 100
    assert noted(reading)["ingestion of somebody else"] == 1
    assert (reading.totals.read, reading.totals.understood, reading.totals.reported) == (6, 5, 1)


def test_notes_titles_and_places_are_never_read():
    assert b"CANARY" in fixture("journal-dana.json")
    assert "CANARY" not in repr(read(fixture("journal-dana.json")))


def test_ratings_and_timed_notes_are_counted():
    counts = noted(read(fixture("journal-dana.json")))
    assert (counts["rating"], counts["timed note"]) == (1, 1)


def test_times_are_milliseconds_since_1970_in_utc():
    (dose,) = the_record(export(line())).doses
    assert dose.start == dt.datetime(2026, 9, 12, 20, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize("time", [EVENING + 0.5, float(EVENING)])
def test_a_time_may_be_a_floating_number(time: float):
    assert len(the_record(export(line(time=time))).doses) == 1


def test_a_time_before_1970_is_read():
    (dose,) = the_record(export(line(time=-86_400_000))).doses
    assert dose.start == dt.datetime(1969, 12, 31, tzinfo=dt.UTC)


def test_an_old_file_without_end_times_and_custom_units_is_read():
    tree = export(line())
    assert "endTime" not in tree["experiences"][0]["ingestions"][0]
    assert the_record(tree).doses[0].end is None


def test_an_android_file_with_null_units_and_notes_is_read():
    (dose,) = the_record(export(line(units=None, notes=None, dose=None))).doses
    assert (dose.amount_mg, dose.certainty) == (None, DoseCertainty.UNKNOWN)


def test_an_end_time_makes_a_duration():
    (dose,) = the_record(export(line(endTime=EVENING + 40 * 60_000))).doses
    assert dose.duration_min == 40


def test_an_unknown_dose_stays_unknown_and_is_noted():
    record = the_record(export(line(dose=None)))
    assert record.doses[0].amount_mg is None
    assert noted(record) == {"amount not known": 1}


@pytest.mark.parametrize(
    ("dose", "units", "mg"), [(20, "mg", 20), (0.2, "g", 200), (500, "µg", 0.5), (500, "ug", 0.5), (1, " g ", 1000)]
)
def test_masses_become_milligrams(dose: float, units: str, mg: float):
    amount = the_record(export(line(dose=dose, units=units))).doses[0].amount_mg
    assert amount is not None
    assert amount.mid == pytest.approx(mg, rel=1e-12)
    assert amount.is_exact


@pytest.mark.parametrize("units", ["ml", "bumps", "", None, "{line}"])
def test_an_amount_that_is_no_mass_stays_unknown(units: str | None):
    record = the_record(export(line(units=units)))
    assert record.doses[0].amount_mg is None
    assert noted(record) == {"amount not known": 1}


def test_a_negative_dose_stays_unknown():
    assert the_record(export(line(dose=-20))).doses[0].amount_mg is None


def test_a_standard_deviation_makes_an_interval_of_one_deviation():
    (dose,) = the_record(export(line(isDoseAnEstimate=True, estimatedDoseStandardDeviation=5))).doses
    assert dose.amount_mg == Interval(15.0, 20.0, 25.0)
    assert dose.certainty is DoseCertainty.ESTIMATED


def test_an_interval_never_goes_below_zero():
    (dose,) = the_record(export(line(estimatedDoseStandardDeviation=50))).doses
    assert dose.amount_mg == Interval(0.0, 20.0, 70.0)


UNIT = {"id": 7, "substanceName": "Ketamine", "name": "line", "dose": 30, "unit": "line", "originalUnit": "mg"}


def test_a_dose_in_a_custom_unit_counts_units():
    (dose,) = the_record(export(line(dose=2, units="line", customUnitId=7), customUnits=[UNIT])).doses
    assert dose.amount_mg == Interval.exactly(60.0)


def test_deviations_of_dose_and_custom_unit_combine():
    unit = UNIT | {"isEstimate": True, "estimatedDoseStandardDeviation": 5}
    (dose,) = the_record(
        export(line(dose=2, estimatedDoseStandardDeviation=0.5, customUnitId=7), customUnits=[unit])
    ).doses
    # Independent X (mean 2, sd 0.5) and Y (mean 30, sd 5): Var(XY) = 0.25·25 + 0.25·900 + 25·4 = 331.25
    assert dose.amount_mg is not None
    assert dose.amount_mg.mid == 60
    assert dose.amount_mg.high - 60 == pytest.approx(math.sqrt(331.25), rel=1e-12)
    assert dose.certainty is DoseCertainty.ESTIMATED


@pytest.mark.parametrize("units", [[], [UNIT | {"dose": None}], [UNIT, UNIT | {"dose": 300}], [{"id": "seven"}]])
def test_a_custom_unit_without_one_amount_leaves_the_dose_unknown(units: list[dict[str, Any]]):
    record = the_record(export(line(dose=2, customUnitId=7), customUnits=units))
    assert record.doses[0].amount_mg is None
    assert noted(record)["amount not known"] == 1


@pytest.mark.parametrize(
    ("name", "substance"),
    [
        ("Ketamine", "racemic"),
        ("ketamine", "racemic"),
        ("Special K", "racemic"),
        ("Ket", "racemic"),
        ("Esketamine", "esketamine"),
        ("S-Ketamine", "esketamine"),
        ("Spravato", "esketamine"),
        ("R-ketamine", "arketamine"),
    ],
)
def test_the_family_of_ketamine_becomes_doses(name: str, substance: str):
    assert the_record(export(line(substanceName=name))).doses[0].substance == substance


@pytest.mark.parametrize(
    "name", ["Deschloroketamine", "2-Fluorodeschloroketamine", "2-FDCK", "Methoxetamine", "Alcohol", "K", "Kitty flip"]
)
def test_other_substances_are_taken_and_not_doses(name: str):
    record = the_record(export(line(substanceName=name), line(substanceName=name, time=EVENING + 60_000)))
    assert record.doses == ()
    (medicine,) = record.medicines
    assert (medicine.text, medicine.status, medicine.started) == (name, "taken", dt.date(2026, 9, 12))


@pytest.mark.parametrize(
    ("written", "route"),
    [
        ("ORAL", "oral"),
        ("SUBLINGUAL", "sublingual"),
        ("INSUFFLATED", "insufflated"),
        ("RECTAL", "rectal"),
        ("SUBCUTANEOUS", "sc"),
        ("INTRAMUSCULAR", "im"),
        ("INTRAVENOUS", "iv"),
        ("BUCCAL", "buccal"),
        ("TRANSDERMAL", "transdermal"),
        ("SMOKED", "smoked"),
        ("INHALED", "inhaled"),
    ],
)
def test_each_route_that_keel_knows_has_its_id(written: str, route: str):
    record = the_record(export(line(administrationRoute=written)))
    assert (record.doses[0].route, noted(record)) == (route, {})


@pytest.mark.parametrize("written", ["INTRAOCULAR", "through the wall", ""])
def test_any_other_route_stays_unknown_and_is_noted(written: str):
    record = the_record(export(line(administrationRoute=written)))
    assert record.doses[0].route == "unknown"
    assert sum(noted(record).values()) == 1


def test_a_line_in_the_future_is_noted_and_left_out():
    reading = read(export(line(), line(time=EVENING + 100 * 86_400_000)))
    assert len(reading.records[0].doses) == 1
    assert noted(reading) == {"ingestion dated in the future": 1}


def test_a_line_written_twice_counts_once():
    twice = line(creationDate=EVENING)
    reading = read(export(twice, twice))
    assert len(reading.records[0].doses) == 1
    assert noted(reading) == {"ingestion written twice": 1}


def test_lines_alike_whose_writing_was_not_dated_both_count():
    reading = read(export(line(), line()))
    assert len(reading.records[0].doses) == 2
    assert noted(reading) == {"doses alike in time and amount": 2}


@pytest.mark.parametrize(
    "broken", [{"time": "yesterday"}, {"time": 1e300}, {"substanceName": None}, {"substanceName": " "}, {"dose": "20"}]
)
def test_a_line_that_cannot_be_read_is_noted_and_the_others_are_read(broken: dict[str, Any]):
    reading = read(export(line(), line(**broken)))
    assert len(reading.records[0].doses) == 1
    assert noted(reading) == {"ingestion that cannot be read": 1}
    assert (reading.totals.understood, reading.totals.reported) == (1, 1)


def test_an_end_before_the_start_is_left_out_and_noted():
    record = the_record(export(line(endTime=EVENING - 1)))
    assert record.doses[0].end is None
    assert noted(record) == {"end before the start": 1}


def test_parts_may_be_absent():
    assert read({"experiences": []}).records[0].doses == ()
    assert read({"experiences": [{}]}).totals.read == 0
    assert read({"experiences": [{"ingestions": None, "ratings": None}]}).totals.read == 0

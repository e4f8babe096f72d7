"""Keel record JSON: what people write, and what each key becomes."""

import datetime as dt
from typing import Any

import pytest

from keel.interop import ReadError, write_people, write_record
from keel.quantities import Form, Interval
from keel.record import DoseCertainty, Precision, Pregnancy, Setting, Sex
from support.reading import AT, fixture, noted, read, the_record


def dose(**changes: Any) -> dict[str, Any]:
    return {"substance": "ketamine", "route": "iv", "amount": "35 mg", "start": "2026-11-01T09:00Z"} | changes


def test_a_dose_per_kilogram_becomes_milligrams_of_a_known_weight():
    first, *_ = the_record(fixture("keel-dana.json")).doses
    assert first.amount_mg == Interval.exactly(35.0)  # 0.5 mg/kg × 70 kg
    assert first.per_kg is None
    assert first.duration_min == 40
    assert (first.form, first.setting, first.certainty) == (Form.BASE, Setting.CLINIC, DoseCertainty.MEASURED)


def test_a_dose_per_kilogram_of_an_unknown_weight_stays_per_kilogram():
    (only,) = the_record({"doses": [dose(amount="0.5 mg/kg")]}).doses
    assert (only.amount_mg, only.per_kg) == (None, Interval.exactly(0.5))


def test_a_measured_weight_counts_for_doses_per_kilogram():
    record = the_record(
        {
            "doses": [dose(amount="0.5 mg/kg")],
            "measurements": [{"what": "weight", "value": "60 kg", "at": "2026-10-01"}],
        }
    )
    assert record.person.weight_kg == 60
    assert record.doses[0].amount_mg == Interval.exactly(30.0)


def test_a_weight_of_years_ago_is_kept_but_not_used():
    record = the_record(
        {
            "measurements": [{"what": "weight", "value": "60 kg", "at": "2019-10-01"}],
            "doses": [dose(amount="0.5 mg/kg")],
        }
    )
    assert record.person.weight_kg is None
    assert record.measurements[0].value == 60
    assert record.doses[0].amount_mg is None
    assert noted(record) == {"weight too old to use": 1}


def test_a_dose_of_years_ago_takes_the_weight_of_its_time():
    weights = [{"what": "weight", "value": f"{kg} kg", "at": at} for kg, at in ((60, "2019-10-01"), (80, "2026-10-01"))]
    record = the_record({"doses": [dose(amount="0.5 mg/kg", start="2020-01-01")], "measurements": weights})
    assert record.doses[0].amount_mg == Interval.exactly(30.0)
    assert record.person.weight_kg == 80


def test_an_amount_between_two_is_an_interval_and_an_estimate():
    third = the_record(fixture("keel-dana.json")).doses[2]
    assert third.amount_mg == Interval(200.0, 300.0, 400.0)
    assert third.certainty is DoseCertainty.ESTIMATED
    assert (third.precision, third.route) == (Precision.MONTH, "insufflated")


def test_a_missing_amount_is_unknown_and_not_zero():
    fourth = the_record(fixture("keel-dana.json")).doses[3]
    assert fourth.amount_mg is None
    assert fourth.certainty is DoseCertainty.UNKNOWN
    assert (fourth.precision, fourth.start.date()) == (Precision.YEAR, dt.date(2025, 1, 1))


def test_a_local_time_is_read_in_the_time_zone_of_the_record():
    record = the_record({"timezone": "Europe/London", "doses": [dose(start="2026-07-01T09:00")]})
    assert record.doses[0].start == dt.datetime(2026, 7, 1, 8, 0, tzinfo=dt.UTC)  # British Summer Time is UTC+1


def test_minutes_of_a_dose_run_on_when_the_clocks_change():
    record = the_record({"timezone": "Europe/London", "doses": [dose(start="2026-03-29T00:40", over="40 min")]})
    assert record.doses[0].end == dt.datetime(2026, 3, 29, 1, 20, tzinfo=dt.UTC)


def test_a_person_is_read_with_units():
    person = the_record(fixture("keel-dana.json")).person
    assert (person.age_years, person.weight_kg, person.height_cm) == (34, 70, 178)
    assert (person.sex, person.pregnancy, person.country) == (Sex.FEMALE, Pregnancy.NOT_PREGNANT, "GB")


def test_a_blood_pressure_is_two_measurements():
    upper, lower, *_ = the_record(fixture("keel-dana.json")).measurements
    assert [(part.code, part.value, part.unit, part.device) for part in (upper, lower)] == [
        ("8480-6", 142, "mm[Hg]", "cuff"),
        ("8462-4", 88, "mm[Hg]", "cuff"),
    ]


@pytest.mark.parametrize(
    ("what", "value", "kept", "unit"),
    [
        ("temperature", "98.6 degF", pytest.approx(37), "Cel"),  # 98.6 °F is 37 °C
        ("weight", "10 st", pytest.approx(63.5029318), "kg"),  # 14 lb of 453.59237 g each
        ("systolic", "16 kPa", pytest.approx(120.01, abs=0.01), "mm[Hg]"),  # 1 kPa is 7.50062 mmHg
        ("pulse", "72 bpm", 72, "/min"),
        ("creatinine", "88.4 umol/L", pytest.approx(88.4), "umol/L"),  # molar stays molar without a molar mass
    ],
)
def test_a_measurement_is_kept_in_the_unit_of_its_measure(what: str, value: str, kept: Any, unit: str):
    (only,) = the_record({"measurements": [{"what": what, "value": value}]}).measurements
    assert (only.value, only.unit) == (kept, unit)


def test_a_fact_in_the_future_is_noted_and_left_out():
    reading = read({"doses": [dose(), dose(start="2027-01-01T09:00Z")]})
    assert len(reading.records[0].doses) == 1
    assert noted(reading) == {"fact dated in the future": 1}
    assert (reading.totals.read, reading.totals.understood, reading.totals.reported) == (2, 1, 1)


def test_a_date_that_has_begun_somewhere_on_earth_is_not_future():
    at = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
    assert len(the_record({"doses": [dose(start="2026-11-22")]}, at).doses) == 1
    assert len(the_record({"doses": [dose(start="2026-11-23")]}, at).doses) == 0


def test_the_same_fact_under_the_same_id_counts_once():
    reading = read({"doses": [dose(id="a"), dose(id="a")]})
    assert len(reading.records[0].doses) == 1
    assert noted(reading) == {"fact written twice": 1}


def test_the_same_fact_under_the_same_id_counts_once_in_any_offset():
    """HZ-CLK-01: one instant has one answer, however its time is written."""
    times = ("2026-11-01T09:00:00-05:00", "2026-11-01T15:00:00+01:00")
    assert len(the_record({"doses": [dose(id="a", start=start) for start in times]}).doses) == 1


def test_two_facts_under_the_same_id_are_refused():
    with pytest.raises(ReadError, match=r"doses\[1\].*“a” also names \$\.doses\[0\].*Give each its own id"):
        read({"doses": [dose(id="a"), dose(id="a", amount="350 mg")]})


def test_doses_alike_to_the_minute_are_kept_and_questioned():
    reading = read({"doses": [dose(), dose()]})
    assert len(reading.records[0].doses) == 2
    assert noted(reading) == {"doses alike in time and amount": 2}


def test_more_than_a_hundred_grams_on_a_day_is_kept_and_questioned():
    # The limit is Keel's own: data/reading/limits.toml.
    reading = read({"doses": [dose(amount="60 g"), dose(amount="41 g", start="2026-11-01T10:00Z")]})
    assert sum(one.amount_mg.mid for one in reading.records[0].doses if one.amount_mg) == 101_000
    assert noted(reading) == {"day with a very large amount": 1}
    assert noted(read({"doses": [dose(amount="60 g"), dose(amount="40 g", start="2026-11-01T10:00Z")]})) == {}


def test_several_people_are_several_records():
    reading = read({"people": [{"person": {"id": "dana"}, "doses": [dose()]}, {"person": {"id": "erin"}}]})
    assert reading.format == "keel-people"
    assert [(record.person.id, len(record.doses)) for record in reading.records] == [("dana", 1), ("erin", 0)]


def test_a_record_that_is_written_reads_back_the_same():
    record = the_record(fixture("keel-dana.json"))
    again = the_record(write_record(record))
    for name in ("person", "doses", "patterns", "measurements", "medicines", "answers", "conditions"):
        assert getattr(again, name) == getattr(record, name), name


def test_people_that_are_written_read_back_the_same():
    reading = read({"people": [{"person": {"id": "dana"}, "doses": [dose()]}, {"person": {"id": "erin"}}]})
    assert read(write_people(reading.records)).records == reading.records


def test_the_phases_of_one_pattern_are_written_once():
    record = the_record({"patterns": ["8 x 56 mg over 4 weeks then weekly"]})
    assert len(record.patterns) == 2
    assert the_record(write_record(record)).patterns == record.patterns


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dose(amount=35), r"\$\.doses\[0\]\.amount.*“35 mg”"),
        (dose(amount="35"), r"\$\.doses\[0\]\.amount: “35” has no unit"),
        (dose(amount="-35 mg"), "less than zero"),
        (dose(amount="35 ml"), r"amount: .*not an amount"),
        (dose(amount={"low": "2 g", "high": "1 g"}), "out of order"),
        (dose(amount={"low": "1 mg/kg", "high": "1 g"}), "per kilogram"),
        (dose(substance="alcohol"), "“alcohol” is not one whose doses Keel keeps.*medicines"),
        (dose(route="ear"), "The route “ear” is not known"),
        (dose(start="2026-11-01T09:00"), "does not say in which time zone"),
        (dose(start="yesterday"), "“yesterday” is not a time"),
        (dose(start="2026-02-30"), "does not exist"),
        (dose(end="2026-11-01T08:00Z"), "ends before it starts"),
        (dose(end="2026-11-01T10:00Z", over="40 min"), "both there"),
        (dose(over="40"), "“40” has no unit"),
        (dose(amont="35 mg"), "“amont” is not known. Did you mean “amount”"),
        (dose(person="erin"), r"“person” is not known"),
        (dose(setting="home"), "Write one of clinic, prescribed_home, non_medical, unknown"),
    ],
)
def test_a_dose_that_cannot_stand_is_refused_with_its_place(change: dict[str, Any], message: str):
    with pytest.raises(ReadError, match=message):
        read({"doses": [change]})


@pytest.mark.parametrize(
    ("clock", "message"),
    [("2026-03-29T01:30", "was skipped"), ("2026-10-25T01:30", "came twice")],
)
def test_a_local_time_that_the_clocks_skip_or_repeat_is_refused(clock: str, message: str):
    # In London the clocks went from 01:00 to 02:00 on 29 March 2026 and from 02:00 to 01:00 on 25 October 2026.
    with pytest.raises(ReadError, match=f"{message}.*Add the offset"):
        read({"timezone": "Europe/London", "doses": [dose(start=clock)]})
    with_offset = the_record({"timezone": "Europe/London", "doses": [dose(start=f"{clock}+01:00")]})
    assert with_offset.doses[0].start.utcoffset() == dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"person": {"weight": 70}}, "“70 kg”"),
        ({"person": {"weight": "0 kg"}}, "weight cannot be 0 kg: what is possible lies between 0.2 and 650 kg"),
        ({"person": {"age": -1}}, "less than zero"),
        ({"person": {"birth_date": "2030-01-01"}}, "lies in the future"),
        ({"person": {"sex": "F"}}, "Write one of female, male, other, unknown"),
        ({"timezone": "Europe/Lundon", "doses": []}, "time zone “Europe/Lundon” is not known"),
        ({"patterns": ["400 weekly"]}, r"\$\.patterns\[0\].*no unit"),
        ({"medicines": [""]}, "The name is empty"),
        ({"measurements": [{"what": "blood pressure", "value": "142 mmHg"}]}, "not a valid blood pressure"),
        ({"measurements": [{"what": "systolic", "value": "142"}]}, "142 has no unit"),
        ({"measurements": [{"what": "systolic", "value": "142/88 mmHg"}]}, "not one number"),
        ({"measurements": [{"what": "sistolic", "value": "142 mmHg"}]}, "Near: .*systolic"),
        ({"measurements": [{"what": "weight", "value": "178 cm"}]}, "not a unit of Body weight"),
        ({"measurements": [{"value": "1 mg"}]}, "what was measured"),
        ({"measurements": [{"what": "ALT"}]}, "There is no value"),
        ({"people": [{"person": {"id": "a"}}, {"person": {"id": "a"}}]}, "is also"),
        ('{"doses": [], "doses": []}', "“doses” stands twice"),
    ],
)
def test_other_facts_that_cannot_stand_are_refused_with_a_mend(content: dict[str, Any] | str, message: str):
    with pytest.raises(ReadError, match=message):
        read(content)


@pytest.mark.parametrize(
    "entry",
    [
        {"value": "60 U/L", "upper_limit": "40 U/L"},
        {"value": 60, "unit": "U/L", "upper_limit": 40},
        {"value": 60, "unit": "U/L", "upper_limit": "40 U/L"},
    ],
)
def test_the_upper_limit_of_the_laboratory_stands_beside_its_value(entry: dict[str, Any]):
    record = the_record({"measurements": [{"what": "ALT", "at": "2026-11-01", **entry}]})
    assert record.measurements[0].upper_limit == 40
    assert the_record(write_record(record)).measurements == record.measurements


@pytest.mark.parametrize("limit", ["40 kg", "0 U/L", 40, "forty"])
def test_an_upper_limit_that_cannot_be_one_is_refused(limit: Any):
    with pytest.raises(ReadError, match="upper_limit"):
        read({"measurements": [{"what": "ALT", "value": "60 U/L", "upper_limit": limit, "at": "2026-11-01"}]})


def test_a_value_in_an_unknown_unit_is_kept_as_it_came_and_noted():
    record = the_record({"measurements": [{"code": "20405-7", "value": 0.3, "unit": "Ehrlich"}]})
    assert (record.measurements[0].value, record.measurements[0].unit) == (0.3, "Ehrlich")
    assert noted(record) == {"unit “Ehrlich”": 1}


def test_what_is_read_does_not_depend_on_the_clock():
    assert read(fixture("keel-dana.json"), AT) == read(fixture("keel-dana.json"), AT)

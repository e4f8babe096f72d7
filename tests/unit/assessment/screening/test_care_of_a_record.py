"""The level of care that a record alone asks for: known facts trigger, silence does not; readings count for a day."""

import datetime as dt

import pytest

from keel.assessment.picture import picture_of
from keel.assessment.protocols.level_of_care import known_care, level_of_care
from keel.assessment.protocols.record_facts import facts_from_record
from keel.knowledge import load
from keel.record import Answers, Condition, Measurement, Person, Record

AT = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
LOINC = "http://loinc.org"


def reading(code, value, hours_ago, unit="mm[Hg]"):
    at = AT - dt.timedelta(hours=hours_ago)
    return Measurement(code=code, system=LOINC, name="", value=value, unit=unit, at=at)


def systolic(*readings):
    """Values with how many hours ago they were measured."""
    return tuple(reading("8480-6", value, hours) for value, hours in readings)


def facts(*measurements):
    return facts_from_record(Record(measurements=measurements), at=AT, knowledge=load()).facts


def picture(**parts):
    return picture_of(Record(**parts), at=AT, knowledge=load())


def test_the_newest_reading_is_the_fact_and_of_two_pressures_the_lower_counts():
    found = facts(
        *systolic((185, 3), (200, 2), (150, 1)), reading("59408-5", 97, 1, "%"), reading("8867-4", 80, 1, "/min")
    )
    assert (found["sbp"], found["sbp_of_two"]) == (150, 150)
    assert (found["spo2"], found["hr"]) == (97, 80)
    assert facts(*systolic((185, 3), (200, 2)))["sbp_of_two"] == 185


@pytest.mark.parametrize("hours", [-1, 24.1, 24 * 365])
def test_a_reading_of_another_day_or_of_tomorrow_says_nothing_of_today(hours):
    assert facts(*systolic((200, hours))) == {}
    assert "sbp" in facts(*systolic((200, 24)))


def test_one_reading_told_twice_is_one_reading():
    assert "sbp_of_two" not in facts(*systolic((200, 1), (200, 1)))


def test_a_reading_in_another_unit_is_not_read():
    assert facts(reading("8480-6", 24, 1, "kPa")) == {}


@pytest.mark.parametrize(
    ("readings", "level"),
    [
        (((180, 2), (181, 1)), "emergency"),
        (((179, 2), (230, 1)), None),
        (((230, 2), (179, 1)), None),
        (((230, 1),), None),
        (((230, 3), (230, 2), (140, 1)), None),
    ],
)
def test_a_pressure_that_is_severely_raised_twice_is_an_emergency(readings, level):
    """Harms reference, section 11: emergency care at two readings; protocols reference, A-PRE-04: from 180 or 110."""
    seen = picture(measurements=systolic(*readings))
    assert seen.care.level == level
    spoken = {one.rule for one in seen.findings}
    assert ("E-3-SEVERE-PRESSURE" in spoken) is (level == "emergency")


def test_an_emergency_of_the_record_stands_first_and_says_what_to_do():
    first = picture(measurements=systolic((200, 2), (200, 1))).findings[0]
    assert (first.rule, first.severity) == ("E-3-SEVERE-PRESSURE", "block")
    assert "emergency" in first.next_step


def test_a_bare_record_is_no_emergency_and_names_what_was_not_asked():
    care = picture(person=Person(age_years=34)).care
    assert (care.level, care.rank) == (None, None)
    assert {"suicide_risk_level", "breathing_trouble", "unresponsive"} <= set(care.not_asked)
    assert level_of_care({"age_years": 34}, at=AT, knowledge=load()).level == "emergency"  # as somebody is there to ask


def test_a_screen_that_means_high_risk_is_an_emergency():
    """Protocols reference, section 6: ASQ question 5 yes is a full evaluation now."""
    asked = Answers(instrument="asq", items={"1": 1, "5": 1}, at=AT - dt.timedelta(hours=1))
    assert picture(answers=(asked,)).care.level == "emergency"


def test_what_is_about_a_place_of_treatment_stays_with_the_level():
    """Section 6, level 2: older people; no finding for somebody who may never be treated."""
    seen = picture(person=Person(age_years=70))
    assert seen.care.level == "clinic"
    assert {one.rule for one in seen.care.findings} == {"E-2-AGE"}
    assert not any(one.rule == "E-2-AGE" for one in seen.findings)


def test_a_diagnosis_of_the_record_asks_for_its_level():
    seen = picture(conditions=(Condition(text="Acute urinary retention"),))
    assert seen.care.level == "emergency"
    assert "acute_retention" not in seen.care.not_asked


@pytest.mark.parametrize(
    "known",
    [{}, {"age_years": 70}, {"acute_retention": True}, {"suicide_risk_level": "moderate"}, {"phq9_total": 21}],
)
def test_what_is_known_never_asks_for_more_than_the_strict_reading(known):
    care = known_care(known, at=AT, knowledge=load())
    assert (care.rank or 0) <= level_of_care(known, at=AT, knowledge=load()).rank


def rules_of(**parts):
    return {one.rule for one in picture(**parts).findings}


# Cuts: harms reference section 11 and the adverse-event bands of the esketamine label, at or above 180 and 110.
@pytest.mark.parametrize(
    ("code", "value", "rule"),
    [
        ("8480-6", 179, None),
        ("8480-6", 180, "W-PRESSURE-SYSTOLIC"),
        ("8462-4", 109, None),
        ("8462-4", 110, "W-PRESSURE-DIASTOLIC"),
    ],
)
def test_one_severe_pressure_is_to_be_measured_again(code, value, rule):
    spoken = {name for name in rules_of(measurements=(reading(code, value, 1),)) if name.startswith("W-PRESSURE")}
    assert spoken == ({rule} if rule else set())


@pytest.mark.parametrize(
    ("items", "level"), [({"chest": 1}, "emergency"), ({"wake": 1, "chest": 0}, "emergency"), ({"chest": 0}, None)]
)
def test_a_warning_sign_of_an_emergency_asks_for_one_and_is_said_once(items, level):
    found = picture(answers=(Answers(instrument="warning-signs", items=items, at=AT),))
    assert found.care.level == level
    assert ("emergency_sign" in found.care.not_known) is (level is None)
    urgent = [one.rule for one in found.findings if one.rule in ("warning-signs/emergency", "E-3-SIGN")]
    assert urgent == (["warning-signs/emergency"] if level else [])


@pytest.mark.parametrize(
    "text", ["jaundice ruled out", "no jaundice", "suspected jaundice", "ictericia descartada", "jaundice in mother"]
)
def test_a_diagnosis_that_is_denied_or_suspected_is_no_flag(text):
    assert "harm.liver.jaundice" not in rules_of(conditions=(Condition(text=text),))
    assert picture(conditions=(Condition(text=text),)).exposure.band is None
    assert "harm.liver.jaundice" in rules_of(conditions=(Condition(text="jaundice"),))

"""The dose in three weights side by side, against the worked numbers of the protocol reference, A5."""

import datetime as dt

import pytest

from keel.assessment.protocols import Solution, dose_plan
from keel.knowledge import load
from keel.record import Person, Sex

AT = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)


def plan(person, protocol="iv-racemic", **more):
    return dose_plan(protocol, person, at=AT, knowledge=load(), **more)


def rows(person, **more):
    return {(row.basis, row.formula): row for row in plan(person, **more).by_weight}


def test_seventy_kilograms():
    """A5, check: 70 kg: 35 mg, 0.875 mg/min, 52.5 mg/h; 3.5, 0.7 and 0.35 mL of 10, 50 and 100 mg/mL."""
    row = rows(Person(weight_kg=70))[("actual", "")]
    assert (row.dose_mg, row.rate_mg_per_min, row.rate_mg_per_h) == (35.0, 0.875, 52.5)
    assert [(volume.mg_per_ml, volume.ml) for volume in row.volumes] == [(10, 3.5), (50, 0.7), (100, 0.35)]
    assert [volume.must_dilute for volume in row.volumes] == [False, False, True]


def test_140_kilograms_at_a_body_mass_index_of_45():
    """A5, obesity: actual 70.0 mg; ideal 35.9 (man), 33.6 (woman); adjusted 49.5 and 48.2 mg."""
    found = rows(Person(weight_kg=140, height_cm=176.4))
    doses = {key: round(row.dose_mg, 1) for key, row in found.items()}
    assert doses == {
        ("actual", ""): 70.0,
        ("ideal", "male"): 35.9,
        ("adjusted", "male"): 49.5,
        ("ideal", "female"): 33.6,
        ("adjusted", "female"): 48.2,
    }
    assert plan(Person(weight_kg=140, height_cm=176.4)).bmi == pytest.approx(45.0, abs=0.05)


def test_in_obesity_the_conflict_is_shown_and_nobody_is_told_which_weight_to_use():
    findings = {one.rule: one for one in plan(Person(weight_kg=140, height_cm=176.4)).findings}
    assert findings["A-DOSE-OBESITY"].conflicts == ("conflict-dose-weight",)
    assert findings["A-DOSE-02"].severity == "hold"


@pytest.mark.parametrize(("height", "spoken"), [(152.76, False), (152.75, True)])
def test_the_three_weights_are_asked_for_from_a_body_mass_index_of_30(height, spoken):
    """A5: BMI >= 30. 70 kg at 1.5276 m are 29.998, at 1.5275 m 30.0007."""
    found = {one.rule for one in plan(Person(weight_kg=70, height_cm=height)).findings}
    assert ("A-DOSE-OBESITY" in found) is spoken


def test_the_recorded_sex_chooses_the_formula():
    assert ("ideal", "male") not in rows(Person(weight_kg=70, height_cm=170, sex=Sex.FEMALE))
    assert ("ideal", "female") in rows(Person(weight_kg=70, height_cm=170, sex=Sex.FEMALE))


def test_doses_are_rounded_down_to_half_a_milligram():
    """A5, rounding: to 0.5 mg, down; unrounded kept. 0.5 x 61.9 = 30.95."""
    row = rows(Person(weight_kg=61.9))[("actual", "")]
    assert (row.dose_mg, row.rounded_mg) == (30.95, 30.5)


def test_without_weight_there_is_no_dose_and_a_hold():
    empty = plan(Person())
    assert empty.by_weight == ()
    assert [str(one.severity) for one in empty.findings] == ["hold"]


def test_without_height_only_the_actual_weight_is_there_and_the_reason_is_given():
    half = plan(Person(weight_kg=70))
    assert [row.basis for row in half.by_weight] == ["actual"]
    assert "Height is not known" in half.unknown[0]


def test_the_formula_of_ideal_weight_is_not_stretched_below_sixty_inches():
    assert [row.basis for row in plan(Person(weight_kg=50, height_cm=152.3)).by_weight] == ["actual"]


@pytest.mark.parametrize(("weight", "above"), [(120.0, False), (121.0, True)])
def test_the_alert_is_above_sixty_milligrams(weight, above):
    assert ("A-DOSE-02" in rows(Person(weight_kg=weight))[("actual", "")].held_by) is above


def test_a_bag_turns_into_millilitres_an_hour():
    """A5, formulae: rate mL/h = bag mL x 60 / 40."""
    assert rows(Person(weight_kg=70), solution=Solution(ml=50))[("actual", "")].rate_ml_per_h == 75.0


@pytest.mark.parametrize(
    ("protocol", "age", "doses"),
    [
        ("esketamine-nasal-us", 40, {56, 84}),
        ("esketamine-nasal-us", 70, {56, 84}),
        ("esketamine-nasal-eu", 40, {56, 84}),
        ("esketamine-nasal-eu", 65, {28, 56, 84}),
    ],
)
def test_devices_are_those_of_the_label_of_the_place(protocol, age, doses):
    """Conflict 6: 28 mg from 65 years in the EU only."""
    assert {option.mg for option in plan(Person(age_years=age), protocol).options} == doses


def test_without_an_age_the_eu_label_asks_for_it():
    assert [one.rule for one in plan(Person(), "esketamine-nasal-eu").findings] == ["B-DOSE-AGE"]


def test_the_home_pathway_computes_no_dose():
    home = plan(Person(weight_kg=70), "oral-sublingual-home")
    assert home.by_weight == ()
    assert home.published

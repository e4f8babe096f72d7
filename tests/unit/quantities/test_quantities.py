"""Amounts as people and UCUM write them, and what is refused."""

import pytest

from keel.quantities import (
    Form,
    Interval,
    QuantityError,
    UnitError,
    base_mg,
    convert,
    parse_amount_interval_mg,
    parse_amount_mg,
    parse_concentration_ng_per_ml,
    parse_dose_mg,
    parse_duration_min,
    parse_rate_mg_per_min,
    parse_unit,
    parse_weight_kg,
)


@pytest.mark.parametrize(
    ("text", "mg"),
    [
        ("35 mg", 35),
        ("2 g", 2000),
        ("0,5 g", 500),  # decimal comma
        ("1½ g", 1500),
        ("1 1/2 g", 1500),
        ("half a gram", 500),
        ("a gram", 1000),
        ("500 µg", 0.5),  # micro sign
        ("500 μg", 0.5),  # Greek mu
        ("500 mcg", 0.5),
        ("about 84 mg", 84),
        ("1,234.5 mg", 1234.5),  # comma and point together can only be thousands
    ],
)
def test_an_amount_is_read_as_people_write_it(text, mg):
    assert parse_amount_mg(text) == pytest.approx(mg, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("35", "no unit"),
        ("1,000 mg", "can be read as 1000 or 1.000"),
        ("mg", "no number"),
        ("-5 mg", "less than zero"),
        ("2 lines", "not known"),
        ("40 min", "not an amount"),
        ("12 ng/mL", "not an amount"),
        ("1e400 g", "too large"),
        ("", "no number"),
        ("1/0 g", "divides by zero"),
    ],
)
def test_an_amount_that_cannot_be_read_is_refused_with_the_reason(text, says):
    with pytest.raises(QuantityError, match=says):
        parse_amount_mg(text)


def test_a_dose_per_kilogram_needs_the_weight():
    # protocols reference A5: 0.5 mg/kg for 70 kg is 35 mg
    assert parse_dose_mg("0.5 mg/kg", weight_kg=70) == 35
    with pytest.raises(QuantityError, match="weight is not known"):
        parse_dose_mg("0.5 mg/kg")


def test_rates_times_weights_and_concentrations_have_their_own_kinds():
    # protocols reference A5: 35 mg over 40 min is 0.875 mg/min and 52.5 mg/h
    assert parse_rate_mg_per_min("52.5 mg/h") == pytest.approx(0.875)
    assert parse_rate_mg_per_min("0.0125 mg/kg/min", weight_kg=70) == pytest.approx(0.875)
    assert parse_duration_min("1 h 30 min") == 90
    assert parse_duration_min("2 hours") == 120
    assert parse_weight_kg("11 stone") == pytest.approx(
        69.85322498
    )  # UK Weights and Measures Act: 1 lb = 0.45359237 kg
    assert parse_concentration_ng_per_ml("0.185 mg/L") == pytest.approx(185)
    with pytest.raises(UnitError):
        parse_weight_kg("70 mmHg")


@pytest.mark.parametrize(
    # interop reference 3.3: units that pass a UCUM validator
    "code",
    [
        "mm[Hg]",
        "/min",
        "%",
        "kg",
        "mg/kg",
        "ug/kg/min",
        "ng/mL",
        "ug/L",
        "umol/L",
        "U/L",
        "[IU]/L",
        "ng.h/mL",
        "{score}",
    ],
)
def test_ucum_codes_of_the_reference_are_read(code):
    assert parse_unit(code).code


def test_body_weight_under_the_bar_is_not_a_mass():
    with pytest.raises(UnitError, match="cannot be given"):
        convert(0.5, "mg/kg", "1")


def test_molar_units_do_not_turn_into_mass():
    with pytest.raises(UnitError):
        convert(1, "umol/L", "ng/mL")


def test_conversions_agree_with_their_definitions():
    assert convert(98.6, "[degF]", "Cel") == pytest.approx(37.0)
    assert convert(16, "kPa", "mm[Hg]") == pytest.approx(120.01, abs=0.01)  # 1 kPa = 7.50062 mmHg (BIPM)
    assert convert(1, "ng/mL", "ug/L") == 1


def test_salt_becomes_base_by_the_labelled_factor():
    # interop reference 3.3: 32.3 mg of esketamine hydrochloride is labelled as 28 mg of base
    assert base_mg(32.3, Form.HYDROCHLORIDE, 0.867) == pytest.approx(28.0, abs=0.05)
    assert base_mg(28, Form.BASE, 0.867) == 28


def test_counts_and_areas_of_laboratory_reports_are_read():
    # UCUM: 10*3/uL and 10*9/L are the same unit; 1 m2 is 10,000 cm2
    assert convert(6.1, "10*3/uL", "10*9/L") == pytest.approx(6.1)
    assert convert(1, "m2", "cm2") == pytest.approx(10_000)
    assert convert(90, "fL", "pL") == pytest.approx(0.09)


def test_an_exponent_is_not_the_beginning_of_a_range():
    assert parse_amount_interval_mg("6.1e-05 mg") == Interval.exactly(6.1e-05)
    assert parse_amount_interval_mg("1e-1-2e-1 g") == Interval(100, 150, 200)


def test_a_range_keeps_its_ends():
    assert parse_amount_interval_mg("1-2 g") == Interval(1000, 1500, 2000)
    assert parse_amount_interval_mg("500 mg to 1 g") == Interval(500, 750, 1000)
    with pytest.raises(QuantityError, match="smaller amount first"):
        parse_amount_interval_mg("2-1 g")

"""Units are shown as people write them, never as UCUM codes."""

import pytest

from keel.knowledge import load
from keel.quantities import convert, written_unit, written_value


@pytest.mark.parametrize(
    ("value", "code", "written"),
    [
        (140, "mm[Hg]", "140 mmHg"),
        (34, "a", "34 years"),
        (1, "a", "1 year"),
        (1, "d/wk", "1 day a week"),
        (37.2, "Cel", "37.2 °C"),
        (9, "{score}", "9 points"),
        (1, "{session}", "1 session"),
        (2, "{session}/wk", "2 sessions a week"),
        (20800, "mg/a", "20,800 mg a year"),
        (26.6, "%", "26.6%"),
        (2, "1", "2"),
        (0.5, "mg/kg", "0.5 mg/kg"),
    ],
)
def test_a_value_is_written_with_its_unit_in_words(value, code, written):
    assert written_value(value, code) == written


def test_no_unit_of_the_facts_is_shown_with_the_brackets_of_its_code():
    shown = {code: written_unit(code) for code in load().units}
    assert not [code for code, words in shown.items() if set(words) & set("[]{}")]


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (1, "ukat/L", "U/L", 60),  # UCUM: kat is mol/s, U is umol/min
        (1, "10.L/min", "L/min", 10),  # UCUM: a whole number is a factor
        (1, "cm[H2O]", "mm[Hg]", 0.73556),  # UCUM: m[H2O] is 9.80665 kPa, m[Hg] 133.322 kPa
        (20, "[drp]", "mL", 1),  # UCUM
        (1, "hPa", "kPa", 0.1),
    ],
)
def test_units_of_laboratories_and_wards(value, unit, to, expected):
    assert convert(value, unit, to) == pytest.approx(expected, rel=1e-4)

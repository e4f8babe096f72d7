"""The codes and limits of the readers: right check digits, ids that exist, units that Keel can read."""

import re

import pytest

from keel.knowledge import Certainty, load
from keel.knowledge.reading import CodeKind, ReadingCode
from keel.quantities import parse_unit
from keel.record import Pregnancy, Sex
from support.loops import some

ROWS = list(load().reading_codes.values())


def check_digit(code: str) -> int:
    """The check digit of a LOINC code (Mod 10, as LOINC's users' guide describes it).

    A letter of an answer code (“LA…”) counts by its distance from “0” in ASCII.
    """
    values = [ord(character) - ord("0") for character in reversed(code)]
    doubled = "".join(str(2 * value) for value in values[0::2])
    total = sum(map(int, doubled)) + sum(values[1::2])
    return -total % 10


@pytest.mark.parametrize("row", [row for row in ROWS if "loinc" in row.system], ids=lambda row: row.id)
def test_a_loinc_code_has_the_right_check_digit(row: ReadingCode):
    body, digit = row.code.split("-")
    assert check_digit(body) == int(digit)


def test_what_a_code_means_is_an_id_of_keel():
    known = {
        CodeKind.SUBSTANCE: set(load().substances),
        CodeKind.ROUTE: set(load().routes),
        CodeKind.PREGNANCY: set(Pregnancy),
        CodeKind.SEX: set(Sex),
    }
    for row in some(ROWS):
        assert row.kind not in known or row.means in known[row.kind], row.id


def test_a_word_names_one_thing():
    words = [(row.kind, word) for row in ROWS for word in row.words]
    assert len(words) == len(set(words))
    assert all(word == word.casefold().strip() for _, word in words)


def test_a_code_without_a_source_says_that_it_has_none():
    for row in some(ROWS):
        assert row.sources or row.certainty in (Certainty.MEMORY, Certainty.DEFAULT), row.id


def test_the_limits_have_units():
    limits = load().reading_limits
    for name in ("most_a_day", "weight_holds", "height_holds", "pregnant_holds", "not_pregnant_holds", "largest_file"):
        number = getattr(limits, name)
        assert parse_unit(number.unit)
        assert number.certainty is Certainty.DEFAULT


def test_the_possible_vital_signs_are_those_of_the_reference():
    """Live-session reference, section 2: SBP 40-300, DBP 20-200, HR 20-250, SpO2 40-100, RR 0-80."""
    limits = load().reading_limits.possible
    signs = ("systolic", "diastolic", "heart_rate", "oxygen_saturation", "respiratory_rate")
    assert [(limits[name].low, limits[name].high) for name in signs] == [
        (40, 300),
        (20, 200),
        (20, 250),
        (40, 100),
        (0, 80),
    ]


def test_a_possible_range_is_in_the_unit_in_which_its_measure_is_kept():
    units = {row.means: row.unit for row in ROWS if row.kind is CodeKind.MEASURE}
    for name, known in some(load().reading_limits.possible.items()):
        assert known.unit == units.get(name, "a"), name
        assert known.low < known.high


def test_visits_of_the_study_follow_an_infusion_that_it_has():
    study = load().studies["ds005917"]
    assert {visit.after for visit in study.visits} <= {"", study.given, study.placebo}
    assert set(study.columns.values()) <= set(load().instruments)
    assert re.fullmatch(r"ds\d{6}", study.id)

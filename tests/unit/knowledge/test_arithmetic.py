"""The evidence's own arithmetic: formulas, precision of print, Wilson intervals against published ones."""

import math

import pytest

from keel.knowledge import load
from keel.knowledge.evidence.check import agrees, evaluate, wilson

# Worked by hand from the figures of the two texts: 35 mg a fortnight, 400 mg a Saturday, 56 and 84 mg on the label.
FIXTURES = {
    "reference-course-910": 35 * 26,
    "weekend-user-year": 400 * 52,
    "weekend-user-multiple": 22.86,
    "weekly-for-100": 1750,
    "weekend-user-absorbed-multiple": 10.3,
    "gram-against-35-mg": 28.6,
    "two-grams-daily-multiple": 802,
    "esketamine-year-fewest": 34,
    "esketamine-year-fewest-mg": 1904,
    "esketamine-year-most": 56,
    "esketamine-year-most-mg": 4704,
    "esketamine-year-most-mg-day-one": 4676,
    "reference-infusion": 35,
    "salt-to-base": 0.867,
}


@pytest.mark.parametrize(("claim", "expected"), FIXTURES.items())
def test_a_claim_that_is_arithmetic_comes_out(claim, expected):
    row = load().claims[claim]
    assert row.value == expected
    assert agrees(evaluate(row.formula), expected)


def test_every_claim_with_a_formula_is_a_fixture_or_an_extrapolation():
    with_formula = {claim.id for claim in load().claims.values() if claim.formula}
    assert {claim for claim in with_formula if not claim.startswith("odds-extrapolated-")} == set(FIXTURES)


def test_orders_of_magnitude_of_the_texts():
    """1.46 and 2.90: as the reference prints a gram against 35 mg, and 2 g a day against the course."""
    assert round(math.log10(1000 / 35), 2) == 1.46
    assert round(math.log10(730_000 / 910), 2) == 2.90


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        # Brown, Cai, DasGupta, Statist Sci 2001;16:101-133, give 0 of n a Wilson upper end of z²/(n+z²).
        (0, 10, 0.0, 1.959964**2 / (10 + 1.959964**2)),
        # Newcombe, Stat Med 1998;17:857-872, table I, method 3 (score): 81/263, 15/148, 1/29.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_wilson_interval_is_the_published_one(count, of, low, high):
    found_low, found_high = wilson(count / of, of)
    assert found_low == pytest.approx(low, abs=6e-5)
    assert found_high == pytest.approx(high, abs=6e-5)


@pytest.mark.parametrize(
    ("claim", "low", "high"),
    [  # whole per cents as the reference prints them
        ("uropathy-past-year-users", 24, 29),
        ("kud-bladder", 54, 66),
        ("luts-spain", 23, 71),
        ("hydronephrosis-hong-kong", 14, 20),
        ("hydronephrosis-uk", 17, 35),
        ("recovery-taiwan", 75, 90),
        ("sustain2-urinary", 15, 20),
        ("bile-duct-changes", 56, 68),
        ("upper-gut-symptoms", 60, 87),
        ("gastritis", 60, 96),
    ],
)
def test_an_interval_of_the_evidence_is_the_one_of_the_reference(claim, low, high):
    row = load().claims[claim]
    assert (math.floor(row.low + 0.5), math.floor(row.high + 0.5)) == (low, high)


@pytest.mark.parametrize("formula", ["__import__('os')", "a + 1", "1 if 2 else 3", "1 / 0", "9 ** 9 ** 9 ** 9", "35 *"])
def test_what_is_not_plain_arithmetic_is_refused(formula):
    with pytest.raises(ValueError):
        evaluate(formula)


def test_a_number_agrees_at_the_precision_of_print_only():
    assert agrees(26.459, 26.5)
    assert not agrees(26.459, 26.6)
    assert agrees(0.0452, 0.05)

"""How values are printed for people."""

import pytest
from django.utils import translation

from keel.knowledge import Certainty
from keel.knowledge.evidence import Source
from keel.quantities import Interval
from keel.web.language.quantities import amount, grams, multiple, unit_words
from keel.web.picture.templatetags.keel_evidence import certainty_means, certainty_words
from keel.web.picture.templatetags.keel_findings import reason_value
from support import django_ready  # noqa: F401 - before anything of keel.web


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def _source(citation, year):
    return Source("x01", (), citation, year, "", "", "", "abstract")


@pytest.mark.parametrize(
    ("citation", "year", "name"),
    [
        ("Winstock AR, Mitcheson L. The prevalence of urinary symptoms. BJU Int 2012", 2012, "Winstock 2012"),
        ("Fanta 2015. Population pharmacokinetics. Eur J 2015", 2015, "Fanta 2015"),
        ("ACMD. Updated review of ketamine, 28 January 2026", 2026, "ACMD 2026"),
        ("Barod: ketamine page", None, "Barod"),
        ("A very long title that names nobody at all who wrote it", None, "very long title…"),
    ],
)
def test_a_chip_names_author_and_year(citation, year, name):
    assert _source(citation, year).short_name == name


def test_not_known_is_a_word_and_never_zero():
    assert amount(None, "mg") == multiple(None) == "not known"
    assert reason_value(None) == "not given"
    assert amount(Interval.exactly(0), "mg") == "0 mg"


def test_amounts_carry_their_unit_and_their_range():
    assert amount(Interval.of(1000, 2000), "mg") == "1,000 to 2,000 mg"
    assert grams(Interval.exactly(20800)) == "20.8 g"
    assert grams(Interval.exactly(35)) == ""


def test_a_multiple_has_three_figures():
    """20,800 / 910 = 22.857… (claim B22)."""
    assert multiple(Interval.exactly(20800 / 910)) == "22.9"


def test_units_are_words():
    assert unit_words("mg/a") == " mg a year"
    assert unit_words("%") == "%"
    assert unit_words("") == ""


def test_every_mark_of_certainty_has_words():
    assert len({certainty_words(mark) for mark in Certainty}) == len({certainty_means(mark) for mark in Certainty}) == 4

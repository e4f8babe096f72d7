"""What every report says of itself: how old its data are, that pairs are not checked, what could still be meant."""

import datetime as dt

import pytest

from keel.assessment.interactions import Status, check_medicines
from keel.findings import Severity
from keel.knowledge import load


def report(text, **options):
    return check_medicines([text], knowledge=load(), **options)


@pytest.mark.parametrize("text", ["sertraline", "xyzzyx", "sertraline, tramadol"])
def test_every_report_says_that_medicines_are_not_checked_against_each_other(text):
    """HZ-INT-05"""
    assert "not checked against each other" in report(text).summary


def test_no_line_says_continue_beside_one_that_holds():
    """HZ-INT-05: phenelzine with sertraline."""
    together = report("phenelzine, sertraline")
    steps = [finding.next_step for finding in together.findings if finding.severity is Severity.NOTE]
    assert steps
    assert not [step for step in steps if "ontinue" in step]
    (alone,) = report("sertraline").findings
    assert "ontinue" in alone.next_step


def test_data_older_than_a_year_are_said_first():
    """HZ-INT-07: a clock two years ahead."""
    fresh = report("sertraline", on=dt.date(2026, 12, 1))
    assert fresh.looked_at <= fresh.data_as_of <= dt.date(2026, 12, 1)
    assert str(fresh.looked_at) in fresh.summary
    old = report("sertraline", on=fresh.looked_at + dt.timedelta(days=366))
    assert old.summary.startswith("The sources of these data were last looked at")
    assert not fresh.summary.startswith("The sources")


@pytest.mark.parametrize(
    ("text", "name", "could_be"),
    [
        ("coke and booze", "coke", "major"),
        ("speed and sertraline", "speed", "moderate"),
        ("chems: G, T and poppers", "G", "major"),
        ("alprazolm", "alprazolm", "major"),
        ("bars and lean", "lean", "major"),
    ],
)
def test_a_name_that_is_an_ordinary_word_or_a_unit_too_is_asked_about(text, name, could_be):
    """HZ-INT-02, HZ-INT-03"""
    item = next(item for item in report(text).items if item.input == name)
    assert (item.status, item.could_be) == (Status.AMBIGUOUS, could_be)
    assert report(text).could_be == "major" or could_be == "moderate"


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("Mersyndol", "codeine"),
        ("Robitussin AC", "codeine"),
        ("Co-Dafalgan", "codeine"),
        ("Tramacet", "tramadol"),
        ("Syndol", "codeine"),
        ("Norgesic", "orphenadrine"),
        ("Roxicet", "oxycodone"),
        ("do-do chesteze", "theophylline"),
    ],
)
def test_a_combination_is_never_one_substance(text, lost):
    """HZ-INT-01"""
    (item,) = report(text).items
    assert lost in item.substances
    assert len(item.substances) > 1


@pytest.mark.parametrize("text", ["Tylenol Sinus", "Robitussin Cold", "Alka-Seltzer Plus", "Panadol Cold"])
def test_a_brand_with_a_word_behind_it_is_a_question_and_not_its_base(text):
    """HZ-INT-01"""
    (item,) = report(text).items
    assert (item.status, item.input, item.substances) == (Status.CONTENTS_NOT_KNOWN, text, ())
    assert "box" in item.message
    assert report(text).to_confirm == (text,)


def test_plus_between_two_names_joins_them():
    assert [item.status for item in report("Valium plus alcohol").items] == [Status.INTERACTION, Status.INTERACTION]


@pytest.mark.parametrize(
    "text",
    [
        "sertraline 50 mg take 1 tablet by mouth daily",
        "Sertraline 50 MG PO QHS Disp: 30 tablet Rfl: 2",
        "sertraline; take 2 tabs by mouth daily with a glass of water",
        "Sertraline 25 MG/ACTUAT 1 spray each nostril inh",
        "sertraline 100 mg, one at night",
    ],
)
def test_directions_are_no_medicines(text):
    found = report(text)
    assert [item.substances for item in found.items] == [("sertraline",)]
    assert found.unread == ()


def test_a_word_that_could_be_a_name_and_was_not_asked_about_is_named():
    assert report("sertraline white tablets").unread == ("white",)


@pytest.mark.parametrize(
    ("text", "brand", "rest"), [("Humalog Mix25", "Humalog", "Mix25"), ("Valium Zorg", "Valium", "Zorg")]
)
def test_a_brand_of_which_words_are_not_matched_is_partial(text, brand, rest):
    """HZ-INT-01, HZ-INT-03: partial coverage is a state of its own, and what is known still counts."""
    found = report(text)
    item = found.items[0]
    assert (item.input, item.status) == (brand, Status.PARTIAL)
    assert rest in item.message
    assert rest in found.unread
    assert report("Valium Zorg").worst == report("Valium").worst

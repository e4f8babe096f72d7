"""Medicine lists as people, letters and other programs write them: every ingredient read or asked about, none invented.

interactions/field.csv holds the strings with what they contain, and where each was found (`own`: made up in the manner
of such lists). 2C-B and turmeric stand under the names that Keel has for 4-bromo-2,5-dimethoxyphenethylamine and
curcumin. combinations.csv holds brands of several ingredients.
"""

import csv
from pathlib import Path

import pytest

from keel.assessment.interactions import Status, check_medicines
from keel.assessment.interactions.names import names_of
from keel.assessment.interactions.typed_list import name_key
from keel.knowledge import load

FOLDER = Path(__file__).parent / "interactions"
FIELD = [
    row
    for name in ("field.csv", "typed.csv")
    for row in csv.DictReader((FOLDER / name).read_text(encoding="utf-8").splitlines(keepends=True))
]


def substances(name):
    meaning = names_of(load()).find(name_key(name))
    return {name, *meaning.substances} if meaning else {name}


def plain(names):
    """Without the way in which a row of the table is meant: beclometasone (nasal)."""
    return {name.partition(" (")[0] for name in names}


def is_among(ingredient, names):
    """Whether an ingredient is among names of substances, a salt of it counting as itself."""
    wanted = plain(substances(ingredient))
    return any(name in wanted or name.startswith(f"{ingredient} ") for name in plain(names))


@pytest.mark.parametrize("case", FIELD, ids=lambda case: case["id"])
def test_every_ingredient_is_read_or_asked_about_and_nothing_else_is_read(case):
    """HZ-INT-01, HZ-INT-02: what was written is never lost without a word."""
    report = check_medicines([case["typed"]], knowledge=load())
    read = {name for item in report.items for name in item.substances}
    offered = {name for item in report.items for choice in item.did_you_mean for name in substances(choice)}
    expected = [name for name in case["ingredients"].split(";") if name]
    lost = [name for name in expected if not is_among(name, read | offered)]
    assert [name for name in read if not any(is_among(one, {name}) for one in expected)] == []
    if case["expect"] == "answer":
        assert lost == []
    else:
        assert not lost or report.unread or report.to_confirm


@pytest.mark.parametrize("case", FIELD, ids=lambda case: case["id"])
def test_a_serious_name_that_is_not_confirmed_is_shown_as_one(case):
    """HZ-INT-03: what is offered carries what it would mean, in the report as in the item."""
    report = check_medicines([case["typed"]], knowledge=load())
    assert report.items or report.ignored or report.unread
    for item in report.items:
        if item.is_unchecked and item.could_be:
            assert item.could_be.value in item.message
            assert report.could_be.rank <= item.could_be.rank
        if item.status is Status.NOT_RECOGNISED:
            assert item.input in report.unread


def test_a_brand_that_no_source_confirms_asks_to_look_at_the_box_and_carries_what_it_could_be():
    """HZ-INT-03: an alias from memory is no fact about a box."""
    unconfirmed = [one for one in load().synonyms.values() if one.is_unconfirmed]
    (item,) = check_medicines([unconfirmed[0].alias], knowledge=load()).items
    assert (item.status, item.substances) == (Status.CONTENTS_NOT_KNOWN, ())
    assert item.did_you_mean == unconfirmed[0].substances
    assert "Look at the box" in item.message
    assert item.could_be is not None

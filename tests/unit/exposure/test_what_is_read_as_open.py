"""“Up to” and “at least” leave an end open: the words that were typed and how they were read are said, word by word."""

import datetime as dt

import pytest

from keel.exposure import parse_pattern
from keel.knowledge import load

AT = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
NOTHING, LEAST = (
    "is read as anything from nothing to that",
    "is read as at least that: totals are at least what is shown",
)


@pytest.mark.parametrize(
    ("text", "quoted", "says", "sessions"),
    [
        ("100 mg up to twice a week", "up to twice a week", NOTHING, (0, 104)),
        ("100 mg max 3 times a week", "max 3 times a week", NOTHING, (0, 156)),
        ("100 mg hasta dos veces por semana", "hasta dos veces por semana", NOTHING, (0, 104)),
    ],
)
def test_an_open_end_of_how_often_is_said_in_the_words_that_were_typed(text, quoted, says, sessions):
    """By hand: twice a week is 104 a year, three times 156."""
    (phase,) = parse_pattern(text, at=AT, knowledge=load())
    assert [str(one) for one in phase.assumed] == [f"“{quoted}” {says}"]
    assert (phase.sessions_per_year.low, phase.sessions_per_year.high) == sessions


def test_an_open_end_of_an_amount_is_said_too():
    (phase,) = parse_pattern("100 mg at least twice a week", at=AT, knowledge=load())
    assert [str(one) for one in phase.assumed] == [f"“100 mg at least” {LEAST}"]

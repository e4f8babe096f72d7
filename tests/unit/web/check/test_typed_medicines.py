"""HZ-INT-02: a list means on the page what it means on the command line, what was denied over commas included."""

import pytest

from keel.assessment.interactions import check_medicines
from keel.knowledge import load
from keel.web.check.queries import read_medicines


@pytest.mark.parametrize(
    "typed",
    [
        "denies alcohol, cocaine, heroin",
        "no benzos, opioids or alcohol",
        "Allergies: penicillin, codeine\nsertraline 50 mg, lorazepam",
        "stopped diazepam, sertraline",
        "Valium 2,5 mg; 1,4-butanediol",
    ],
)
def test_the_page_reads_a_list_as_the_command_line_does(typed):
    whole = check_medicines([typed], knowledge=load())
    split = check_medicines([one.text for one in read_medicines(typed, knowledge=load())], knowledge=load())
    assert [(item.input, item.status) for item in split.items] == [(item.input, item.status) for item in whole.items]


def test_entries_that_stand_by_themselves_are_medicines_by_themselves():
    read = read_medicines("sertraline 50 mg, lorazepam; denies alcohol, cocaine", knowledge=load())
    assert [one.text for one in read] == ["sertraline 50 mg", "lorazepam", "denies alcohol, cocaine"]

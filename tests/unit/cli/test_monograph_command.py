"""`keel monograph` as a person runs it."""

import json

import pytest

from support.command import keel_here

pytestmark = pytest.mark.slow


def test_people_and_professionals_read_the_same_figure_in_their_words():
    people = " ".join(keel_here("monograph", "esketamine", "--for", "people").stdout.split())
    professionals = " ".join(keel_here("monograph", "esketamine").stdout.split())
    assert "feeling sick: 29 of 100 (68 of 231), 11 of 100 (12 of 113)" in people  # line 48 of the reference
    assert "Nausea: 68/231 (29.4%), 12/113 (10.6%)" in professionals
    assert "56 or 84 mg twice weekly" in professionals
    assert "mg" not in people.split()


def test_json_names_sources_certainty_and_conflicts():
    found = json.loads(keel_here("monograph", "ketamine", "--json").stdout)
    assert found["audience"] == "professionals"
    assert "conflict-emergence" in found["conflicts"]
    (group,) = [
        one
        for section in found["sections"]
        for one in section["groups"]
        if "ketect21" in one["sources"] and len(one["rows"]) > 4
    ]
    assert group["certainty"] == "seen"
    row = next(one for one in group["rows"] if one["effect"] == "Vertigo")
    assert (row["count"], row["of"], row["other_count"], row["other_of"]) == (63, 91, 22, 90)  # line 251


@pytest.mark.parametrize("arguments", [("aspirin",), ("ketamine", "--for", "cats")])
def test_what_is_not_there_is_refused_with_its_name(arguments):
    finished = keel_here("monograph", *arguments)
    assert finished.returncode == 2
    assert f"“{arguments[-1]}”" in finished.stderr

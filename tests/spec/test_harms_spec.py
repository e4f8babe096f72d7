"""Harms beyond the bladder, row by row of the references: each mark at, just under and just over; what was not said.

A row names rules without `harm.`; `not_says` may give the beginning of one. A `-` before `unknown` means that the line
must not be there.
"""

import csv
import datetime as dt
import json
from pathlib import Path

import pytest

from keel.assessment.picture import picture_of
from keel.knowledge import load
from support.command import keel_here
from support.reading import the_record
from support.samples import one_of_each

AT = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
TABLE = Path(__file__).parent / "harms" / "harms.csv"
CASES = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))


def shape(case):
    verbs = {one.partition("=")[2] for one in case["says"].split(";")}
    return frozenset(verbs), bool(case["unknown"]), case["unknown"].startswith("-")


def check(case, findings, unknown):
    spoken = {rule.removeprefix("harm."): severity for rule, severity in findings if rule.startswith("harm.")}
    for wanted in filter(None, case["says"].split(";")):
        rule, _, severity = wanted.partition("=")
        assert spoken.get(rule) == severity, spoken
    for unwanted in filter(None, case["not_says"].split(";")):
        is_start = unwanted.endswith(".")
        assert not [rule for rule in spoken if (rule.startswith(unwanted) if is_start else rule == unwanted)], spoken
    if case["unknown"]:
        line = case["unknown"].removeprefix("-")
        assert (line in unknown) is not case["unknown"].startswith("-")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_a_record_is_told_what_the_reference_says_of_it(case):
    picture = picture_of(the_record(case["record"]), at=AT, knowledge=load())
    check(case, [(one.rule, str(one.severity)) for one in picture.findings], picture.unknown)


@pytest.mark.parametrize("case", one_of_each(CASES, shape), ids=lambda case: case["case"])
def test_the_command_line_says_the_same(case, tmp_path):
    file = tmp_path / "record.json"
    file.write_text(case["record"], encoding="utf-8")
    finished = keel_here("assess", str(file), "--at", "2026-11-21T12:00Z", "--json")
    answer = json.loads(finished.stdout)
    assert finished.returncode == any(one["severity"] in ("block", "hold") for one in answer["findings"])
    check(case, [(one["rule"], one["severity"]) for one in answer["findings"]], answer["unknown"])


def test_there_is_a_row_for_every_rule():
    rules = {f"{subject.id}.{rule.id}" for subject in load().harms.values() for rule in subject.rules}
    told = {one.partition("=")[0] for case in CASES for one in case["says"].split(";") if one}
    assert rules - told == set()

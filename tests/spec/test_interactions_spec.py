"""Typed medicines against the worked cases of the interaction reference; by call and by command line.

The tables in interactions/ say for each case which pair, look-alike, product or conflict of the reference it comes
from. The reference itself rests on the sources named there.
"""

import csv
import json
import tomllib
from pathlib import Path

import pytest

from keel.assessment.interactions import check_medicines
from keel.knowledge import load
from support.command import keel, keel_here
from support.samples import one_of_each

FOLDER = Path(__file__).parent / "interactions"
ITEMS = list(csv.DictReader((FOLDER / "items.csv").read_text(encoding="utf-8").splitlines()))
LISTS = tomllib.loads((FOLDER / "lists.toml").read_text(encoding="utf-8"))["lists"]


def name_of(case):
    return f"{case['typed'][:40]} {case.get('substance', '')} {case.get('route', '')}".strip()


def shape_of(case):
    return case["status"], case["severity"], bool(case["substance"]), bool(case["route"])


def parts(cell):
    return {part for part in cell.split(";") if part}


@pytest.mark.parametrize("case", ITEMS, ids=name_of)
def test_one_typed_medicine_is_answered_as_the_reference_says(case):
    report = check_medicines(
        [case["typed"]], substance=case["substance"] or None, route=case["route"] or None, knowledge=load()
    )
    (item,) = report.items
    assert item.status == case["status"]
    assert str(item.how or "") in case["how"].split("|")
    assert set(item.substances) == parts(case["substances"])
    assert str(item.severity or "") == case["severity"]
    offered = parts(case["offered"])
    assert offered <= set(item.did_you_mean)
    if not offered:
        assert item.did_you_mean == ()


@pytest.mark.parametrize("case", LISTS, ids=name_of)
def test_a_whole_list_is_answered_as_the_reference_says(case):
    report = check_medicines([case["typed"]], substance=case.get("substance"), knowledge=load())
    assert str(report.worst or "") == case["worst"]
    assert sorted(finding.rule.rpartition(".")[2] for finding in report.stacking) == sorted(case["stacking"])
    assert list(report.not_recognised) == case.get("not_recognised", [])
    assert list(report.to_confirm) == case.get("to_confirm", [])
    for word in (*report.not_recognised, *report.to_confirm):
        if word not in {item.input for item in report.items if item.severity}:
            assert word in report.summary


@pytest.mark.parametrize("case", one_of_each(ITEMS, shape_of), ids=name_of)
def test_the_command_line_gives_the_same_item(case):
    options = [f"--{name}={case[name]}" for name in ("substance", "route") if case[name]]
    finished = keel_here("interactions", case["typed"], *options, "--json")
    assert finished.returncode == 0, finished.stderr
    answer = json.loads(finished.stdout)
    assert set(answer) >= {"items", "stacking", "worst"}
    (item,) = answer["items"]
    assert set(item) >= {"input", "status", "substances", "how", "did_you_mean", "severity", "findings"}
    assert (item["status"], item["severity"] or "") == (case["status"], case["severity"])
    assert set(item["substances"]) == parts(case["substances"])
    for finding in item["findings"]:
        assert set(finding) >= {"rule", "severity", "summary", "why", "sources", "confidence", "conflicts", "next_step"}


@pytest.mark.parametrize("case", one_of_each(LISTS, lambda case: (case["worst"], "substance" in case)), ids=name_of)
def test_the_command_line_gives_the_same_list(case):
    options = [f"--substance={case['substance']}"] if case.get("substance") else []
    answer = json.loads(keel_here("interactions", case["typed"], *options, "--json").stdout)
    assert (answer["worst"] or "") == case["worst"]
    assert sorted(one["rule"].rpartition(".")[2] for one in answer["stacking"]) == sorted(case["stacking"])


@pytest.mark.slow
def test_the_command_itself_answers_and_keeps_standard_output_to_json():
    finished = keel("interactions", LISTS[4]["typed"], "--json")
    assert (finished.returncode, finished.stderr) == (0, "")
    assert json.loads(finished.stdout)["worst"] == LISTS[4]["worst"]

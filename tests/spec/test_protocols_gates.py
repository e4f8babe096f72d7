"""Every cut of the protocols at, just under and just over it; missing values; places and dates.

Expected verbs come from the protocol reference; the row is named beside each case. A case starts from facts in which
nothing speaks against going on (clear.toml) and changes some; null takes a fact away.
"""

import csv
import datetime as dt
import json
import tomllib
from pathlib import Path

import msgspec
import pytest

from keel.assessment.protocols import gate, passes
from keel.knowledge import load
from support.command import keel_here
from support.samples import one_of_each

FOLDER = Path(__file__).parent / "protocols"
CLEAR = tomllib.loads((FOLDER / "clear.toml").read_text(encoding="utf-8"))
CASES = list(csv.DictReader((FOLDER / "gates.csv").read_text(encoding="utf-8").splitlines()))
LETTERS = {
    "A": "iv-racemic",
    "B": "esketamine-nasal-us",
    "C": "oral-sublingual-home",
    "D": "ketamine-assisted-therapy",
    "F": "use-disorder",
}


def facts_of(case):
    letter, phase = case["clear"].split(".")
    facts = CLEAR[letter][phase] | json.loads(case["change"])
    return case["protocol"] or LETTERS[letter], phase, {n: value for n, value in facts.items() if value is not None}


def shape(case):
    verb = case["expect"].rpartition("=")[2]
    return case["clear"][0], verb, bool(case["jurisdiction"]), bool(case["at"]), bool(case["route"])


def findings_of(case):
    protocol, phase, facts = facts_of(case)
    at = dt.datetime.fromisoformat(case["at"] or "2026-11-21").replace(tzinfo=dt.UTC)
    return gate(protocol, phase, facts, at=at, knowledge=load(), jurisdiction=case["jurisdiction"], route=case["route"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['source']}: {case['change']}")
def test_a_rule_speaks_with_the_verb_of_the_reference(case):
    findings = findings_of(case)
    spoken = {finding.rule: str(finding.severity) for finding in findings}
    if case["expect"] == "pass":
        assert passes(findings), spoken
        assert not any(verb == "warn" for verb in spoken.values()), spoken
    else:
        rule, _, verb = case["expect"].partition("=")
        assert spoken.get(rule) == verb, spoken
    assert not set(filter(None, case["absent"].split(";"))) & set(spoken), spoken


@pytest.mark.parametrize("case", one_of_each(CASES, shape), ids=lambda case: f"{case['source']}: {case['change']}")
def test_the_command_line_says_the_same(case):
    """Every finding whole, and the exit code: 0 where nothing blocks or holds, else 1."""
    protocol, phase, facts = facts_of(case)
    asked = ["screen", "--protocol", protocol, "--phase", phase, "--facts", json.dumps(facts), "--json"]
    for option in ("jurisdiction", "route"):
        asked += [f"--{option}", case[option]] if case[option] else []
    done = keel_here(*asked, "--at", case["at"] or "2026-11-21")
    findings = findings_of(case)
    assert json.loads(done.stdout)["findings"] == msgspec.json.decode(msgspec.json.encode(findings, enc_hook=str))
    assert (done.returncode, done.stderr) == (0 if passes(findings) else 1, "")

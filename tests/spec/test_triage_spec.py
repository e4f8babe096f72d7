"""The level of care, row by row of section 6 of the protocol reference; a null takes an answer away."""

import csv
import datetime as dt
import json
from pathlib import Path

import msgspec
import pytest

from keel.assessment.protocols.level_of_care import bladder_state, level_of_care
from keel.knowledge import load
from support.command import keel_here
from support.samples import one_of_each

AT = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
TABLE = Path(__file__).parent / "protocols" / "level-of-care.csv"
CASES = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
NO = {
    "chest_pain": False,
    "severe_headache": False,
    "visual_loss": False,
    "dyspnoea": False,
    "confusion": False,
    "unresponsive": False,
    "overdose": False,
    "delirium": False,
    "acute_retention": False,
    "sepsis_signs": False,
    "haematuria_with_clots": False,
    "breathing_trouble": False,
    "medically_unstable_now": False,
    "cannot_keep_safe": False,
    "psychosis_current": False,
    "mania_current": False,
    "severe_self_neglect": False,
    "complex_withdrawal": False,
    "obstructive_uropathy": False,
    "controlled_medical_disease": False,
    "cardiac_or_respiratory_disease": False,
    "medical_hold": False,
}
CLEAR = NO | {
    "suicide_risk_level": "none",
    "route": "sublingual",
    "substance": "racemic",
    "age_years": 34,
    "weight_kg": 70,
    "height_cm": 170,
    "phq9_total": 12,
    "pathway_enabled": True,
    "sober_adult_in_room": True,
}


def facts_of(change):
    return {name: value for name, value in (CLEAR | change).items() if value is not None}


def level(change):
    return level_of_care(facts_of(change), at=AT, knowledge=load())


def plain(value):
    """The value as the command prints it."""
    return msgspec.json.decode(msgspec.json.encode(value, enc_hook=str))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['source']}: {case['change']}")
def test_the_level_is_that_of_the_reference(case):
    found = level(json.loads(case["change"]))
    assert found.level == case["level"]
    spoken = {one.rule: str(one.severity) for one in found.findings}
    for wanted in filter(None, case["rules"].split(";")):
        rule, _, verb = wanted.partition("=")
        assert spoken.get(rule) == verb, spoken


@pytest.mark.parametrize("case", one_of_each(CASES, lambda case: case["level"]), ids=lambda case: case["level"])
def test_the_command_line_says_the_same(case):
    change = json.loads(case["change"])
    done = keel_here("triage", "--facts", json.dumps(facts_of(change)), "--at", "2026-11-21", "--json")
    found = json.loads(done.stdout)
    assert found["care"] == plain(level(change))
    assert found["bladder"] == plain(bladder_state(facts_of(change), at=AT, knowledge=load()))
    assert found["is_emergency"] is (case["level"] in ("emergency", "inpatient"))
    assert (done.returncode, done.stderr) == (0, "")


def test_who_answered_nothing_is_sent_to_an_evaluation_and_told_why():
    found = level_of_care({}, at=AT, knowledge=load())
    assert found.level == "emergency"
    assert "suicide_risk_level" in found.unanswered
    assert any("counts as triggered" in one.summary for one in found.findings)


def test_what_is_decided_after_an_evaluation_keeps_the_level_at_least():
    found = level({"cannot_keep_safe": None})
    assert (found.level, found.at_least) == ("home", True)
    assert "cannot_keep_safe" in found.not_known


def test_the_lowest_level_says_that_it_rests_on_what_was_answered():
    assert "no statement about what was not asked" in level({}).text


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({}, "K0"),
        ({"storage_symptoms": True}, "K1"),
        ({"storage_symptoms": True, "bladder_pain": True}, "K2"),
        ({"visible_haematuria": True}, "K2"),
        ({"incontinence": True}, "K2"),
        ({"functional_capacity_ml": 200}, "K0"),
        ({"functional_capacity_ml": 199}, "K2"),
        ({"functional_capacity_ml": 100}, "K2"),
        ({"functional_capacity_ml": 99}, "K3"),
        ({"hydronephrosis": True, "bladder_pain": True}, "K3"),
        ({"egfr_falling": True}, "K3"),
        ({"acute_retention": True}, "K3"),
    ],
)
def test_the_working_state_of_the_bladder(facts, state):
    """Section 7, F5: K1 storage symptoms; K2 pain, blood, leaking or <200 mL; K3 upper tract, retention or <100 mL."""
    assert bladder_state(facts, at=AT, knowledge=load()).level == state


def test_a_state_with_open_questions_is_at_least_that_state():
    assert bladder_state({"storage_symptoms": True}, at=AT, knowledge=load()).at_least

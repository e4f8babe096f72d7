"""The medicine list of a session at its gate, and the person as the record writes them.

Expected verbs: interactions reference, section 1: what a current label forbids for that form blocks; what is
major holds until a prescriber's decision is recorded; what is moderate or minor does not hold. Section 2:
benzodiazepines and opioids are major; theophylline is contraindicated with injectable esketamine and major otherwise.
"""

import datetime as dt

import pytest

from keel.assessment.session.fold import fold_session
from keel.interop import ReadError
from keel.knowledge import Knowledge, load
from support.sessions import base_session, clock, read_session

READY = {"iv": "09:14", "esketamine": "09:05"}
"""When the sessions of the specification are ready for their dose."""


def state_of(tree, at):
    return fold_session(read_session(tree), at=dt.datetime.fromisoformat(clock(at)), knowledge=load())


def rules(state):
    return {one.rule: str(one.severity) for one in state.reasons}


@pytest.fixture
def ready():
    tree, first = base_session("iv"), READY["iv"]
    assert state_of(tree, first).may_start
    return tree, first


def test_a_major_interaction_holds_the_dose_until_a_prescriber_decides(ready):
    tree, first = ready
    state = state_of(tree | {"medicines": ["oxycodone"]}, first)
    assert not state.may_start
    assert "hold" in {verb for rule, verb in rules(state).items() if rule.startswith("interaction.")}


def test_a_prescriber_passes_it_with_a_name_and_a_reason(ready):
    tree, first = ready
    tree["medicines"] = ["oxycodone", "diazepam"]
    held = [rule for rule, verb in rules(state_of(tree, first)).items() if verb == "hold"]
    assert any(rule.startswith("interaction.stacking") for rule in held)
    for number, rule in enumerate(held):
        override = {"type": "overridden", "id": f"o{number}", "at": clock("09:13"), "by": "alice", "rule": rule}
        tree["events"].append(override | {"name": "Dr Alice", "role": "prescriber", "reason": "known, doses apart"})
    state = state_of(tree, first)
    assert state.may_start
    assert {one.rule for one in state.passed} >= set(held)


ESKETAMINE_BY_VEIN = """
id = "iv-esketamine"
version = "1"
title = "Esketamine by vein, for this test"
name = "Esketamine by vein"
letter = "T"
summary = "For this test."
substance = "esketamine"
routes = ["iv"]
review_due = 2027-11-01
dosing = { kind = "entered" }

[gates]
start = ["contraindication"]

[[includes]]
protocol = "iv-racemic"
phases = ["contraindication"]
"""


def test_what_a_label_forbids_blocks_for_the_form_of_the_label_and_holds_for_the_others(ready, tmp_path):
    """The label of injectable esketamine forbids theophylline; those of the spray and of the racemate do not."""
    tree, first = ready
    assert of_theophylline(tree, first, load()) == {"hold"}
    assert of_theophylline(base_session("esketamine"), READY["esketamine"], load()) == {"hold"}
    (tmp_path / "protocols").mkdir()
    (tmp_path / "protocols" / "iv-esketamine.toml").write_text(ESKETAMINE_BY_VEIN, encoding="utf-8")
    by_vein = {"protocol": "iv-esketamine", "events": []}
    assert of_theophylline(by_vein, first, Knowledge((tmp_path,))) == {"block"}


def of_theophylline(tree, at, knowledge):
    session = read_session(tree | {"medicines": ["theophylline"]})
    state = fold_session(session, at=dt.datetime.fromisoformat(clock(at)), knowledge=knowledge)
    return {verb for rule, verb in rules(state).items() if rule.startswith("interaction.")}


def test_a_weaker_interaction_does_not_hold(ready):
    """Interactions reference, section 3: SSRIs are no more than minor."""
    tree, first = ready
    assert state_of(tree | {"medicines": ["sertraline"]}, first).may_start


def test_a_name_that_is_not_recognised_is_said_and_a_stopped_one_is_not_checked(ready):
    tree, first = ready
    state = state_of(tree | {"medicines": ["flibbertol", {"text": "oxycodone", "status": "stopped"}]}, first)
    assert rules(state)["medicine-not_recognised"] == "warn"
    assert not any(rule.startswith("interaction.") for rule in rules(state))


def test_a_medicine_on_the_list_is_a_yes_to_the_rules_whatever_was_answered(ready):
    """A-CI-15: a benzodiazepine warns; the screening of the session says that none is taken."""
    tree, first = ready
    assert tree["screening"]["takes_benzodiazepine"] is False
    assert rules(state_of(tree | {"medicines": ["diazepam"]}, first))["A-CI-15"] == "warn"


@pytest.mark.parametrize("listed", ["oxycodone, sertraline", ["oxycodone", "sertraline"], [{"text": "oxycodone"}]])
def test_the_list_may_stand_with_the_screening(ready, listed):
    tree, first = ready
    tree["screening"]["medicines"] = listed
    assert not state_of(tree, first).may_start


@pytest.mark.parametrize("listed", [7, [7], [{"name": "oxycodone"}], [""], [{"text": "a", "status": "gone"}]])
def test_a_list_that_cannot_be_read_is_refused_with_its_place(ready, listed):
    tree, _ = ready
    with pytest.raises(ReadError, match="medicines"):
        read_session(tree | {"medicines": listed})


def test_a_dose_given_while_the_list_held_is_named():
    tree = base_session("iv") | {"medicines": ["oxycodone"]}
    state = state_of(tree, "10:20")
    assert "KEEL-GATE-PASSED" in {one.rule for one in state.alarms}
    assert not any(one.rule.startswith("interaction.") for one in state.reasons)


@pytest.mark.parametrize(
    "person",
    [
        {"age": "34 years", "weight": "70 kg", "height": "178 cm"},
        {"age": "34", "weight": "70000 g", "height": "1.78 m"},
        {"age": 34, "weight": "70 kg", "height": "178 cm"},
        {"age_years": 34, "weight_kg": 70, "height_cm": 178},
        {"age_years": "34 years", "weight_kg": "70 kg", "height_cm": "178 cm"},
    ],
)
def test_a_person_may_be_written_as_in_a_record(person):
    from keel.assessment.session.facts import as_person

    read = as_person(read_session({"protocol": "iv-racemic", "person": person}))
    assert (read.age_years, read.weight_kg, read.height_cm) == (34, 70, 178)


@pytest.mark.parametrize("age", ["old", "34 kg", "340 years", "-1 years", 131])
def test_an_age_that_is_none_is_refused(age):
    with pytest.raises(ReadError, match="age"):
        read_session({"protocol": "iv-racemic", "person": {"age": age}})

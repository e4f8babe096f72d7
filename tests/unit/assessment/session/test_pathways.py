"""Sessions of the contested and the therapy pathway: home where it was enabled, and a dose by muscle in the office."""

import datetime as dt

import pytest

from keel.assessment.session.fold import fold_session
from keel.knowledge import Knowledge, load
from support.sessions import base_session, changed, clock, read_session

SIGNED = '{ by = "Dr Alice", on = 2026-11-01, role = "medical director", reason = "read both positions" }'


def state(tree, at, knowledge):
    return fold_session(read_session(tree), at=dt.datetime.fromisoformat(clock(at)), knowledge=knowledge)


def holding(found):
    return {one.rule for one in (*found.reasons, *found.alarms) if one.severity in ("block", "hold")}


@pytest.fixture
def home_is_on(tmp_path):
    folder = tmp_path / "protocols"
    folder.mkdir()
    (folder / "oral-sublingual-home.toml").write_text(
        f'id = "oral-sublingual-home"\n[enablement]\non = true\njurisdictions = ["US"]\nsigned = {SIGNED}\n',
        encoding="utf-8",
    )
    return Knowledge((tmp_path,))


def test_where_the_pathway_is_on_a_home_session_may_start(home_is_on):
    assert state(base_session("home"), "09:03", home_is_on).may_start


def test_in_another_place_it_stays_off(home_is_on):
    tree = changed(base_session("home"), {"session": {"jurisdiction": "UK"}})
    assert "C-00" in holding(state(tree, "09:03", home_is_on))


def test_a_home_session_ends_after_its_contacts(home_is_on):
    found = state(base_session("home"), "11:07", home_is_on)
    assert (found.phase, found.may_discharge) == ("observing", True)


def test_without_a_level_of_care_the_gate_asks_for_it(home_is_on):
    tree = changed(base_session("home"), {"set": {"c02": {"facts": {"level_of_care": "null"}}}})
    found = state(tree, "09:03", home_is_on)
    assert "C-MISSING" in holding(found)


def test_a_level_of_care_that_triage_can_work_out_is_worked_out(home_is_on):
    answers = {
        "level_of_care": "null",
        "chest_pain": False,
        "severe_headache": False,
        "visual_loss": False,
        "dyspnoea": False,
        "confusion": False,
        "unresponsive": "null",
        "overdose": False,
        "delirium": False,
        "acute_retention": False,
        "sepsis_signs": False,
        "haematuria_with_clots": False,
        "breathing_trouble": False,
        "medically_unstable_now": False,
        "controlled_medical_disease": True,
        "cardiac_or_respiratory_disease": False,
        "phq9_total": 12,
        "medical_hold": False,
    }
    event = {"id": "x1", "at": "09:01", "by": "bob", "type": "adverse_event", "what": "unresponsive", "resolved": True}
    tree = changed(base_session("home"), {"set": {"c02": {"facts": answers}}, "add": [event]})
    # A medical disease under control is level 2, the monitored clinic.
    assert "C-02" in holding(state(tree, "09:03", home_is_on))


def therapy(**change):
    tree = changed(
        base_session("iv"),
        {
            "session": {"protocol": "ketamine-assisted-therapy", "route": "im"},
            "screening": {
                "therapist_only_adult_on_site": False,
                "medical_responder_on_site": True,
                "touch_planned": False,
                "preparation_sessions_done": 1,
            },
            "drop": ["e16"],
            **change,
        },
    )
    for event in tree["events"]:
        if event["type"] == "dose_started":
            event.pop("over", None)
    return tree


def test_a_dose_by_muscle_is_in_at_once_and_is_watched_from_then():
    found = state(therapy(), "09:16", load())
    assert (found.phase, found.given_mg, found.minutes_since_last_dose) == ("observing", 35, 1)
    assert "D-MON-IM 09:25" in {f"{one.rule} {one.due_at:%H:%M}" for one in found.due}
    assert found.predicted.model == "m-rac-im"


def test_the_rules_of_the_infusion_pump_do_not_ask_of_a_syringe():
    assert not {one.rule for one in state(therapy(), "09:14", load()).reasons} & {"A-DOSE-01", "A-DOSE-03"}
    assert state(therapy(), "09:14", load()).may_start


def test_a_first_dose_by_muscle_above_half_a_milligram_per_kilogram_holds():
    """D-02."""
    high = therapy(set={"e01": {"plan": {"dose": "0.6 mg/kg"}}})
    assert "D-02" in holding(state(high, "09:14", load()))


def test_preparation_comes_first():
    """D-06."""
    tree = therapy()
    tree["screening"]["preparation_sessions_done"] = 0
    assert "D-06" in holding(state(tree, "09:14", load()))


def test_three_days_without_integration_contact_are_said():
    """D-07: 72 h."""
    asked = {"id": "x1", "at": "12:30", "by": "bob", "type": "checked", "facts": {"integration_contact_made": False}}
    found = state(therapy(add=[asked]), "2026-11-24T09:15:00+00:00", load())
    assert "D-07" in {one.rule for one in found.alarms}

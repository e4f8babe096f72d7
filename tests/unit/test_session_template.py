"""An empty session of each protocol: nothing filled in, nothing of another protocol, every question of its gates."""

import datetime as dt
import json

import pytest

from keel.assessment.session.fold import fold_session
from keel.interop import session_template
from keel.knowledge import Knowledge, load
from support.sessions import base_session, clock, read_session

DOSING = sorted(one.id for one in load().protocols.values() if one.dosing.kind != "none")
SIGNED = '{ by = "Dr Alice", on = 2026-11-01, role = "medical director", reason = "read both positions" }'
KNOWN = {
    **base_session("iv")["screening"],
    **base_session("esketamine")["screening"],
    **base_session("home")["screening"],
    **{key: value for event in base_session("iv")["events"] for key, value in event.get("facts", {}).items()},
    **{key: value for event in base_session("esketamine")["events"] for key, value in event.get("facts", {}).items()},
    **{key: value for event in base_session("home")["events"] for key, value in event.get("facts", {}).items()},
    "hours_since_solids": 8,
    "pregnant": False,
    "therapist_only_adult_on_site": False,
    "medical_responder_on_site": True,
    "touch_planned": False,
    "preparation_sessions_done": 1,
}
LEAVING = [
    ("iv-racemic", "iv", "11:58"),
    ("ketamine-assisted-therapy", "iv", "11:58"),
    ("esketamine-nasal-us", "esketamine", "11:16"),
    ("oral-sublingual-home", "home", "11:07"),
]
PLANS = {"per_weight": {"dose": "35 mg", "over": "40 min"}, "devices": {"dose": "56 mg"}, "entered": {"dose": "100 mg"}}


def values(tree):
    inner = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else None
    return [tree] if inner is None else [value for one in inner for value in values(one)]


@pytest.mark.parametrize("protocol", DOSING)
def test_nothing_is_filled_in(protocol):
    """HZ-VIT-04: no dose, no time, no reading, no answer stands there before somebody gives it."""
    tree = session_template(protocol, load())
    said = {key: value for key, value in tree.items() if key not in ("protocol", "jurisdiction", "questions")}
    head = ("id", "type")
    said["events"] = [{key: value for key, value in one.items() if key not in head} for one in tree["events"]]
    assert {value for value in values(said) if value not in (None, "")} == {"unknown"}


@pytest.mark.parametrize("protocol", DOSING)
def test_an_empty_one_is_a_session_that_is_planned_and_may_not_start(protocol):
    state = fold_session(read_session(session_template(protocol, load())), at=dt.datetime.now(dt.UTC), knowledge=load())
    assert (state.phase, state.may_start) == ("planned", False)
    assert not [one for one in state.alarms if one.rule == "KEEL-NOT-UNDERSTOOD"]


def test_no_protocol_has_the_plan_of_another():
    plans = {name: set(session_template(name, load())["plan"]) for name in DOSING}
    assert "over" not in plans["esketamine-nasal-us"] | plans["oral-sublingual-home"]
    assert "devices" not in plans["iv-racemic"]


@pytest.fixture(scope="module")
def home_is_on(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clinic") / "protocols"
    folder.mkdir()
    (folder / "oral-sublingual-home.toml").write_text(
        f'id = "oral-sublingual-home"\n[enablement]\non = true\njurisdictions = ["US"]\nsigned = {SIGNED}\n',
        encoding="utf-8",
    )
    return Knowledge((folder.parent,))


@pytest.mark.parametrize("protocol", DOSING)
def test_a_whole_one_with_good_answers_may_start(protocol, home_is_on):
    """Every fact that the gates demand is asked for: answering what stands there is enough."""
    tree = session_template(protocol, home_is_on)
    tree["screening"] = {name: KNOWN[name] for name in tree["screening"] if name in KNOWN}
    tree["person"] |= {"age": 34, "sex": "female", "weight": "70 kg", "height": "170 cm", "weighed_on": "2026-11-21"}
    tree |= {"jurisdiction": tree["jurisdiction"] or "US", "doses": [], "route": "im" if "assisted" in protocol else ""}
    tree["route"] = "sublingual" if "home" in protocol else tree["route"]
    tree["plan"] = PLANS[load().protocols[protocol].dosing.kind]
    readings = {
        "sbp": 124,
        "dbp": 76,
        "hr": 72,
        "rr": 14,
        "spo2": 98,
        "symptoms": [],
        "moaas": 5,
        "dissociation": "none",
    }
    for event in tree["events"]:
        if event["type"] == "criteria_checked":
            continue
        event |= {"by": "bob", "at": clock("09:00")}
        event |= {key: value for key, value in readings.items() if key in event}
        if "facts" in event:
            event["facts"] = {name: KNOWN.get(name) for name in event["facts"]}
    state = fold_session(read_session(tree), at=dt.datetime.fromisoformat(clock("09:05")), knowledge=home_is_on)
    assert state.may_start, [(one.rule, str(one.severity), one.why) for one in (*state.reasons, *state.alarms)]


def test_a_form_that_was_begun_without_a_time_is_refused_at_its_place():
    tree = session_template("iv-racemic", load())
    tree["events"][2]["sbp"] = 142
    with pytest.raises(ValueError, match=r"\$\.events\[2\]"):
        read_session(tree)
    assert json.dumps(tree)


BY_EVENTS = {"release_signed", "completion_bp_taken", "suicide_yes_open"}
"""What follows from an event or from the screen, and is not asked as a question."""


@pytest.mark.parametrize(("protocol", "base", "at"), LEAVING)
def test_what_is_missing_for_leaving_is_asked_for(protocol, base, at):
    template, tree = session_template(protocol, load()), base_session(base) | {"protocol": protocol}
    kept = ("started", "dose_started", "device_given", "dose_stopped")
    tree["events"] = [one for one in tree["events"] if one["type"] in kept]
    state = fold_session(read_session(tree), at=dt.datetime.fromisoformat(clock(at)), knowledge=load())
    named = {str(one.name) for finding in state.reasons for one in finding.why if one.value is None}
    asked = {
        key
        for event in template["events"]
        for part in (event, event.get("facts", {}), event.get("criteria", {}))
        for key in part
    }
    computed = {one.id for one in load().clinical_facts.values() if one.is_computed}
    assert named & asked
    assert named - asked - computed - BY_EVENTS == set()

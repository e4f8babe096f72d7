"""No chain of overrides by any role opens a block of any protocol (HZ-GATE-07, HZ-DOSE-01; invariant 3)."""

import datetime as dt
import random
from itertools import product

import pytest

from keel.assessment.protocols.gate import Judgement, spoken
from keel.assessment.session.fold import fold_session
from keel.assessment.session.opening import open_session
from keel.assessment.session.overrides import apply_overrides
from keel.findings import Severity, Truth, Verdict
from keel.knowledge import load
from support.sessions import base_session, clock, read_session

ROLES = ("prescriber", "Prescriber", "nurse", "therapist", "medical director", "manager", "")
BASES = {
    "iv-racemic": "iv",
    "ketamine-assisted-therapy": "iv",
    "esketamine-nasal-us": "esketamine",
    "esketamine-nasal-eu": "esketamine",
    "oral-sublingual-home": "home",
}
BLOCKS = [
    (protocol, rule) for protocol in BASES for rule in load().protocols[protocol].rules if rule.severity == "block"
]
SESSION_BLOCKS = [rule.id for rule in load().session_rules["session"].rules if rule.severity == "block"]


def overrides(names, at="09:13"):
    """Every override of these names by every role, seen and not seen, with and without an exception."""
    choices = product(names, ROLES, (True, False), ("", "three-more", "missed-sessions"))
    return [
        {
            "id": f"o{number}",
            "at": clock(at),
            "by": "alice",
            "type": "overridden",
            "rule": name,
            "name": "Dr Alice",
            "reason": "urgent",
            "role": role,
            "in_person": in_person,
            "exception": exception,
        }
        for number, (name, role, in_person, exception) in enumerate(choices)
    ]


def session_of(protocol, names):
    tree = base_session(BASES[protocol]) | {"protocol": protocol}
    return read_session({**tree, "events": [*tree["events"], *overrides(names)]})


@pytest.mark.parametrize(("protocol", "rule"), BLOCKS, ids=lambda one: getattr(one, "id", one))
def test_a_block_stays_a_block_under_every_override(protocol, rule):
    known = load().protocols[protocol]
    (finding,) = spoken([Judgement(rule, Verdict(Truth.MET, ()), ())], known)
    at = dt.datetime.fromisoformat(clock("09:14"))
    view = open_session(session_of(protocol, [rule.id, "e01", "KEEL-GATE-PASSED"]), at=at, knowledge=load())
    outcome = apply_overrides(view, [finding])
    assert finding.severity is Severity.BLOCK
    assert (outcome.findings, outcome.passed) == ((finding,), ())


@pytest.mark.parametrize("rule", SESSION_BLOCKS)
def test_a_block_of_the_session_itself_stays_a_block(rule):
    view = open_session(
        session_of("iv-racemic", [rule]), at=dt.datetime.fromisoformat(clock("09:14")), knowledge=load()
    )
    finding = view.finding(
        rule, started="350", ordered="35", given="350", rules="A-PRE-04", event="e09", time="14:00", sign="seizure"
    )
    assert apply_overrides(view, [finding]).findings == (finding,)


# Ways into a block whose facts can be typed or measured: what is changed in the session at its gate.
WAYS = [
    ("iv", "09:14", {"e02": {"facts": {"escort_confirmed": False, "safe_transport": False}}}, "A-PRE-12"),
    ("iv", "09:14", {"e02": {"facts": {"time_out_people": 1}}}, "A-PRE-01"),
    ("iv", "09:14", {"e02": {"facts": {"breath_alcohol": "positive"}}}, "A-PRE-07"),
    ("iv", "09:14", {"e02": {"facts": {"chest_pain": True}}}, "A-PRE-04"),
    ("iv", "09:14", {"e06": {"spo2": 91}}, "A-PRE-06-low"),
    ("iv", "09:14", {"e01": {"plan": {"dose": "5 mg/kg"}}}, "A-DOSE-04"),
    ("iv", "09:20", {"e09": {"amount": "350 mg"}}, "KEEL-OVER-ORDER"),
    ("iv", "11:58", {"e33": {"criteria": {"escort_present": False}}}, "A-DC-08"),
    ("iv", "11:58", {"e16": {"given": "350 mg"}}, "KEEL-OVER-GIVEN"),
    ("esketamine", "09:05", {"b01": {"plan": {"dose": "70 mg", "devices": None}}}, "B-PRE-07"),
    ("esketamine", "09:12", {"b06": {"observed": False}}, "B-ADM-02"),
    ("esketamine", "11:14", {}, "B-DC-01"),
    ("esketamine", "11:16", {"b33": {"criteria": {"told_not_to_drive": False}}}, "B-DC-04"),
    ("home", "09:03", {}, "C-00"),
]


@pytest.mark.parametrize(("base", "at", "change", "rule"), WAYS, ids=lambda one: one if isinstance(one, str) else "")
def test_chains_of_overrides_of_everything_that_speaks_open_nothing(base, at, change, rule):
    """Overrides of all rules that speak, of the deeds and of what overrides say, in several orders and rounds."""
    tree, moment = base_session(base), dt.datetime.fromisoformat(clock(at))
    for event in tree["events"]:
        for key, value in change.get(event["id"], {}).items():
            event[key] = {**event[key], **value} if isinstance(event.get(key), dict) else value
    events, rng = [one for one in tree["events"] if one["at"] <= clock(at)], random.Random(rule)  # noqa: S311
    names = {"KEEL-GATE-PASSED", "KEEL-BLOCK-PASSED", "KEEL-DISCHARGED-HELD", rule}
    for _ in range(3):
        some = rng.sample(overrides(sorted(names), at), 60)
        state = fold_session(read_session({**tree, "events": [*events, *some]}), at=moment, knowledge=load())
        spoken_now = {one.rule: str(one.severity) for one in (*state.reasons, *state.alarms)}
        assert spoken_now.get(rule) == "block", spoken_now
        assert not any((state.may_start, state.may_continue, state.may_discharge))
        names |= {name for name, verb in spoken_now.items() if verb in ("block", "hold")}

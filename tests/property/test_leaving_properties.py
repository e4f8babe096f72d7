"""What holds for every gate: a lost or older reading closes it, a tick opens nothing, offsets and order change nothing.

Invariants 3 to 7, 14, 16 and 25 of the hazard log.
"""

import datetime as dt

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from keel.assessment.session.fold import fold_session
from keel.knowledge import load
from keel.messages import encode_json
from support.samples import examples
from support.sessions import base_session, read_session

DAY = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
START = DAY.replace(hour=8, minute=50)
MOMENTS = st.integers(0, 230).map(lambda minute: START + dt.timedelta(minutes=minute))
NAMES = st.sampled_from(["iv", "esketamine"])
GATES = ("may_start", "may_continue", "may_discharge")
NEEDED = {"iv": ("sbp", "dbp", "hr", "rr", "spo2"), "esketamine": ("sbp", "dbp", "rr", "spo2")}
LEAVING = {"iv": DAY.replace(hour=11, minute=58), "esketamine": DAY.replace(hour=11, minute=16)}
STARTING = {"iv": DAY.replace(hour=9, minute=14), "esketamine": DAY.replace(hour=9, minute=9)}
WORST = {
    "vitals_recorded": {"sbp": 200, "dbp": 120, "hr": 140, "rr": 5, "spo2": 80},
    "sedation_scored": {"moaas": 1},
    "dissociation_scored": {"dissociation": "severe", "cadss6": 20},
}
SCREEN = [f"cssrs_q{number}" for number in range(1, 6)] + ["cssrs_q6_3_months", *(f"asq_{n}" for n in range(1, 6))]


def fold(tree, at):
    return fold_session(read_session(tree), at=at, knowledge=load())


def moment_of(event):
    return dt.datetime.fromisoformat(event["at"])


def newest_of(tree, at, kind):
    return max((one for one in tree["events"] if one["type"] == kind and moment_of(one) <= at), key=moment_of)


def with_event(tree, at, kind, **fields):
    added = {"id": "added", "at": at.isoformat(), "by": "bob", "type": kind, **fields}
    return {**tree, "events": [*tree["events"], added]}


@given(name=NAMES, data=st.data())
@settings(max_examples=examples(40))
def test_dropping_or_ageing_a_needed_sign_of_the_newest_set_closes_the_gate(name, data):
    """HZ-GATE-01, HZ-VIT-01; invariants 4 and 6."""
    may, at = data.draw(st.sampled_from([("may_start", STARTING[name]), ("may_discharge", LEAVING[name])]))
    tree = base_session(name)
    newest, sign = newest_of(tree, at, "vitals_recorded"), data.draw(st.sampled_from(NEEDED[name]))
    before = moment_of(newest) - dt.timedelta(minutes=data.draw(st.integers(5, 14)))
    older = {**newest, "id": "older", "at": before.isoformat()}
    whole = {**tree, "events": [*tree["events"], older]}
    assert getattr(fold(whole, at), may)
    newest.pop(sign)
    assert not getattr(fold(whole, at), may), sign


@given(name=NAMES, data=st.data())
@settings(max_examples=examples(40))
def test_no_tick_opens_what_the_worst_reading_closes(name, data):
    """HZ-GATE-02; invariant 5: whatever is ticked, before or after the reading."""
    tree, at = base_session(name), LEAVING[name]
    kind = data.draw(st.sampled_from(sorted(WORST)))
    newest = newest_of(tree, at, kind)
    fact = data.draw(st.sampled_from(sorted(set(WORST[kind]) & set(newest))))
    newest[fact] = WORST[kind][fact]
    ticks = {
        **dict.fromkeys(
            ("oriented", "gait_steady", "dissociation_resolved", "bp_acceptable", "clinically_stable"), True
        ),
        **{"aldrete": 10, "suicide_risk_reasked": True, "any_suicide_risk_now": False, "nausea_pain_distress": False},
        **{"escort_present": True, "told_not_to_drive": True, "release_signed": True, "safety_plan_given": True},
    }
    when = at - dt.timedelta(minutes=data.draw(st.integers(0, 20)))
    kinds = data.draw(st.sampled_from([("checked", "facts"), ("criteria_checked", "criteria")]))
    assert not fold(with_event(tree, when, kinds[0], **{kinds[1]: ticks}), at).may_discharge, fact


@given(name=NAMES, at=MOMENTS, data=st.data())
@settings(max_examples=examples(40))
def test_a_yes_stays_whatever_is_answered_after_it(name, at, data):
    """HZ-SUI-01, HZ-SUI-03; invariant 16: the level never falls, and nobody leaves, without an assessment."""
    told = data.draw(st.sampled_from(SCREEN))
    tree = with_event(base_session(name), START, "checked", facts={told: True})
    answers = st.dictionaries(st.sampled_from([*SCREEN, "any_suicide_risk_now"]), st.sampled_from([False, None]))
    later = {
        "id": "later",
        "at": (START + dt.timedelta(minutes=1)).isoformat(),
        "by": "bob",
        "type": "criteria_checked",
    }
    later |= {"criteria": data.draw(answers)}
    found = fold({**tree, "events": [*tree["events"], later]}, at)
    assert not found.may_discharge
    if found.phase == "observing":
        assert {one.rule for one in found.reasons} & {"A-DC-07-told", "B-DC-05"}


@given(name=NAMES, at=MOMENTS, hours=st.integers(-12, 14), data=st.data())
@settings(max_examples=examples(25))
def test_offsets_and_order_change_no_reason(name, at, hours, data):
    """HZ-CLK-01, HZ-OFF-02; invariants 7 and 8."""
    tree = base_session(name)
    zone = dt.timezone(dt.timedelta(hours=hours))
    moved = [{**one, "at": moment_of(one).astimezone(zone).isoformat()} for one in tree["events"]]
    here = fold(tree, at)
    there = fold({**tree, "events": data.draw(st.permutations(moved))}, at)
    assert [(one.rule, one.severity, one.opens_at) for one in here.reasons] == [
        (one.rule, one.severity, one.opens_at) for one in there.reasons
    ]


@given(name=NAMES, at=MOMENTS, data=st.data())
@settings(max_examples=examples(40))
def test_a_closed_gate_has_reasons_and_a_named_time_opens_its_hold(name, at, data):
    """HZ-DC-05, HZ-GATE-09; invariant 25."""
    tree = base_session(name)
    kept = [one for one in tree["events"] if moment_of(one) <= at]
    gone = data.draw(st.lists(st.sampled_from([one["id"] for one in tree["events"]]), max_size=3))
    tree = {**tree, "events": [one for one in kept if one["id"] not in gone]}
    found = fold(tree, at)
    assert found.reasons
    if not found.may_proceed:
        assert any(one.severity in ("block", "hold") for one in found.reasons)
    for finding in found.reasons:
        if isinstance(finding.opens_at, dt.datetime):
            before = finding.opens_at - dt.timedelta(minutes=1)
            at_it = {one.rule for one in fold(tree, finding.opens_at).reasons}
            assert finding.rule not in at_it
            assert before < at or finding.rule in {one.rule for one in fold(tree, before).reasons}


@given(minutes=st.integers(0, 60), name=NAMES)
@settings(max_examples=examples(25))
def test_a_later_end_of_the_dose_never_brings_leaving_forward(minutes, name):
    """HZ-DC-01; invariant 14."""
    tree, at = base_session(name), DAY.replace(hour=11)
    last = newest_of(tree, at, "dose_stopped" if name == "iv" else "device_given")

    def earliest(found):
        return max(one.opens_at for one in found.reasons if isinstance(one.opens_at, dt.datetime))

    first = earliest(fold(tree, at))
    last["at"] = (moment_of(last) + dt.timedelta(minutes=minutes)).isoformat()
    assert earliest(fold(tree, at)) == first + dt.timedelta(minutes=minutes)


@given(name=NAMES, at=MOMENTS)
@settings(max_examples=examples(15))
def test_only_what_ends_by_itself_has_a_time_in_the_json(name, at):
    """HZ-GATE-09: a key is added where it says something; the others stay as they were."""
    found = msgspec.json.decode(encode_json(fold(base_session(name), at)))
    timed = [one for one in found["reasons"] if "opens_at" in one]
    assert all(one["severity"] in ("block", "hold") and one["opens_at"] > at.isoformat() for one in timed)

"""Two tablets that disagree: both entries are kept and shown, and a person decides (HZ-OFF-04)."""

import datetime as dt
import json

import pytest

from keel.assessment.session.fold import fold_session
from keel.interop import read_session
from keel.knowledge import load
from support.sessions import base_session

AT = "2026-11-21T09:{}+00:00"
READING = {"type": "vitals_recorded", "sbp": 128, "dbp": 78, "hr": 70, "rr": 14, "spo2": 98}


def found(*events):
    """The rules of conflicts of the specification's session with these events after its own first one."""
    tree = base_session("iv")
    start = dt.datetime.fromisoformat(tree["events"][0]["at"])
    own = [
        {"id": f"c{number}", **event, "at": (start + dt.timedelta(minutes=1, seconds=second)).isoformat()}
        for number, (second, event) in enumerate(events)
    ]
    session = read_session(json.dumps({**tree, "events": [tree["events"][0], *own]}).encode(), knowledge=load())
    state = fold_session(session, at=start + dt.timedelta(minutes=5), knowledge=load())
    return [one for one in state.alarms if one.rule in ("KEEL-CONFLICT", "KEEL-TWO-READINGS")]


@pytest.mark.parametrize("deed", ["dose_started", "dose_stopped", "device_given", "dose_paused"])
def test_one_deed_by_two_people_within_a_minute_holds_and_names_both(deed):
    """Live-session reference, section 3: two starts, stops, gates. The limit of 60 s is that of the same line."""
    told = {"type": deed} | ({"amount": "35 mg", "over": "40 min"} if deed == "dose_started" else {})
    one, other = (0, {**told, "by": "alice"}), (60, {**told, "by": "bob"})
    (finding,) = found(one, other)
    assert (finding.rule, str(finding.severity)) == ("KEEL-CONFLICT", "hold")
    assert {"c0", "c1", "alice", "bob"} <= {reason.value for reason in finding.why}
    assert found(other, one), "whichever came first"
    assert not found(one, (61, other[1]))
    assert not found(one, (30, {**told, "by": "alice"})), "one person gave it twice: that is not two who disagree"


def test_other_values_of_one_sign_are_shown_and_hold_nothing():
    one, other = (0, {**READING, "by": "alice"}), (40, {**READING, "sbp": 182, "by": "bob"})
    (finding,) = found(one, other)
    assert (finding.rule, str(finding.severity)) == ("KEEL-TWO-READINGS", "warn")
    assert not found(one, (40, {**READING, "by": "bob"})), "the same values are no conflict"
    assert not found(one, (40, {"type": "vitals_recorded", "spo2": 98, "by": "bob"}))
    assert not found(one, (40, {**other[1], "device": "m1"})), "a monitor stands beside what people read"


def test_two_answers_to_one_question_of_the_gate_hold():
    one = (0, {"type": "checked", "facts": {"chest_pain": False, "acutely_unwell": False}, "by": "alice"})
    other = (20, {"type": "checked", "denied": ["acutely_unwell"], "facts": {"chest_pain": True}, "by": "bob"})
    (finding,) = found(one, other)
    assert finding.rule == "KEEL-CONFLICT"
    assert "chest pain" in str(finding.summary).lower()
    assert "unwell" not in str(finding.summary).lower()


def test_a_correction_of_one_of_the_two_ends_it():
    one, other = (0, {**READING, "by": "alice"}), (40, {**READING, "sbp": 182, "by": "bob"})
    taken = (50, {"type": "corrected", "corrects": "c1", "event": None, "reason": "misread", "by": "bob"})
    assert not found(one, other, taken)

"""The replay of a session shows what was known at a minute, and marks what came afterwards."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keel.assessment.session.fold import fold_session
from keel.assessment.session.replay import entered_later, known_at, minutes_of
from keel.knowledge import load
from support.loops import some
from support.samples import examples
from support.sessions import base_session, changed, read_session

START = dt.datetime(2026, 11, 21, 9, 0, tzinfo=dt.UTC)


def moment(minute):
    return START + dt.timedelta(minutes=minute)


@given(delays=st.lists(st.integers(0, 90), min_size=30, max_size=30), looked=st.integers(0, 200))
@settings(max_examples=examples(20))
@pytest.mark.slow
def test_the_replay_of_a_minute_is_what_was_seen_in_it(delays, looked):
    """However late the events came: a screen that held what had arrived by then and folded it saw the same."""
    tree = base_session("iv")
    for event, delay in zip(tree["events"], delays, strict=False):
        event["recorded_at"] = (dt.datetime.fromisoformat(event["at"]) + dt.timedelta(minutes=delay)).isoformat()
    at = moment(looked)
    arrived = [one for one in tree["events"] if dt.datetime.fromisoformat(one.get("recorded_at", one["at"])) <= at]
    seen = fold_session(read_session({**tree, "events": arrived}), at=at, knowledge=load())
    assert fold_session(known_at(read_session(tree), at), at=at, knowledge=load()) == seen


def late(**fields):
    return {"id": "late", "type": "vitals_recorded", "at": "09:30", "recorded_at": "09:50", "by": "bob", **fields}


def test_a_late_entry_is_not_known_before_it_came_and_is_marked_for_its_time():
    session = read_session(changed(base_session("iv"), {"add": [late(spo2=85)]}))
    before, after = moment(45), moment(50)
    assert [one.id for one in entered_later(session, before)] == ["late"]
    assert entered_later(session, after) == ()
    assert "late" not in {one.id for one in known_at(session, before).events}
    alarms = [fold_session(known_at(session, at), at=at, knowledge=load()).history for at in (before, after)]
    assert [any("A-IN-05-low" in one.rules for one in found) for found in alarms] == [False, True]


def test_a_later_correction_changes_the_past_only_from_when_it_came():
    fix = {"id": "fix", "type": "corrected", "at": "10:20", "by": "alice", "corrects": "e09", "reason": "typing slip"}
    fix["event"] = {
        "id": "e09",
        "type": "dose_started",
        "at": "09:15",
        "by": "bob",
        "amount": "3.5 mg",
        "over": "40 min",
    }
    session = read_session(changed(base_session("iv"), {"add": [fix]}))
    assert [one.id for one in entered_later(session, moment(60))] == ["fix"]
    given = [
        fold_session(known_at(session, at), at=at, knowledge=load()).corrections for at in (moment(60), moment(81))
    ]
    assert [len(one) for one in given] == [0, 1]


def test_the_minutes_of_a_session_are_looked_at_from_their_end():
    session = read_session(changed(base_session("iv"), {"add": [late(spo2=97)]}))
    minutes = minutes_of(session)
    assert list(minutes) == sorted(set(minutes))
    for event in some(session.events):
        assert any(event.at <= one < event.at + dt.timedelta(minutes=1) for one in minutes)
    assert any(one.strftime("%H:%M") == "09:50" for one in minutes)

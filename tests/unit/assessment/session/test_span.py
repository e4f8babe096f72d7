"""HZ-AVL-01: a schedule is laid out in time that grows with its checks, and not for years in a session left open."""

import datetime as dt
import time

import pytest

from keel.assessment.session.errors import SessionError
from keel.assessment.session.fold import fold_session
from keel.knowledge import load
from support.sessions import base_session, read_session

NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


def left_open(events):
    """The infusion of the specification, its first events only, so that nobody has gone home."""
    session = base_session("iv")
    session["events"] = session["events"][:events]
    return read_session(session)


@pytest.mark.parametrize("at", [NOON, NOON + dt.timedelta(days=365), dt.datetime(9998, 12, 31, 23, 59, tzinfo=dt.UTC)])
@pytest.mark.parametrize("events", [9, 12, 30])
def test_a_session_that_nobody_closed_is_read_soon_at_any_time(events, at):
    session = left_open(events)
    fold_session(session, at=NOON, knowledge=load())
    began = time.process_time()
    state = fold_session(session, at=at, knowledge=load())
    assert time.process_time() - began < 1
    assert any(one.overdue for one in state.due)


def test_events_of_days_are_one_session_and_those_of_months_are_not():
    session = base_session("iv")
    longest = load().reading_limits.longest_session.value
    first = dt.datetime.fromisoformat(session["events"][0]["at"])
    session["events"][-1]["at"] = (first + dt.timedelta(days=longest)).isoformat()
    at = first + dt.timedelta(days=longest + 1)
    assert fold_session(read_session(session), at=at, knowledge=load()).phase == "discharged"
    session["events"][-1]["at"] = (first + dt.timedelta(days=longest, minutes=1)).isoformat()
    with pytest.raises(SessionError, match="further apart"):
        fold_session(read_session(session), at=at, knowledge=load())

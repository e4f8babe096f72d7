"""One view of a session: the same questions at any time, and just before any event."""

import datetime as dt

import pytest

from keel.assessment.session.fold import fold_session
from keel.assessment.session.opening import open_session
from keel.knowledge import load
from support.sessions import base_session, clock, read_session


def moment(text):
    return dt.datetime.fromisoformat(clock(text))


def view_of(name="iv", at="12:30"):
    return open_session(read_session(base_session(name)), at=moment(at), knowledge=load())


@pytest.mark.parametrize("at", ["08:59", "09:14", "09:35", "10:30", "11:59"])
def test_a_view_at_an_earlier_moment_is_the_session_opened_then(at):
    """Nothing in this session is corrected, so looking back from the end shows what was seen at the time."""
    then, opened = view_of().at_moment(moment(at)), view_of(at=at)
    assert (then.phase, then.facts, then.plan) == (opened.phase, opened.facts, opened.plan)
    assert then.phase == fold_session(read_session(base_session("iv")), at=moment(at), knowledge=load()).phase


def test_a_moment_is_looked_at_once():
    view = view_of()
    assert view.at_moment(moment("09:35")) is view.at_moment(moment("09:35"))


def test_the_dose_at_a_moment():
    """Protocol reference A5: 0.875 mg/min; the dose of this session began at 09:15, so 20 minutes are 17.5 mg."""
    assert view_of().at_moment(moment("09:35")).dose.given_mg == 17.5


def test_just_before_an_event_it_has_not_happened():
    view = view_of()
    start = next(event for event in view.events if event.kind == "dose_started")
    before = view.before(start)
    assert start not in before.events
    assert (before.at, before.dose.has_begun, before.phase.gate) == (start.at, False, "start")

"""One view of a session: the same questions at any time, and just before any event."""

import datetime as dt

import pytest

from keel.assessment.session.fold import fold_session
from keel.assessment.session.opening import open_session
from keel.knowledge import load
from support.loops import some
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


@pytest.mark.parametrize("base", ["iv", "esketamine", "home"])
@pytest.mark.parametrize(
    "ending",
    [
        {"type": "left_against_advice", "told": "no driving", "contact_tried": "sister"},
        {"type": "transferred", "to": "the hospital", "reason": "chest pain"},
    ],
    ids=lambda ending: ending["type"],
)
def test_an_ending_of_its_own_is_recorded_at_any_minute_and_is_no_discharge(base, ending):
    """HZ-DC-04: a block shuts “may discharge”, never the record."""
    tree, start = base_session(base), dt.datetime(2026, 11, 21, 8, 55, tzinfo=dt.UTC)
    for minute in some(range(0, 200, 19)):
        at = start + dt.timedelta(minutes=minute)
        events = [one for one in tree["events"] if one["at"] <= at.isoformat() and one["type"] != "discharged"]
        left = {"id": "x1", "at": at.isoformat(), "by": "bob", **ending}
        state = fold_session(read_session({**tree, "events": [*events, left]}), at=at, knowledge=load())
        assert (state.phase, state.may_discharge, bool(state.reasons)) == (ending["type"], False, True)
        assert "KEEL-DISCHARGED-HELD" not in {one.rule for one in state.alarms}
        assert [one.type for one in state.log] == [ending["type"]]


@pytest.mark.parametrize(
    ("left_at", "due"),
    [
        ("2026-11-21T16:00:00+00:00", "2026-11-22T09:00:00+00:00"),
        ("2026-11-21T23:50:00+00:00", "2026-11-22T09:00:00+00:00"),
        ("2026-11-22T00:30:00+00:00", "2026-11-22T09:00:00+00:00"),
        ("2026-11-22T04:59:00+00:00", "2026-11-22T09:00:00+00:00"),
        ("2026-11-22T05:00:00+00:00", "2026-11-23T09:00:00+00:00"),
    ],
)
def test_who_left_against_advice_is_called_the_next_morning_where_the_clinic_is(left_at, due):
    """Issue 10, items 8 and 10."""
    tree = base_session("iv")
    left = {"id": "x1", "at": left_at, "by": "bob", "type": "left_against_advice", "told": "x", "contact_tried": "y"}
    events = [one for one in tree["events"] if one["type"] != "discharged"]
    at = dt.datetime.fromisoformat(left_at)
    for zone, moved in (("UTC", 0), ("Pacific/Honolulu", 10)):
        session = {**tree, "timezone": zone, "events": [*events, left]}
        (call,) = [
            one for one in fold_session(read_session(session), at=at, knowledge=load()).due if one.rule == "KEEL-LEFT"
        ]
        assert call.due_at.astimezone(at.tzinfo).hour == 9 + moved
        assert zone != "UTC" or call.due_at == dt.datetime.fromisoformat(due)

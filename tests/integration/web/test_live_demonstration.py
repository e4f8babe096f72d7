"""The afternoon of the demonstration: six rooms, each as the issue of the live room asks for it."""

import datetime as dt

import pytest

from keel.web.clinic import demonstration
from keel.web.clinic.models import Fact
from keel.web.live import demonstration as rooms
from keel.web.live.models import LiveSession
from keel.web.live.sessions import state_of
from support.clock import START


@pytest.fixture
def afternoon(db):
    demonstration.load(START)
    rooms.load(START)
    return {live.room.name: live for live in LiveSession.objects.filter(ended_at=None).select_related("room")}


def _rules(state):
    return {one.rule for one in (*state.alarms, *state.reasons) if one.severity in ("block", "hold")}


def test_six_rooms_at_different_phases(afternoon):
    """Issue of the live room, section 5: one on hold for pressure, one overdue, one ready to leave, one lost device."""
    states = {name: state_of(live, at=START) for name, live in afternoon.items()}
    assert {name: state.phase for name, state in states.items()} == {
        "Room 1": "dosing",
        "Room 2": "preparing",
        "Room 3": "observing",
        "Room 4": "observing",
        "Room 5": "dosing",
        "Room 6": "preparing",
    }
    assert states["Room 1"].may_continue
    assert _rules(states["Room 2"]) == {"A-PRE-03"}
    assert any(one.overdue for one in states["Room 3"].due)
    assert states["Room 4"].may_discharge
    assert "KEEL-MISSING-VALUE" in {one.rule for one in states["Room 5"].alarms}
    assert not states["Room 6"].may_start


def test_loading_twice_changes_nothing_and_time_goes_on(afternoon):
    before = Fact.objects.count()
    rooms.load(START)
    assert Fact.objects.count() == before
    later = START + dt.timedelta(minutes=20)
    rooms.play_on(later)
    live = LiveSession.objects.get(id=afternoon["Room 1"].id)
    assert state_of(live, at=later).dose.ended_at is not None


def test_on_another_day_the_rooms_begin_anew(afternoon):
    tomorrow = START + dt.timedelta(days=1)
    rooms.load(tomorrow)
    assert {live.opened_at.date() for live in LiveSession.objects.filter(ended_at=None)} == {tomorrow.date()}
    assert LiveSession.objects.filter(ended_at=None).count() == 6

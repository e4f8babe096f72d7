"""The monitoring schedule laid over a session: when each set is due (protocol reference A7, B2)."""

import datetime as dt
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keel.assessment.session.fold import fold_session
from keel.assessment.session.schedule import _trigger
from keel.knowledge import load
from support.clock import START
from support.sessions import DAY, base_session, changed, clock, read_session

SETS = ("vitals_recorded", "sedation_scored", "dissociation_scored")


def due_times(name, at, change=None):
    state = fold_session(
        read_session(changed(base_session(name), change or {})),
        at=dt.datetime.fromisoformat(clock(at)),
        knowledge=load(),
    )
    return {f"{one.rule} {one.due_at:%H:%M}{' late' if one.overdue else ''}" for one in state.due}


@pytest.mark.parametrize(
    ("at", "wanted"),
    [
        ("09:16", "A-MON-RUN 09:25"),
        ("09:26", "A-MON-RUN 09:35"),
        ("09:46", None),
        ("09:57", "A-MON-REC 10:10"),
        ("10:11", "A-MON-REC 10:25"),
        ("10:41", "A-MON-REC 10:55"),
        ("10:56", "A-MON-LATER 11:25"),
        ("11:26", "A-MON-LATER 11:55"),
    ],
)
def test_sets_of_the_infusion_every_10_15_and_30_minutes(at, wanted):
    """A7: start 09:15, end 09:55; every 10 min to the end, every 15 for an hour after, every 30 from there."""
    times = due_times("iv", at)
    assert wanted is None or wanted in times
    assert not any(time.endswith("late") for time in times)


def test_at_the_end_of_the_infusion_dissociation_is_asked_too():
    times = due_times("iv", "09:58", {"drop": ["e19"]})
    assert "A-MON-END 09:55 late" in times


def test_two_sets_five_minutes_apart_before_the_dose():
    """A7: -10 and -5 min; here from the start of the session."""
    assert due_times("iv", "09:04") == {"A-MON-PRE 09:00 late", "A-MON-PRE 09:05"}
    assert due_times("iv", "09:06") == set()
    assert due_times("iv", "09:06", {"set": {"e03": {"at": "09:03"}}}) >= {"A-MON-PRE 09:05 late"}


def test_after_discharge_nothing_is_due():
    assert due_times("iv", "12:30") == set()


def test_a_long_infusion_goes_on_being_watched_every_ten_minutes():
    change = {
        "drop": [f"e{number}" for number in range(16, 35)],
        "add": [{"id": "x", "at": "09:30", "by": "bob", "type": "rate_changed", "rate": "26.25 mg/h"}],
    }
    assert "A-MON-RUN 09:55" in due_times("iv", "09:50", change)
    assert "A-MON-RUN 09:55 late" in due_times("iv", "10:10", change)


def test_the_spray_is_watched_from_the_last_device():
    """B-MON-01: pressure at 40 min; B-MON-05: signs every 15 min for two hours. The last device was at 09:15."""
    assert due_times("esketamine", "09:16") == {"B-MON-05 09:30", "B-MON-01 09:55"}
    assert "B-MON-05 11:15" in due_times("esketamine", "11:05")


def test_after_a_severe_reading_sets_follow_every_five_minutes_until_two_are_stable():
    """A7: after any HOLD or pause, every 5 min until two stable readings."""
    severe = {"set": {"e12": {"sbp": 181}}}
    calm = [
        {"id": f"x{minute}", "at": f"09:{minute}", "by": "bob", "type": "vitals_recorded", "sbp": 150, "dbp": 84}
        for minute in (40, 43)
    ]
    calm = [{**one, "hr": 70, "rr": 14, "spo2": 98} for one in calm]
    assert "A-MON-TRIGGER 09:40" in due_times("iv", "09:36", severe)
    assert "A-MON-TRIGGER 09:45" in due_times("iv", "09:41", {**severe, "add": calm[:1]})
    assert not any("TRIGGER" in time for time in due_times("iv", "09:44", {**severe, "add": calm}))


def test_a_gap_that_the_next_set_closed_is_listed_as_missed_and_is_no_longer_due():
    tree = changed(base_session("iv"), {"drop": ["e12", "e13"]})
    state = fold_session(read_session(tree), at=dt.datetime.fromisoformat(clock("09:47")), knowledge=load())
    assert [one.due_at.isoformat() for one in state.missed] == [f"{DAY}T09:35:00+00:00"]
    assert not any(one.overdue for one in state.due)


def test_readings_of_other_people_do_not_exist_without_their_events():
    tree = base_session("iv")
    tree["events"] = [event for event in tree["events"] if event["type"] not in SETS]
    state = fold_session(read_session(tree), at=dt.datetime.fromisoformat(clock("09:50")), knowledge=load())
    assert state.latest == {}
    assert any(one.overdue for one in state.due)


def close_checks_forward(turns, enough):
    """The obvious twin of `_trigger`: from the first turn on, how many sets in range are still needed after each."""
    needed, last = 0, None
    for moment, what in turns:
        if what in ("pause", "block", "hold"):
            needed = enough
        elif what in ("warn", "note"):
            needed = max(needed, 1)
        else:
            needed = max(0, needed - 1)
        last = moment
    return last if needed else None


@given(
    whats=st.lists(st.sampled_from(["fine", "fine", "warn", "note", "hold", "block", "pause"]), max_size=12),
    enough=st.integers(1, 4),
)
@example(whats=["hold", "fine", "warn"], enough=2)
@example(whats=["hold", "fine", "fine", "warn", "fine"], enough=2)
def test_close_checks_last_as_long_looked_at_from_the_newest_back(whats, enough):
    """HZ-ALM-01: from the newest back no set is judged that changes nothing, and the answer is that of all of them."""
    turns = [(START + dt.timedelta(minutes=number), what) for number, what in enumerate(whats)]
    found = {
        moment: () if what == "fine" else (SimpleNamespace(severity=what),) for moment, what in turns if what != "pause"
    }
    view = SimpleNamespace(
        cut=lambda name: enough,
        turns=[(moment, what == "pause") for moment, what in turns],
        at_moment=lambda moment: SimpleNamespace(out_of_range=found[moment]),
    )
    assert _trigger(view) == close_checks_forward(turns, enough)

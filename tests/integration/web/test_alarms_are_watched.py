"""Alarms are the server's: raised with the write that brings them, and by a watcher for what time alone brings."""

import datetime as dt

import pytest

from keel.web.clinic.actions import record_fact
from keel.web.clinic.models import Fact, Kind
from keel.web.clinic.proof import verify
from keel.web.live import watcher as watching
from keel.web.live.actions import record_events
from keel.web.live.models import LiveSession, Room, Watch
from keel.web.live.queries import is_watched
from keel.web.live.sessions import state_of
from keel.web.live.watcher import Watcher
from support.clock import START, clock_at
from support.live import PERSON, a_session, play


def later(**time):
    return NOW + dt.timedelta(**time)


@pytest.fixture
def live(people, dana, harbour):
    """Dana on an infusion that runs; Bob watches."""
    return dosing(people, dana, Room.objects.create(clinic=harbour, name="Room 1"))


def dosing(people, patient, room, name="a1"):
    record_fact(by=people["alice"], patient=patient, kind=Kind.PERSON, payload=PERSON, key="person", at=START)
    live = a_session(patient, people["bob"], room=room, name=name)
    play(live, people["bob"], until="rate_changed", events=first_half())
    return live


def first_half():
    """The session of the specification up to ten minutes of its infusion."""
    from support.live import evening

    events = evening()
    begun = next(dt.datetime.fromisoformat(one["at"]) for one in events if one["type"] == "dose_started")
    return [one for one in events if dt.datetime.fromisoformat(one["at"]) <= begun + dt.timedelta(minutes=10)]


NOW = dt.datetime.fromisoformat(first_half()[-1]["at"])


def tell(live, people, at, kind, by="bob", name=None, **said):
    name = name or f"x{at.isoformat()}{kind}"[:64]
    event = {"id": name, "at": at.isoformat(), "type": kind, **said}
    return record_events(by=people[by], live=live, events=[event], at=at)


def standing(live, at):
    live.refresh_from_db()
    return {one.rule: one for one in state_of(live, at=at).standing}


def low_oxygen(live, people, at, spo2=80):
    tell(live, people, at, "vitals_recorded", sbp=128, dbp=78, hr=72, rr=14, spo2=spo2)


def test_an_alarm_is_raised_in_the_transaction_of_the_write_that_brings_it(live, people):
    low_oxygen(live, people, later(minutes=1))
    alarm = standing(live, later(minutes=1))["A-IN-05-low"]
    assert (alarm.priority, alarm.occurrence) == ("high", 1)
    raised = Fact.objects.get(payload__event__type="alarm_raised", payload__event__rule=alarm.rule)
    assert raised.recorded_by.username == "keel:watcher"
    assert verify(live.patient.clinic).holds


def test_what_time_alone_brings_is_raised_by_the_watcher_and_once(live, people):
    """HZ-ALM-01, invariant 6: signs that stop alarm within 60 s of their limit, though nothing happens any more."""
    two = Watcher("one"), Watcher("two")
    for seconds in range(0, 20 * 60, 20):
        for watcher in two:
            watcher.round(later(seconds=seconds))
    raised = Fact.objects.filter(payload__event__type="alarm_raised", payload__event__rule="A-MON-STALE")
    (fact,) = raised  # of two watchers at once one fact
    limit = dt.timedelta(minutes=15)  # protocols reference: `stale_running`
    assert limit < fact.recorded_at - NOW <= limit + dt.timedelta(seconds=60)
    assert standing(live, later(minutes=20))["A-MON-STALE"].passed_on_to == ("prescriber",)
    assert verify(live.patient.clinic).holds


def test_an_alarm_goes_on_to_the_next_role_though_the_browser_of_the_nurse_is_gone(live, people):
    """HZ-ALM-02, HZ-ALM-03: the one who would acknowledge has fallen away; 60 s later it is the prescriber's."""
    low_oxygen(live, people, later(minutes=1))
    watcher = Watcher("one")
    for seconds in (30, 59, 61, 121):
        watcher.round(later(minutes=1, seconds=seconds))
    alarm = standing(live, later(minutes=4))["A-IN-05-low"]
    assert alarm.passed_on_to == ("prescriber", "everyone")
    tell(live, people, later(minutes=5), "alarm_acknowledged", by="alice", rule=alarm.rule, occurrence=1)
    assert standing(live, later(minutes=5))["A-IN-05-low"].acknowledged_by == "alice"


def test_alarms_of_the_gap_are_raised_at_once_after_a_restart(live, people):
    """HZ-AVL-03, T10: the server was away for 20 minutes; its first look raises what fell due."""
    Watcher("before").round(NOW)
    assert Watcher("after").round(later(minutes=20))
    assert "A-MON-STALE" in standing(live, later(minutes=20))


def test_one_watcher_watches_and_another_takes_over_when_it_falls_silent(live):
    one, two = Watcher("one"), Watcher("two")
    assert [one.round(NOW), two.round(NOW)] == [True, True]  # each looks once when it comes up
    assert [one.round(later(seconds=5)), two.round(later(seconds=5))] == [True, False]
    assert [two.round(later(seconds=16)), two.round(later(seconds=18))] == [False, True]
    assert Watch.objects.get().holder == "two"
    assert two.round(later(hours=-1)), "a clock that was set back stops no watcher"
    assert one.round(later(hours=-1)) is False


def test_a_session_that_cannot_be_folded_alarms_and_keeps_no_other_unseen(live, people, harbour, monkeypatch):
    """HZ-AVL-02: an exception in one room is an alarm of that room; the others are watched on."""
    from keel.web.clinic.models import Patient

    other = Patient.objects.create(clinic=harbour, number="H-2", display_name="Erin")
    second = dosing(people, other, Room.objects.create(clinic=harbour, name="Room 2"), name="b2")
    whole = watching.seen

    def broken(one, *, at):
        if one.id == live.id:
            raise ValueError("a fault")
        return whole(one, at=at)

    monkeypatch.setattr(watching, "seen", broken)
    Watcher("one").round(later(minutes=20))
    assert Watch.objects.get().failed == [live.id]
    assert "A-MON-STALE" in standing(second, later(minutes=20))


def test_a_fault_in_the_alarms_loses_no_event(live, people, monkeypatch):
    from keel.web.live import alarms

    def fault(*_arguments, **_more):
        raise ValueError("a fault")

    monkeypatch.setattr(alarms, "alarm_facts", fault)
    low_oxygen(live, people, later(minutes=1))
    assert state_of(LiveSession.objects.get(), at=later(minutes=1)).latest["spo2"].value == 80
    assert verify(live.patient.clinic).holds


def test_nobody_writes_what_only_the_watcher_writes(live, people):
    """HZ-ALM-06: no event of a person, and no correction, ends an alarm."""
    low_oxygen(live, people, later(minutes=1))
    cleared = tell(live, people, later(minutes=2), "alarm_cleared", rule="A-IN-05-low", occurrence=1)
    assert "Only Keel" in cleared.refused[0][1]
    assert "A-IN-05-low" in standing(live, later(minutes=2))


def test_a_session_that_begins_says_whether_alarms_were_running(people, dana):
    Watcher("one").round(START)
    with clock_at(START):
        live = a_session(dana, people["bob"])
    (entry,) = (one for one in state_of(live, at=START).log if one.type == "self_tested")
    assert entry.what == "alarms are running"


def test_whether_alarms_run_is_told_by_age(db, erin):
    """T11: 15 s without a beat are said; `/healthz` tells the truth."""
    assert not is_watched(NOW)
    assert "alarms-not-running" in erin.get("/healthz").json()["alarms"]
    Watcher("one").round(NOW)
    assert is_watched(later(seconds=15))
    assert not is_watched(later(seconds=16))
    with clock_at(later(seconds=3)):
        assert "alarms-not-running" not in erin.get("/healthz").json()["alarms"]

"""From the gate to the door at the screen: by vein and by spray, holds, overrides, endings, corrections."""

import datetime as dt

import pytest

from keel.web.clinic.actions import record_fact
from keel.web.clinic.models import Fact, Kind
from keel.web.clinic.queries import standing_facts
from keel.web.live.models import Room
from support.clock import START, clock_at
from support.live import PERSON, Desk, a_session, evening, play, problem_of
from support.loops import some

MINUTE = dt.timedelta(minutes=1)
SIGNS = {"sbp": "124", "dbp": "76", "hr": "72", "spo2": "98", "rr": "14"}


@pytest.fixture
def begun(people, dana, harbour):
    """A function that begins a session of a protocol."""
    record_fact(by=people["alice"], patient=dana, kind=Kind.PERSON, payload=PERSON, key="person", at=START)

    def begin(protocol="iv-racemic", **plan):
        room = Room.objects.create(clinic=harbour, name="Room 1")
        return a_session(dana, people["bob"], protocol=protocol, room=room, **plan)

    return begin


@pytest.fixture
def live(begun):
    return begun()


def told(event):
    """What a person writes into the form of an event of the specification."""
    said = {**event.get("facts", {}), **event.get("criteria", {})}
    said |= {key: value for key, value in event.items() if key not in ("id", "at", "type", "facts", "criteria", "name")}
    words = {True: "yes", False: "no"}
    return {
        name: words[value] if isinstance(value, bool) else str(value)
        for name, value in said.items()
        if value is not None
    }


PART = {
    "checked": "before",
    "dose_started": "dose",
    "device_given": "dose",
    "dose_stopped": "dose",
    "criteria_checked": "leaving",
    "discharged": "leaving",
}


@pytest.mark.parametrize(
    ("protocol", "name", "plan"),
    [
        ("iv-racemic", "iv", {"dose": "0.5 mg/kg", "over": "40 min"}),
        ("esketamine-nasal-us", "esketamine", {"dose": "56 mg", "devices": 2}),
    ],
)
def test_from_gate_to_door_by_the_forms_of_the_pages(begun, at_desk, protocol, name, plan):
    """HZ-GATE-01, HZ-DC-05: every step is sent from the form that its part shows; the door opens at the end."""
    live = begun(protocol, plan=plan)
    desk = Desk(at_desk, "bob", live)
    for number, event in enumerate(some(evening(name))):  # a second later each time: a person takes one
        with clock_at(dt.datetime.fromisoformat(event["at"]) + dt.timedelta(seconds=number)):
            sure = {"sure": [f"{sign}={event[sign]}" for sign in ("sbp", "dbp", "hr") if sign in event]}
            desk.done(PART.get(event["type"], "during"), event["type"], **told(event), **sure)
    live.refresh_from_db()
    assert live.ended_at is not None
    assert standing_facts(live.patient).filter(kind=Kind.DOSE).count() == 1


def test_the_second_device_waits_for_five_minutes_and_says_until_when(begun, people, at_desk):
    """HZ-DEV-02, HZ-DEV-03: five minutes of rest, no priming (US label)."""
    live = begun("esketamine-nasal-us", plan={"dose": "56 mg", "devices": 2})
    at = play(live, people["bob"], evening("esketamine"), until="device_given") + MINUTE
    desk = Desk(at_desk, "bob", live)
    with clock_at(at):
        desk.done("dose", "device_given", observed="yes")
    with clock_at(at + 2 * MINUTE):
        page = desk.page("dose")
        assert "without priming" in page
        assert f"{at + 5 * MINUTE:%H:%M}" in page
        hidden = {"type": "device_given", "id": "early", "session": live.id, "number": "H-1", "next": "dose"}
        assert desk.browser.post(f"{desk.address}record/", hidden).status_code == 422
    with clock_at(at + 6 * MINUTE):
        desk.done("dose", "device_given", observed="yes")
        assert desk.state()["given_mg"] == 56


def test_before_the_gate_names_what_is_missing_and_answers_open_it(live, at_desk):
    """HZ-GATE-01, HZ-GATE-10: nothing is answered for anybody; the group may be denied in one act, an item may not."""
    desk = Desk(at_desk, "bob", live)
    page = desk.page()
    assert "What holds" in page
    assert 'value="yes" checked' not in page
    desk.done("before", "checked", all_no="circulation")
    event = Fact.objects.get(payload__event__type="checked").payload["event"]
    assert {"avm", "aneurysmal_disease", "cv_event"} <= set(event["denied"])
    answer = desk.send("before", "checked", all_no="suicide")
    assert answer.status_code == 422


def test_fasting_is_told_by_the_time_and_says_from_when_it_is_met(live, people, at_desk):
    """HZ-GATE-09: food four hours ago holds until six hours are over (protocols reference, A-PRE-09), with the time."""
    at = play(live, people["bob"], until="dose_started") + MINUTE
    desk, ate = Desk(at_desk, "bob", live), at - dt.timedelta(hours=4)
    day = "yesterday" if ate.date() < at.date() else ""
    with clock_at(at):
        desk.done("before", "checked", **{"since-hours_since_solids": f"{ate:%H:%M}", "day-hours_since_solids": day})
        page = desk.page("before")
    opens = ate.replace(second=0, microsecond=0) + dt.timedelta(hours=6)
    assert any(f">{opens + dt.timedelta(minutes=late):%H:%M}</time>" in page for late in (0, 1))


def test_a_medicine_told_at_the_gate_is_checked_at_once(live, people, at_desk):
    """HZ-INT-04: told today, it holds today; a dose that was given before it was told was not given against it."""
    at = play(live, people["bob"], until="dose_started") + MINUTE
    desk = Desk(at_desk, "bob", live)
    with clock_at(at):
        assert desk.state()["may_start"]
        desk.done("before", "checked", medicines="tranylcypromine, paracetamol")
        assert not desk.state()["may_start"]
        assert "tranylcypromine" in desk.page("before")


def test_a_hold_is_passed_by_a_prescriber_with_a_reason_and_by_nobody_else(live, people, at_desk):
    """HZ-GATE-07."""
    at = play(live, people["bob"], until="dose_started") + MINUTE
    bob, alice = Desk(at_desk, "bob", live), Desk(at_desk, "alice", live)
    with clock_at(at):
        bob.done("before", "held", reason="waits for the anaesthetist")
        assert not bob.state()["may_start"]
        assert "A prescriber decides" in bob.page("before")
        assert "Pass this hold" not in bob.page("before")
        alice.done("before", "overridden", reason="seen, goes on")
        assert alice.state()["may_start"]
        assert "seen, goes on" in alice.page("before")


def test_leaving_shows_both_clocks_and_the_stricter_one_counts(begun, people, at_desk):
    """HZ-DC-01: 120 min from the last device (US label), and the first beside it."""
    live = begun("esketamine-nasal-us", plan={"dose": "56 mg", "devices": 2})
    events = evening("esketamine")
    devices = [dt.datetime.fromisoformat(one["at"]) for one in events if one["type"] == "device_given"]
    play(live, people["bob"], [one for one in events if dt.datetime.fromisoformat(one["at"]) <= devices[-1]])
    desk = Desk(at_desk, "bob", live)
    with clock_at(devices[-1] + 30 * MINUTE):
        page = desk.page("leaving")
        assert "From the last device" in page
        assert "From the first device" in page
        for device in some(devices):
            assert f">{device + 120 * MINUTE:%H:%M}</time>" in page
        answer = desk.send("leaving", "discharged")
        assert answer.status_code == 422
        assert desk.state()["phase"] == "observing"


@pytest.mark.parametrize(
    ("kind", "form", "phase"),
    [
        ("left_against_advice", {"told": "not to drive", "reason": "wants to go"}, "left_against_advice"),
        ("transferred", {"to": "Royal Hospital", "reason": "chest pain"}, "transferred"),
    ],
)
def test_who_leaves_at_any_minute_is_never_shut_in_by_a_block(live, people, at_desk, kind, form, phase):
    """HZ-DC-04."""
    at = play(live, people["bob"], until="dose_stopped")
    desk = Desk(at_desk, "bob", live)
    with clock_at(at + MINUTE):
        assert not desk.state()["may_discharge"]
        desk.done("leaving", kind, **form)
        assert desk.state()["phase"] == phase


def test_a_discharge_that_has_happened_is_recorded_and_named(live, people, at_desk):
    at = play(live, people["bob"], until="criteria_checked")
    desk = Desk(at_desk, "bob", live)
    with clock_at(at + 3 * MINUTE):
        desk.done("leaving", "discharged", happened="yes", at=f"{at + MINUTE:%H:%M}")
        assert "KEEL-DISCHARGED-HELD" in {one["rule"] for one in desk.state()["alarms"]}


def test_an_entry_is_corrected_with_a_reason_and_both_stand(live, people, at_desk):
    """HZ-VIT-02: what was wrong stays readable beside what stands now."""
    at = play(live, people["bob"], until="dose_started")
    wrong = Fact.objects.filter(payload__event__type="vitals_recorded").latest("sequence")
    desk = Desk(at_desk, "bob", live)
    with clock_at(at + 2 * MINUTE):
        desk.done("log", "corrected", corrects=wrong.key, sbp="126", reason="read again")
        assert desk.state()["latest"]["sbp"]["value"] == 126
        assert desk.state()["latest"]["hr"]["value"] == 72  # the rest of the entry stays
        page = desk.page("log")
    assert "corrected by Bob" in page
    assert "read again" in page
    assert problem_of(desk.send("log", "corrected", corrects="nothing", reason="x"))


def test_an_entry_that_came_late_is_marked(live, people, at_desk):
    with clock_at(START + 20 * MINUTE):
        Desk(at_desk, "bob", live).done("during", "vitals_recorded", **SIGNS, at=f"{START + 5 * MINUTE:%H:%M}")
        assert "time by hand, entered" in Desk(at_desk, "bob", live).page("log")

"""The life of an alarm in a live session, by the live-session reference, section 1, and what users of other systems
suffered (section 8). Limits are Keel's defaults (D): 60 s and 3 min to the next role, pauses of 2 and 10 min at most.
"""

import datetime as dt
import json

import msgspec
import pytest

from keel import interop
from keel.assessment.session.events import Priority
from keel.knowledge import load
from support.sessions import clock
from support.watching import WatchedSession


def moment(text):
    return dt.datetime.fromisoformat(clock(text))


@pytest.fixture
def room():
    """An infusion that runs, with a set in range a minute ago; no alarm stands."""
    room = WatchedSession()
    assert room.watch("09:36") == []
    return room


# ---------------------------------------------------------------------------------------------- priority and raising


@pytest.mark.parametrize(
    ("signs", "raised"),
    [
        ({"spo2": 80}, "raised A-IN-05-low 1 high"),  # stop/BLOCK = high (D)
        ({"spo2": 91}, "raised A-IN-05 1 medium"),  # HOLD = medium (D)
        ({"hr": 190}, "raised A-IN-04 1 high"),
        ({"rr": 5}, "raised A-IN-06 1 high"),
    ],
)
def test_the_priority_is_that_of_the_verb(room, signs, raised):
    room.signs("09:37", **signs)
    assert room.watch("09:37") == [raised]
    assert room.watch("09:37") == []


def test_what_a_clerk_puts_right_is_no_alarm(room):
    """HZ-ALM-03: a late entry and defaults that no clinic has signed stand on the page and ring no bell."""
    room.tell("09:20", "note", recorded_at="09:36", text="felt warm")
    assert "KEEL-LATE-ENTRY" in {one.rule for one in room.state("09:37").alarms}
    assert room.watch("09:37") == []


def test_a_quiet_session_alarms_not_once():
    """HZ-ALM-03: the whole session of the specification."""
    for name in ("iv", "esketamine"):
        room = WatchedSession("23:59", name)
        heard = [one for minute in range(0, 180, 4) for one in room.watch(f"{9 + minute // 60:02}:{minute % 60:02}")]
        assert [one for one in heard if "medium" in one or "high" in one] == []


def test_signs_that_stop_alarm_without_any_new_fact(room):
    """HZ-ALM-01, HZ-VIT-01; LoopFollow 449: missing data must alarm though nothing recent is there.

    A-MON-STALE speaks after 15 min of an infusion; missing or stale signs in an infusion are medium (D).
    """
    room.tell("09:37", "rate_changed", rate="10 mg/h")  # so that the infusion still runs
    heard = [one for minute in range(37, 60) for one in room.watch(f"09:{minute}")]
    assert "raised A-MON-STALE 1 medium" in heard
    assert "A-MON-STALE" not in room.standing("09:50")
    assert "A-MON-STALE" in room.standing("09:51")


def test_a_set_that_lacks_a_sign_alarms_in_the_infusion(room):
    room.tell("09:44", "vitals_recorded", sbp=128, dbp=78, hr=72, rr=14)
    assert "raised KEEL-MISSING-VALUE 1 medium" in room.watch("09:45")


def test_a_monitor_that_falls_silent_alarms_by_its_own_interval(room):
    """HZ-ALM-01; reference, section 5: stale is 2 x interval + 30 s. A lost device in an infusion is medium (D)."""
    for minute in range(37, 43):
        room.signs(f"09:{minute}", device="Monitor 3")
    assert room.watch("09:44") == []
    silent = dt.timedelta(minutes=2, seconds=31)
    at = (moment("09:42") + silent).isoformat()
    assert room.watch(at) == ["raised KEEL-DEVICE-SILENT 1 medium"]
    room.signs("09:46")  # somebody measures by hand: from then on the age of the signs counts
    assert room.watch("09:46") == ["cleared KEEL-DEVICE-SILENT 1"]
    assert room.watch("09:49") == []


def test_a_dose_with_nobody_responsible_alarms_high():
    """HZ-CARE-01: every room with a dose has a responsible person; none is an alarm."""
    room = WatchedSession("09:14")
    kept = [one for one in room.session.events if one.kind != "started"]
    room.session = msgspec.structs.replace(room.session, events=tuple(kept))
    room.tell("09:15", "dose_started", amount="35 mg", over="40 min")
    assert "raised KEEL-NOBODY-RESPONSIBLE 1 high" in room.watch("09:16")


# ------------------------------------------------------------------------------------------- a first value of the cuff


def test_a_first_value_of_the_cuff_asks_for_a_repeat(room):
    """Reference: a first out-of-range cuff value asks for a repeat unless it is in the stop band (HZ-ALM-03)."""
    room.signs("09:37", sbp=185)
    assert room.watch("09:37") == ["raised A-IN-01 1 low", "raised A-IN-03 1 low"]
    room.signs("09:39", sbp=186)
    assert room.watch("09:39") == ["worsened A-IN-01 2 medium"]


def test_a_repeat_that_is_in_range_ends_it(room):
    room.signs("09:37", sbp=185)
    room.watch("09:37")
    room.signs("09:39", sbp=130)
    assert room.watch("09:39") == ["cleared A-IN-01 1", "cleared A-IN-03 1"]


def test_a_repeat_that_does_not_come_counts_as_confirmed(room):
    """The repeat is due after 5 min (protocols reference, `repeat_min`)."""
    room.signs("09:37", sbp=185)
    room.watch("09:37")
    assert room.watch("09:41") == []
    assert room.watch("09:42") == ["worsened A-IN-01 2 medium"]


def test_a_value_in_the_stop_band_waits_for_no_repeat(room):
    room.signs("09:37", sbp=185)
    room.watch("09:37")
    room.tell("09:38", "vitals_recorded", symptoms=["chest_pain"])
    assert room.watch("09:38")[0] == "worsened A-IN-02 1 high"


# ------------------------------------------------------------------------------------- worse, better, over, again


def test_worsening_is_a_new_occurrence_that_nobody_has_seen(room):
    """HZ-ALM-04: an acknowledgement belongs to that occurrence and priority."""
    room.signs("09:37", spo2=91)
    room.watch("09:37")
    room.tell("09:38", "alarm_acknowledged", rule="A-IN-05", occurrence=1)
    assert not room.standing("09:38")["A-IN-05"].sounds(moment("09:38"))
    room.signs("09:39", spo2=80)
    assert room.watch("09:39") == ["worsened A-IN-05-low 1 high"]
    (alarm,) = room.standing("09:39").values()
    assert alarm.acknowledged_at is None
    assert alarm.sounds(moment("09:39"))


def test_a_return_after_the_end_is_a_new_alarm(room):
    """HZ-ALM-04; SignalK 2665: acknowledged stayed for ever, and the next occurrence was mute."""
    room.signs("09:37", spo2=91)
    room.watch("09:37")
    room.tell("09:37", "alarm_acknowledged", rule="A-IN-05", occurrence=1)
    room.signs("09:38")
    assert room.watch("09:38") == ["cleared A-IN-05 1"]
    room.signs("09:39", spo2=90)
    assert room.watch("09:39") == ["raised A-IN-05 2 medium"]
    assert room.standing("09:39")["A-IN-05"].sounds(moment("09:39"))


def test_a_high_alarm_stays_until_somebody_has_seen_it_though_its_cause_went(room):
    """Latched (Drager, Philips): stays until acknowledged though the cause went."""
    room.signs("09:37", spo2=80)
    room.watch("09:37")
    room.signs("09:38")
    assert room.watch("09:38") == ["escalated A-IN-05-low 1 prescriber"]
    assert "A-IN-05-low" in room.standing("09:38")
    room.tell("09:39", "alarm_acknowledged", rule="A-IN-05-low", occurrence=1)
    assert room.watch("09:39") == ["cleared A-IN-05-low 1"]


def test_a_medium_alarm_ends_with_its_cause_and_stays_in_the_log(room):
    """nightscout 329: alarms went on after the cause had gone."""
    room.signs("09:37", spo2=91)
    room.watch("09:37")
    room.signs("09:38")
    assert room.watch("09:38") == ["cleared A-IN-05 1"]
    assert [one.type for one in room.state("09:39").log][-2:] == ["alarm_raised", "alarm_cleared"]


def test_what_becomes_better_makes_no_new_noise_and_worse_again_does(room):
    room.signs("09:37", spo2=80)
    room.watch("09:37")
    room.signs("09:38", spo2=91)
    assert room.watch("09:38") == ["escalated A-IN-05-low 1 prescriber"]  # latched, and not a second alarm
    room.tell("09:38", "alarm_acknowledged", rule="A-IN-05-low", occurrence=1)
    assert room.watch("09:39") == ["eased A-IN-05 1 medium"]
    assert not room.standing("09:39")["A-IN-05"].sounds(moment("09:39"))
    room.signs("09:40", spo2=82)
    assert room.watch("09:40") == ["worsened A-IN-05-low 2 high"]
    assert room.standing("09:40")["A-IN-05-low"].sounds(moment("09:40"))


# ------------------------------------------------------------------------------------------- seen, paused, passed on


def test_an_alarm_that_nobody_acknowledges_goes_from_role_to_role(room):
    """HZ-ALM-02, invariant 17: high after 60 s, medium after 3 min."""
    room.signs("09:37", spo2=80)
    room.watch("09:37")
    assert room.watch(clock("09:37")[:17] + "59+00:00") == []
    assert room.watch("09:38") == ["escalated A-IN-05-low 1 prescriber"]
    assert room.watch("09:38") == []
    assert room.watch("09:39") == ["escalated A-IN-05-low 1 everyone"]
    assert room.watch("09:40") == []
    medium = WatchedSession()
    medium.signs("09:37", spo2=91)
    medium.watch("09:37")
    assert medium.watch("09:39") == []
    assert medium.watch("09:40") == ["escalated A-IN-05 1 prescriber"]


def test_acknowledged_in_time_it_goes_no_further_and_reminds(room):
    """Reminder (Philips): acknowledged but still true sounds again after 2 to 3 min."""
    room.signs("09:37", spo2=91)
    room.watch("09:37")
    room.tell("09:38", "alarm_acknowledged", rule="A-IN-05", occurrence=1)
    assert room.watch("09:43") == []
    alarm = room.standing("09:43")["A-IN-05"]
    assert (alarm.acknowledged_by, alarm.sounds(moment("09:40"))) == ("bob", False)
    assert alarm.sounds(moment("09:41"))


@pytest.mark.parametrize(("signs", "most"), [({"spo2": 80}, 2), ({"spo2": 91}, 10)])
@pytest.mark.parametrize("asked", ["1 min", "60 min", "6 h"])
def test_no_pause_is_longer_than_its_priority_allows(room, signs, most, asked):
    """HZ-ALM-06: at most 2 min for high, 10 for medium, whatever was asked for."""
    room.signs("09:37", **signs)
    room.watch("09:37")
    (rule,) = room.standing("09:37")
    room.tell("09:37", "alarm_paused", rule=rule, occurrence=1, over=asked)
    alarm = room.standing("09:37")[rule]
    minutes = min(most, {"1 min": 1, "60 min": 60, "6 h": 360}[asked])
    assert alarm.paused_until == moment("09:37") + dt.timedelta(minutes=minutes)
    assert not alarm.sounds(moment("09:37"))
    assert alarm.sounds(alarm.paused_until)


def test_a_pause_holds_across_new_values_and_puts_off_no_escalation(room):
    """nightscout 5738: a snooze ended at the next reading."""
    room.signs("09:37", spo2=91)
    room.watch("09:37")
    room.tell("09:37", "alarm_paused", rule="A-IN-05", occurrence=1, over="10 min")
    room.signs("09:39", spo2=90)
    assert room.watch("09:39") == []
    assert not room.standing("09:39")["A-IN-05"].sounds(moment("09:39"))
    assert room.watch("09:40") == ["escalated A-IN-05 1 prescriber"]


def test_an_answer_of_a_slow_clock_still_counts(room):
    """LoopKit 2065: an acknowledgement was lost. The tablet is two minutes behind the server."""
    room.signs("09:37", spo2=91)
    room.watch("09:37")
    room.tell("09:35", "alarm_acknowledged", rule="A-IN-05", occurrence=1)
    assert room.standing("09:38")["A-IN-05"].acknowledged_by == "bob"


def test_an_answer_that_names_no_occurrence_is_to_the_one_that_stood(room):
    room.signs("09:37", spo2=91)
    room.watch("09:37")
    room.tell("09:37", "alarm_acknowledged", rule="A-IN-05")
    assert room.standing("09:37")["A-IN-05"].acknowledged_by == "bob"
    room.signs("09:38", spo2=80)
    room.watch("09:38")
    assert room.standing("09:38")["A-IN-05-low"].acknowledged_by == ""


# ----------------------------------------------------------------------------------- late facts, corrections


def test_a_late_fact_does_not_take_a_fresh_alarm_away(room):
    """HZ-ALM-05; LoopKit 2520: back-filled old data withdrew a fresh alarm."""
    room.tell("09:37", "rate_changed", rate="10 mg/h")
    room.signs("09:51", recorded_at=None)
    room.watch("09:51")
    for minute in range(52, 60):
        room.watch(f"09:{minute}")
    room.watch("10:07")
    assert "A-MON-STALE" in room.standing("10:07")
    late = {"sbp": 128, "dbp": 78, "hr": 72, "rr": 14, "spo2": 98}
    room.tell("10:00", "vitals_recorded", recorded_at="10:08", **late)
    assert "A-MON-STALE" not in {one.rule for one in room.state("10:08").alarms}
    assert not [one for one in room.watch("10:08") if one.startswith("cleared A-MON-STALE")]
    room.tell("10:09", "vitals_recorded", recorded_at="10:09", **late)
    assert "cleared A-MON-STALE 1" in room.watch("10:09")


def test_a_person_who_corrects_the_reading_ends_the_alarm(room):
    """Only a newer reading or a person."""
    wrong = room.signs("09:37", spo2=91)
    room.watch("09:37")
    room.tell("09:38", "corrected", corrects=wrong, reason="typed 91 for 97", recorded_at="09:38", event=None)
    assert "cleared A-IN-05 1" in room.watch("09:38")


@pytest.mark.parametrize("what", ["alarm_raised", "alarm_cleared"])
def test_nobody_corrects_an_alarm_away(room, what):
    """HZ-ALM-06: no act silences past its limit, a correction neither."""
    note = room.tell("09:36", "note", text="calm")
    room.signs("09:37", spo2=80)
    room.watch("09:37")
    (raised,) = (one for one in room.session.events if one.kind == "alarm_raised")
    if what == "alarm_raised":
        room.tell("09:38", "corrected", corrects=raised.id, reason="noise", event=None)
    else:
        cleared = {"at": clock("09:38"), "type": "alarm_cleared", "rule": "A-IN-05-low", "occurrence": 1}
        room.tell("09:38", "corrected", corrects=note, reason="noise", event=cleared)
    assert room.standing("09:38")["A-IN-05-low"].sounds(moment("09:38"))
    assert "KEEL-CORRECTION" in {one.rule for one in room.state("09:38").alarms}


def test_an_alarm_that_somebody_clears_by_hand_is_raised_again(room):
    room.signs("09:37", spo2=80)
    room.watch("09:37")
    room.tell("09:37", "alarm_cleared", rule="A-IN-05-low", occurrence=1)
    assert room.watch("09:38") == ["raised A-IN-05-low 2 high"]


# ------------------------------------------------------------------------------------------------- two watchers, clocks


def test_two_watchers_at_once_are_one(room):
    """Two who notice the same thing at two moments write one fact, and no clash of ids."""
    room.signs("09:37", spo2=80)
    first, second = room.due("09:37"), room.due(clock("09:37")[:17] + "07+00:00")
    assert [one.id for one in first] == [one.id for one in second]
    room.session = msgspec.structs.replace(room.session, events=(*room.session.events, *second, *first))
    assert "KEEL-DUPLICATE" not in {one.rule for one in room.state("09:38").reasons}
    assert room.standing("09:38")["A-IN-05-low"].raised_at == moment("09:37")
    assert room.watch("09:38") == ["escalated A-IN-05-low 1 prescriber"]


def test_a_server_clock_that_is_set_back_makes_no_alarm_wait(room):
    """T9: what was written by the clock before is ahead of it; the alarm is there all the same, and one alone."""
    room.signs("09:37", spo2=80)
    room.watch("09:37")
    room.signs("09:36", spo2=80)  # by that clock nothing of the alarm has happened yet
    assert room.watch("09:36") == ["raised A-IN-05-low 2 high"]
    assert [one.occurrence for one in room.state("09:40").standing] == [2]


def test_the_facts_of_alarms_go_through_a_file(room):
    room.signs("09:37", spo2=91)
    room.watch("09:37")
    again = interop.read_session(msgspec.json.encode(room.session), knowledge=load())
    assert again.events == room.session.events
    assert json.loads(msgspec.json.encode(room.session.events[-1]))["priority"] == Priority.MEDIUM

"""How alarms were answered, by rule (live-session reference, section 1: raised, acted on, seconds to acknowledge)."""

import datetime as dt

import msgspec

from keel.assessment.session.alarm_report import alarm_report
from keel.assessment.session.events import AnyEvent
from keel.knowledge import load
from support.clock import START

CUTS = load().session_rules["session"].cuts


def events(*rows):
    """Events from minute, author, type and what they say."""
    told = [
        {"id": str(number), "at": (START + dt.timedelta(minutes=minute)).isoformat(), "by": by, "type": kind, **more}
        for number, (minute, by, kind, more) in enumerate(rows)
    ]
    return msgspec.convert(told, list[AnyEvent])


def alarm(minute, kind, rule, number=1, **more):
    return minute, "Keel", kind, {"rule": rule, "occurrence": number, **more}


def test_what_was_seen_and_what_was_done_are_told_apart():
    """HZ-ALM-03: one is acted on, one only seen, one goes on to the next role and is passed as a hold."""
    session = events(
        alarm(0, "alarm_raised", "A-IN-02", priority="medium"),
        (1, "bob", "alarm_acknowledged", {"rule": "A-IN-02", "occurrence": 1}),
        (2, "bob", "vitals_recorded", {"sbp": 150, "dbp": 80}),
        alarm(3, "alarm_cleared", "A-IN-02"),
        (4, "bob", "dose_paused", {}),  # after its end: no act on it
        alarm(20, "alarm_raised", "A-IN-02", 2, priority="medium"),
        (21, "Monitor 1", "vitals_recorded", {"sbp": 150, "dbp": 80, "device": "Monitor 1"}),
        (22, "bob", "note", {"text": "asleep"}),
        (23, "bob", "alarm_acknowledged", {"rule": "A-IN-02", "occurrence": 2}),
        alarm(24, "alarm_cleared", "A-IN-02", 2),
        alarm(30, "alarm_worsened", "A-IN-02", 3, priority="high", was="A-IN-01", was_occurrence=1),
        alarm(31, "alarm_escalated", "A-IN-02", 3, to="prescriber"),
        (32, "alice", "alarm_paused", {"rule": "A-IN-02", "occurrence": 3, "over": "1 min"}),
        (33, "alice", "overridden", {"rule": "A-IN-02", "name": "Alice", "reason": "known", "role": "prescriber"}),
    )
    (row,) = alarm_report([session], CUTS)
    assert (row.rule, row.raised, row.high, row.acknowledged, row.seconds) == ("A-IN-02", 3, 1, 2, 120.0)
    assert (row.acted_on, row.passed_on, row.paused, row.overridden) == (2, 1, 1, 1)
    assert not row.needs_review


def test_a_rule_that_nobody_acts_on_is_to_be_looked_at_again():
    """Under 10 % of at least 10 (live-session reference, section 1)."""
    session = events(*(alarm(20 * one, "alarm_raised", "A-MON-STALE", one + 1, priority="low") for one in range(10)))
    (row,) = alarm_report([session[:9]], CUTS)
    assert not row.needs_review
    (row,) = alarm_report([session[:5], session[5:]], CUTS)
    assert (row.raised, row.acted_on, row.needs_review) == (10, 0, True)


def test_what_only_became_milder_is_the_same_alarm():
    eased = alarm(1, "alarm_eased", "A-IN-01", priority="low", was="A-IN-02", was_occurrence=1)
    rows = alarm_report([events(alarm(0, "alarm_raised", "A-IN-02", priority="medium"), eased)], CUTS)
    assert [(row.rule, row.raised) for row in rows] == [("A-IN-02", 1)]

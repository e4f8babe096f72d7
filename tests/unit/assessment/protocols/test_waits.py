"""The minute at which a hold ends by itself, of facts without a session. HZ-GATE-09."""

import datetime as dt

import msgspec
import pytest

from keel.assessment.protocols import gate
from keel.knowledge import load

AT = dt.datetime(2026, 11, 21, 9, 14, 30, tzinfo=dt.timezone(dt.timedelta(hours=1)))


def opening(protocol, phase, rule, at=AT, **facts):
    found = gate(protocol, phase, facts, at=at, knowledge=load(), report_missing=False, jurisdiction="EU")
    (finding,) = [one for one in found if one.rule == rule]
    return finding.opens_at, str(finding.summary)


def test_a_wait_past_midnight_is_said_with_its_day():
    """48 h (A-PRE-14) less 40 h."""
    when, text = opening("iv-racemic", "pre_dose", "A-PRE-14", first_session=False, hours_since_last_dose=30)
    assert when == dt.datetime(2026, 11, 22, 3, 15, tzinfo=AT.tzinfo)
    assert text.endswith("Earliest 2026-11-22 03:15.")


@pytest.mark.parametrize(("seconds", "minute"), [(0, 15), (1, 16), (59, 16)])
def test_a_part_of_a_minute_counts_as_a_whole_one(seconds, minute):
    at = AT.replace(minute=13, second=seconds)
    when, _ = opening("esketamine-nasal-us", "giving", "B-ADM-01", at, devices_given=1, minutes_since_last_device=3)
    assert (when.minute, when.second) == (minute, 0)


def test_of_two_waits_the_later_one_opens():
    """Solids 6 h less 5 h, clear fluids 2 h less 0.5 h."""
    facts = {"hours_since_solids": 5, "hours_since_clear_fluids": 0.5}
    when, _ = opening("iv-racemic", "pre_dose", "A-PRE-10", AT.replace(second=0), **facts)
    assert when == dt.datetime(2026, 11, 21, 10, 44, tzinfo=AT.tzinfo)


def test_a_limit_that_itself_holds_opens_the_minute_after():
    """EU: a cardiovascular event in the past six weeks, the sixth included."""
    facts = {"cv_event": True, "weeks_since_cv_event": 6}
    when, _ = opening("iv-racemic", "contraindication", "A-CI-04", AT.replace(second=0), **facts)
    assert when == dt.datetime(2026, 11, 21, 9, 15, tzinfo=AT.tzinfo)


def test_a_hold_with_a_cause_that_time_does_not_end_names_no_time():
    facts = {"first_session": False, "hours_since_last_dose": 30, "exceeds_course_plan": True}
    when, text = opening("iv-racemic", "pre_dose", "A-PRE-14", **facts)
    assert when is msgspec.UNSET
    assert "Earliest" not in text

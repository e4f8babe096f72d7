"""By when a form is sent: day 0 is the day of treatment in the clinic's zone (care reference, section 1, “proof”)."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from keel.assessment.rems.deadline import Due, deadline
from keel.assessment.session.form import monitoring_form
from keel.knowledge import load
from support.sessions import base_session, read_session

FORM = load().rems["patient-monitoring-form-2025"]


def day(text):
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("treated", "after", "due"),
    [
        # By hand: warned on day 5, on time on day 7, overdue from day 8.
        ("2026-11-23", 0, Due.OPEN),
        ("2026-11-23", 4, Due.OPEN),
        ("2026-11-23", 5, Due.SOON),
        ("2026-11-23", 7, Due.SOON),
        ("2026-11-23", 8, Due.OVERDUE),
        # Calendar days: over the leap day, over the change of clocks on 2026-03-08 (US), over Christmas.
        ("2028-02-26", 7, Due.SOON),
        ("2028-02-26", 8, Due.OVERDUE),
        ("2026-03-05", 8, Due.OVERDUE),
        ("2026-12-24", 7, Due.SOON),
    ],
)
def test_where_a_form_stands_on_a_day(treated, after, due):
    assert deadline(day(treated), FORM).on(day(treated) + dt.timedelta(days=after)) is due


def test_the_last_day_is_counted_over_the_leap_day():
    """2028-02-26 and seven days: 27, 28, 29, 1, 2, 3, 4 March."""
    assert deadline(day("2028-02-26"), FORM).last_day == day("2028-03-04")
    assert deadline(day("2027-02-26"), FORM).last_day == day("2027-03-05")


def test_what_was_sent_is_judged_by_its_day_however_late_one_looks():
    last = deadline(day("2026-11-02"), FORM)
    assert last.on(day("2026-12-24"), sent_on=day("2026-11-09")) is Due.ON_TIME
    assert last.on(day("2026-12-24"), sent_on=day("2026-11-10")) is Due.LATE


@pytest.mark.parametrize(
    ("hour", "zone", "expected"),
    [
        # The first device is given 10 min after the start. By hand: 03:10 UTC is 22:10 of the day before in New York,
        # 19:10 the day before in Los Angeles; 23:40 UTC is 08:40 of the next day in Tokyo.
        ("03:00", "America/New_York", "2026-11-20"),
        ("03:00", "America/Los_Angeles", "2026-11-20"),
        ("03:00", "UTC", "2026-11-21"),
        ("23:30", "Asia/Tokyo", "2026-11-22"),
        ("23:55", "UTC", "2026-11-22"),
    ],
)
def test_the_day_of_treatment_is_that_of_the_clinic_at_any_hour(hour, zone, expected):
    """HZ-REM-01: the day is that of the first device where the clinic is; no hour of a session moves the deadline."""
    tree = base_session("esketamine")
    start = dt.datetime.fromisoformat(f"2026-11-21T{hour}:00+00:00")
    first = dt.datetime.fromisoformat(tree["events"][0]["at"])
    for event in tree["events"]:
        event["at"] = (dt.datetime.fromisoformat(event["at"]) - first + start).isoformat()
    end = (start + dt.timedelta(hours=4)).astimezone(ZoneInfo(zone))
    form = monitoring_form(read_session(tree | {"timezone": zone}), FORM.id, at=end, knowledge=load())
    assert form.treated_on == day(expected)
    assert form.due_on == day(expected) + dt.timedelta(days=7)


@pytest.mark.parametrize("form", ["patient-monitoring-form-2021", "patient-monitoring-form-2025"])
def test_alcohol_alone_ticks_no_box_of_medicines(form):
    """HZ-REM-03: “other sedatives” was once answered from a fact that counts alcohol too."""
    tree = base_session("esketamine")
    tree["screening"]["takes_other_depressant"] = True
    end = dt.datetime.fromisoformat("2026-11-21T14:00:00+00:00")
    fields = {one.id: one.value for one in monitoring_form(read_session(tree), form, at=end, knowledge=load()).fields}
    assert fields.get("sedative-hypnotics") is None
    assert fields.get("concomitant") is None

"""By when a form is sent: day 0 is the day of treatment in the clinic's zone (care reference, section 1, “proof”)."""

import datetime as dt

import pytest

from keel.assessment.rems.deadline import Due, deadline
from keel.knowledge import load

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

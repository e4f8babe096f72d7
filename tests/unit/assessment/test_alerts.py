"""The life of an answer that alarms: times from the care reference, section 8; no source states a time in minutes.

Acknowledge within an hour, contact the same day, daily retries, a deputy; a later low score never closes it.
"""

import datetime as dt
import itertools

import pytest

from keel.assessment.measures import AlertStage, AlertStep, NotedStep, alerts_of
from keel.knowledge import load
from support.loops import some

RULES = load().answer_rules["usual"]
NINE = dt.datetime(2026, 11, 21, 9, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def noted(after, step, by="Keel", **fields):
    return NotedStep(NINE + after, by, AlertStep(alert="a", step=step, **fields))


OPENED = noted(0 * HOUR, "opened", instrument="phq-9", rules=("phq-9/item-9",), shown="keel")
TOLD = noted(0 * HOUR, "told", level=0, told=("Alice",))
TAKEN = noted(HOUR / 2, "taken", by="Bob")


def state(*steps, at):
    (one,) = alerts_of(steps, RULES, NINE + at)
    return one


def test_what_nobody_takes_goes_to_more_people_each_hour():
    """HZ-SUI-06."""
    assert state(OPENED, TOLD, at=HOUR - dt.timedelta(seconds=1)).is_late is False
    late = state(OPENED, TOLD, at=HOUR)
    assert (late.stage, late.is_late, late.next_level) == (AlertStage.NOBODY, True, 1)
    again = state(OPENED, TOLD, noted(HOUR, "told", level=1), at=2 * HOUR)
    assert (again.is_late, again.next_level) == (True, 2)


def test_an_alert_that_was_told_to_nobody_is_late_at_once():
    assert state(OPENED, at=0 * HOUR).is_late


def test_who_took_it_and_reached_nobody_is_reminded_the_same_day_and_daily():
    """HZ-SUI-06."""
    taken = state(OPENED, TOLD, TAKEN, at=8 * HOUR)
    assert (taken.stage, taken.owner, taken.is_late) == (AlertStage.TAKEN, "Bob", False)
    assert state(OPENED, TOLD, TAKEN, at=9 * HOUR).is_late
    tried = noted(2 * HOUR, "tried", by="Bob", who="Dana", how="telephone", reached=False)
    assert not state(OPENED, TOLD, TAKEN, tried, at=25 * HOUR).is_late
    assert state(OPENED, TOLD, TAKEN, tried, at=26 * HOUR).is_late


def test_a_next_contact_that_passes_is_late_the_day_after():
    spoken = noted(HOUR, "agreed", by="Bob", agreed="calls back", next_contact=(NINE + DAY).date())
    assert state(OPENED, TOLD, TAKEN, spoken, at=DAY).stage is AlertStage.REACHED
    assert not state(OPENED, TOLD, TAKEN, spoken, at=DAY + 14 * HOUR).is_late
    assert state(OPENED, TOLD, TAKEN, spoken, at=2 * DAY).is_late


def test_only_a_name_closes_it():
    closed = noted(3 * HOUR, "closed", by="Alice", reason="seen, safe")
    now = state(OPENED, TOLD, TAKEN, closed, at=365 * DAY)
    assert (now.stage, now.is_open, now.closed.by, now.due_at) == (AlertStage.CLOSED, False, "Alice", None)
    assert state(OPENED, TOLD, TAKEN, at=365 * DAY).is_open


def test_the_order_in_which_steps_are_read_does_not_matter():
    steps = [OPENED, TOLD, TAKEN, noted(2 * HOUR, "tried", who="Dana", how="phone", reached=True)]
    expected = state(*steps, at=DAY)
    for order in some(list(itertools.permutations(steps))):
        assert state(*order, at=DAY) == expected


@pytest.mark.parametrize(
    "fields", [{"step": "closed"}, {"step": "tried", "who": "Dana"}, {"step": "agreed"}, {"step": "opened"}]
)
def test_a_step_that_says_nothing_is_refused(fields):
    with pytest.raises(ValueError, match="without"):
        AlertStep(alert="a", **fields)

"""Medicines that are over and still count: by class, and by the day on which they were given."""

import datetime as dt

import pytest

from keel.assessment.interactions.recent import medicines_to_check
from keel.knowledge import load
from keel.record import Medicine, Record

AT = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "status", "days", "is_checked"),
    [
        ("Phenelzine 15 mg tablets", "stopped", 7, True),
        ("tranylcypromine", "stopped", 14, True),
        ("tranylcypromine", "stopped", 15, False),
        ("Nardil", "stopped", 7, True),
        ("Nardil", "administered", 7, True),
        ("sertraline", "stopped", 1, False),
        ("Midazolam", "administered", 1, True),
        ("Midazolam", "administered", 2, False),
        ("Phenelzine", "planned", 7, False),
        ("sertraline", "active", 400, True),
    ],
)
def test_what_ended_lately_counts_as_long_as_it_speaks(text: str, status: str, days: int, is_checked: bool):
    """HZ-IOP-02: “over” has a day, and an irreversible MAO inhibitor speaks for two weeks after it."""
    last = AT.date() - dt.timedelta(days=days)
    record = Record(medicines=(Medicine(text=text, status=status, stopped=last),))
    assert bool(medicines_to_check(record, AT, load())) is is_checked


def test_what_is_over_without_a_day_does_not_count():
    assert medicines_to_check(Record(medicines=(Medicine(text="Phenelzine", status="stopped"),)), AT, load()) == ()

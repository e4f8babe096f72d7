"""A stay of four weeks and the year after it, held against a calendar that was written by hand.

Left on Monday 1 March 2027 at 10:00 in London; the clocks go forward on 28 March; 2028 is a leap year. Contacts after
48 hours, 4 weeks and 2 months, outcomes after 1, 3, 6 and 12 months: shared care.md section 7.
"""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from keel.assessment.recovery.fold import fold_recovery
from keel.assessment.recovery.steps import AftercarePlanned, Discharged, OutcomeNoted, RecoveryBegun
from keel.assessment.tasks import ContactMade
from keel.knowledge import load
from keel.record import Record

LONDON = ZoneInfo("Europe/London")
PROGRAMME = load().programmes["recovery-28-60"]


def at(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=LONDON)


def contact(when, which, *, reached=True):
    return ContactMade(at=at(when), of="stay", contact=which, reached=reached)


LIVED = (
    RecoveryBegun(at=at("2027-02-01 09:00"), programme=PROGRAMME.id, aim="stop", days=28),
    AftercarePlanned(
        at=at("2027-02-26 15:00"),
        first=at("2027-03-03 10:00"),
        first_with="Bob",
        second=at("2027-03-08 10:00"),
        second_with="Bob",
        third=at("2027-03-15 10:00"),
        third_with="the drug service",
    ),
    Discharged(at=at("2027-03-01 10:00"), how="completed"),
    contact("2027-03-03 11:00", "48h"),
    contact("2027-03-08 11:00", "1w"),
    contact("2027-03-15 11:00", "2w"),
    contact("2027-03-29 12:00", "4w", reached=False),
    contact("2027-04-01 12:00", "4w"),
    OutcomeNoted(at=at("2027-04-01 12:00"), of="1mo", reached=True, days_used=0),
    OutcomeNoted(at=at("2027-06-03 12:00"), of="3mo", reached=False),
    OutcomeNoted(at=at("2027-09-02 12:00"), of="6mo", reached=True, days_used=3),
)
CALENDAR = {
    "2027-03-01 12:00": set(),
    "2027-03-03 10:30": {"48h"},
    "2027-03-03 12:00": set(),
    "2027-03-08 10:30": {"1w"},
    "2027-03-15 10:30": {"2w"},
    "2027-03-29 10:30": set(),  # four weeks of hours after 10:00 in winter are 11:00 in summer
    "2027-03-29 11:30": {"4w"},
    "2027-03-31 09:00": {"4w"},  # nobody was reached
    "2027-04-01 09:00": {"4w", "1mo"},
    "2027-04-02 09:00": set(),
    "2027-05-01 09:30": set(),
    "2027-05-01 10:30": {"2mo"},  # two months of the calendar: 10:00 again
    "2027-06-01 08:00": {"2mo", "3mo"},
    "2027-06-16 08:00": {"2mo"},  # two weeks later it is missing, and no task any more
    "2027-09-01 08:00": {"2mo", "6mo"},
    "2027-09-03 08:00": {"2mo"},
    "2028-02-29 23:00": {"2mo"},
    "2028-03-01 00:30": {"2mo", "12mo"},
}


def _state(moment):
    facts = load()
    return fold_recovery(LIVED, programme=PROGRAMME, record=Record(), at=at(moment), knowledge=facts)


@pytest.mark.parametrize(("moment", "due"), CALENDAR.items())
def test_what_is_due_is_what_the_calendar_says(moment, due):
    tasks = [one for one in _state(moment).tasks if one.kind in ("contact", "outcome")]
    assert {one.id for one in tasks if one.due_at <= at(moment)} == due


def test_after_the_year_what_was_not_found_out_is_missing_and_never_a_number():
    outcomes = {
        one.id: (one.found.days_used if one.found else None, one.is_missing)
        for one in _state("2028-03-20 08:00").outcomes
    }
    assert outcomes == {"1mo": (0, False), "3mo": (None, True), "6mo": (3, False), "12mo": (None, True)}

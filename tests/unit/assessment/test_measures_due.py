"""Which questionnaires are due: days counted by hand on a calendar, with what nobody answered."""

import datetime as dt
import json
from zoneinfo import ZoneInfo

import pytest

from keel.assessment.measures import measures_due
from keel.interop import read_records
from keel.knowledge import load

LONDON = ZoneInfo("Europe/London")
SCHEDULE = load().measure_schedules["around-sessions"]


def record(at, doses=(), answers=()):
    file = {
        "person": {},
        "doses": [
            {
                "substance": "ketamine",
                "route": "iv",
                "amount": "35 mg",
                "start": f"{day}T10:00+00:00",
                "setting": "clinic",
            }
            for day in doses
        ],
        "answers": [{"instrument": "phq-9", "total": 12, "at": f"{day}T10:00+00:00"} for day in answers],
    }
    return read_records(json.dumps(file).encode(), at=at, knowledge=load()).records[0]


def mood(day, **told):
    at = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(12), LONDON)
    return next(one for one in measures_due(record(at, **told), SCHEDULE, at) if one.instrument == "phq-9")


@pytest.mark.parametrize(
    ("day", "told", "due"),
    [
        ("2028-02-20", {}, "2028-02-20"),  # a first one before the first dose
        ("2028-02-20", {"answers": ["2028-02-01"]}, None),
        ("2028-02-28", {"doses": ["2028-02-22"], "answers": ["2028-02-22"]}, "2028-02-29"),  # a leap day
        ("2028-03-26", {"doses": ["2028-03-20"], "answers": ["2028-03-20"]}, "2028-03-27"),  # over summer time
        ("2028-06-01", {"doses": ["2028-02-01"], "answers": ["2028-02-01"]}, "2028-05-02"),  # 91 days after
        ("2028-06-01", {"doses": ["2028-02-01"], "answers": ["2028-05-03"]}, "2028-08-01"),  # 182 days after
    ],
)
def test_when_the_next_one_is_due(day, told, due):
    found = mood(day, **told)
    assert (found.due_on.isoformat() if found.due_on else None) == due


def test_what_nobody_answered_in_its_time_stays_missing():
    """A month after 1 February 2028 is 2 March; an answer in May is not that of March."""
    found = mood("2028-06-01", doses=["2028-02-01"], answers=["2028-05-03"])
    assert found.missed == (dt.date(2028, 3, 2),)


def test_a_year_after_the_schedule_asks_no_more():
    found = mood("2029-03-01", doses=["2028-02-01"], answers=["2029-02-02"])
    assert found.due_on is None
    assert len(found.missed) == 3

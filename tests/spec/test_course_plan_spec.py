"""Plans of courses against a calendar that was written by hand (`spec/course/plans.toml`)."""

import datetime as dt
import tomllib
from itertools import islice, pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from keel.assessment.course.plan import moment, phase_before, planned_days
from keel.knowledge import load

CASES = tomllib.loads((Path(__file__).parent / "course/plans.toml").read_text(encoding="utf-8"))


def _moments(case, days):
    time, zone = dt.time.fromisoformat(case["time"]), ZoneInfo(case["zone"])
    return [moment(one.day, time, zone).isoformat(timespec="minutes") for one in days]


def _written(times):
    return [dt.datetime.fromisoformat(time).isoformat(timespec="minutes") for time in times]


@pytest.mark.parametrize("case", CASES["plans"], ids=lambda case: case["name"])
def test_sessions_fall_on_the_days_of_the_calendar(case):
    """HZ-CLK-04: days are days of the clinic's calendar, and the time of day stays what it is on the wall."""
    days = planned_days(load().schedules[case["schedule"]], dt.date.fromisoformat(case["first"]))
    assert _moments(case, islice(days, case["sessions"])) == _written(case["at"])


@pytest.mark.parametrize("case", CASES["missed"], ids=lambda case: case["name"])
def test_a_missed_session_moves_what_its_source_moves(case):
    schedule, missed = load().schedules[case["schedule"]], dt.date.fromisoformat(case["missed"])
    before = list(islice(planned_days(schedule, dt.date.fromisoformat(case["first"])), 30))
    place = [one.day for one in before].index(missed)
    phase = before[place].phase
    if case["choice"] == "on_schedule":
        after = before[place + 1 :]
    elif case["choice"] == "moved":
        left = sum(one.phase == phase for one in before[place:])
        after = list(islice(planned_days(schedule, dt.date.fromisoformat(case["from"]), phase=phase, left=left), 30))
    else:
        back = phase_before(schedule, phase).id
        after = list(islice(planned_days(schedule, dt.date.fromisoformat(case["from"]), phase=back), 30))
    assert _moments(case, after[: len(case["next"])]) == _written(case["next"])
    assert case["choice"] in {one.choice for one in schedule.missed}


@pytest.mark.parametrize("schedule", load().schedules.values(), ids=lambda one: one.id)
@pytest.mark.parametrize("offset", range(7))
def test_no_plan_breaks_the_spacing_of_its_protocol(schedule, offset):
    """HZ-CRS-01: whatever weekday it begins on, at least 48 h between infusions and not more in a calendar week than
    the protocol allows (A-PRE-14, A10; B-PRE-08: at most 2 a week in weeks 1 to 4, then 1)."""
    days = [one.day for one in islice(planned_days(schedule, dt.date(2028, 2, 21) + dt.timedelta(days=offset)), 20)]
    assert all((later - earlier).days >= 2 for earlier, later in pairwise(days))
    weeks = [day.isocalendar()[:2] for day in days]
    most = 3 if "iv-racemic" in schedule.protocols else 2
    assert max(weeks.count(week) for week in weeks) <= most

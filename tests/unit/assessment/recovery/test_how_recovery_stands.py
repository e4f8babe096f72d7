"""The recovery programme as a fold: days, diary, attendance, aftercare, outcomes by the calendar.

Outcomes at 1, 3, 6 and 12 months and the 48 hours after leaving are those of shared care.md section 7.
"""

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec
import pytest

from keel.assessment.recovery.fold import fold_recovery
from keel.assessment.recovery.steps import (
    AftercarePlanned,
    DayNoted,
    Discharged,
    GoalReviewed,
    GoalSet,
    HealthReviewed,
    IntakeAnswered,
    LookedAt,
    MeetingHeld,
    OutcomeNoted,
    RecoveryBegun,
    RecoveryStep,
)
from keel.assessment.tasks import ContactMade, months_after
from keel.interop import read_records
from keel.knowledge import load

LONDON = ZoneInfo("Europe/London")
PROGRAMME = load().programmes["recovery-28-60"]
START = dt.datetime(2027, 1, 4, 9, tzinfo=LONDON)
DAY = dt.timedelta(days=1)


def stands(*steps, at, record=b'{"person": {"age": 27}}'):
    begun = RecoveryBegun(at=START, programme=PROGRAMME.id, aim="stop", days=42)
    held = read_records(record, at=at, knowledge=load()).records[0]
    return fold_recovery([begun, *steps], programme=PROGRAMME, record=held, at=at, knowledge=load())


@pytest.mark.parametrize(
    ("left", "after"),
    [
        # By hand, on a calendar: the last day of a shorter month; 2028 is a leap year.
        ("2027-01-31", ["2027-02-28", "2027-04-30", "2027-07-31", "2028-01-31"]),
        ("2028-01-31", ["2028-02-29", "2028-04-30", "2028-07-31", "2029-01-31"]),
        ("2028-02-29", ["2028-03-29", "2028-05-29", "2028-08-29", "2029-02-28"]),
        ("2027-08-31", ["2027-09-30", "2027-11-30", "2028-02-29", "2028-08-31"]),
    ],
)
def test_outcomes_are_due_by_the_calendar(left, after):
    day = dt.datetime.combine(dt.date.fromisoformat(left), dt.time(16), LONDON)
    found = stands(Discharged(at=day, how="completed"), at=day)
    assert [f"{one.due_at:%Y-%m-%d}" for one in found.outcomes] == after
    assert {f"{one.due_at:%H:%M}" for one in found.outcomes} == {"16:00"}, "the same time of day, summer or winter"


def test_months_count_at_the_place_and_not_in_the_offset_that_was_written():
    """23:30 on 31 January in UTC is 1 February in Lagos: a month later is 1 March there."""
    lagos = ZoneInfo("Africa/Lagos")
    left = Discharged(at=dt.datetime(2027, 1, 31, 23, 30, tzinfo=dt.UTC), how="completed")
    found = stands(left, at=dt.datetime(2027, 2, 2, 9, tzinfo=lagos))
    assert found.outcomes[0].due_at.date() == dt.date(2027, 3, 1)
    assert months_after(dt.datetime(2027, 12, 31, tzinfo=dt.UTC), 2).date() == dt.date(2028, 2, 29)


def test_follow_up_that_is_missing_stays_missing():
    left = Discharged(at=START + 28 * DAY, how="completed")
    tried = OutcomeNoted(at=START + 60 * DAY, of="1mo", reached=False)
    found = stands(left, tried, at=START + 80 * DAY)
    assert (found.outcomes[0].tried, found.outcomes[0].found, found.outcomes[0].is_missing) == (1, None, True)
    assert "1mo" not in {one.id for one in found.tasks if one.kind == "outcome"}
    reached = OutcomeNoted(at=START + 60 * DAY, of="1mo", reached=True, days_used=0)
    assert stands(left, reached, at=START + 80 * DAY).outcomes[0].found.days_used == 0


def test_days_that_nobody_asked_about_are_no_days_without_use():
    days = [
        DayNoted(at=START + n * DAY, day=(START + n * DAY).date(), values={"craving": 7}, used=used)
        for n, used in enumerate([True, False, None])
    ]
    assert stands(*days, at=START + 2 * DAY).use == (1, 1, 26)


def test_a_day_is_the_day_as_it_was_told_last():
    first = DayNoted(at=START, day=START.date(), values={"craving": 7})
    later = DayNoted(at=START + dt.timedelta(hours=9), day=START.date(), values={"craving": 3}, used=False)
    assert [one.values["craving"] for one in stands(later, first, at=START + DAY).days] == [3]


def test_day_and_phase_count_from_the_first_day_of_the_calendar():
    """recovery.md 6 and the programme: settle in on days 1 to 7, core to 28, extend to 60."""
    phases = {n: stands(at=START + (n - 1) * DAY) for n in (1, 7, 8, 28, 29, 60)}
    assert {n: (one.day, one.phase.id) for n, one in phases.items()} == {
        1: (1, "stabilise"),
        7: (7, "stabilise"),
        8: (8, "core"),
        28: (28, "core"),
        29: (29, "extend"),
        60: (60, "extend"),
    }
    assert stands(at=START + 60 * DAY).phase is None


def test_other_dependence_holds_and_what_was_not_asked_is_named():
    told = IntakeAnswered(at=START, answers={"alcohol_dependence": True, "bladder_pain": True, "pain_plan_made": False})
    rules = {one.rule for one in stands(told, at=START + DAY).findings}
    assert {"F-WD-01", "F-WD-02", "F-ADM-MISSING"} <= rules
    assert "sepsis_signs" in stands(told, at=START + DAY).missing


def test_attendance_has_a_denominator_of_each_form():
    def meeting(day, form, attended):
        at = START + day * DAY
        return MeetingHeld(at=at, form=form, topic="urges", ended=at + dt.timedelta(hours=1), attended=attended)

    held = [meeting(0, "group", "there"), meeting(1, "group", "absent"), meeting(2, "group", "late")]
    found = stands(*held, meeting(3, "individual", "there"), at=START + 4 * DAY)
    assert [tuple(one) for one in found.attendance] == [("group", 2, 3), ("individual", 1, 1)]


def test_a_goal_stands_as_it_was_looked_at_last():
    goal = GoalSet(at=START, goal="g", words="to sleep at home", by_day=dt.date(2027, 2, 1))
    found = stands(goal, GoalReviewed(at=START + DAY, goal="g", stands="on_the_way"), at=START + 2 * DAY).goals
    assert [(one.set.words, one.review.stands) for one in found] == [("to sleep at home", "on_the_way")]


def test_the_three_planned_contacts_come_first_and_then_those_of_the_programme():
    left = START + 42 * DAY
    plan = AftercarePlanned(
        at=left - DAY,
        first=left + DAY,
        first_with="Bob, by telephone",
        second=left + 5 * DAY,
        second_with="Tom",
        third=left + 12 * DAY,
        third_with="the drug service",
    )
    tasks = stands(plan, Discharged(at=left, how="completed"), at=left).tasks
    contacts = {one.id: one.due_at for one in tasks if one.kind == "contact"}
    assert list(contacts.values())[:3] == [left + DAY, left + 5 * DAY, left + 12 * DAY]
    unplanned = stands(Discharged(at=left, how="left_early", without_plan="left at night"), at=left).tasks
    first = next(one for one in unplanned if one.kind == "contact")
    assert first.due_at - left == dt.timedelta(hours=48), "care.md 7: 48 hours, NICE QS159 and Keel's default"


def test_contacts_out_of_order_are_no_plan():
    entry = {"step": "aftercare_planned", "at": START.isoformat(), "first_with": "a", "second_with": "b"}
    entry |= {"third_with": "c", "first": (START + 2 * DAY).isoformat(), "second": (START + DAY).isoformat()}
    with pytest.raises(msgspec.ValidationError, match="order"):
        msgspec.convert(entry | {"third": (START + 3 * DAY).isoformat()}, RecoveryStep)


def test_what_is_looked_at_weekly_comes_again_after_seven_days():
    found = LookedAt(at=START + DAY, item="R-URINE-DRUG", found="ketamine not found")
    assert _look("R-URINE-DRUG", found, at=START + 3 * DAY).due_at.date() == dt.date(2027, 1, 12)
    record = b"""{"person": {"age": 27}, "answers": [{"instrument": "phq-9", "version": "1", "at": "2027-01-05T10:00Z",
    "items": {"1": 1, "2": 1, "3": 1, "4": 1, "5": 1, "6": 1, "7": 1, "8": 1, "9": 0}}]}"""
    assert _look("R-MOOD", at=START + 3 * DAY, record=record).due_at.date() == dt.date(2027, 1, 12)
    assert _look("R-MOOD", at=START + 3 * DAY).due_at.date() == START.date(), (
        "nothing on record: due since the first day"
    )


def _look(item, *steps, **told):
    return next(one for one in stands(*steps, **told).tasks if (one.kind, one.id) == ("look", item))


def test_a_bladder_that_is_to_be_seen_again_is_due():
    seen = HealthReviewed(at=START, about="urology", what="referred", next_on=dt.date(2027, 1, 20))
    task = _look("urology", seen, at=START + 20 * DAY)
    assert (task.due_at.date(), task.is_overdue) == (dt.date(2027, 1, 20), True)


def test_suicide_told_months_later_is_danger_as_at_a_contact():
    """HZ-SUI-07: told anywhere, it stays until a clinician looked at it."""
    left = Discharged(at=START + 28 * DAY, how="completed")
    later = OutcomeNoted(at=START + 58 * DAY, of="1mo", reached=True, suicidal=True)
    contact = ContactMade(at=START + 30 * DAY, of="stay", contact="48h", reached=True, suicidal=True)
    for told in (later, contact):
        assert "danger" in {one.kind for one in stands(left, told, at=START + 59 * DAY).tasks}

"""A course folded from its steps, visits and doses: what is given, missed, due, asked; without Django."""

import datetime as dt

import pytest

from keel.assessment.course.care import care_of
from keel.assessment.course.least import least_that_helps
from keel.assessment.course.ledger import Teller, ledger_of
from keel.assessment.course.letters import Answered, Sent, Written, letters_of
from keel.assessment.course.off_plan import off_plan
from keel.assessment.course.plan import moment
from keel.assessment.course.replan import after_missed, first_sessions, further_sessions
from keel.assessment.course.reviewing import review_problem
from keel.assessment.course.state import Standing, Visit
from keel.assessment.course.steps import Missed, Reviewed, Stopped, WorkedUp
from keel.assessment.surveillance.dose_response import dose_response
from keel.knowledge import load
from keel.quantities import Interval
from keel.record import Answers, Dose, Record, Setting, UsePattern
from support.care import screened, started
from support.loops import some

FIRST = dt.date(2028, 2, 14)
SIX = load().schedules["iv-six-in-three-weeks"]
INDUCTION = ["2028-02-14", "2028-02-17", "2028-02-21", "2028-02-24", "2028-02-28", "2028-03-02"]
"""A10, two a week for three weeks from Monday 14 February 2028, by a paper calendar."""


def at(day, hour=18):
    return dt.datetime.combine(dt.date.fromisoformat(str(day)), dt.time(hour), dt.UTC)


def dose(day, mg=35, **changed):
    told = {"substance": "racemic", "route": "iv", "setting": Setting.CLINIC, "amount_mg": Interval.exactly(mg)}
    return Dose(start=at(day, 10), **{**told, **changed})


def phq(day, total):
    return Answers(instrument="phq-9", items={}, total=total, at=at(day, 8))


def care(now, *steps, doses=(), days=None, letters=()):
    plan = first_sessions(SIX, FIRST) if days is None else days
    visits = [Visit(n, moment(one.day, dt.time(10), dt.UTC), "c1", one.phase) for n, one in enumerate(plan)]
    record = Record(doses=tuple(map(dose, doses)))
    told = [screened(), started(FIRST), *steps, *letters]
    return care_of(told, visits, record, at=at(now), knowledge=load())


def due(found):
    return {one.id: str(one.due_on) for one in found.due}


def test_a_session_is_given_by_its_dose_missed_without_and_planned_from_today_on():
    """HZ-CRS-01: nothing of it is stored; the day of a session that is not over is still to come."""
    course = care("2028-02-21", doses=["2028-02-14"]).courses[0]
    standings = [one.standing for one in course.sessions[:3]]
    assert standings == [Standing.GIVEN, Standing.MISSED, Standing.PLANNED]
    assert [str(one.day) for one in course.sessions if one.visit.phase == "induction"] == INDUCTION
    assert due(care("2028-02-21", doses=["2028-02-14"]))["K-MISSED"] == "2028-02-17"


def test_a_dose_of_another_molecule_or_of_own_use_is_none_of_the_course():
    record = Record(
        doses=(
            dose(FIRST, substance="esketamine", route="nasal"),
            dose(FIRST, setting=Setting.NON_MEDICAL, route="insufflated"),
        )
    )
    visits = [Visit(1, at(FIRST, 10), "c1", "induction")]
    found = care_of([screened(), started(FIRST)], visits, record, at=at("2028-02-15"), knowledge=load())
    assert found.courses[0].given == ()


def test_what_was_decided_about_a_missed_session_is_asked_no_more():
    step = Missed(course="c1", day=dt.date(2028, 2, 17), choice="on_schedule", by="Alice")
    found = care("2028-02-21", step, doses=["2028-02-14"])
    assert "K-MISSED" not in due(found)
    assert found.courses[0].sessions[1].standing is Standing.SETTLED


def test_sessions_that_move_keep_their_number_and_spacing():
    """A10: one of six is given, so five are left: 24 and 28 February, 2, 6 and 9 March 2028, then 14 days."""
    course = care("2028-02-22", doses=["2028-02-14"]).courses[0]
    days = [str(one.day) for one in after_missed(course, "moved", dt.date(2028, 2, 24))]
    assert days[:6] == ["2028-02-24", "2028-02-28", "2028-03-02", "2028-03-06", "2028-03-09", "2028-03-23"]


def test_further_sessions_follow_the_last_one():
    course = care("2028-05-01").courses[0]
    last = course.sessions[-1].day
    assert further_sessions(course)[0].day == last + dt.timedelta(days=14)


def test_work_up_is_due_until_every_item_is_ticked():
    protocol = load().protocols["iv-racemic"]
    steps = [WorkedUp(course="c1", item=one.id, on=FIRST) for one in protocol.work_up]
    assert due(care(FIRST))["K-WORK-UP"] == str(FIRST)
    assert due(care(FIRST, *steps[1:]))["K-WORK-UP"] == str(FIRST)
    assert "K-WORK-UP" not in due(care(FIRST, *steps))


def test_after_the_end_only_the_agreed_contact_is_due():
    stopped = Stopped(
        course="c1", on=dt.date(2028, 2, 18), why="wish", plan="x", by="Alice", follow_up=dt.date(2028, 3, 3)
    )
    found = care("2028-03-04", stopped, doses=["2028-02-14", "2028-02-21"])
    assert due(found) == {"K-FOLLOW-UP": "2028-03-03"}
    assert [str(one) for one in found.courses[0].given] == ["2028-02-14"]


@pytest.mark.parametrize(
    ("told", "stands"),
    [
        ({"decision": "go_on", "responded": True}, True),
        ({"decision": "go_on", "responded": False}, False),
        ({"decision": "exception", "responded": False, "exception": "three-more", "reason": "x"}, True),
        ({"decision": "exception", "responded": False, "exception": "three-more", "reason": " "}, False),
        ({"decision": "exception", "responded": False, "exception": "other", "reason": "x"}, False),
        ({"decision": "stop", "responded": False}, True),
    ],
)
def test_a_review_without_response_stops_or_names_the_exception_of_the_source(told, stands):
    """A-COURSE-02-three (Oxford): no benefit after three; occasionally three more."""
    review = Reviewed(course="c1", after=3, on=FIRST, by="Alice", **told)
    assert (review_problem(care(FIRST).courses[0], review) is None) is stands


def test_a_letter_without_an_answer_is_overdue_after_its_days_and_sooner_where_urgent():
    """The days are defaults of the data: 14 for urology, 2 where urgent."""
    sent = Sent(letter="l1", on=FIRST, how="post", by="Bob")
    for is_urgent, day in some([(False, "2028-02-28"), (True, "2028-02-16")]):
        written = Written(letter="l1", template="urology", to="Urology", on=FIRST, by="Alice", is_urgent=is_urgent)
        found = letters_of([written, sent], knowledge=load())[0]
        assert str(found.answer_due) == day
        assert found.standing(dt.date.fromisoformat(day)) == "sent"
        assert found.standing(dt.date.fromisoformat(day) + dt.timedelta(days=1)) == "overdue"
    answer = Answered(letter="l1", on=dt.date(2028, 3, 30), by="Bob", text="Seen.")
    assert letters_of([written, sent, answer], knowledge=load())[0].standing(dt.date(2029, 1, 1)) == "answered"
    assert "K-LETTER-SEND" in due(care(FIRST, letters=[written]))


def test_a_ledger_keeps_tellers_molecules_and_routes_apart():
    """By hand: 2 x 35 mg by vein of a session here; 84 mg nasal reported; 84 / 910 and 70 / 910 of the reference."""
    record = Record(
        doses=(
            dose("2028-02-14", origin="session a"),
            dose("2028-02-17", origin="session b"),
            dose("2028-02-20", 84, substance="esketamine", route="nasal"),
            dose("2028-02-21", setting=Setting.NON_MEDICAL, route="insufflated", amount_mg=None),
        ),
        patterns=(UsePattern(text="1 g a week", setting=Setting.NON_MEDICAL, route="insufflated"),),
    )
    found = ledger_of(record, at=at("2028-03-01"), knowledge=load())
    assert [one.teller for one in found.rows] == [Teller.HERE, Teller.CLINIC, Teller.OWN]
    here, clinic, own = found.rows
    assert (here.doses, here.mg.mid, clinic.mg.mid) == (2, 70, 84)
    assert here.times_reference.mid == pytest.approx(70 / 910)
    assert (own.mg, own.unknown) == (None, 1)
    assert [one.teller for one in found.told] == [Teller.OWN]


def scored(*rows, mg=35):
    doses = tuple(dose(day, mg) for day, _total in rows)
    answers = (
        phq("2028-02-01", 20),
        *(phq(dt.date.fromisoformat(day) + dt.timedelta(days=1), total) for day, total in rows),
    )
    record = Record(doses=doses, answers=answers)
    found = dose_response(record, at=at("2028-06-01"), knowledge=load())
    return [one.id for one in least_that_helps(found, knowledge=load())]


def test_doses_and_scores_ask_and_never_advise():
    """20 before; half is 10. Three sessions at or below 10 ask about spacing; three above it ask whether it helps."""
    assert scored(("2028-02-14", 10), ("2028-02-21", 9), ("2028-02-28", 8)) == ["W-LEAST-SPACE"]
    assert scored(("2028-02-14", 11), ("2028-02-21", 12), ("2028-02-28", 11)) == ["W-LEAST-STOP"]
    assert scored(("2028-02-14", 10), ("2028-02-21", 9)) == []


@pytest.mark.parametrize(
    ("today", "given", "protocol", "says"),
    [
        ("2028-02-17", ["2028-02-14"], "iv-racemic", None),
        ("2028-02-15", ["2028-02-14"], "iv-racemic", "earliest is on 2028-02-17"),
        ("2028-02-14", ["2028-02-14"], "iv-racemic", "earliest is on 2028-02-17"),
        ("2028-03-03", INDUCTION, "iv-racemic", "beyond the plan of the course, which ended on 2028-03-02"),
        ("2028-03-03", INDUCTION[:5], "iv-racemic", "2028-03-02 was missed, and none is planned"),
        ("2028-02-17", ["2028-02-14"], "esketamine-nasal-us", "by another protocol"),
    ],
    ids=["planned", "too early", "given today already", "beyond", "missed at the end", "another protocol"],
)
def test_a_session_is_held_against_the_plan_of_its_course(today, given, protocol, says):
    """HZ-CRS-01: two a week from Monday 14 February 2028 (INDUCTION); the plan ends with the first course here."""
    course = care(today, doses=given, days=first_sessions(SIX, FIRST)[:6]).courses[0]
    said = off_plan(course, protocol, dt.date.fromisoformat(today))
    assert (said is None) if says is None else says in str(said)

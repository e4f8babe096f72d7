"""The due list asks for the reviews that the gate asks for, by the same doses and numbers (HZ-CRS-02).

Protocols reference A10: a review of response at 3 and at 6 infusions, of exposure every 3 months or 12 sessions (D);
B1: benefit is checked at the end of week 4.
"""

import datetime as dt

import pytest

from keel.assessment.surveillance.due import due_list
from keel.knowledge import load
from keel.record import Dose, Precision, Record, Review, ReviewKind, Setting

AT = dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC)
NOW = AT.date()


def record(*days_ago, route="iv", substance="racemic", setting=Setting.CLINIC, reviews=(), precision=Precision.MINUTE):
    doses = tuple(
        Dose(
            substance=substance,
            route=route,
            start=AT - dt.timedelta(days=n, hours=1),
            setting=setting,
            precision=precision,
        )
        for n in days_ago
    )
    return Record(doses=doses, reviews=tuple(reviews))


def review(of, days_ago, responded=None):
    return Review(of=ReviewKind(of), on=NOW - dt.timedelta(days=days_ago), by="Alice", responded=responded)


def due(told, at=AT):
    found = due_list(told, at=at, knowledge=load())
    return {
        one.id: (one.due_on and (at.date() - one.due_on).days, one.last_done) for one in found if "COURSE" in one.id
    }


RESPONSE, EXPOSURE, BENEFIT = "A-COURSE-01", "A-COURSE-05", "B-COURSE-01"


@pytest.mark.parametrize(
    ("days", "held", "since"),
    [
        ([20, 10], [], None),
        ([20, 10, 5], [], 5),
        ([20, 10, 5], [6], 5),
        ([20, 10, 5], [5], None),
        ([20, 10, 5], [0], None),
        ([20, 16, 12, 8, 5], [12], None),
        ([20, 16, 12, 8, 5, 2], [12], 2),
        ([20, 16, 12, 8, 5, 2], [12, 2], None),
        ([20, 10, 10], [], None),
    ],
    ids=[
        "two",
        "three",
        "before the third",
        "on its day",
        "since",
        "five",
        "six",
        "six, reviewed",
        "twice a day is one",
    ],
)
def test_response_is_due_from_the_third_and_the_sixth_infusion(days, held, since):
    found = due(record(*days, reviews=[review("response", n) for n in held]))
    assert (found[RESPONSE][0] if RESPONSE in found else None) == since


@pytest.mark.parametrize(
    ("days", "held", "since"),
    [
        ([80], [], -11),  # 12 September and three months: 12 December
        ([91], [], 0),
        ([92], [], 0),  # 31 August: the first day after the 30th of November
        ([93], [], 1),
        ([44 - 4 * n for n in range(11)], [], -48),  # 18 October, three months later is 18 January
        ([44 - 4 * n for n in range(12)], [], 0),
        ([48 - 4 * n for n in range(12)], [], 4),
        ([48 - 4 * n for n in range(12)], [24], -68),  # reviewed on 7 November; since then five sessions
    ],
)
def test_exposure_is_due_after_three_months_or_twelve_sessions(days, held, since):
    found = due(record(*days, reviews=[review("exposure", n) for n in held]))
    assert found[EXPOSURE] == (since, NOW - dt.timedelta(days=held[0]) if held else None)


@pytest.mark.parametrize(
    ("first", "held", "since"),
    [(27, [], -1), (28, [], 0), (30, [], 2), (30, [10], 2), (30, [9], None), (30, [1], None)],
)
def test_benefit_of_the_spray_is_due_at_the_end_of_week_four(first, held, since):
    told = record(first, 10, route="nasal", substance="esketamine", reviews=[review("response", n) for n in held])
    found = due(told)
    assert (found[BENEFIT][0] if BENEFIT in found else None) == since
    assert RESPONSE not in found


def test_a_review_of_another_thing_answers_nothing():
    assert due(record(20, 10, 5, reviews=[review("exposure", 0)]))[RESPONSE][0] == 5


def test_only_a_course_of_treatment_asks_for_reviews():
    """A dose whose setting nobody told counts within a course, as at the gate, and makes none by itself."""
    assert due(record(20, 10, 5, setting=Setting.NON_MEDICAL, route="insufflated")) == {}
    assert due(record(20, 10, 5, setting=Setting.UNKNOWN)) == {}
    mixed = Record(doses=(*record(20, 10).doses, *record(5, setting=Setting.UNKNOWN).doses))
    assert due(mixed)[RESPONSE][0] == 5
    by_nose = Record(doses=(*record(20, 10).doses, *record(5, setting=Setting.NON_MEDICAL, route="nasal").doses))
    assert RESPONSE not in due(by_nose)


def test_the_same_instants_at_another_offset_are_due_alike():
    told = record(20, 10, 5)
    there = AT.astimezone(dt.timezone(dt.timedelta(hours=5, minutes=30)))
    assert due(told, there) == due(told)

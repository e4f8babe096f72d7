"""The sessions of a course, day by day, and the reviews that stand in it: for the gate and for the due list."""

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from keel.findings import Fact
from keel.knowledge.protocols import Protocol
from keel.record import Dose, Precision, Review, ReviewKind, Setting

MILESTONES = ("second_review", "first_review")
"""Cuts: after how many sessions response is reviewed, the later first."""


class CourseDay(NamedTuple):
    """The first and the last calendar day on which a dose can have been."""

    first: dt.date
    last: dt.date


def course_days(doses: Iterable[Dose], protocol: Protocol, at: dt.datetime) -> Iterator[CourseDay]:
    """The days of the doses that can be of a course: of the protocol's substance, and not taken outside treatment."""
    for dose in doses:
        is_of = dose.substance in (protocol.substance, "unknown") or not protocol.substance
        if dose.setting is not Setting.NON_MEDICAL and is_of:
            yield day_span(dose, at)


def day_span(dose: Dose, at: dt.datetime) -> CourseDay:
    """The days on which a dose can have been, by how exactly its time is known."""
    day = dose.start.astimezone(at.tzinfo).date() if dose.precision is Precision.MINUTE else dose.start.date()
    last = day
    if dose.precision is Precision.MONTH:
        last = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    elif dose.precision is Precision.YEAR:
        last = day.replace(month=12, day=31)
    return CourseDay(day, max(day, min(last, at.date())))


def milestone(sessions: int, protocol: Protocol) -> int | None:
    """The last number of sessions after which response is reviewed, of those that are reached."""
    cuts = [protocol.cuts[name].value for name in MILESTONES if name in protocol.cuts]
    return next((int(cut) for cut in cuts if sessions >= cut), None)


def held_reviews(reviews: Iterable[Review], of: ReviewKind, today: dt.date) -> list[Review]:
    """The reviews of one thing up to a day, oldest first."""
    return sorted((one for one in reviews if one.of is of and one.on <= today), key=lambda one: one.on)


def review_facts(
    reviews: Iterable[Review], days: Iterable[CourseDay], protocol: Protocol, today: dt.date
) -> dict[str, Fact]:
    """What the dated reviews say. A review of response counts for the last milestone only from its day on."""
    facts: dict[str, Fact] = {}
    sessions = sorted({one.last for one in days})
    response, reached = held_reviews(reviews, ReviewKind.RESPONSE, today), milestone(len(sessions), protocol)
    if response and reached:
        told = [one for one in response if one.on >= sessions[reached - 1]]
        facts["response_reviewed"] = bool(told)
        answers = [one.responded for one in told if one.responded is not None]
        facts |= {"responded": answers[-1]} if answers else {}
    exposure = held_reviews(reviews, ReviewKind.EXPOSURE, today)
    since = exposure[-1].on if exposure else min((one.first for one in days), default=today)
    facts["months_since_exposure_review"] = months_between(since, today)
    facts["sessions_since_exposure_review"] = sum(not exposure or day > since for day in sessions)
    return facts


def months_between(start: dt.date, end: dt.date) -> int:
    """Whole calendar months from a day to another."""
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)

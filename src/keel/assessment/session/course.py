"""What the doses on record before a session come to for the rules of a course: how many, how far apart, since when.

A session is a calendar day with a dose of the protocol's substance that was not taken outside treatment; days are
those of the place where `at` is. Spacing asks about every dose, whoever gave it. A dose whose day or time is not
exactly known counts where it is stricter. Where a typed answer and the count differ, the stricter one is used.
"""

import datetime as dt
from collections.abc import Iterable, Mapping

from keel.assessment.protocols.course_days import CourseDay, course_days, day_span, review_facts
from keel.assessment.session.events import Plan, Session, minutes_between
from keel.findings import Fact
from keel.knowledge.protocols import Protocol
from keel.quantities import significant
from keel.record import Dose, Precision, Setting
from keel.record.selection import is_taken

MORE_IS_STRICTER = (
    "sessions_so_far",
    "sessions_this_week_with_today",
    "treatment_week",
    "weeks_in_treatment",
    "dose_taken_today",
    "exceeds_course_plan",
    "ketamine_elsewhere",
    "ketamine_elsewhere_mg",
)
LESS_IS_STRICTER = (
    "hours_since_last_dose",
    "hours_since_ketamine_elsewhere",
    "longest_gap_that_holds_days",
    "first_session",
    "response_reviewed",
    "responded",
)
RECENT_DAYS = 28
"""How far back own use is looked for where there was no session."""
COUNTED = ("sessions_so_far", "sessions_this_week_with_today", "treatment_week", "first_session", "dose_taken_today")
"""Facts of which a typed answer that differs from the count is named."""


def counted_facts(
    session: Session, plan: Plan | None, protocol: Protocol, *, started: dt.datetime | None, at: dt.datetime
) -> dict[str, Fact]:
    """The facts of the course at `at` from the doses before the session, which began at `started`.

    Without a ledger only what `last_dose_at` says.
    """
    facts: dict[str, Fact] = {}
    today = (started or at).astimezone(at.tzinfo).date()
    before = [one for one in session.doses or () if is_taken(one, at) and _is_before(one, started)]
    latest = [_latest(one, at) for one in before]
    if session.last_dose_at is not None and session.last_dose_at <= at:
        latest.append(session.last_dose_at)
        facts["first_session"] = False
    if latest:
        facts["hours_since_last_dose"] = significant(max(0.0, minutes_between(max(latest), at) / 60))
    if session.doses is None:
        return facts | _of_last_dose(session.last_dose_at, at)
    days = list(course_days(before, protocol, at))
    facts.setdefault("first_session", not days)
    facts["dose_taken_today"] = any(min(day_span(one, at).last, today) == today for one in before)
    facts |= _elsewhere(before, days, today, at)
    of_course = [one for one in days if plan is None or plan.course_started is None or one.last >= plan.course_started]
    own = [day_span(one, at) for one in before if one.setting is Setting.NON_MEDICAL]
    facts |= _counts(of_course, today) | {"sessions_this_week_with_today": _this_week([*of_course, *own], today)}
    if plan is not None and plan.course_sessions is not None:
        facts["exceeds_course_plan"] = len({one.last for one in of_course}) + 1 > plan.course_sessions
    elif not of_course:
        facts["exceeds_course_plan"] = False  # no plan has fewer sessions than one
    return facts | review_facts(session.reviews, of_course, protocol, today)


def _of_last_dose(last: dt.datetime | None, at: dt.datetime) -> dict[str, Fact]:
    """What the time of the last dose alone says of today and of this calendar week; nothing where it is of neither."""
    if last is None or last > at:
        return {}
    day, today = last.astimezone(at.tzinfo).date(), at.date()
    facts: dict[str, Fact] = {"dose_taken_today": True} if day == today else {}
    return facts | (
        {"sessions_this_week_with_today": 2} if today - dt.timedelta(today.weekday()) <= day < today else {}
    )


def _is_before(dose: Dose, started: dt.datetime | None) -> bool:
    """Whether a dose belongs to the time before the session and is not one of its own."""
    return dose.precision is not Precision.MINUTE or started is None or dose.start < started


def _latest(dose: Dose, at: dt.datetime) -> dt.datetime:
    """The last moment at which a dose can have ended."""
    if dose.precision is Precision.MINUTE:
        return dose.end or dose.start
    end_of_day = dt.datetime.combine(day_span(dose, at).last + dt.timedelta(days=1), dt.time(), tzinfo=at.tzinfo)
    return min(end_of_day, at)


def _elsewhere(before: Iterable[Dose], days: Iterable[CourseDay], today: dt.date, at: dt.datetime) -> dict[str, Fact]:
    """Own use on record since the last session, or in the last four weeks where there was none: how much, and when.

    No word on it says nothing: own use that nobody recorded is asked about.
    """
    since = max((one.last for one in days), default=today - dt.timedelta(days=RECENT_DAYS))
    own = [one for one in before if one.setting is Setting.NON_MEDICAL and day_span(one, at).last >= since]
    if not own:
        return {}
    amounts = [one.amount_mg.mid for one in own if one.amount_mg is not None]
    hours = minutes_between(max(_latest(one, at) for one in own), at) / 60
    facts: dict[str, Fact] = {
        "ketamine_elsewhere": True,
        "hours_since_ketamine_elsewhere": significant(max(0.0, hours)),
    }
    return facts | ({"ketamine_elsewhere_mg": significant(sum(amounts))} if len(amounts) == len(own) else {})


def with_elsewhere(facts: Mapping[str, Fact], counted: Mapping[str, Fact], at: dt.datetime) -> dict[str, Fact]:
    """The facts with what was told of ketamine from elsewhere: it moves the last dose, and the week if not counted."""
    hours = facts.get("hours_since_ketamine_elsewhere")
    if isinstance(hours, bool) or not isinstance(hours, int | float):
        return dict(facts)
    day, today = (at - dt.timedelta(hours=hours)).date(), at.date()
    last, week = facts.get("hours_since_last_dose"), facts.get("sessions_this_week_with_today")
    more: dict[str, Fact] = {"hours_since_last_dose": min(hours, last) if isinstance(last, int | float) else hours}
    if day == today:
        more["dose_taken_today"] = True
    if today - dt.timedelta(today.weekday()) <= day < today and counted.get("ketamine_elsewhere") is not True:
        more["sessions_this_week_with_today"] = (week if isinstance(week, int | float) else 1) + 1
    return {**facts, **more}


def _this_week(days: Iterable[CourseDay], today: dt.date) -> int:
    """The days of this calendar week with a dose, today among them."""
    monday = today - dt.timedelta(days=today.weekday())
    return len({one.last for one in days if monday <= one.last} | {today})


def _counts(days: Iterable[CourseDay], today: dt.date) -> dict[str, Fact]:
    sessions = sorted({one.last for one in days})
    first = min((one.first for one in days), default=today)
    counts: dict[str, Fact] = {
        "sessions_so_far": len(sessions),
        "sessions_this_week_with_today": _this_week(days, today),
        "treatment_week": (today - first).days // 7 + 1,
        "weeks_in_treatment": significant((today - first).days / 7),
    }
    if sessions:
        counts["longest_gap_that_holds_days"] = (today - sessions[-1]).days
    return counts


def counted_with(stated: Mapping[str, Fact], counted: Mapping[str, Fact]) -> dict[str, Fact]:
    """Answers with the counts beside them; of two that differ the stricter one.

    Who says that it is the first session has said that there was none before.
    """
    if stated.get("first_session") is True and "sessions_so_far" not in counted:
        counted = {**_counts((), dt.date.min + dt.timedelta(days=7)), **counted}
    together: dict[str, Fact] = {**counted, **stated}
    for names, stricter in ((MORE_IS_STRICTER, max), (LESS_IS_STRICTER, min)):
        for name in names:
            values = [value for one in (stated, counted) if isinstance(value := one.get(name), bool | int | float)]
            if values:
                together[name] = stricter(values)
    return together


def differing(stated: Mapping[str, Fact], counted: Mapping[str, Fact]) -> dict[str, tuple[Fact, Fact]]:
    """The typed answers that the count does not bear out: typed and counted."""
    return {
        name: (stated[name], counted[name])
        for name in COUNTED
        if name in counted and stated.get(name) is not None and stated[name] != counted[name]
    }

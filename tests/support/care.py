"""Care around sessions for tests: a course that a prescriber has begun, and a letter."""

import datetime as dt

import msgspec

from support.clock import START


def screened(course="c1", **changed):
    """The step of a screening in which nothing spoke and all was known."""
    from keel.assessment.course.steps import Screened

    told = {
        "protocol": "iv-racemic",
        "jurisdiction": "UK",
        "answers": {},
        "findings": (),
        "missing": (),
        "knowledge": "h",
    }
    return Screened(course=course, at=START, **{**told, **changed})


def started(first, course="c1", **changed):
    """The step of a beginning on a day at 10:00."""
    from keel.assessment.course.steps import Started

    told = {"schedule": "iv-six-in-three-weeks", "time": dt.time(10), "by": "Alice"}
    return Started(course=course, first=first, **{**told, **changed})


def a_course(patient, by, name="c1", letter="l1", first=None, at=START):
    """A course of infusions with its visits, from the day of `at` on, and a letter to urology."""
    from zoneinfo import ZoneInfo

    from keel.assessment.course.letters import Written
    from keel.web.clinic.actions import record_fact
    from keel.web.clinic.models import Kind
    from keel.web.clinic.patient_page import shown_or_not
    from keel.web.course import actions

    here = at.astimezone(ZoneInfo(patient.clinic.timezone))
    told = {"by": by, "patient": patient, "at": at}
    record_fact(kind=Kind.COURSE, payload=msgspec.to_builtins(screened(name)), key=f"{name}-screened", **told)
    care = shown_or_not(patient, here).care
    writer = actions.Writer(by=by, patient=patient, key=f"{name}-start", at=here)
    schedule = load().schedules["iv-six-in-three-weeks"]
    day = first or here.date()
    actions.start_course(writer, care.courses[0], care, schedule, first=day, time=dt.time(10), reason="")
    written = Written(letter=letter, template="urology", to="Urology", on=here.date(), by="Alice")
    record_fact(kind=Kind.LETTER, payload=msgspec.to_builtins(written), key=f"{letter}-written", **told)


def load():
    """The knowledge."""
    from keel import knowledge

    return knowledge.load()

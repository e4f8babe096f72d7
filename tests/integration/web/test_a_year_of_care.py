"""Three invented people lived through for a year: what the clinic is told to do, held against a calendar by hand.

Every date of the tables was counted on a paper calendar from the rule beside it (A, B: protocols reference; care:
care reference; default: an interval of Keel's that no source states). London puts its clocks back on 25 October 2026
and forward on 28 March 2027 and 26 March 2028; New York forward on 14 March 2027. 2028 has a 29 February.
"""

import datetime as dt
import json
from zoneinfo import ZoneInfo

import msgspec
import pytest

from keel.assessment.course.letters import Answered, Sent, Written
from keel.assessment.course.steps import Reviewed, Stopped
from keel.assessment.rems.deadline import Due
from keel.web.clinic.actions import record_fact
from keel.web.clinic.dose_check import Decision, DoseAsked
from keel.web.clinic.models import Clinic, Kind, Membership, Patient
from keel.web.clinic.patient_page import shown_or_not
from keel.web.clinic.queries import record_of
from keel.web.clinic.summaries import rebuilt_at_the_end
from keel.web.course import actions as course_actions
from keel.web.live.actions import record_events
from keel.web.measures.models import ClinicMeasures
from keel.web.measures.queries import due_for
from keel.web.rems.queries import listed_forms
from keel.web.therapy.actions import write_step
from keel.web.therapy.queries import recovery_of
from support.care import a_course, load, screened
from support.clock import clock_at
from support.live import PERSON, a_session, evening
from support.loops import some

LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
DAY = dt.timedelta(days=1)


def moment(text, zone=LONDON):
    """A time on the clock of the wall, as `2026-10-12 09:00`."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone)


class Life:
    """Somebody of a clinic writes about one person, each thing at its time."""

    def __init__(self, patient, by):
        self.patient, self.by, self.zone, self.count = patient, by, ZoneInfo(patient.clinic.timezone), 0

    def key(self):
        self.count += 1
        return f"k{self.count}"

    def fact(self, kind, when, **payload):
        """A fact that was written when it was so; a dose is decided on where something is asked."""
        at = moment(when, self.zone)
        told = {"by": self.by, "patient": self.patient, "kind": Kind(kind), "payload": payload, "key": self.key()}
        try:
            return record_fact(at=at, **told)
        except DoseAsked as asked:
            return record_fact(at=at, decision=Decision(self.by, "as planned", asked.shown), **told)

    def infusion(self, day):
        start = moment(f"{day} 10:00", self.zone).isoformat()
        told = {"substance": "racemic", "route": "iv", "amount": "35 mg", "over": "40 min", "setting": "clinic"}
        self.fact("dose", f"{day} 11:00", start=start, **told)

    def answers(self, day, instrument, items):
        at = moment(f"{day} 09:00", self.zone).isoformat()
        self.fact("answers", f"{day} 09:30", instrument=instrument, version="1", items=items, at=at)

    def value(self, day, what, value, unit):
        at = moment(f"{day} 09:00", self.zone).isoformat()
        self.fact("measurement", f"{day} 09:30", what=what, value=value, unit=unit, at=at)

    def step(self, kind, when, step):
        self.fact(kind, when, **msgspec.to_builtins(step))

    def page(self, when):
        return shown_or_not(self.patient, moment(when, self.zone))

    def course(self, when):
        return self.page(when).care.courses[0]

    def writer(self, when):
        at = moment(when, self.zone)
        return course_actions.Writer(by=self.by, patient=self.patient, key=self.key(), at=at)


def days(*texts):
    """Days written as `10-12` of a year that is named first."""
    year, *rest = texts
    return [dt.date.fromisoformat(f"{year}-{text}") for text in rest]


@pytest.fixture
def measured(harbour, people):
    ClinicMeasures.objects.create(
        clinic=harbour, by=people["alice"], at=moment("2026-01-01 09:00"), schedule="around-sessions"
    )


PHQ = {str(item): 1 for item in range(1, 9)} | {"9": 0}
ICSI = {"urgency": 0, "frequency": 0, "nocturia": 0, "pain": 0}


def begin(life, first):
    """Everything of the first day of a course of infusions, and its start."""
    a_course(life.patient, life.by, at=moment(f"{first} 08:00"))
    life.fact("person", f"{first} 08:30", age=34, sex="female", height="170 cm")
    life.value(first, "weight", 70, "kg")
    life.value(first, "alt", 20, "U/L")
    life.value(first, "systolic", 120, "mm[Hg]")
    life.fact(
        "measurement",
        f"{first} 09:31",
        name="urinalysis",
        value=0,
        unit="1",
        at=moment(f"{first} 09:00").isoformat(),
    )
    life.answers(first, "phq-9", PHQ)
    life.answers(first, "icsi", ICSI)
    life.infusion(first)


WATCHED = ("W-WEIGHT", "W-URINE", "W-LIVER", "W-BLADDER-SCORE")
# rule (default intervals of medical-use.toml): weight 30 d; urine 91 d; liver 91 d at one session a week or more over
# 28 days, else 182 d; bladder score 30 d in the first 8 weeks, else 91 d; what became overdue stays overdue.
INFUSIONS = {
    # when: (weight, urine, liver, bladder score), review of response, review of exposure, course and letters
    "2026-10-12 12:00": (("11-11", "01-11", "04-12", "11-11"), None, "2027-01-12", {"K-WORK-UP": "2026-10-12"}),
    # A10: review after the third infusion; 12 Oct + 3 months; the work-up was ticked
    "2026-10-19 12:00": (("11-11", "01-11", "04-12", "11-11"), "2026-10-19", "2027-01-12", {}),
    "2026-10-20 18:00": (("11-11", "01-11", "04-12", "11-11"), None, "2027-01-12", {}),  # reviewed
    # 4 of 28 days from the fourth on: liver after 91 days; the review after the sixth
    "2026-10-29 12:00": (("11-11", "01-11", "01-11", "11-11"), "2026-10-29", "2027-01-12", {}),
    # a letter to urology was written on 2 November, sent on the 3rd; an answer within 14 days (care 7, K8)
    "2026-11-02 12:00": (("11-11", "01-11", "01-11", "11-11"), None, "2027-01-12", {"K-LETTER-SEND": "2026-11-02"}),
    "2026-11-04 12:00": (("11-11", "01-11", "01-11", "11-11"), None, "2027-01-12", {"K-LETTER": "2026-11-17"}),
    # week 9: the bladder score that nobody took on 11 November is still due since then
    "2026-12-09 12:00": (("11-11", "01-11", "04-12", "11-11"), None, "2027-01-12", {"K-LETTER": "2026-11-17"}),
    # the score was taken on 10 December, in week 9: 10 Dec + 91 d = 11 March
    "2026-12-11 12:00": (("11-11", "01-11", "04-12", "03-11"), None, "2027-01-12", {"K-LETTER": "2026-11-17"}),
    # answered on 15 December; the course was stopped on 2 April and somebody asks on 2 May
    "2027-04-03 12:00": (("11-11", "01-11", "04-12", "03-11"), None, "2027-01-12", {"K-FOLLOW-UP": "2027-05-02"}),
}
# rule (around-sessions.toml, default; care 6 T6): PHQ-9 every 7 days until 28 days after a dose, then 30, 91, 182, 365
MOODS = {
    "2026-10-12 12:00": "2026-10-19",
    "2026-10-27 12:00": "2026-10-19",  # nobody asked
    "2027-04-29 12:00": "2026-10-19",  # 28 days after the dose of 1 April
    "2027-04-30 12:00": "2027-05-01",  # 1 April + 30 days
    "2027-05-04 12:00": "2027-07-01",  # answered on 3 May; 1 April + 91 days
    "2027-07-02 12:00": "2027-07-01",
    "2027-10-01 12:00": "2027-09-30",  # 1 April + 182 days; that of July is missing
    "2028-03-30 12:00": "2027-09-30",
    "2028-03-31 12:00": "2028-03-31",  # 1 April + 365 days, 29 February among them
}
SESSIONS = [
    *days("2026", "10-12", "10-15", "10-19", "10-22", "10-26", "10-29", "11-12", "11-26", "12-10", "12-24"),
    *days("2027", "01-07", "01-21", "02-04", "02-18", "03-04", "03-18", "04-01"),
]
"""Twice a week for three weeks; from two weeks after the last on every two weeks (A10)."""


def _on(text, first):
    """A day of the table: November and December are those of the first year."""
    return dt.date.fromisoformat(f"{first.year + (text < '10')}-{text}")


def test_a_year_with_infusions_over_both_changes_of_the_clocks(dana, people, measured):
    """HZ-CRS-02, HZ-CLK-04: visits, reviews, letters, measures and what is watched fall on the days of the calendar."""
    with rebuilt_at_the_end(at=moment("2026-10-12 08:00")):
        life, first = Life(dana, people["alice"]), dt.date(2026, 10, 12)
        begin(life, "2026-10-12")
        visits = [one.visit.at.astimezone(LONDON) for one in life.course("2026-10-12 12:00").sessions]
        assert [one.date() for one in visits] == SESSIONS[:10]
        assert {one.hour for one in visits} == {10}
        assert [one.astimezone(dt.UTC).hour for one in visits[:5]] == [9, 9, 9, 9, 10]

        def look(when):
            page = life.page(when)
            found = {one.id: one.due_on for one in page.due}
            watched, response, exposure, around = INFUSIONS[when]
            assert tuple(found[name] for name in WATCHED) == tuple(_on(text, first) for text in watched), when
            assert found.get("A-COURSE-01") == (response and dt.date.fromisoformat(response)), when
            assert found["A-COURSE-05"].isoformat() == exposure, when
            own = {name: day.isoformat() for name, day in found.items() if name.startswith("K-")}
            assert {name: day for name, day in own.items() if name not in ("K-PLAN", "K-MISSED")} == around, when

        _leave_letter(life, "2026-10-12 12:00")
        look("2026-10-12 12:00")
        work_up = load().protocols["iv-racemic"].work_up
        course_actions.tick_work_up(
            life.writer("2026-10-12 13:00"), life.course("2026-10-12 13:00"), [one.id for one in work_up], first, ""
        )
        life.infusion("2026-10-15")
        life.infusion("2026-10-19")
        look("2026-10-19 12:00")
        _review(life, "2026-10-20", 3)
        look("2026-10-20 18:00")
        for day in ("2026-10-22", "2026-10-26", "2026-10-29"):
            life.infusion(day)
        look("2026-10-29 12:00")
        _review(life, "2026-10-30", 6)
        told = {"letter": "l2", "by": "Alice"}
        life.step(
            "letter", "2026-11-02 11:00", Written(template="urology", to="Urology", on=dt.date(2026, 11, 2), **told)
        )
        look("2026-11-02 12:00")
        life.step("letter", "2026-11-03 11:00", Sent(how="fax", on=dt.date(2026, 11, 3), **told))
        look("2026-11-04 12:00")
        assert _due(life, "2026-11-13 12:00", "K-MISSED") == dt.date(2026, 11, 12)
        for day in ("2026-11-12", "2026-11-26"):
            life.infusion(day)
        assert _due(life, "2026-11-26 12:00", "K-PLAN") == dt.date(2026, 11, 26), "24 December less 28 days"
        course_actions.plan_further(life.writer("2026-11-27 09:00"), life.course("2026-11-27 09:00"))
        later = life.course("2026-11-27 10:00").sessions
        assert [one.day for one in later] == SESSIONS, "7 January + 84 days = 1 April"
        assert later[-1].visit.at.astimezone(dt.UTC).hour == 9, "summer time"
        assert _due(life, "2026-11-27 10:00", "K-PLAN") == dt.date(2027, 3, 4), "1 April less 28 days"
        look("2026-12-09 12:00")
        life.answers("2026-12-10", "icsi", ICSI)
        life.infusion("2026-12-10")
        look("2026-12-11 12:00")
        life.step("letter", "2026-12-15 11:00", Answered(on=dt.date(2026, 12, 15), text="Seen.", **told))
        for day in SESSIONS[9:]:
            life.infusion(day.isoformat())
        assert life.course("2027-04-01 12:00").missed == ()
        stopped = Stopped(
            course="c1", on=dt.date(2027, 4, 2), why="held", plan="ask", by="Alice", follow_up=dt.date(2027, 5, 2)
        )
        course_actions.stop_course(life.writer("2027-04-02 09:00"), life.course("2027-04-02 09:00"), stopped)
        look("2027-04-03 12:00")
        for when, expected in some(MOODS.items()):
            if when == "2027-05-04 12:00":
                life.answers("2027-05-03", "phq-9", PHQ)
            now = moment(when)
            (mood, *_rest) = due_for(record_of(dana, at=now, knowledge=load()), dana.clinic, now)
            assert mood.due_on.isoformat() == expected, when
        assert [day.isoformat() for day in mood.missed] == ["2027-07-01", "2027-09-30"]


def _leave_letter(life, when):
    """The letter that `a_course` writes is withdrawn: the table has one of its own."""
    from keel.assessment.course.letters import Withdrawn

    step = Withdrawn(letter="l1", on=moment(when).date(), by="Alice", reason="written by mistake")
    life.step("letter", when, step)


def _review(life, day, after):
    review = Reviewed(
        course="c1", after=after, on=dt.date.fromisoformat(day), by="Alice", decision="go_on", responded=True
    )
    course_actions.review_course(life.writer(f"{day} 17:00"), life.course(f"{day} 17:00"), review)


def _due(life, when, name):
    """The first day on which a thing is due."""
    return next((one.due_on for one in life.page(when).due if one.id == name), None)


def test_infusions_from_a_29_february_on(dana, people, measured):
    """HZ-CLK-04: Tuesday and Friday; 29 Feb + 30 d, + 91 d, + 182 d, + 3 months; summer time from 26 March on."""
    with rebuilt_at_the_end(at=moment("2028-02-29 08:00")):
        life = Life(dana, people["alice"])
        begin(life, "2028-02-29")
        sessions = life.course("2028-02-29 12:00").sessions
        assert [one.day for one in sessions] == days(
            "2028", "02-29", "03-03", "03-07", "03-10", "03-14", "03-17", "03-31", "04-14", "04-28", "05-12"
        )
        hours = [one.visit.at.astimezone(dt.UTC).hour for one in sessions]
        assert hours == [10] * 6 + [9] * 4
        found = {one.id: one.due_on for one in life.page("2028-02-29 12:00").due}
        assert [found[name] for name in (*WATCHED, "A-COURSE-05", "K-PLAN")] == days(
            "2028", "03-30", "05-30", "08-29", "03-30", "05-29", "04-14"
        )


FORMS = {
    # care 1 (S R3 R8): day 0 is the day of treatment at the clinic; WARN on day 5, on time on day 7, overdue on day 8
    "2027-02-22 20:00": {"s1": Due.OPEN},
    "2027-02-26 23:30": {"s1": Due.OPEN},
    "2027-02-27 00:30": {"s1": Due.SOON},
    "2027-03-01 23:30": {"s1": Due.SOON},
    "2027-03-02 00:30": {"s1": Due.OVERDUE},
    "2027-03-11 20:00": {"s1": Due.OVERDUE, "s2": Due.OPEN},
    "2027-03-15 23:30": {"s1": Due.OVERDUE, "s2": Due.OPEN},
    "2027-03-16 00:30": {"s1": Due.OVERDUE, "s2": Due.SOON},
    "2027-03-18 23:30": {"s1": Due.OVERDUE, "s2": Due.SOON},  # 19 March already in UTC
    "2027-03-19 00:30": {"s1": Due.OVERDUE, "s2": Due.OVERDUE},
}
SPRAYS = [
    *days("2027", "02-22", "02-25", "03-01", "03-04", "03-08", "03-11", "03-15", "03-18"),
    *days("2027", "03-22", "03-29", "04-05", "04-12", "04-19", "05-03", "05-17"),
]
"""Weeks 1 to 4 twice a week, 5 to 8 weekly, then every two weeks (B1); 22 February + 84 days = 17 May."""


@pytest.fixture
def pat(people):
    """A patient of a clinic in New York where Alice works."""
    clinic = Clinic.objects.create(slug="pier", name="Pier Clinic", country="US", timezone="America/New_York")
    Membership.objects.create(clinic=clinic, user=people["alice"], role="prescriber")
    return Patient.objects.create(clinic=clinic, number="P-1", display_name="Pat")


def spray(life, name, start):
    """A session of the spray from its opening to going home."""
    begins = moment(start, NEW_YORK)
    plan = {"dose": "56 mg", "devices": 2}
    with clock_at(begins):
        told = {"name": name, "protocol": "esketamine-nasal-us", "plan": plan, "at": begins}
        live = a_session(life.patient, life.by, **told)
    end = begins + dt.timedelta(hours=3)
    events = json.dumps(evening("esketamine", begins))
    for event in json.loads(events):
        events = events.replace(f'"{event["id"]}"', f'"{name}-{event["id"]}"')
    with clock_at(end):
        taken = record_events(by=life.by, live=live, events=json.loads(events), at=end)
    assert taken.refused == (), taken.refused


def test_a_course_of_spray_with_a_week_that_was_missed_and_a_session_that_was_held(pat, people):
    """HZ-REM-03, HZ-CRS-02: nothing given is a missed session and no form; days are those of the clinic."""
    with rebuilt_at_the_end(at=moment("2027-02-22 08:00", NEW_YORK)):
        life = Life(pat, people["alice"])
        life.fact("person", "2027-02-22 08:00", **PERSON)
        step = screened(protocol="esketamine-nasal-us", jurisdiction="US")
        life.step("course", "2027-02-22 08:10", step)
        page = life.page("2027-02-22 08:20")
        course_actions.start_course(
            life.writer("2027-02-22 08:20"),
            page.care.courses[0],
            page.care,
            load().schedules["esketamine-label"],
            first=dt.date(2027, 2, 22),
            time=dt.time(9),
            reason="",
        )
        sessions = life.course("2027-02-22 08:30").sessions
        assert [one.day for one in sessions] == SPRAYS
        hours = {one.day: one.visit.at.astimezone(dt.UTC).hour for one in sessions}
        assert (hours[dt.date(2027, 3, 11)], hours[dt.date(2027, 3, 15)]) == (14, 13), "summer time from 14 March on"
        spray(life, "s1", "2027-02-22 09:00")
        _look_at_forms(life, "2027-02-22", "2027-03-02")
        life_missed = life.course("2027-03-05 09:00").missed
        assert [one.day for one in life_missed] == days("2027", "02-25", "03-01", "03-04")
        assert _due(life, "2027-03-05 09:00", "K-MISSED") == dt.date(2027, 2, 25)
        course_actions.decide_missed(
            life.writer("2027-03-05 09:10"), life.course("2027-03-05 09:10"), "on_schedule", None, ""
        )
        assert _due(life, "2027-03-05 09:20", "K-MISSED") is None
        assert [one.day for one in life.course("2027-03-05 09:20").ahead] == SPRAYS[4:], "the missed are not made up"
        spray(life, "s2", "2027-03-11 09:00")
        held = moment("2027-03-15 09:00", NEW_YORK)
        with clock_at(held):
            live = a_session(pat, people["alice"], name="s3", protocol="esketamine-nasal-us", at=held)
            event = {"id": "h1", "type": "held", "at": held.isoformat(), "reason": "blood pressure"}
            assert record_events(by=people["alice"], live=live, events=[event], at=held).refused == ()
        _look_at_forms(life, "2027-03-11", "2027-03-19")
        assert [one.day for one in life.course("2027-03-16 09:00").missed] == days("2027", "03-08", "03-15")
        # B1: evidence of benefit at the end of week 4: 22 February + 28 days
        assert _due(life, "2027-03-16 09:00", "B-COURSE-01") == dt.date(2027, 3, 22)
        assert _due(life, "2027-03-16 09:00", "K-PLAN") == dt.date(2027, 4, 19), "17 May less 28 days"


def _look_at_forms(life, first, last):
    for when, expected in some([row for row in FORMS.items() if first <= row[0][:10] <= last]):
        listed = listed_forms(life.patient.clinic, at=moment(when, NEW_YORK))
        assert {one.live.id: one.due for one in listed} == expected, when


def test_the_form_of_a_session_before_a_29_february(pat, people):
    """HZ-REM-03: 25 February 2028 + 5 days = 1 March, + 7 days = 3 March."""
    life = Life(pat, people["alice"])
    life.fact("person", "2028-02-25 08:00", **PERSON)
    spray(life, "s1", "2028-02-25 09:00")
    (form,) = listed_forms(pat.clinic, at=moment("2028-03-01 00:30", NEW_YORK))
    assert (form.deadline.warn_on, form.deadline.last_day, form.due) == (*days("2028", "03-01", "03-03"), Due.SOON)


PROGRAMME = {
    # care 7 (K14, K15; default 48 h): contacts in hours that run, 2 months and outcomes by the calendar
    "2027-03-01": {
        "48h": "2027-03-03 10:00",
        "1w": "2027-03-08 10:00",
        "2w": "2027-03-15 10:00",
        "4w": "2027-03-29 11:00",  # summer time from 28 March on
        "2mo": "2027-05-01 10:00",
        "1mo": "2027-04-01 00:00",
        "3mo": "2027-06-01 00:00",
        "6mo": "2027-09-01 00:00",
        "12mo": "2028-03-01 00:00",
    },
    "2028-02-29": {
        "48h": "2028-03-02 10:00",
        "1w": "2028-03-07 10:00",
        "2w": "2028-03-14 10:00",
        "4w": "2028-03-28 11:00",  # summer time from 26 March on
        "2mo": "2028-04-29 10:00",
        "1mo": "2028-03-29 00:00",
        "3mo": "2028-05-29 00:00",
        "6mo": "2028-08-29 00:00",
        "12mo": "2029-02-28 00:00",  # no 29 February in 2029
    },
}


@pytest.mark.parametrize(("left", "calendar"), PROGRAMME.items())
def test_the_recovery_programme_and_the_year_after_it(dana, people, left, calendar):
    """HZ-CLK-04: a stay of four weeks, its weekly grid, leaving, contacts, outcomes, and what stays missing."""
    with rebuilt_at_the_end(at=moment("2027-01-01 08:00")):
        life, out = Life(dana, people["alice"]), dt.date.fromisoformat(left)
        begun = out - 28 * DAY

        def step(when, name, **told):
            at = moment(when)
            payload = {"step": name, "at": at.isoformat(), **told}
            write_step(by=life.by, patient=dana, kind=Kind(Kind.RECOVERY), payload=payload, key=life.key(), at=at)

        def tasks(when, *kinds):
            state = recovery_of(dana, at=moment(when))
            return {one.id: f"{one.due_at:%Y-%m-%d %H:%M}" for one in state.tasks if one.kind in kinds}

        step(f"{begun} 09:00", "recovery_begun", programme="recovery-28-60", aim="stop", days=28)
        grid = tasks(f"{begun} 12:00", "look")
        assert set(grid.values()) == {f"{begun} 00:00"}, "everything of the grid on the way in (care 7, default)"
        life.answers(begun.isoformat(), "icsi", ICSI)
        life.answers(begun.isoformat(), "sds", {str(item): 1 for item in range(1, 6)})
        after = tasks(f"{begun} 13:00", "look")
        assert after["R-BLADDER"] == f"{begun + 7 * DAY} 00:00", "weekly (care 7)"
        assert "R-SDS" not in after, "on the way in and at the end, not weekly"
        step(f"{out} 10:00", "discharged", how="completed", without_plan="left before it was made")
        assert tasks(f"{out} 10:30", "contact", "outcome") == calendar
        first_out = dt.date.fromisoformat(calendar["1mo"][:10])
        step(f"{first_out} 12:00", "outcome_noted", of="1mo", reached=True, days_used=2)
        year = recovery_of(dana, at=moment(calendar["12mo"]) + 20 * DAY)
        found = {one.id: (one.found.days_used if one.found else None, one.is_missing) for one in year.outcomes}
        # the window is 14 days (default); what nobody found out stays missing
        assert found == {"1mo": (2, False), "3mo": (None, True), "6mo": (None, True), "12mo": (None, True)}

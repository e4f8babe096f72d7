"""The course of the demonstration: Dana’s spray by the label, a week that moved, reviews, and a letter answered."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.db import transaction

from keel import knowledge
from keel.assessment.course.letters import Answered, Sent
from keel.assessment.course.state import Course
from keel.assessment.course.steps import Reviewed
from keel.assessment.screening import screening
from keel.web.clinic.models import Kind, Patient
from keel.web.clinic.patient_page import PatientPage, shown_or_not
from keel.web.clinic.summaries import rebuilt_at_the_end
from keel.web.course import actions
from keel.web.course.actions import Writer

CLINIC, NUMBER, COURSE, PROTOCOL = "harbour", "H-1001", "dana", "esketamine-nasal-eu"
_DAY = dt.timedelta(days=1)


@transaction.atomic
def load(now: dt.datetime) -> None:
    """Writes the course, unless it is there."""
    person = Patient.objects.select_related("clinic").get(clinic__slug=CLINIC, number=NUMBER)
    if not person.facts.filter(kind=Kind.COURSE).exists():
        with rebuilt_at_the_end(at=now):
            _Story(person, now).tell()


class _Story:
    """The course, told from its screening on; `days_ago` counts back from today."""

    def __init__(self, person: Patient, now: dt.datetime) -> None:
        self.person = person
        self.today = now.astimezone(ZoneInfo(person.clinic.timezone))
        self.alice = get_user_model().objects.get(username="alice")

    def at(self, days_ago: int) -> dt.datetime:
        """Noon, so many days ago."""
        return dt.datetime.combine(self.today.date() - days_ago * _DAY, dt.time(12), self.today.tzinfo)

    def day(self, days_ago: int) -> dt.date:
        return self.at(days_ago).date()

    def writer(self, days_ago: int, name: str) -> Writer:
        return Writer(by=self.alice, patient=self.person, key=f"demonstration-{name}", at=self.at(days_ago))

    def page(self, days_ago: int) -> PatientPage:
        shown = shown_or_not(self.person, self.at(days_ago))
        if not isinstance(shown, PatientPage):
            raise TypeError("the record of the demonstration cannot be read")
        return shown

    def course(self, days_ago: int) -> Course:
        return self.page(days_ago).care.courses[0]

    def tell(self) -> None:
        facts = knowledge.load()
        found = screening(
            self.page(142).record, PROTOCOL, at=self.at(142), knowledge=facts, jurisdiction="UK", facts={}
        )
        actions.keep_screening(self.writer(142, "screened"), COURSE, found, {})
        done = [one.id for one in self.course(142).protocol.work_up]
        if done:
            actions.tick_work_up(self.writer(141, "work-up"), self.course(141), done, self.day(141), "")
        shown = self.page(141)
        actions.start_course(
            self.writer(141, "start"),
            shown.care.courses[0],
            shown.care,
            facts.schedules["esketamine-label"],
            first=self.day(140),
            time=dt.time(10, 30),
            reason="All that was open was asked again at the gate of the first session.",
        )
        self.review(112, responded=True)
        spaced = "She was away in week 9; every two weeks from then on."
        actions.space_sessions(self.writer(86, "spacing"), self.course(86), 14, self.day(77), spaced)
        self.review(84, responded=True)
        self.letter()

    def review(self, days_ago: int, *, responded: bool) -> None:
        course = self.course(days_ago)
        step = Reviewed(
            course=COURSE,
            after=len(course.given),
            on=self.day(days_ago),
            by="Alice",
            decision="go_on",
            responded=responded,
        )
        actions.review_course(self.writer(days_ago, f"review-{days_ago}"), course, step)

    def letter(self) -> None:
        shown, writer = self.page(60), self.writer(60, "letter")
        actions.write_letter(
            writer,
            knowledge.load().letters["general-practice"],
            shown.record,
            shown.care,
            to="Dr Green, Harbour Street",
            address="",
            is_urgent=False,
            is_agreed=True,
            question="Is her blood pressure fine between sessions?",
        )
        sent = Sent(letter=writer.key, on=self.day(60), how="by secure mail", by="Alice")
        answer = Answered(letter=writer.key, on=self.day(45), by="Alice", text="Pressure is 124/78. No new medicines.")
        for days_ago, step in ((60, sent), (45, answer)):
            letter = self.page(days_ago).care.letters[0]
            actions.letter_step(self.writer(days_ago, f"letter-{days_ago}"), letter, step)

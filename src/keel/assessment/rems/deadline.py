"""By when a form is to be sent: calendar days of the clinic, counted from the day of treatment as day 0."""

import datetime as dt
from enum import StrEnum

import msgspec

from keel.knowledge.sessions import ProgrammeForm


class Due(StrEnum):
    """Where a form stands against its last day."""

    OPEN = "open"
    SOON = "soon"
    OVERDUE = "overdue"
    ON_TIME = "on_time"
    LATE = "late"


class Deadline(msgspec.Struct, frozen=True):
    """The day of treatment, the day from which one warns, the last day on which the form is on time."""

    treated_on: dt.date
    warn_on: dt.date
    last_day: dt.date

    def on(self, today: dt.date, sent_on: dt.date | None = None) -> Due:
        """Where it stands on a day; what was sent by then is judged by the day on which it was sent."""
        if sent_on is not None and sent_on <= today:
            return Due.ON_TIME if sent_on <= self.last_day else Due.LATE
        if today > self.last_day:
            return Due.OVERDUE
        return Due.SOON if today >= self.warn_on else Due.OPEN

    def days_over(self, today: dt.date) -> int:
        """Days since the last day; negative while there are days left."""
        return (today - self.last_day).days


def deadline(treated_on: dt.date, form: ProgrammeForm) -> Deadline:
    """The deadline of a form for a treatment on that day of the clinic."""
    day = dt.timedelta(days=1)
    return Deadline(treated_on, treated_on + form.warn_days * day, treated_on + form.due_days * day)

"""What was done in a session beside readings and dose: handovers, emergency steps, alarms seen, other endings."""

import datetime as dt
from collections.abc import Iterator

from keel.assessment.session.event_words import event_words
from keel.assessment.session.events import LeftAgainstAdvice, Logged, Started, minutes_between
from keel.assessment.session.handover import handovers
from keel.assessment.session.state import DueCheck, LogEntry
from keel.assessment.session.view import SessionView
from keel.messages import Message


def log_entries(view: SessionView) -> Iterator[LogEntry]:
    """The events of the log up to now, in order."""
    for event in view.events:
        if isinstance(event, Logged):
            yield LogEntry(
                at=event.at, by=event.by, type=event.kind, what=event_words(event, view.knowledge), event=event
            )


def responsible(view: SessionView) -> str:
    """Who answers for the person: the last receiver who said a handover back, else who started the session."""
    received = [one.offer.to for one in handovers(view.events) if one.taken]
    begun = [one.by for one in view.events if isinstance(one, Started)]
    return received[-1] if received else next(iter(begun), "")


def call_back(view: SessionView) -> Iterator[DueCheck]:
    """The call to somebody who left against advice, until somebody was reached afterwards."""
    left = view.ending
    if not isinstance(left, LeftAgainstAdvice):
        return
    reached = (one for one in view.answers.given if one.fact == "contact" and one.value != "no_answer" and one.at)
    if any(one.at is not None and left.at < one.at <= view.at for one in reached):
        return
    due_at = left.call_back_at or _next_morning(left.at, view)
    late = minutes_between(due_at, view.at)
    yield DueCheck(
        what=Message("Call back: left against advice"),
        due_at=due_at,
        overdue=late > 0,
        minutes_overdue=max(0.0, round(late, 2)),
        checks=("contact",),
        rule="KEEL-LEFT",
    )


def _next_morning(left_at: dt.datetime, view: SessionView) -> dt.datetime:
    """The hour of the call on the next morning, where `at` is: who leaves in the night is called when it is over."""
    cuts = view.knowledge.session_rules["session"].cuts
    there = left_at.astimezone(view.at.tzinfo)
    is_night = there.hour + there.minute / 60 < cuts["night_ends_h"].value
    day = there.date() + dt.timedelta(days=0 if is_night else 1)
    hour, minute = divmod(round(cuts["call_back_h"].value * 60), 60)
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=view.at.tzinfo)

"""What was done in a session beside readings and dose: handovers, emergency steps, alarms seen, other endings."""

import datetime as dt
from collections.abc import Iterator

from keel.assessment.session.events import (
    AlarmAcknowledged,
    AlarmPaused,
    DoseChecked,
    EmergencyStep,
    HandedOver,
    LeftAgainstAdvice,
    Logged,
    Started,
    minutes_between,
)
from keel.assessment.session.state import DueCheck, LogEntry
from keel.assessment.session.view import SessionView
from keel.messages import Message

NOT_SAID = Message("not said")
"""What nobody has written yet of somebody who left."""


def log_entries(view: SessionView) -> Iterator[LogEntry]:
    """The events of the log up to now, in order."""
    for event in view.events:
        if isinstance(event, Logged):
            yield LogEntry(at=event.at, by=event.by, type=event.kind, what=_what(event), event=event)


def _what(event: Logged) -> Message:
    if isinstance(event, HandedOver):
        if event.synthesis:
            return Message("handed over to {to}, who said it back: {synthesis}", to=event.to, synthesis=event.synthesis)
        return Message("handed over to {to}; not said back yet", to=event.to)
    if isinstance(event, EmergencyStep):
        return Message("emergency card {card}: {step}", card=event.card, step=event.step)
    if isinstance(event, DoseChecked):
        said = (event.strength, event.pump, event.lot)
        return Message("dose checked: {what}", what=", ".join(filter(None, (event.amount, *said))))
    if isinstance(event, AlarmAcknowledged):
        return Message("alarm {rule} seen", rule=event.rule)
    if isinstance(event, AlarmPaused):
        return Message("sound of alarm {rule} paused for {over}", rule=event.rule, over=event.over)
    if isinstance(event, LeftAgainstAdvice):
        return Message(
            "left against advice; told: {told}; tried: {contact}",
            told=event.told or NOT_SAID,
            contact=event.contact_tried or NOT_SAID,
        )
    return Message("taken to {to}: {reason}", to=event.to, reason=event.reason)


def responsible(view: SessionView) -> str:
    """Who answers for the person: the last receiver who said the handover back, else who started the session."""
    received = [one.to for one in view.events if isinstance(one, HandedOver) and one.synthesis]
    begun = [one.by for one in view.events if isinstance(one, Started)]
    return (received or begun or [""])[-1] if received else (begun or [""])[0]


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

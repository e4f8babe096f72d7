"""Replay: a session as it was known at a minute, and what was added about that minute afterwards.

An event was known from the time at which the server recorded it; one without such a time from when it happened. The
fold of what was known at a minute is what everybody saw then, though the past has been filled in and corrected since.
"""

import datetime as dt

import msgspec

from keel.assessment.session.events import AnyEvent, Corrected, Session


def known_since(event: AnyEvent) -> dt.datetime:
    """When an event became known."""
    return event.recorded_at or event.at


def known_at(session: Session, moment: dt.datetime) -> Session:
    """The session with the events that were known at a moment."""
    known = tuple(event for event in session.events if known_since(event) <= moment)
    return msgspec.structs.replace(session, events=known)


def entered_later(session: Session, moment: dt.datetime) -> tuple[AnyEvent, ...]:
    """The events that came after a moment and say something of the time up to then, in the order of their coming."""
    before = {event.id for event in known_at(session, moment).events}
    return tuple(
        event
        for event in sorted(session.events, key=lambda one: (known_since(one), one.id))
        if known_since(event) > moment
        and (event.corrects in before if isinstance(event, Corrected) else event.at <= moment)
    )


def minutes_of(session: Session) -> tuple[dt.datetime, ...]:
    """The minutes at which something happened or became known, in order: where a replay has something new to show."""
    moments = {moment for event in session.events for moment in (event.at, known_since(event))}
    # A minute is looked at from its end, so that nothing of it is missing.
    return tuple(sorted({one.astimezone(dt.UTC).replace(second=59, microsecond=999_999) for one in moments}))

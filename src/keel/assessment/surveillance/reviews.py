"""The reviews that a course asks for: of response after so many sessions, of benefit at a week, of total exposure.

Which course asks for which, and when, is what the rules and cuts of the protocols say that the gate reads.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import NamedTuple

from keel.assessment.protocols.course_days import course_days, held_reviews, milestone, months_between
from keel.knowledge import Knowledge
from keel.knowledge.protocols import Protocol, Rule, facts_of
from keel.messages import Message
from keel.record import Record, Review, ReviewKind
from keel.record.selection import doses_taken


class ReviewDue(NamedTuple):
    """A review that a rule asks for: of what, since when it is due, the last one held, which interval applies."""

    rule: Rule
    what: Message
    due_on: dt.date
    last: dt.date | None
    why: Message


def reviews_due(record: Record, *, at: dt.datetime, knowledge: Knowledge) -> Iterator[ReviewDue]:
    """The reviews of every course that the doses on record can be of, each rule once."""
    medical, seen = doses_taken(record, at, medical=True), set()
    for protocol in knowledge.protocols.values():
        used = [one for one in medical if one.route in protocol.routes]
        if not any(course_days(used, protocol, at)):
            continue
        sessions = sorted({one.last for one in course_days(doses_taken(record, at), protocol, at)})
        for rule in protocol.rules_of("course"):
            for fact, (of, what, due) in _DUE.items():
                held = held_reviews(record.reviews, of, at.date())
                if rule.id not in seen and fact in facts_of(rule) and (found := due(protocol, sessions, held)):
                    seen.add(rule.id)
                    yield ReviewDue(rule, what, found[0], held[-1].on if held else None, found[1])


Due = tuple[dt.date, Message] | None


def _response(protocol: Protocol, sessions: Sequence[dt.date], held: Sequence[Review]) -> Due:
    """On the day of the last session after which response is reviewed; nothing before it, nor once it is held."""
    reached = milestone(len(sessions), protocol)
    if reached is None or any(one.on >= sessions[reached - 1] for one in held):
        return None
    return sessions[reached - 1], Message("after session {count}", count=reached)


def _benefit(protocol: Protocol, sessions: Sequence[dt.date], held: Sequence[Review]) -> Due:
    """At the end of the first weeks; a review in the last of them, or later, is it."""
    weeks = protocol.number("induction_weeks")
    ends = sessions[0] + dt.timedelta(weeks=weeks)
    if any(one.on >= ends - dt.timedelta(weeks=1) for one in held):
        return None
    return ends, Message("at the end of week {count}", count=int(weeks))


def _exposure(protocol: Protocol, sessions: Sequence[dt.date], held: Sequence[Review]) -> Due:
    """So many months or sessions after the last one, or after the first session; what comes first."""
    months, most = protocol.number("review_months"), int(protocol.number("review_sessions"))
    since = held[-1].on if held else sessions[0]
    later = [day for day in sessions if not held or day > since]
    days = (since + dt.timedelta(days) for days in count(int(months) * 28))
    by_date = next(day for day in days if months_between(since, day) >= months)
    why = Message("every {count} months or {sessions} sessions", count=int(months), sessions=most)
    return min([by_date, *later[most - 1 : most]]), why


_DUE: dict[str, tuple[ReviewKind, Message, Callable[[Protocol, Sequence[dt.date], Sequence[Review]], Due]]] = {
    "response_reviewed": (ReviewKind.RESPONSE, Message("Review of response"), _response),
    "benefit_evident": (ReviewKind.RESPONSE, Message("Review of benefit"), _benefit),
    "sessions_since_exposure_review": (ReviewKind.EXPOSURE, Message("Review of total exposure"), _exposure),
}
"""What a rule asks, to the review that answers it and when that is due."""

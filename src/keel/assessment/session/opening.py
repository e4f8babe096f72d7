"""Opens a session for a view: its protocol, place, route, person, answers, and the events in order."""

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import cache, partial
from zoneinfo import ZoneInfo

import msgspec

from keel.assessment.protocols.gate import find_protocol, jurisdiction_in, jurisdiction_of, route_of
from keel.assessment.protocols.record_facts import listed_facts
from keel.assessment.session.answers import Answer, read_answers
from keel.assessment.session.errors import SessionError
from keel.assessment.session.events import Corrected, Plain, Session, SessionCondition, Started
from keel.assessment.session.facts import as_person
from keel.assessment.session.heard import words_of
from keel.assessment.session.medicines import medicine_list
from keel.assessment.session.suicide_risk import told_answers
from keel.assessment.session.timeline import Timeline, order_key, timeline
from keel.assessment.session.view import SessionView
from keel.knowledge import Knowledge
from keel.messages import Message
from keel.record import Condition


def open_session(session: Session, *, at: dt.datetime, knowledge: Knowledge) -> SessionView:
    """The session seen at a time; days are those of its time zone, or of the offset in which it is written.

    UnknownProtocol where the protocol is not on file, SessionError where it gives no dose or an event has a wrong year.
    """
    protocol = find_protocol(knowledge, session.protocol)
    if protocol.dosing.kind == "none":
        dosing = [one.id for one in knowledge.protocols.values() if one.dosing.kind != "none"]
        problem = Message("In {protocol} no dose is given: it is not a protocol of a session.", protocol=protocol.id)
        fix = Message("Use one of {known}.", known=", ".join(dosing))
        raise SessionError(problem, where="$.protocol", fix=fix)
    at = at.astimezone(_zone(session, at))
    stated = jurisdiction_of(session.jurisdiction, knowledge) or protocol.jurisdiction
    route = route_of(protocol, session.route) or (protocol.routes[0] if len(protocol.routes) == 1 else "")
    facts = knowledge.clinical_facts
    line = timeline(session.events, at=at, protocol=protocol)
    _refuse_far_apart(line.events, knowledge)
    return SessionView(
        session=session,
        knowledge=knowledge,
        protocol=protocol,
        jurisdiction=(stated or jurisdiction_in(session.person.country, knowledge)).upper(),
        route=route,
        person_before=as_person(session),
        timeline=line,
        answers=read_answers(session.screening, line.events, facts),
        withdrawn=tuple(_withdrawn(line, knowledge)),
        words=words_of(line.events, knowledge),
        read_medicines=cache(partial(medicine_list, protocol=protocol, route=route, knowledge=knowledge)),
        condition_facts=listed_facts(_conditions(session), at=at, knowledge=knowledge),
        at=at,
        events=line.events,
    )


def _withdrawn(line: Timeline, knowledge: Knowledge) -> Iterator[Answer]:
    """What the rows said that a correction changed or took away."""
    for correction in line.corrections:
        was = (correction.was,)
        yield from read_answers({}, was, knowledge.clinical_facts).given
        yield from told_answers(was, words_of(was, knowledge))


def _zone(session: Session, at: dt.datetime) -> dt.tzinfo | None:
    """Where the clinic is; else the offset of the start, of the first event, of the time asked for."""
    if session.timezone:
        return ZoneInfo(session.timezone)
    plain = sorted((one for one in session.events if not isinstance(one, Corrected)), key=order_key)
    first = next((one for one in plain if isinstance(one, Started)), plain[0] if plain else None)
    return first.at.tzinfo if first else at.tzinfo


def _refuse_far_apart(events: Sequence[Plain], knowledge: Knowledge) -> None:
    """SessionError where the first and the last event cannot belong to one session: a wrong year or month."""
    longest = dt.timedelta(days=knowledge.reading_limits.longest_session.value)
    if events and events[-1].at - events[0].at > longest:
        problem = Message(
            "The events of this session lie further apart than one session lasts: {first} at {first_time}, {last} at "
            "{last_time}.",
            first=events[0].id,
            first_time=events[0].at.isoformat(timespec="minutes"),
            last=events[-1].id,
            last_time=events[-1].at.isoformat(timespec="minutes"),
        )
        raise SessionError(problem, where="$.events", fix=Message("Check the year and the day of both."))


def _conditions(session: Session) -> tuple[Condition, ...]:
    """The conditions of a session as a record has them."""
    entries = [SessionCondition(text=one) if isinstance(one, str) else one for one in session.conditions]
    return tuple(Condition(**msgspec.structs.asdict(entry)) for entry in entries)

"""In an emergency: which cards the findings open, and what is read out to the ambulance."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from keel.assessment.session.event_words import event_words, scored, sign_words, value_words
from keel.assessment.session.events import (
    AdverseEvent,
    DeviceGiven,
    DosePaused,
    DoseResumed,
    DoseStarted,
    DoseStopped,
    EmergencyStep,
    Plain,
    RateChanged,
    SessionMedicine,
)
from keel.assessment.session.summary import since_dose
from keel.assessment.session.view import SessionView
from keel.findings import Finding
from keel.knowledge import Knowledge
from keel.knowledge.emergency_cards import EmergencyCard
from keel.messages import Message, Name, Numeral, joined, listed
from keel.record import TAKEN, Sex

_GIVEN = DoseStarted | RateChanged | DosePaused | DoseResumed | DoseStopped | DeviceGiven
_SETS_READ = 3
"""How many sets of vital signs are read out, the newest last: a value and where it is going."""
_NOT_ON_RECORD = Message("not on record")


def cards_opened(findings: Iterable[Finding], knowledge: Knowledge) -> tuple[EmergencyCard, ...]:
    """The cards that some findings open, in the order of the findings, each once."""
    cards = sorted(knowledge.emergency_cards.values(), key=lambda card: card.order)
    opened = (
        card
        for finding in findings
        for card in cards
        if any(one.is_opened_by(finding.rule, {reason.name for reason in finding.why}) for one in card.opened_by)
    )
    return tuple({card.id: card for card in opened}.values())


class Line(NamedTuple):
    """One line of what is read out: what, and its value."""

    what: Message
    value: Message


class Moment(NamedTuple):
    """Something at a time: what was given, seen, done or measured."""

    at: dt.datetime
    what: Message


class ReadOut(msgspec.Struct, frozen=True, kw_only=True):
    """What is read out, in the order of reading: who and what, what went in, readings, events, steps of the cards."""

    at: dt.datetime
    lines: tuple[Line, ...]
    given: tuple[Moment, ...]
    readings: tuple[Moment, ...]
    events: tuple[Moment, ...]
    steps: tuple[Moment, ...]


def read_out(view: SessionView) -> ReadOut:
    """What is read out at the time of the view. What is not on record says so."""
    return ReadOut(
        at=view.at,
        lines=tuple(_lines(view)),
        given=tuple(_moments(view, _GIVEN)),
        readings=tuple(_readings(view)),
        events=tuple(_moments(view, AdverseEvent)),
        steps=tuple(_moments(view, EmergencyStep)),
    )


def _moments(view: SessionView, kinds: type[Plain] | object) -> Iterator[Moment]:
    for event in view.events:
        if isinstance(event, kinds):  # type: ignore[arg-type]
            yield Moment(event.at, event_words(event, view.knowledge))


def _lines(view: SessionView) -> Iterator[Line]:
    person, age = view.person, view.person.age_at(view.at)
    yield Line(Message("Age"), Message("{age} years", age=int(age)) if age is not None else _NOT_ON_RECORD)
    yield Line(Message("Sex"), _NOT_ON_RECORD if person.sex is Sex.UNKNOWN else Name(str(person.sex)))
    weight = Message("{kg} kg", kg=person.weight_kg) if person.weight_kg is not None else _NOT_ON_RECORD
    yield Line(Message("Weight"), weight)
    drug = Name(view.knowledge.substances[view.protocol.substance].title)
    route = view.knowledge.routes.get(view.route)
    yield Line(Message("Drug"), listed([drug, Message(route.title)]) if route else drug)
    yield Line(Message("Given in this session"), _given_words(view))
    if view.session.last_dose_at is not None:
        before = view.session.last_dose_at.astimezone(view.at.tzinfo).isoformat(" ", timespec="minutes")
        yield Line(Message("Last dose before this session"), Message("{time}", time=before))
    names = [one for one in view.session.medicines if isinstance(one, str) or one.status in (*TAKEN, "administered")]
    typed = [one.text if isinstance(one, SessionMedicine) else one for one in names]
    yield Line(Message("Other medicines and drugs"), listed(typed) if typed else _NOT_ON_RECORD)
    if "hypersensitivity" in view.facts:
        yield Line(Message("Allergy to ketamine or esketamine"), value_words(view.facts["hypersensitivity"]))


def _given_words(view: SessionView) -> Message:
    dose, since = view.dose, since_dose(view)
    if not dose.has_begun:
        return Message("nothing yet")
    given = (
        Message("{mg} mg", mg=Numeral(f"{dose.given_mg:.4g}"))
        if dose.given_mg is not None
        else Message("begun; the amount is not known")
    )
    if dose.is_running:
        return joined(", ", [given, Message("still running")])
    if dose.is_paused:
        return joined(", ", [given, Message("paused")])
    return joined(", ", [given, Message("the last {minutes} min ago", minutes=round(since))]) if since else given


def _readings(view: SessionView) -> Iterator[Moment]:
    """The newest sets, and scales of sedation and dissociation that were scored last."""
    for one in view.vitals.sets[-_SETS_READ:]:
        words = list(sign_words({name: value for name, value in one.signs.items() if isinstance(value, int | float)}))
        if words:
            yield Moment(one.at, listed(words))
    for name, scale in (("moaas", "MOAA/S"), ("cadss6", "CADSS-6"), ("cadss", "CADSS")):
        newest = view.vitals.newest(name)
        if newest is not None and isinstance(newest.value, int | float):
            yield Moment(newest.at, scored(scale, newest.value))

"""What a letter tells of a person: exposure and symptoms first, then treatment, tests, scores, conditions, medicines.

What was not asked is said to be so, and each line carries its day, so that nobody takes it for newer than it is.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from keel.assessment.course.ledger import ledger_of
from keel.assessment.course.results import instruments_of, score_results, test_results, watch_rows
from keel.assessment.course.state import Course
from keel.assessment.symptoms import symptom_facts
from keel.knowledge import Knowledge
from keel.knowledge.instruments import Instrument, Item
from keel.knowledge.schedules import LetterTemplate
from keel.messages import Message, Name, joined
from keel.record import Record
from keel.record.selection import (
    medicines_taken,
    newest_items,
    newest_sittings,
    standing_conditions,
    yes_or_no,
)

NONE_ON_RECORD = Message("none on record")


class Known(NamedTuple):
    """What a letter is made from."""

    record: Record
    courses: Sequence[Course]
    domains: Sequence[str]
    at: dt.datetime
    knowledge: Knowledge


def letter_parts(
    template: LetterTemplate, record: Record, courses: Sequence[Course], *, at: dt.datetime, knowledge: Knowledge
) -> tuple[tuple[Message, tuple[Message, ...]], ...]:
    """The parts that a template asks for, each with its heading; one without anything says so."""
    known = Known(record, courses, template.domains, at, knowledge)
    made = ((_HEADINGS[name], tuple(_PARTS[name](known))) for name in template.parts)
    return tuple((heading, lines or (NONE_ON_RECORD,)) for heading, lines in made)


def _exposure(known: Known) -> Iterator[Message]:
    ledger = ledger_of(known.record, at=known.at, knowledge=known.knowledge)
    for row in ledger.rows:
        yield Message(
            "{what}, {first} to {last}: {amount}. Source: {who}.",
            what=row.what.capital(),
            first=row.first.isoformat(),
            last=row.last.isoformat(),
            amount=row.amount,
            who=row.teller.words,
        )
    for told in ledger.told:
        amounts = joined("; ", told.amounts)
        yield Message(
            "Told: “{text}” ({amounts}). Source: {who}.", text=told.text, amounts=amounts, who=told.teller.words
        )


def _treatment(known: Known) -> Iterator[Message]:
    for one in known.courses:
        if one.started is None:
            continue
        ended = Message("goes on") if one.stopped is None else Message("ended {day}", day=one.stopped.on.isoformat())
        yield Message(
            "{protocol}: from {day}, sessions given: {count}, {ended}.",
            protocol=Message(one.protocol.title),
            day=one.started.first.isoformat(),
            count=len(one.given),
            ended=ended,
        )


def _symptoms(known: Known) -> Iterator[Message]:
    said = symptom_facts(known.record, at=known.at, knowledge=known.knowledge)
    yield Message("Urinary symptoms: {answer}.", answer=_ANSWERS[said.urinary_symptoms])
    for flag in said.red_flags:
        yield Message("Warning sign: {sign}.", sign=Message(flag))
    for instrument, items in _asked(known):
        answers = newest_items(known.record, known.at, instrument.id)
        for item in items:
            if yes_or_no(answers.get(item.id)):
                yield Message("{instrument}: “{item}” yes.", instrument=Name(instrument.name), item=Message(item.text))


def _asked(known: Known) -> Iterator[tuple[Instrument, Sequence[Item]]]:
    """The questionnaires of the domains that were answered, each with its questions of yes or no."""
    names = instruments_of(known.domains, known.knowledge)
    for name in newest_sittings(known.record, known.at):
        if name in names:
            instrument = known.knowledge.instruments[name]
            yield instrument, [one for one in instrument.items if len(instrument.choices(one)) == 2]


def _tests(known: Known) -> Iterator[Message]:
    """First and newest value of each test of the domains, then what a change means."""
    yield from test_results(known.domains, known.record, at=known.at, knowledge=known.knowledge)
    for row in watch_rows(known.record, (), at=known.at, knowledge=known.knowledge):
        if row.domain in known.domains:
            yield from (Message("{finding}", finding=one.summary) for one in row.findings)


def _scores(known: Known) -> Iterator[Message]:
    yield from score_results(known.domains, known.record, at=known.at, knowledge=known.knowledge)


def _conditions(known: Known) -> Iterator[Message]:
    for one in standing_conditions(known.record, known.at, known.knowledge):
        yield Message("{text}", text=one.text)


def _medicines(known: Known) -> Iterator[Message]:
    for text in medicines_taken(known.record, known.at):
        yield Message("{text}", text=text)


_ANSWERS = {True: Message("yes"), False: Message("asked, and denied"), None: Message("not asked")}
_PARTS: dict[str, Callable[[Known], Iterable[Message]]] = {
    "exposure": _exposure,
    "treatment": _treatment,
    "symptoms": _symptoms,
    "tests": _tests,
    "scores": _scores,
    "conditions": _conditions,
    "medicines": _medicines,
}
_HEADINGS = {
    "exposure": Message("Ketamine and esketamine taken, as far as known"),
    "treatment": Message("Treatment here"),
    "symptoms": Message("Symptoms"),
    "tests": Message("Tests"),
    "scores": Message("Questionnaires"),
    "conditions": Message("Diagnoses"),
    "medicines": Message("Medicines"),
}

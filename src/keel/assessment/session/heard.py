"""What a session's own words say: symptoms, adverse events, reasons and remarks, read for the signs of the rules.

A sign that is named is a yes. Only a plain denial, or an empty list of symptoms, is a no: words that are not
understood, or that leave a sign open (“headache”), are questions. A question is open until its signs are answered, at
its time or later. A reason or a remark can say yes, and no more.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from keel.assessment.protocols.facts import CRISIS_EVENTS, CRISIS_SYMPTOMS
from keel.assessment.session.events import (
    AdverseEvent,
    Checked,
    CriteriaChecked,
    Discharged,
    DosePaused,
    DoseStopped,
    Held,
    Plain,
    RiskAssessed,
    VitalsRecorded,
)
from keel.findings import Fact
from keel.knowledge import Knowledge
from keel.knowledge.clinical_facts import FactKind
from keel.knowledge.concepts import State
from keel.record.concepts import ConceptFacts, Utterance, concept_facts, read_concepts

UNTOLD_IS_NO = (
    "crisis_symptom",
    "seizure",
    "focal_neurological_signs",
    "new_arrhythmia",
    "syncope",
    "apnoea",
    "severe_agitation",
    "panic_unsettled",
    "psychosis_in_session",
    "vomiting",
    "infiltration",
    "pump_fault",
    "asks_to_stop",
    "unresponsive",
)
"""What happens during a session is an event: what nobody recorded did not happen."""
DANGER_SIGNS = (*CRISIS_SYMPTOMS, *CRISIS_EVENTS, "new_psychotic_manic_delirious_state")
"""What is not undone by a later “no” alone (protocols reference A-PRE-04, A-PRE-08)."""
SUICIDE = "any_suicide_risk_now"
"""The fact that words which speak of suicide ask for."""
_ASKED = (*CRISIS_SYMPTOMS, *UNTOLD_IS_NO, SUICIDE)
_NONE_OF_ALL = "no-symptoms"
_SAYS_NO_MORE = {_NONE_OF_ALL, "well"}


class Question(NamedTuple):
    """Words that leave signs open: the event and its time, the words, and the facts to be asked."""

    event: str
    at: dt.datetime
    text: str
    facts: tuple[str, ...]


class SignTold(NamedTuple):
    """A danger sign that was told and later answered with no: the fact, when it was told, and in which event."""

    fact: str
    at: dt.datetime
    event: str


class EventWords(NamedTuple):
    """What the words of one event say: signs that are settled, questions, what is understood with its facts, the past.

    `past` are the words by which a danger sign is told of the past: they are no sign of now.
    """

    signs: tuple[tuple[str, Fact], ...]
    questions: tuple[Question, ...]
    understood: tuple[tuple[str, tuple[str, ...]], ...]
    past: tuple[str, ...]


Words = Mapping[str, EventWords]
"""The words of the events of a session, by the id of the event."""


def words_of(events: Iterable[Plain], knowledge: Knowledge) -> Words:
    """The words of some events, each read once."""
    return {
        event.id: EventWords(
            tuple(_signs_of(event, knowledge)),
            tuple(_questions_of(event, knowledge)),
            tuple(_understood(event, knowledge)),
            tuple(_past(event, knowledge)),
        )
        for event in events
    }


def _signs_of(event: Plain, knowledge: Knowledge) -> Iterator[tuple[str, Fact]]:
    """The facts that the words of an event settle, yes or no."""
    if isinstance(event, VitalsRecorded) and event.symptoms is not None:
        yield from _of_symptoms(event.symptoms, knowledge)
    elif isinstance(event, AdverseEvent):
        yield from _of_adverse_event(event, knowledge)
    for text in _prose(event):
        yield from ((name, True) for name in _facts_told(text, knowledge).yes)


def _of_symptoms(symptoms: tuple[str, ...], knowledge: Knowledge) -> Iterator[tuple[str, Fact]]:
    read = [read_concepts(text, None, knowledge) for text in symptoms]
    if all(one.is_understood and {each.concept for each in one.mentions} == {_NONE_OF_ALL} for one in read):
        yield from ((name, False) for name in CRISIS_SYMPTOMS)
        return
    found = [_facts(one, knowledge) for one in read]
    yes = dict.fromkeys(name for one in found for name in one.yes)
    doubtful = {name for one in found for name in (*one.suspected, *one.asked)}
    yield from ((name, True) for name in yes)
    yield from ((name, False) for one in found for name in one.no if name not in yes and name not in doubtful)


def _of_adverse_event(event: AdverseEvent, knowledge: Knowledge) -> Iterator[tuple[str, Fact]]:
    found = _facts(read_concepts(event.what, None, knowledge), knowledge)
    named = dict.fromkeys((*_fact_named(event.what, knowledge), *found.yes))
    yield from ((name, not event.resolved) for name in named)
    yield from ((name, False) for name in found.no if name not in named)
    if event.serious:
        yield "serious_adverse_event", True


def _fact_named(what: str, knowledge: Knowledge) -> Iterator[str]:
    """The fact that is named by its own id, as a form sends it."""
    name = "_".join(what.casefold().replace("-", " ").split())
    for fact in knowledge.clinical_facts.values():
        if name in (fact.id, *fact.aliases) and fact.kind is FactKind.YES_NO and not fact.is_computed:
            yield fact.id


def _facts(heard: Utterance, knowledge: Knowledge) -> ConceptFacts:
    return concept_facts((knowledge.concepts[one.concept], one.state) for one in heard.mentions)


def _facts_told(text: str, knowledge: Knowledge) -> ConceptFacts:
    """The facts that a sentence tells; what it explains, fears or watches for is not told."""
    mentions = (one for one in read_concepts(text, None, knowledge).mentions if one.state is not State.HYPOTHETICAL)
    return concept_facts((knowledge.concepts[one.concept], one.state) for one in mentions)


def _prose(event: Plain) -> Iterator[str]:
    """The sentences of an event that may tell of a sign; an override's reason weighs one and does not tell it."""
    if isinstance(event, DosePaused | DoseStopped | Held) and event.reason:
        yield event.reason
    if event.text:
        yield event.text


def event_facts(events: Iterable[Plain], words: Words) -> dict[str, Fact]:
    """What happened: each sign and adverse event until it is over or denied; the release once it is signed."""
    facts: dict[str, Fact] = {}
    for event in events:
        facts.update(words[event.id].signs)
        if isinstance(event, Discharged):
            facts["release_signed"] = True
    return facts


def questions(events: Iterable[Plain], words: Words) -> tuple[Question, ...]:
    """What the words of some events, in order, leave open and nobody has answered since."""
    ordered = list(events)
    answered: dict[str, dt.datetime] = {}
    for event in ordered:
        for name in _settled(event, words):
            answered[name] = event.at
    return tuple(
        question
        for event in ordered
        for question in words[event.id].questions
        if not all(name in answered and answered[name] >= question.at for name in question.facts)
        and not _is_closed(question, ordered)
    )


def signs_undone(events: Iterable[Plain], words: Words) -> tuple[SignTold, ...]:
    """The danger signs that a later answer says are not there: each with when it was told last.

    A tick is no reassessment. What an adverse event records as over in the same words is over; a correction of the
    event that told it takes it away.
    """
    told: dict[str, SignTold] = {}
    undone: set[str] = set()
    for event in events:
        is_over = isinstance(event, AdverseEvent) and event.resolved
        for name, is_yes in yes_or_no_answers(event, words):
            if name not in DANGER_SIGNS:
                continue
            if is_yes:
                told[name] = SignTold(name, event.at, event.id)
                undone.discard(name)
            elif is_over:
                told.pop(name, None)
            elif name in told:
                undone.add(name)
    return tuple(one for name, one in told.items() if name in undone)


def yes_or_no_answers(event: Plain, words: Words) -> Iterator[tuple[str, bool]]:
    """What an event answers with yes or no, in fields and in words."""
    if isinstance(event, Checked | CriteriaChecked):
        given = event.facts if isinstance(event, Checked) else event.criteria
        yield from ((name, value) for name, value in given.items() if isinstance(value, bool))
    yield from ((name, value is True) for name, value in words[event.id].signs)


def _settled(event: Plain, words: Words) -> Iterator[str]:
    if isinstance(event, RiskAssessed) and event.is_by_clinician:
        yield SUICIDE
    yield from (name for name, _ in yes_or_no_answers(event, words))


def _past(event: Plain, knowledge: Knowledge) -> Iterator[str]:
    for text in (*_typed(event), *_prose(event)):
        for one in read_concepts(text, None, knowledge).mentions:
            if one.state is State.PAST and {*_ASKED, *DANGER_SIGNS} & {*knowledge.concepts[one.concept].now}:
                yield text


def _typed(event: Plain) -> tuple[str, ...]:
    """The symptoms or the adverse event that were typed."""
    if isinstance(event, AdverseEvent):
        return (event.what,)
    return event.symptoms or () if isinstance(event, VitalsRecorded) else ()


def _questions_of(event: Plain, knowledge: Knowledge) -> Iterator[Question]:
    is_open = not isinstance(event, AdverseEvent) or not (event.resolved or any(_fact_named(event.what, knowledge)))
    for text in _typed(event) if is_open else ():
        heard = read_concepts(text, None, knowledge)
        found = _facts(heard, knowledge)
        open_facts = dict.fromkeys(name for name in (*found.suspected, *found.asked) if name in _ASKED)
        if heard.rest:
            open_facts |= dict.fromkeys(CRISIS_SYMPTOMS)
        wanted = tuple(name for name in open_facts if name not in found.yes)
        if wanted:
            yield Question(event.id, event.at, "; ".join(heard.rest) or text, wanted)
    for text in _prose(event):
        found = _facts_told(text, knowledge)
        wanted = tuple(name for name in (*found.suspected, *found.asked) if name in _ASKED)
        if wanted:
            yield Question(event.id, event.at, text, tuple(dict.fromkeys(wanted)))


def _is_closed(question: Question, events: Iterable[Plain]) -> bool:
    """Whether the same words were later recorded as over."""
    return any(
        isinstance(one, AdverseEvent) and one.resolved and one.at >= question.at and one.what == question.text
        for one in events
    )


def _understood(event: Plain, knowledge: Knowledge) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The symptoms and adverse events of an event that are understood, each with every fact that it speaks of."""
    for text in _typed(event):
        heard = read_concepts(text, None, knowledge)
        here = {one.concept for one in heard.mentions if one.state is State.PRESENT}
        if heard.is_understood and here - _SAYS_NO_MORE:
            found = _facts(heard, knowledge)
            yield text, (*found.yes, *found.no, *found.suspected, *found.asked)

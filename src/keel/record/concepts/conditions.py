"""A condition of a record with all that it says: its words, its codes, its status and when it ended, as states."""

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from keel.knowledge import Knowledge
from keel.knowledge.concepts import ConceptKind, Role, State
from keel.record.concepts.coded import coded_concepts
from keel.record.concepts.onset import began_on
from keel.record.concepts.reader import has_doubt, read_concepts
from keel.record.concepts.words import folded
from keel.record.record import Condition

UNSURE = ("unconfirmed", "provisional", "differential")
"""Statuses of a diagnosis that nobody has settled, as FHIR calls them."""
_SIGN_DAYS = 28
"""Days after which a sign that a record lists is not taken for one of now; the warning signs ask about four weeks."""


class ConditionMention(NamedTuple):
    """A concept that a condition names, and how it stands."""

    concept: str
    state: State


@lru_cache(maxsize=8)
def _statuses(knowledge: Knowledge) -> dict[tuple[str, ...], State]:
    states = {role.value for role in Role} & {state.value for state in State}
    rows = (row for row in knowledge.concept_states.values() if row.state.value in states)
    return {folded(row.word): State(row.state) for row in rows}


def condition_state(condition: Condition, at: dt.datetime, knowledge: Knowledge) -> State:
    """How a condition stands by its fields, whatever its text says; a status that is not known ends nothing."""
    if not condition.present:
        return State.DENIED
    known = _statuses(knowledge).get(folded(condition.status.replace("_", " ").replace("-", " ")))
    doubt = State.SUSPECTED if has_doubt(condition.status, knowledge) else State.PRESENT
    state = doubt if known is None else known
    is_ended = condition.ended is not None and condition.ended <= at.date()
    return State.RESOLVED if is_ended and state is State.PRESENT else state


def named_by(condition: Condition, at: dt.datetime, knowledge: Knowledge) -> tuple[ConditionMention, ...]:
    """The concepts that a condition names by its words and its codes, each once, with their states at `at`."""
    fields = condition_state(condition, at, knowledge)
    spoken: dict[str, set[State]] = {}
    for mention in read_concepts(condition.text, None, knowledge).mentions:
        spoken.setdefault(mention.concept, set()).add(mention.state)
    for name, state in coded_concepts(condition.codes, knowledge):
        spoken.setdefault(name, set()).add(state)
    named = []
    for name, states in spoken.items():
        state = _together(fields, states)
        if _is_old_sign(name, condition, at, knowledge) and state is State.PRESENT:
            state = State.PAST
        named.append(ConditionMention(name, state))
    return tuple(named)


def stated(condition: Condition, at: dt.datetime, knowledge: Knowledge) -> State:
    """How a condition stands as a whole, one whose name is not known too: present where anything that it names is.

    One whose name is not known is open where its text has any word of doubt, denial or family.
    """
    states = {one.state for one in named_by(condition, at, knowledge)}
    if states:
        return State.PRESENT if State.PRESENT in states else min(states)
    state = condition_state(condition, at, knowledge)
    return State.SUSPECTED if state is State.PRESENT and has_doubt(condition.text, knowledge) else state


def _together(fields: State, states: Iterable[State]) -> State:
    """One state from fields, words and codes: what is said counts before what is only not said."""
    said = {_settled(state) for state in states if state is not State.PRESENT}
    text = State.PRESENT if not said else said.pop() if len(said) == 1 else State.SUSPECTED
    if State.FAMILY in (fields, text):
        return State.FAMILY
    if State.SUSPECTED in (fields, text):
        return State.DENIED if text is State.DENIED and fields is State.PRESENT else State.SUSPECTED
    if fields is State.PRESENT or text is State.DENIED:
        return text
    return text if fields.is_over and text is State.REMISSION else fields


def _settled(state: State) -> State:
    """A record that lists a risk or a fear leaves open whether it is there."""
    return State.SUSPECTED if state is State.HYPOTHETICAL else state


def _is_old_sign(name: str, condition: Condition, at: dt.datetime, knowledge: Knowledge) -> bool:
    onset = began_on(condition, at)
    is_sign = knowledge.concepts[name].kind is ConceptKind.SIGN
    return is_sign and onset is not None and (at.date() - onset).days > _SIGN_DAYS

"""What was answered in a session: at screening, to the gate's questions and to discharge criteria, in order.

A statement made later wins; one that was not understood leaves its fact unknown. Hours and minutes since
something, once stated, grow with the clock.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from keel.assessment.protocols.errors import FactRefused
from keel.assessment.protocols.facts import checked_facts
from keel.assessment.protocols.waits import grown
from keel.assessment.session.events import Checked, CriteriaChecked, Plain, minutes_between
from keel.findings import Fact
from keel.knowledge.clinical_facts import ClinicalFact
from keel.knowledge.conditions import Scalar
from keel.messages import Message, text_of
from keel.quantities import significant

JUDGEMENTS = (
    "oriented",
    "gait_steady",
    "nausea_pain_distress",
    "dissociation_resolved",
    "bp_acceptable",
    "clinically_stable",
    "aldrete",
    "suicide_risk_reasked",
    "any_suicide_risk_now",
)
"""What somebody judges at the door."""


class Answer(NamedTuple):
    """One answer, when it was given and by which event (None: at screening); no value where it was not understood."""

    fact: str
    value: Scalar | None
    at: dt.datetime | None
    event: str | None

    def value_at(self, moment: dt.datetime) -> Fact:
        """The value at a later moment: a time since something has grown by then."""
        return self.value if self.at is None else grown(self.fact, self.value, minutes_between(self.at, moment))


class Answers(NamedTuple):
    """The answers of a session in order, and what in them was not understood: the answer and how to fix it."""

    given: tuple[Answer, ...]
    refused: tuple[tuple[str, Message], ...]

    def facts(self, events: Iterable[Plain], at: dt.datetime) -> dict[str, Fact]:
        """The facts at a moment from screening and from the answers of these events."""
        known = {None, *(event.id for event in events)}
        return {one.fact: one.value_at(at) for one in self.given if one.event in known}


def judgement_age(answers: Iterable[Answer], asked: Iterable[str], at: dt.datetime) -> dict[str, Fact]:
    """The age of the oldest judgement for leaving that `asked` names, each by its newest answer.

    Nothing where none was given, or where one has no time.
    """
    newest = {one.fact: one.at for one in answers if one.fact in JUDGEMENTS and one.fact in set(asked)}
    times = [one for one in newest.values() if one is not None]
    if not times or len(times) < len(newest):
        return {}
    return {"judgement_age_min": significant(minutes_between(min(times), at))}


class _Sheet(NamedTuple):
    """Answers that came together, by which event (None: at screening)."""

    answers: Mapping[str, Fact]
    event: Plain | None = None
    is_together: bool = False


def read_answers(
    screening: Mapping[str, Fact], events: Iterable[Plain], catalogue: Mapping[str, ClinicalFact]
) -> Answers:
    """Every answer of screening and events; one that cannot be is named, and leaves its fact unknown."""
    names = {alias: fact.id for fact in catalogue.values() for alias in (fact.id, *fact.aliases)}
    given: list[Answer] = []
    refused: dict[tuple[str, Message], None] = {}
    sources: list[_Sheet] = [_Sheet(screening)]
    for event in events:
        if isinstance(event, Checked):
            denied = dict.fromkeys(event.denied, False)
            sources += [_Sheet(event.facts, event), _Sheet(denied, event, is_together=True)]
        elif isinstance(event, CriteriaChecked):
            sources.append(_Sheet(event.criteria, event))
    for sheet in sources:
        at, event_id = (sheet.event.at, sheet.event.id) if sheet.event else (None, None)
        for name, value in sheet.answers.items():
            if sheet.is_together and any(one.fact == name and one.value is True for one in given):
                # Of several answered “no” at once none undoes a yes that was given by itself.
                refused[f"{name} = no", Message("It was answered “yes” before. Ask it by itself.")] = None
                continue
            try:
                checked = checked_facts({name: value}, catalogue)
            except FactRefused as error:
                refused[f"{name} = {value!r}".replace("'", ""), text_of(error)] = None
                given += [Answer(names[name], None, at, event_id)] if name in names else []
                continue
            given += [Answer(fact, one, at, event_id) for fact, one in checked.items() if one is not None]
    return Answers(tuple(given), tuple(refused))

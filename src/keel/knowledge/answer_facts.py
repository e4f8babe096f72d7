"""What answers to questionnaires say in the words of the rules: rows of data/answer-facts.csv."""

from collections.abc import Iterator, Mapping

import msgspec

from keel.knowledge.clinical_facts import ClinicalFact
from keel.knowledge.documents import Id
from keel.knowledge.instruments import Instrument
from keel.knowledge.problem import Problem, error


class AnswerFact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Items of a questionnaire of which any makes a fact true: a row of answer-facts.csv.

    `denies` where a no to each of them makes the fact false; a fact that may also come about otherwise is not denied.
    """

    fact: Id
    instrument: Id
    items: tuple[str, ...]
    denies: bool


def answer_fact_problems(
    answer_facts: Mapping[str, AnswerFact],
    clinical_facts: Mapping[str, ClinicalFact],
    instruments: Mapping[str, Instrument],
) -> Iterator[Problem]:
    """Rows that name a fact, an instrument or an item that is not there."""
    for row in answer_facts.values():
        if row.fact not in clinical_facts:
            yield error("answer facts", row.fact, "There is no such fact in clinical-facts.csv.")
        instrument = instruments.get(row.instrument)
        known = {item.id for item in instrument.items} if instrument else set()
        if not row.items or not known.issuperset(row.items):
            yield error("answer facts", row.fact, f"“{row.instrument}” has no item {', '.join(row.items)}.")

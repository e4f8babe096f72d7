"""The questions behind facts that are not known: what is worked out is asked for by its parts."""

from collections.abc import Iterable, Mapping

from keel.assessment.protocols.facts import PARTS
from keel.knowledge.clinical_facts import ClinicalFact, FactKind
from keel.knowledge.documents import Unit
from keel.knowledge.protocols import Protocol, facts_of
from keel.messages import Message, joined


def questions(names: Iterable[str], catalogue: Mapping[str, ClinicalFact]) -> tuple[ClinicalFact, ...]:
    """What to ask so that the facts of these names become known, each once and in order."""
    asked = (catalogue[part] for name in names for part in PARTS.get(name, (name,)))
    return tuple(dict.fromkeys(fact for fact in asked if not fact.is_computed))


def questions_of(
    protocol: Protocol, phases: Iterable[str], catalogue: Mapping[str, ClinicalFact]
) -> tuple[ClinicalFact, ...]:
    """What the rules of some phases of a protocol ask about."""
    return questions((name for rule in protocol.rules_of(*phases) for name in facts_of(rule)), catalogue)


def how_to_answer(fact: ClinicalFact, units: Mapping[str, Unit]) -> Message:
    """“true or false”, the words to choose from, or “a number, in years”."""
    if fact.kind is FactKind.YES_NO:
        return Message("true or false")
    if fact.kind is FactKind.CHOICE:
        words, *more = (joined("", [choice]) for choice in fact.choices)
        for choice in more:
            words = Message("{choices} or {last}", choices=words, last=choice)
        return words
    if fact.unit in ("", "1"):
        return Message("a number")
    return Message("a number, in {unit}", unit=Message(units[fact.unit].meaning))

"""The tables of concepts agree: facts, concepts and code systems that they name are there."""

from collections.abc import Iterator, Mapping

from keel.knowledge.clinical_facts import ClinicalFact
from keel.knowledge.concepts.shape import AlarmConcept, CodeSystem, Concept, ConceptCode, ConceptWord
from keel.knowledge.problem import Problem, error


def concept_problems(
    concepts: Mapping[str, Concept],
    clinical_facts: Mapping[str, ClinicalFact],
    concept_words: Mapping[str, ConceptWord],
    concept_codes: Mapping[str, ConceptCode],
    concept_systems: Mapping[str, CodeSystem],
    alarm_concepts: Mapping[str, AlarmConcept],
) -> Iterator[Problem]:
    """Concepts that name no fact of the catalogue or have no words; words and codes that name no concept."""
    for concept in concepts.values():
        facts = (*concept.now, *concept.ever, *concept.over, *concept.denies, *concept.asks)
        for name in dict.fromkeys(facts):
            if name not in clinical_facts:
                yield error("concepts", concept.id, f"no fact is called “{name}”. Take one of clinical-facts.csv.")
    named = {name for row in concept_words.values() for name in row.concepts}
    for name in sorted(set(concepts) - named):
        yield error("concepts", name, "has no words. Add some to concepts/words.csv.")
    rows = [(row.word, row.concepts) for row in concept_words.values()]
    rows += [(code.id, code.concepts) for code in concept_codes.values()]
    rows += [(f"alarms/{name}", (name,)) for name in alarm_concepts]
    for where, names in rows:
        for name in names:
            if name not in concepts:
                yield error("concepts", where, f"no concept is called “{name}”. Take one of concepts/concepts.csv.")
    for code in concept_codes.values():
        if code.system not in concept_systems:
            yield error("concepts", code.id, f"no code system is called “{code.system}”.")

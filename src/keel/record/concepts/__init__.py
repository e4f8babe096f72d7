"""Reads what people and records name: concepts, their state, and the rest that was not understood.

`words.py` cuts a text into words, `vocabulary.py` finds concepts among them, `states.py` says how each stands,
`reader.py` is `read_concepts`, `coded.py` reads codes, `onset.py` says since when, `conditions.py` a condition of a
record with all that it says. It reads the tables of `keel.knowledge.concepts` and nothing else; a text of any language
is read the same way.
"""

from keel.record.concepts.coded import coded_concept
from keel.record.concepts.conditions import UNSURE, ConditionMention, condition_state, named_by, stated
from keel.record.concepts.onset import began_on, months_before
from keel.record.concepts.reader import ConceptFacts, Mention, Utterance, concept_facts, read_concepts

__all__ = [
    "UNSURE",
    "ConceptFacts",
    "ConditionMention",
    "Mention",
    "Utterance",
    "began_on",
    "coded_concept",
    "concept_facts",
    "condition_state",
    "months_before",
    "named_by",
    "read_concepts",
    "stated",
]

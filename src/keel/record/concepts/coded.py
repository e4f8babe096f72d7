"""Concepts by code: ICD-10, ICD-10-CM and SNOMED CT, sent as a code or typed as one."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from keel.knowledge import Knowledge
from keel.knowledge.concepts import ConceptCode, State
from keel.record.concepts.words import Word

_SHORTEST = 3
"""Signs of the code of an ICD-10 category."""


@lru_cache(maxsize=8)
def _by_code(knowledge: Knowledge) -> Mapping[tuple[str, str], ConceptCode]:
    return {(row.system, _bare(row.code)): row for row in knowledge.concept_codes.values()}


@lru_cache(maxsize=8)
def _by_name(knowledge: Knowledge) -> Mapping[str, str]:
    return {name: system.id for system in knowledge.concept_systems.values() for name in system.names}


def _bare(code: str) -> str:
    return code.strip().replace(".", "").upper()


def coded_concept(system: str, code: str, knowledge: Knowledge) -> ConceptCode | None:
    """The row of a code in a system by any of its names; for ICD-10 the nearest row above it. None where unknown."""
    name = _by_name(knowledge).get(system.strip().casefold().rstrip("/"))
    if name is None:
        return None
    rows, wanted = _by_code(knowledge), _bare(code)
    if not name.startswith("icd"):
        return rows.get((name, wanted))
    lengths = range(len(wanted), _SHORTEST - 1, -1)
    return next((row for length in lengths if (row := rows.get((name, wanted[:length])))), None)


def coded_concepts(codes: Mapping[str, str], knowledge: Knowledge) -> Iterator[tuple[str, State]]:
    """The concepts, with their state, of codes by system."""
    for system, code in codes.items():
        row = coded_concept(system, code, knowledge)
        for name in row.concepts if row else ():
            yield name, row.state if row else State.PRESENT


def codes_in(words: Sequence[Word], knowledge: Knowledge) -> Iterator[tuple[int, ConceptCode]]:
    """The positions of a text where an ICD-10 code is typed: of ICD-10-CM where it has that code, else of ICD-10."""
    for at, word in enumerate(words):
        if len(word.text) >= _SHORTEST and word.text[0].isalpha() and word.text[1].isdigit():
            row = coded_concept("icd-10-cm", word.text, knowledge) or coded_concept("icd-10", word.text, knowledge)
            if row:
                yield at, row

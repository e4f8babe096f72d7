"""Every claim, source and conflict that a file names is there; every number says where it comes from; orphans."""

from collections.abc import Iterator, Mapping
from typing import Any

from keel.knowledge.base import Knowledge
from keel.knowledge.certainty import Certainty
from keel.knowledge.documents import Number
from keel.knowledge.evidence.editions import replaced_sources
from keel.knowledge.evidence.shape import Verdict
from keel.knowledge.kinds import FactPart, facts, parts
from keel.knowledge.problem import Problem, error, warning
from keel.knowledge.texts.shape import cited

# Field name -> the table that its ids come from. `conflicts` names rows of either table, claims or conflicts.
_FIELDS = {
    "claim": "claims",
    "claims": "claims",
    "judges": "claims",
    "beside": "claims",
    "see_also": "claims",
    "one_claims": "claims",
    "other_claims": "claims",
    "sources": "sources",
    "one_sources": "sources",
    "other_sources": "sources",
    "conflicts": "conflicts",
}
# What was read is history: it keeps the edition in which it was read.
_EVIDENCE = ("sources", "claims", "conflicts", "figures", "editions")
_SURE = (Certainty.SEEN, Certainty.SECONDHAND)


def citation_problems(knowledge: Knowledge) -> Iterator[Problem]:
    """Names that lead nowhere, numbers without a source, claims and sources that nothing uses."""
    used: dict[str, set[str]] = {"claims": set(), "sources": set(), "conflicts": set()}
    replaced = replaced_sources(knowledge.editions)
    for fact in facts(knowledge):
        for part in parts(fact):
            if fact.kind not in _EVIDENCE:
                yield from _replaced_problems(part, replaced)
            if isinstance(part.value, Number):
                yield from _number_problems(knowledge, part, part.value)
            for table, name in _names(knowledge, part):
                if name in getattr(knowledge, table):
                    if not (table == fact.kind and name == fact.id):
                        used[table].add(name)
                elif not (table == "conflicts" and name in knowledge.claims):
                    yield error("citations", part, f"no {table[:-1]} is called “{name}”. Add the row, or fix the name.")
    yield from _orphans(knowledge, used)
    yield from _repeated_works(knowledge)


def _replaced_problems(part: FactPart, replaced: Mapping[str, str]) -> Iterator[Problem]:
    """A rule or number that rests on the text of a replaced edition alone; one that has ended itself may."""
    if getattr(part.value, "valid_to", None) is not None:
        return
    cited = getattr(part.value, "sources", ())
    for old in cited:
        if old in replaced and replaced[old] not in cited:
            yield warning(
                "editions", part, f"rests on “{old}”, which {replaced[old]} has replaced. Cite both, or that."
            )


def _names(knowledge: Knowledge, part: FactPart) -> Iterator[tuple[str, str]]:
    """Ids that a part names, by its field or by citations in its text; of a tuple each id is a part of its own."""
    if isinstance(part.value, str) and "[[" in part.value:
        yield from ((_table_of(knowledge, name), name) for name in cited(part.value))
        return
    table = _FIELDS.get(part.field)
    is_own = part.fact.kind == table == "sources"
    if table is not None and isinstance(part.value, str) and part.value and not is_own:
        yield table, part.value


def _table_of(knowledge: Knowledge, name: str) -> str:
    """The table that holds what a citation names; one that is nowhere is reported as a missing claim."""
    return next((table for table in ("claims", "conflicts", "sources") if name in getattr(knowledge, table)), "claims")


def _number_problems(knowledge: Knowledge, part: FactPart, number: Number) -> Iterator[Problem]:
    if number.certainty in _SURE and not number.claim and not number.sources:
        yield error(
            "citations",
            part,
            f"{number.value:g} {number.unit} is marked {number.certainty} and names no claim or source. "
            "Name one, or mark it memory or default.",
        )
    claim = knowledge.claims.get(number.claim or "")
    if claim is None:
        return
    if claim.value is not None and claim.unit == number.unit and claim.value != number.value:
        yield error("citations", part, f"is {number.value:g}, its claim {claim.id} says {claim.value:g} {claim.unit}.")
    if number.certainty.rank < claim.certainty.rank:
        yield error(
            "citations",
            part,
            f"is marked {number.certainty}, its claim {claim.id} only {claim.certainty}. "
            "A number is no surer than its claim.",
        )


def _orphans(knowledge: Knowledge, used: Mapping[str, set[str]]) -> Iterator[Problem]:
    known = {knowledge.sources[name].id for name in used["sources"]}
    for name in knowledge.sources:
        if name not in known:
            yield warning("orphans", f"sources/{name}", "is named by no claim, number or rule.")
    for name, claim in knowledge.claims.items():
        # A statement that was judged stands for itself; a figure of ours is there for something to rest on it.
        if claim.verdict is Verdict.OWN and name not in used["claims"]:
            yield warning("orphans", f"claims/{name}", "no number, figure, conflict or page rests on it.")


def _repeated_works(knowledge: Knowledge) -> Iterator[Problem]:
    """One row a work: no DOI, PubMed number or name stands on two rows."""
    first: dict[str, str] = {}
    for source in knowledge.sources.values():
        for name in (source.id, *source.aliases, source.doi.lower(), source.pmid and f"PMID {source.pmid}"):
            if name and first.setdefault(name, source.id) != source.id:
                message = f"“{name}” belongs to {first[name]} already. Keep one row, and the other name as an alias."
                yield error("citations", f"sources/{source.id}", message)


def uses_of(knowledge: Knowledge, table: str, wanted: str) -> tuple[FactPart, ...]:
    """Where a claim, source or conflict is named: what leans on it."""
    rows: Any = getattr(knowledge, table)
    own = rows[wanted].id
    return tuple(
        part
        for fact in facts(knowledge)
        for part in parts(fact)
        for kind, name in _names(knowledge, part)
        if kind == table and name in rows and rows[name].id == own and not (fact.kind == table and fact.id == own)
    )

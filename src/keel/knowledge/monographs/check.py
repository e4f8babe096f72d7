"""What must hold of the monographs beside their shape: names lead somewhere, and people are told no amounts."""

import re
from collections.abc import Iterator, Mapping

from keel.knowledge.certainty import Certainty
from keel.knowledge.monographs.shape import AdverseEffect, EffectSeries, EffectTerm, Monograph, Statement
from keel.knowledge.problem import Problem, error

_AMOUNT = re.compile(r"\d\s*(?:mg|µg|mcg|g|mL)\b|\b(?:mg|µg|mL)\b", re.IGNORECASE)


def monograph_problems(monographs: Mapping[str, Monograph]) -> Iterator[Problem]:
    """Conflicts for people that are none of the monograph's, and amounts."""
    for one in monographs.values():
        for name in sorted(set(one.plain_conflicts) - set(one.conflicts)):
            yield error("monographs", f"monographs/{one.id}", f"“{name}” is not among its conflicts. Add it there.")
        yield from _amounts(f"monographs/{one.id}", one.plain)


def statement_problems(statements: Mapping[str, Statement], monographs: Mapping[str, Monograph]) -> Iterator[Problem]:
    """Statements of no monograph, without a source for what was read, from memory, or with amounts for people."""
    for one in statements.values():
        where = f"monograph_statements/{one.id}"
        yield from _unknown(where, one.monographs, monographs)
        if one.certainty is Certainty.MEMORY:
            yield error("monographs", where, "is from memory, which a monograph does not show. Find its source.")
        if one.certainty in (Certainty.SEEN, Certainty.SECONDHAND) and not one.sources:
            yield error("monographs", where, f"is marked {one.certainty} and names no source.")
        yield from _amounts(where, one.plain)


def series_problems(series: Mapping[str, EffectSeries], monographs: Mapping[str, Monograph]) -> Iterator[Problem]:
    """Tables of no monograph or from memory, and those for people without words for who was counted."""
    for one in series.values():
        where = f"effect_series/{one.id}"
        yield from _unknown(where, (one.monograph,), monographs)
        if one.certainty is Certainty.MEMORY or not one.sources:
            yield error("monographs", where, "needs a source that was read.")
        if one.people_order is not None and not one.who:
            yield error("monographs", where, "is shown to people and has no `who`.")
        yield from _amounts(where, f"{one.who} {one.plain_comparator}" if one.people_order else "")


def term_problems(terms: Mapping[str, EffectTerm], monograph_statements: Mapping[str, Statement]) -> Iterator[Problem]:
    """Terms that send to a statement that is not there."""
    for one in terms.values():
        yield from _unknown(f"effect_terms/{one.id}", (one.see,) if one.see else (), monograph_statements)


def effect_problems(
    effects: Mapping[str, AdverseEffect],
    effect_series: Mapping[str, EffectSeries],
    effect_terms: Mapping[str, EffectTerm],
) -> Iterator[Problem]:
    """Effects of no table or term, and counts above their denominator."""
    for one in effects.values():
        where = f"adverse_effects/{one.id}"
        yield from _unknown(where, (one.series,), effect_series)
        yield from _unknown(where, (one.term,), effect_terms)
        if any((percent or 0) > 100 for percent in (one.percent, one.other_percent)):
            yield error("monographs", where, "counts more than everybody. Fix the count or its denominator.")


def _unknown(where: str, names: tuple[str, ...], table: Mapping[str, object]) -> Iterator[Problem]:
    for name in names:
        if name not in table:
            yield error("monographs", where, f"nothing is called “{name}”. Add the row, or fix the name.")


def _amounts(where: str, words: str) -> Iterator[Problem]:
    if found := _AMOUNT.search(words):
        yield error("monographs", where, f"tells people an amount (“{found[0]}”), which they are never told here.")

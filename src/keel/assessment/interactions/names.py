"""The index of names: from a name as typed to what it means."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from keel.assessment.interactions.reading import name_key
from keel.assessment.interactions.report import Match
from keel.knowledge import Knowledge
from keel.knowledge.interactions import Interaction


class Meaning(NamedTuple):
    """What a name means: the name itself, its substances, how it was found, and whether the person must confirm."""

    name: str
    substances: tuple[str, ...]
    how: Match
    to_confirm: bool = False


class Names:
    """Every name that Keel recognises. Immutable."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.rows = _rows_by_substance(knowledge)
        self.exact = _exact_names(knowledge)
        self.longest = max(key.count(" ") + 1 for key in self.exact)

    def rows_of(self, substance: str) -> tuple[Interaction, ...]:
        """The rows on file for a substance; none when nothing is."""
        return self.rows.get(substance, ())


def hand_written_names(knowledge: Knowledge) -> dict[str, tuple[str, ...]]:
    """Key to substances for the names of Keel's own tables that need no confirming."""
    return {key: meaning.substances for key, meaning in _exact_names(knowledge).items() if not meaning.to_confirm}


@lru_cache(maxsize=4)
def names_of(knowledge: Knowledge) -> Names:
    """The index over a knowledge value, built once."""
    return Names(knowledge)


def _rows_by_substance(knowledge: Knowledge) -> Mapping[str, tuple[Interaction, ...]]:
    rows: dict[str, tuple[Interaction, ...]] = {}
    for row in knowledge.interactions.values():
        rows[row.name] = (*rows.get(row.name, ()), row)
    return rows


def _exact_names(knowledge: Knowledge) -> dict[str, Meaning]:
    """Key to meaning. Later tables win: aliases, then products, then the names of the rows themselves."""
    meanings: dict[str, Meaning] = {}
    for alias in knowledge.synonyms.values():
        meanings[name_key(alias.alias)] = Meaning(alias.alias, alias.substances, Match.SYNONYM, alias.ambiguous)
    for product in knowledge.products.values():
        meanings[name_key(product.name)] = Meaning(product.name, product.substances, Match.PRODUCT)
    for row in knowledge.interactions.values():
        meanings[name_key(row.name)] = Meaning(row.name, (row.name,), Match.EXACT)
    return meanings

"""The index of names: from a name as typed to what it means."""

from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from typing import NamedTuple

from keel.assessment.interactions.report import Match
from keel.assessment.interactions.spelling import Neighbour, Spelling
from keel.assessment.interactions.typed_list import name_key
from keel.knowledge import Knowledge
from keel.knowledge.interactions import ClassWord, Interaction, NameKind

EXTENSION = "extension"
NONE = "none"
"""Said of nothing that was typed: “no regular medication”."""
SHORTEST_PLURAL = 4
"""Letters that a plural has at least; shorter ones are other words."""
MOST_OF_A_FAMILY = 5
"""Products of a brand that are named."""
SQUASHED_FROM = 5
"""Names written as one word ("cocodamol") are found from this many letters on."""


class Meaning(NamedTuple):
    """What a name means: its substances, how it was found, and whether the person must confirm it first.

    `is_unconfirmed` where no source that was read says what a brand contains. `group` is set for a word that names a
    whole class; it then has no substances.
    """

    name: str
    substances: tuple[str, ...]
    how: Match | None
    to_confirm: bool = False
    group: ClassWord | None = None
    is_brand: bool = False
    is_unconfirmed: bool = False
    family: tuple[str, ...] = ()
    """Names on file of which this is another product: what it contains is not known."""


class Taken(NamedTuple):
    """What is said of a name: `says` is no, none, allergic, stopped, unclear or empty (taken).

    `when` it was stopped.
    """

    says: str = ""
    when: str = ""


class TypedName(NamedTuple):
    """A stretch of an entry as typed: what it means, or the names it may be a misspelling of, or neither.

    `topical` is the word, if any, that says the medicine is put on the skin or into eye or ear; `taken` what the entry
    says of it: stopped, allergic, not taken. `unmatched` are words directly behind a brand that were not recognised,
    which may make another product of it.
    """

    typed: str
    meaning: Meaning | None = None
    near: tuple[Neighbour, ...] = ()
    topical: str = ""
    taken: Taken = Taken()
    unmatched: str = ""


class Names:
    """Every name that Keel recognises, and the words that name nothing. Immutable."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._rows = _rows_by_substance(knowledge)
        self._own = _own_names(knowledge)
        self._others = knowledge.medicine_names
        self.longest = max(key.count(" ") + 1 for key in self._own)

    def find(self, key: str) -> Meaning | None:
        """What a name means, looked up as `reading.name_key` writes it; Keel's own tables win over the vocabulary."""
        own = self._own.get(key)
        if own:
            return own
        contents = self._others.get(key)
        if not contents:
            return self._singular(key)
        if len(contents) > 1:
            return Meaning(key, contents, Match.PRODUCT, is_brand=True)
        is_generic = contents == (key,)
        return Meaning(key, contents, Match.EXACT if is_generic else Match.SYNONYM, is_brand=not is_generic)

    def _singular(self, key: str) -> Meaning | None:
        """What a plural means: beers, zopis."""
        if len(key) < SHORTEST_PLURAL or not key.endswith("s") or key.endswith("ss"):
            return None
        found = self._own.get(key[:-1])
        return found if found and not (found.to_confirm and self.kind_of(key)) else None

    def says(self, key: str) -> str:
        """What words say of the name beside them (`ContextWord`); empty where they say nothing."""
        found = self._knowledge.context_words.get(key)
        return found.says if found and found.says != EXTENSION else ""

    def extends(self, key: str) -> bool:
        """Whether a word after a brand makes another product of it."""
        found = self._knowledge.context_words.get(key)
        return found is not None and found.says == EXTENSION

    def extended(self, brand: Meaning, key: str) -> Meaning:
        """A product of a brand that is not on file, with the names on file that begin like it."""
        return Meaning(f"{brand.name} {key}", (), Match.PRODUCT, True, family=_family(self, name_key(brand.name)))

    def rows_of(self, substance: str) -> tuple[Interaction, ...]:
        """The rows on file for a substance; none when nothing is."""
        return self._rows.get(substance, ())

    def kind_of(self, word: str) -> str:
        """What a word says when it names no medicine: a kind of dose word, `everyday`, or an empty string."""
        dose_word = self._knowledge.dose_words.get(word)
        if dose_word:
            return dose_word.kind
        return "everyday" if word in self._knowledge.everyday_words else ""

    def near(self, word: str) -> tuple[Neighbour, ...]:
        """Names of which a word may be a misspelling, nearest first."""
        return _near(self, word)

    @cached_property
    def spelling(self) -> Spelling:
        """The index of spellings, built when a word is first left over."""
        return Spelling(self._own.keys() | self._others.keys())


@lru_cache(maxsize=4)
def names_of(knowledge: Knowledge) -> Names:
    """The index over a knowledge value, built once."""
    return Names(knowledge)


@lru_cache(maxsize=1024)
def _family(names: Names, base: str) -> tuple[str, ...]:
    return (base, *(name for name in names.spelling.names if name.startswith(f"{base} ")))[:MOST_OF_A_FAMILY]


@lru_cache(maxsize=4096)
def _near(names: Names, word: str) -> tuple[Neighbour, ...]:
    return tuple(names.spelling.near(word))


@lru_cache(maxsize=4)
def own_keys(knowledge: Knowledge) -> frozenset[str]:
    """Keys of every name in Keel's own tables, those that need confirming among them."""
    return frozenset(_own_names(knowledge))


def own_names(knowledge: Knowledge) -> dict[str, tuple[str, ...]]:
    """Key to substances for the names in Keel's own tables that need no confirming."""
    return {key: one.substances for key, one in _own_names(knowledge).items() if one.substances and not one.to_confirm}


def _rows_by_substance(knowledge: Knowledge) -> Mapping[str, tuple[Interaction, ...]]:
    rows: dict[str, tuple[Interaction, ...]] = {}
    for row in knowledge.interactions.values():
        rows[row.name] = (*rows.get(row.name, ()), row)
    return rows


def _own_names(knowledge: Knowledge) -> dict[str, Meaning]:
    """Key to meaning. What comes later wins: joined spellings, groups, aliases, products, then the rows themselves."""
    meanings = dict(_meanings(knowledge))
    joined = {key.replace(" ", ""): one for key, one in meanings.items() if " " in key}
    usable = {
        key: one for key, one in joined.items() if len(key) >= SQUASHED_FROM and key not in knowledge.everyday_words
    }
    return usable | meanings


def _meanings(knowledge: Knowledge) -> Iterator[tuple[str, Meaning]]:
    for group in knowledge.class_words.values():
        for word in group.words:
            yield name_key(word), Meaning(word, (), None, True, group)
    for alias in knowledge.synonyms.values():
        to_confirm = alias.ambiguous or alias.is_unconfirmed
        is_brand = alias.kind is NameKind.BRAND
        meaning = Meaning(alias.alias, alias.substances, Match.SYNONYM, to_confirm, is_brand=is_brand)
        yield name_key(alias.alias), meaning._replace(is_unconfirmed=alias.is_unconfirmed)
    for product in knowledge.products.values():
        yield name_key(product.name), Meaning(product.name, product.substances, Match.PRODUCT, is_brand=True)
    for row in knowledge.interactions.values():
        yield name_key(row.name), Meaning(row.name, (row.name,), Match.EXACT)

"""All kinds of facts alike: the facts of a kind, a fact by its id, a walk over the values inside.

It goes by the registry of kinds in `base.py`, so a new kind is here as soon as it is there.
"""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

import msgspec

from keel.knowledge.base import KINDS, Knowledge
from keel.knowledge.errors import UnknownId
from keel.messages import Message


class Fact(NamedTuple):
    """One fact: its kind (the name of the property of `Knowledge`), its id and its value."""

    kind: str
    id: str
    value: Any


class FactPart(NamedTuple):
    """A value inside a fact, and the way to it: `cuts.days_1_a_week.value`."""

    fact: Fact
    path: str
    value: Any

    @property
    def field(self) -> str:
        """The last name of the path that is not a position in a list."""
        return next((part for part in reversed(self.path.split(".")) if not part.isdigit()), "")

    def __str__(self) -> str:
        return f"{self.fact.kind}/{self.fact.id} {self.path}"


def kind_names() -> tuple[str, ...]:
    """The kinds of facts, sorted."""
    return tuple(sorted(KINDS))


def table(knowledge: Knowledge, kind: str) -> Mapping[str, Any]:
    """The facts of a kind by id; a single value stands as itself, and plain lists of words have none."""
    value = getattr(knowledge, kind)
    if KINDS[kind].shape is None:
        return {}
    return value if isinstance(value, Mapping) else {kind: value}


def find_facts(knowledge: Knowledge, wanted: str) -> tuple[Fact, ...]:
    """Every fact called `wanted`, in whichever kinds; `kind/id` narrows it. UnknownId names near ones.

    The id is tried as written, then without regard to case.
    """
    narrowed, slash, name = wanted.partition("/")
    kinds = [narrowed] if slash and narrowed in kind_names() else list(kind_names())
    name = name if slash and narrowed in kind_names() else wanted
    tables = {kind: table(knowledge, kind) for kind in kinds}
    exact = tuple(
        Fact(kind, str(getattr(rows[name], "id", name)), rows[name]) for kind, rows in tables.items() if name in rows
    )
    return exact or _regardless_of_case(tables, name)


def _regardless_of_case(tables: Mapping[str, Mapping[str, Any]], name: str) -> tuple[Fact, ...]:
    found = [
        Fact(kind, key, rows[key]) for kind, rows in tables.items() for key in rows if key.casefold() == name.casefold()
    ]
    if not found:
        ids = {key.casefold(): key for rows in tables.values() for key in rows}
        raise UnknownId(Message("fact"), name, [ids[near] for near in get_close_matches(name.casefold(), ids, n=3)])
    return tuple(found)


def facts(knowledge: Knowledge) -> Iterator[Fact]:
    """Every fact of every kind."""
    for kind in kind_names():
        for key, value in table(knowledge, kind).items():
            yield Fact(kind, key, value)


def parts(fact: Fact) -> Iterator[FactPart]:
    """The fact and everything inside it, depth first; a struct comes before its fields."""
    waiting: list[tuple[str, Any]] = [("", fact.value)]
    while waiting:
        path, value = waiting.pop()
        yield FactPart(fact, path, value)
        if type(value) not in _PLAIN:
            waiting += [(f"{path}.{name}" if path else name, inner) for name, inner in reversed(_inside(value))]


_PLAIN = frozenset({str, float, int, bool, type(None)})


def _inside(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, str):
        return []
    if isinstance(value, msgspec.Struct):
        return [(name, getattr(value, name)) for name in value.__struct_fields__]
    if isinstance(value, Mapping):
        return [(str(name), part) for name, part in value.items()]
    if isinstance(value, Sequence | frozenset) and not isinstance(value, bytes):
        return [(str(position), part) for position, part in enumerate(value)]
    return []


def json_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema of one fact of a kind, for editors: what keys there are and what each may hold.

    UnknownId when there is no such kind, or it holds plain words.
    """
    shapes = {name: one.shape for name, one in KINDS.items() if one.shape}
    if kind not in shapes:
        raise UnknownId(Message("kind of fact"), kind, get_close_matches(kind, sorted(shapes), n=3))
    return msgspec.json.schema(shapes[kind])

"""Every kind of fact under one roof: tables by kind, an entry by its id, a walk over all values inside.

Written over the cached properties of `Knowledge`, so a new kind is here as soon as it is there.
"""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property
from typing import Any, NamedTuple

import msgspec

from keel.knowledge.base import Knowledge
from keel.knowledge.documents import Number
from keel.knowledge.errors import UnknownId
from keel.messages import Message


class Entry(NamedTuple):
    """One fact: its kind (the name of the property of `Knowledge`), its id and its value."""

    kind: str
    id: str
    value: Any


class Place(NamedTuple):
    """A value inside an entry, and the way to it: `cuts.days_1_a_week.value`."""

    entry: Entry
    path: str
    value: Any

    @property
    def field(self) -> str:
        """The last name of the path that is not a position in a list."""
        return next((part for part in reversed(self.path.split(".")) if not part.isdigit()), "")

    def __str__(self) -> str:
        return f"{self.entry.kind}/{self.entry.id} {self.path}"


def kind_names() -> tuple[str, ...]:
    """The kinds of facts, sorted."""
    return tuple(sorted(name for name, made in vars(Knowledge).items() if isinstance(made, cached_property)))


def table(knowledge: Knowledge, kind: str) -> Mapping[str, Any]:
    """The entries of a kind by id; a single value stands as itself.

    Empty for what is no table of structs: the content hash, and plain word lists.
    """
    value = getattr(knowledge, kind)
    rows = getattr(value, "rows", value)
    if isinstance(rows, Mapping):
        return rows if isinstance(next(iter(rows.values()), None), msgspec.Struct) else {}
    return {kind: value} if isinstance(value, msgspec.Struct) else {}


def find_entries(knowledge: Knowledge, wanted: str) -> tuple[Entry, ...]:
    """Every entry called `wanted`, in whichever kinds; `kind/id` narrows it. UnknownId names near ones.

    The id is tried as written, then without regard to case.
    """
    narrowed, slash, name = wanted.partition("/")
    kinds = [narrowed] if slash and narrowed in kind_names() else list(kind_names())
    name = name if slash and narrowed in kind_names() else wanted
    tables = {kind: table(knowledge, kind) for kind in kinds}
    exact = tuple(
        Entry(kind, str(getattr(rows[name], "id", name)), rows[name]) for kind, rows in tables.items() if name in rows
    )
    return exact or _regardless_of_case(tables, name)


def _regardless_of_case(tables: Mapping[str, Mapping[str, Any]], name: str) -> tuple[Entry, ...]:
    found = [
        Entry(kind, key, rows[key])
        for kind, rows in tables.items()
        for key in rows
        if key.casefold() == name.casefold()
    ]
    if not found:
        ids = {key.casefold(): key for rows in tables.values() for key in rows}
        raise UnknownId(Message("fact"), name, [ids[near] for near in get_close_matches(name.casefold(), ids, n=3)])
    return tuple(found)


def entries(knowledge: Knowledge) -> Iterator[Entry]:
    """Every entry of every kind."""
    for kind in kind_names():
        for key, value in table(knowledge, kind).items():
            yield Entry(kind, key, value)


def places(entry: Entry) -> Iterator[Place]:
    """The entry and everything inside it, depth first; a struct comes before its fields."""
    yield from _walk(entry, "", entry.value)


def _walk(entry: Entry, path: str, value: Any) -> Iterator[Place]:
    yield Place(entry, path, value)
    for name, part in _parts(value):
        yield from _walk(entry, f"{path}.{name}" if path else name, part)


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, msgspec.Struct):
        yield from ((name, getattr(value, name)) for name in value.__struct_fields__)
    elif isinstance(value, Mapping):
        yield from ((str(name), part) for name, part in value.items())
    elif isinstance(value, Sequence | frozenset) and not isinstance(value, str | bytes):
        yield from ((str(position), part) for position, part in enumerate(value))


def numbers(entry: Entry) -> Iterator[tuple[Place, Number]]:
    """Every `Number` inside an entry, with its place."""
    for place in places(entry):
        if isinstance(place.value, Number):
            yield place, place.value


def shape(knowledge: Knowledge, kind: str) -> type[msgspec.Struct]:
    """The type of the entries of a kind; UnknownId when there is no such kind or it holds nothing."""
    rows = table(knowledge, kind) if kind in kind_names() else {}
    if not rows:
        shaped = [name for name in kind_names() if table(knowledge, name)]
        raise UnknownId(Message("kind of fact"), kind, get_close_matches(kind, shaped, n=3))
    return type(next(iter(rows.values())))


def json_schema(knowledge: Knowledge, kind: str) -> dict[str, Any]:
    """The JSON Schema of one entry of a kind, for editors: what keys there are and what each may hold."""
    return msgspec.json.schema(shape(knowledge, kind))

"""The knowledge as one value: every kind of fact by id, read when first asked for."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from keel.knowledge.evidence import Claim, Conflict, Figure, Source, SourceTable
from keel.knowledge.errors import UnknownId
from keel.knowledge.files import Folders

T = TypeVar("T")


class Knowledge:
    """All facts that Keel holds, packaged and overlaid. Immutable; each kind is read when first used.

    A new kind of document is one shape (a `Document` in a module of its own) and one property here.
    """

    def __init__(self, overlays: Sequence[Path] = ()) -> None:
        self._folders = Folders(overlays)
        self.overlays = tuple(overlays)

    @cached_property
    def hash(self) -> str:
        """Content hash of every file, stored with each finding that was shown."""
        return self._folders.content_hash()

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """Works that were read, by id; other names of a work (its aliases) find the same row."""
        return SourceTable(self._folders.table("evidence/sources.csv", Source))

    @cached_property
    def claims(self) -> Mapping[str, Claim]:
        """Statements and what the sources say of them, by id."""
        return self._folders.table("evidence/claims.csv", Claim)

    @cached_property
    def conflicts(self) -> Mapping[str, Conflict]:
        """Questions on which sources disagree, with both sides, by id."""
        return self._folders.table("evidence/conflicts.csv", Conflict)

    @cached_property
    def figures(self) -> Mapping[str, Figure]:
        """Figures that may be reused with their denominator, and figures that must not be, by id."""
        return self._folders.table("evidence/figures.csv", Figure)


def find(kind: str, table: Mapping[str, T], wanted: str) -> T:
    """The entry called `wanted` (case does not matter); UnknownId names near ones."""
    if wanted in table:
        return table[wanted]
    lowered = {key.lower(): key for key in table}
    if wanted.lower() in lowered:
        return table[lowered[wanted.lower()]]
    raise UnknownId(kind, wanted, [lowered[near] for near in get_close_matches(wanted.lower(), lowered, n=3)])


_loaded: dict[tuple[Path, ...], Knowledge] = {}


def load(overlays: Sequence[Path] = ()) -> Knowledge:
    """The knowledge with the given overlays on top; the same value for the same overlays within a process."""
    key = tuple(overlays)
    if key not in _loaded:
        _loaded[key] = Knowledge(key)
    return _loaded[key]

"""What a kind of fact is: one line in `Knowledge` that says where it stands, its shape, and what checks it."""

from collections.abc import Callable, Iterator, Mapping
from inspect import signature
from typing import Any, Generic, Protocol, Self, TypeVar, overload

import msgspec

from keel.knowledge.files import Folders, OverlayProblems
from keel.knowledge.problem import Problem

S = TypeVar("S", bound=msgspec.Struct)
T = TypeVar("T")
Check = Callable[..., Iterator[Problem]]


class Holder(Protocol):
    """What kinds are attributes of."""

    @property
    def folders(self) -> Folders: ...


class Kind(Generic[T]):
    """A kind of fact; as an attribute of `Knowledge` it is read when first asked for, and kept.

    `path` is a CSV table or a folder of TOML documents under data/, `shape` a row or document of it, `key` the column
    by which rows are found. `overlay` says what an overlay may not change, `complete` makes the value of what was read,
    `check` yields problems once every kind reads. The latter two are given the facts of the kind first; each of their
    other parameters is named after the kind that it takes, or is `at`, the day. `read` takes the place of path and key.
    """

    name: str

    @overload
    def __init__(
        self: "Kind[Mapping[str, S]]",
        path: str,
        shape: type[S],
        *,
        key: str = "id",
        overlay: OverlayProblems | None = None,
        check: Check | None = None,
    ) -> None: ...

    @overload
    def __init__(
        self,
        path: str,
        shape: type[msgspec.Struct],
        *,
        complete: Callable[..., T],
        overlay: OverlayProblems | None = None,
        check: Check | None = None,
    ) -> None: ...

    @overload
    def __init__(
        self, path: str, shape: type[msgspec.Struct] | None = None, *, read: Callable[[Folders], T]
    ) -> None: ...

    def __init__(
        self,
        path: str,
        shape: Any = None,
        *,
        key: str = "id",
        overlay: OverlayProblems | None = None,
        complete: Callable[..., Any] | None = None,
        read: Callable[[Folders], Any] | None = None,
        check: Check | None = None,
    ) -> None:
        self.path, self.shape, self.key = path, shape, key
        self._overlay, self._complete, self._read, self._check = overlay, complete, read, check

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, knowledge: None, owner: type) -> Self: ...

    @overload
    def __get__(self, knowledge: Holder, owner: type) -> T: ...

    def __get__(self, knowledge: Holder | None, owner: type) -> Any:
        if knowledge is None:
            return self
        value = vars(knowledge)[self.name] = self._value(knowledge)
        return value

    def _value(self, knowledge: Holder) -> Any:
        folders = knowledge.folders
        if self._read:
            return self._read(folders)
        if self.path.endswith(".csv"):
            found = folders.table(self.path, self.shape, self.key)
        else:
            found = folders.documents(self.path, self.shape, self._overlay)
        return self._complete(found, *_others(self._complete, knowledge)) if self._complete else found

    def problems(self, knowledge: Holder, **given: Any) -> Iterator[Problem]:
        """What the check of the kind finds; `given` are the parameters that are not kinds."""
        if self._check:
            yield from self._check(getattr(knowledge, self.name), *_others(self._check, knowledge, **given))


def _others(function: Callable[..., Any], knowledge: Holder, **given: Any) -> Iterator[Any]:
    """What a function takes after the facts of its own kind, by the names of its parameters."""
    for name in list(signature(function).parameters)[1:]:
        yield given[name] if name in given else getattr(knowledge, name)

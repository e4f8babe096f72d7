"""How much of many: examples of a property, and cases that go through the command line as well."""

import os
from collections.abc import Callable, Hashable, Iterable
from typing import Any

IS_QUICK = os.environ.get("QUICK_TESTS") == "1"
"""`make unit`: each property is tried on few examples; `make test` tries all."""


def examples(many: int) -> int:
    """How many examples a property is tried on."""
    return max(3, many // 10) if IS_QUICK else many


def one_of_each(cases: Iterable[Any], shape: Callable[[Any], Hashable]) -> list[Any]:
    """The first case of each shape: what an answer looks like, not what it says, can differ at the command line."""
    first: dict[Hashable, Any] = {}
    for case in cases:
        first.setdefault(shape(case), case)
    return list(first.values())

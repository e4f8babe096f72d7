"""The shape of a rule's condition and verb as they stand in a knowledge file; `keel.findings` says if it is met."""

from typing import Literal

import msgspec

Scalar = float | int | str | bool
Operator = Literal[">", ">=", "<", "<=", "is", "is_not", "in", "given", "missing"]
Verb = Literal["block", "hold", "warn", "note"]
VERBS: tuple[Verb, ...] = ("block", "hold", "warn", "note")
"""Strongest first."""


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One test of a fact, or several joined by `all` or `any`; exactly one of fact, all and any is given."""

    fact: str = ""
    op: Operator = "is"
    value: Scalar | tuple[str, ...] | None = None
    cut: str = ""
    unit: str = ""
    all: tuple["Condition", ...] = ()
    any: tuple["Condition", ...] = ()

    def __post_init__(self) -> None:
        given = sum(map(bool, (self.fact, self.all, self.any)))
        if given != 1:
            raise ValueError("a condition needs exactly one of `fact`, `all` and `any`")
        if self.fact and self.op not in ("given", "missing") and (self.value is None) == (not self.cut):
            raise ValueError(f"the test of `{self.fact}` needs either `value` or `cut`")

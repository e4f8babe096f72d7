"""Protective strategies: cards that lower a risk, and the facts of a person that call for each.

The shape of data/strategies/*.toml. Groups are those of Piercey and others 2024 that lower risk; getting the drug and
choosing an amount are left out on purpose, and no card may speak of them.
"""

from typing import Literal

import msgspec

from keel.knowledge.certainty import Certainty
from keel.knowledge.conditions import Condition
from keel.knowledge.documents import Document, Id, Number

Group = Literal["company", "place", "mixing", "spacing", "body", "plan", "aftercare"]

Basis = Literal["study", "services", "label", "cases", "reasoned"]
"""What a card rests on: a study, what services agree on, a label, single cases, or reasoning from how things work."""


class StrategyWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A card in one language: what to do in a line, the message, why, and steps where there are several."""

    title: str
    message: str
    why: str
    steps: tuple[str, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """Every string that people read, in the order of the card."""
        return (self.title, self.message, *self.steps, self.why)


class Strategy(Document, frozen=True, kw_only=True):
    """One card, shown where `when` is met.

    A card that `is_general` is for everybody who uses: it comes after the others, unless `first_when` is met too.
    `priority` sorts cards, lowest first. `cuts` are the numbers that the conditions name. `need` is what to look for in
    the directory. `words` holds the card by language.
    """

    group: Group
    priority: int
    when: Condition
    first_when: Condition | None = None
    is_general: bool = False
    cuts: dict[str, Number] = msgspec.field(default_factory=dict)
    basis: Basis
    certainty: Certainty
    claims: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    need: Id
    words: dict[str, StrategyWords]


class DrugGroup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A group of drugs that cards ask about, and the interaction classes in it: a row of drug-groups.csv."""

    id: Id
    classes: tuple[str, ...]

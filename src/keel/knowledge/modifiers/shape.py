"""What changes the kinetics: medicines, genotype, sex, liver. One TOML file of `data/modifiers/` each.

`observed` is what studies saw, with its size. `changes` is how a model takes it up: factors on parameters, by model and
route. Where nothing fits, the engine says that the curve leaves the effect out, and shows what was observed.
"""

from typing import Literal

import msgspec

from keel.knowledge.certainty import Certainty
from keel.knowledge.documents import Document
from keel.messages import Message, Name, Slot, listed


class StudyResult(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one study saw: `auc` and `cmax` of the parent as multiples of the value without the modifier."""

    substance: str
    route: str
    population: str
    n: int | None = None
    auc: float | None = None
    auc_low: float | None = None
    auc_high: float | None = None
    cmax: float | None = None
    cmax_low: float | None = None
    cmax_high: float | None = None
    also: str = ""
    sources: tuple[str, ...]
    certainty: Certainty
    claims: tuple[str, ...] = ()

    @property
    def text(self) -> Message:
        """One line: “oral S-ketamine: area x 2.6, peak x 3.6 (n 10)”."""
        sizes = [] if self.auc is None else [Message("area x {value}", value=self.auc)]
        sizes += [] if self.cmax is None else [Message("peak x {value}", value=self.cmax)]
        sizes += [Message(self.also)] if self.also else []
        slots: dict[str, Slot] = {"substance": Name(self.substance), "route": Name(self.route)}
        slots["sizes"] = listed(sizes) or Message("no size printed")
        if self.n is None:
            return Message("{substance}, {route}: {sizes}", **slots)
        return Message("{substance}, {route}: {sizes} (n {count})", **slots, count=self.n)


class Multiplier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A factor on a parameter, with the range that the evidence leaves open."""

    value: float
    low: float | None = None
    high: float | None = None


class Change(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How models take the modifier up by some routes; an empty `multiply` means that nothing changes there."""

    models: tuple[str, ...]
    routes: tuple[str, ...]
    multiply: dict[str, Multiplier]
    sources: tuple[str, ...]
    certainty: Certainty
    note: str = ""


class Modifier(Document, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that changes the kinetics, what studies saw of it and how models take it up."""

    kind: Literal["inhibitor", "inducer", "genotype", "sex", "liver", "kidney", "scenario", "medicine"]
    mechanism: str = ""
    observed: tuple[StudyResult, ...] = ()
    changes: tuple[Change, ...] = ()
    conflicts: tuple[str, ...] = ()
    note: str = ""

    def change_for(self, model: str, routes: set[str]) -> Change | None:
        """The change for a model that covers all of the routes, or None."""
        fitting = (change for change in self.changes if model in change.models and routes <= set(change.routes))
        return next(fitting, None)

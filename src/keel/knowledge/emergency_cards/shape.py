"""One card for one event: the shape of data/emergency-cards/*.toml, one page each.

The packaged cards hold no dose: a drug box is the clinic's own, in its overlay, with two signatures. A card is signed
once two clinicians have signed the version that it has now.
"""

import datetime as dt
from collections.abc import Collection
from typing import Literal

import msgspec

from keel.knowledge.certainty import Certainty
from keel.knowledge.documents import Document, Id
from keel.knowledge.protocols.shape import Signature

REVIEWERS = 2
"""Who must have signed a card, and a drug box on it (live-session reference, section 7)."""


class CardStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One step. `calls` says whom it calls: the ambulance, help in the house, the prescriber."""

    id: Id
    text: str
    calls: Literal["ambulance", "help", "prescriber", ""] = ""


class DrugBox(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A drug of the clinic's own: its dose in the clinic's words, who may give it, and who signed it."""

    id: Id
    name: str
    dose: str
    given_by: str
    signed: tuple[Signature, ...]


class Opening(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A rule whose finding opens the card; with `facts` only where one of them is why it speaks."""

    rule: str
    facts: tuple[str, ...] = ()

    def is_opened_by(self, rule: str, why: Collection[str]) -> bool:
        """Whether a finding of a rule, for some facts, opens the card."""
        return rule == self.rule and (not self.facts or any(fact in why for fact in self.facts))


class CardReview(Signature, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A clinician's signature under one version of a card."""

    version: str


class EmergencyCard(Document, frozen=True, kw_only=True):
    """The card: what is seen, the steps in order, what to consider once they are done, drugs, and what opens it.

    `order` sorts the list of cards, `changed_on` is the day of this version.
    """

    order: int
    changed_on: dt.date
    seen: str
    steps: tuple[CardStep, ...]
    consider: tuple[CardStep, ...] = ()
    drugs: tuple[DrugBox, ...] = ()
    opened_by: tuple[Opening, ...]
    reviews: tuple[CardReview, ...] = ()
    sources: tuple[str, ...] = ()
    certainty: Certainty

    @property
    def signed(self) -> tuple[CardReview, ...]:
        """The signatures under this version, one a person."""
        return tuple({one.by.casefold(): one for one in self.reviews if one.version == self.version}.values())

    @property
    def is_signed(self) -> bool:
        """Whether two clinicians have signed this version."""
        return len(self.signed) >= REVIEWERS

    def step(self, wanted: str) -> CardStep | None:
        """The step with this id, of those to do and those to consider."""
        return next((one for one in (*self.steps, *self.consider) if one.id == wanted), None)

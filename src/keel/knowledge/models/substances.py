"""Ketamine, its two forms and what the body makes of them: one TOML file of `data/substances/` each."""

from typing import Literal

from keel.knowledge.documents import Document, Number


class Substance(Document, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A substance with its molar mass; a medicine also with the factor from its salt to base.

    `parts` says what a racemate consists of. ng/mL = umol/L times the molar mass in g/mol.
    """

    kind: Literal["medicine", "metabolite"]
    molar_mass: Number
    base_per_salt: Number | None = None
    salt_molar_mass: Number | None = None
    parts: tuple[str, ...] = ()
    of: str | None = None
    labelled_as: str = ""
    notes: tuple[str, ...] = ()

"""The ways in which ketamine is taken: one TOML file of `data/routes/` each, with every published bioavailability.

Figures that disagree stand side by side; the model that uses one names it. A route without a published model says so
in `no_model`, and nothing draws a curve for it.
"""

import msgspec

from keel.knowledge.certainty import Certainty
from keel.knowledge.documents import Document
from keel.messages import Message, Name, Numeral


class Bioavailability(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fraction of a dose that reached the blood in one study: `value`, or a range, with whom it was found in.

    `children` marks a study in children, which says nothing of adults.
    """

    substance: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    population: str
    sources: tuple[str, ...]
    certainty: Certainty
    children: bool = False
    note: str = ""

    @property
    def text(self) -> str:
        """The figure in words: “0.45”, “0.29 (0.27 to 0.31)” or “0.17 to 0.20”."""
        span = f"{self.low:g} to {self.high:g}" if self.low is not None and self.high is not None else ""
        if self.value is None:
            return span
        return f"{self.value:g} ({span})" if span else f"{self.value:g}"


class Peak(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Minutes from the dose to the highest concentration in one study."""

    substance: str
    value_min: float | None = None
    low_min: float | None = None
    high_min: float | None = None
    population: str
    sources: tuple[str, ...]
    certainty: Certainty
    note: str = ""


class Route(Document, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way of taking: its codes where they were seen, and what is published on how much gets in and how fast.

    `is_whole` is true where the whole dose reaches the blood: the other routes are measured against it.

    `journal` is the word of the journal app's export; `snomed` a SNOMED CT code. Both are empty where none was found.
    """

    journal: str = ""
    snomed: str = ""
    snomed_sources: tuple[str, ...] = ()
    no_model: str = ""
    is_whole: bool = False
    bioavailability: tuple[Bioavailability, ...] = ()
    peaks: tuple[Peak, ...] = ()
    conflicts: tuple[str, ...] = ()
    note: str = ""

    def known(self) -> tuple[Message, ...]:
        """What is published on the fraction that gets in, one sentence a study; empty where nothing is."""
        return tuple(
            Message(
                "Bioavailability {figure} ({form}, {population}; {mark}).",
                figure=Numeral(entry.text),
                form=Name(entry.substance),
                population=Message(entry.population),
                mark=Message(entry.certainty.label),
            )
            for entry in self.bioavailability
        )

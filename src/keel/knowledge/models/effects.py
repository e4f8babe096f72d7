"""Published anchors of effect: concentrations at which something was seen, and what blood pressure did.

Rows of data/effects/. They are marks on a curve, not an effect model: no concentration-effect function is invented.
"""

import msgspec

from keel.knowledge.certainty import Certainty
from keel.knowledge.documents import Id


class EffectLevel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A concentration or a range of it (ng/mL) at which an effect was seen, in whom, and at which sampling site."""

    id: Id
    effect: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    substance: str
    site: str
    population: str
    sources: tuple[str, ...]
    certainty: Certainty
    drawn: str
    note: str

    @property
    def is_drawn(self) -> bool:
        """Whether charts show it as a band."""
        return self.drawn == "yes"

    @property
    def band(self) -> tuple[float, float]:
        """Lower and upper edge in ng/mL; both the value where no range is published."""
        low = self.low if self.low is not None else self.value
        high = self.high if self.high is not None else self.value
        if low is None or high is None:
            raise ValueError(f"effects/anchors.csv: {self.id} has neither a value nor a range")
        return low, high


class PressureRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What blood pressure, heart rate or cardiac output did in a setting, as printed."""

    id: Id
    setting: str
    measure: str
    change: str
    compared_with: str
    timing: str
    sources: tuple[str, ...]
    certainty: Certainty

"""The amount of a dose as every reader keeps it."""

from typing import NamedTuple

from keel.messages import EMPTY, Message
from keel.quantities import Interval
from keel.record import DoseCertainty


class DoseAmount(NamedTuple):
    """Milligrams, or milligrams per kilogram where the weight is not known, or why neither is known.

    `is_told` is false where the sender said nothing of an amount, not even that it is absent; `is_estimate` is true
    where the sender calls it one.
    """

    mg: Interval | None = None
    per_kg: Interval | None = None
    why_unknown: Message = EMPTY
    is_told: bool = True
    is_estimate: bool = False

    @classmethod
    def of_weight(cls, mg_per_kg: float, weight_kg: float | None) -> "DoseAmount":
        """An amount per kilogram, in milligrams where the weight is known."""
        per_kg = Interval.exactly(mg_per_kg)
        return cls(per_kg=per_kg) if weight_kg is None else cls(mg=per_kg * weight_kg)

    def perhaps_less(self) -> "DoseAmount":
        """The same, with nothing as the lower end: a dose that was broken off."""
        mg, per_kg = (None if one is None else Interval(0.0, one.mid, one.high) for one in (self.mg, self.per_kg))
        return self._replace(mg=mg, per_kg=per_kg)

    def certainty(self, *, is_measured: bool = False) -> DoseCertainty:
        """How the amount is known; `is_measured` for one that was given and written down by those who gave it."""
        amount = self.mg or self.per_kg
        if amount is None:
            return DoseCertainty.UNKNOWN
        if self.is_estimate or not amount.is_exact:
            return DoseCertainty.ESTIMATED
        return DoseCertainty.MEASURED if is_measured else DoseCertainty.REPORTED

"""How sure a fact is: the four marks that travel from the reference into every output."""

from enum import StrEnum


class Certainty(StrEnum):
    """How a number came to Keel, from strongest to weakest.

    >>> Certainty.weakest([Certainty.SEEN, Certainty.DEFAULT, Certainty.SECONDHAND])
    <Certainty.DEFAULT: 'default'>
    """

    SEEN = "seen"
    """Read in the source itself (abstract, label text, table)."""
    SECONDHAND = "secondhand"
    """Read in another work that reports the source."""
    MEMORY = "memory"
    """Believed by the authors, found in no source: confirm before relying on it."""
    DEFAULT = "default"
    """Chosen by Keel because no source gives a number: a clinic must confirm it."""

    @property
    def rank(self) -> int:
        """0 for seen to 3 for default."""
        return _RANKS[self]

    @property
    def label(self) -> str:
        """The words shown to people."""
        return {
            Certainty.SEEN: "seen in the source",
            Certainty.SECONDHAND: "second-hand",
            Certainty.MEMORY: "unverified",
            Certainty.DEFAULT: "a default that needs confirming",
        }[self]

    @classmethod
    def weakest(cls, marks: list["Certainty"]) -> "Certainty":
        """The least sure of several marks; seen when there are none."""
        return max(marks, key=lambda mark: mark.rank, default=cls.SEEN)


_RANKS = {certainty: rank for rank, certainty in enumerate(Certainty)}

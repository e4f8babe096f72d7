"""What a long run prints: a figure beside its budget."""

from typing import NamedTuple


class Figure(NamedTuple):
    """A figure, its unit, and the most that it may be."""

    name: str
    value: float
    unit: str
    most: float

    @property
    def is_kept(self) -> bool:
        """Whether it is within its budget."""
        return self.value <= self.most

    def __str__(self) -> str:
        return (
            f"{'ok  ' if self.is_kept else 'OVER'}  {self.name}: {self.value:.0f} {self.unit} (at most {self.most:g})"
        )


def percentile(values: list[float], part: float) -> float:
    """The value that `part` percent do not exceed; the largest for small samples."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part / 100))]

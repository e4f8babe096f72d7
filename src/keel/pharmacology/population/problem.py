"""What the solvers for many people are asked; `people.py` asks, `mammillary_people.py` and `chain_people.py` answer."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from keel.pharmacology.inflows import Inflow
from keel.pharmacology.structure import Floats, Structure


class Problem(NamedTuple):
    """What the solvers share: who, what goes in, and when to look. Windows are the edges between doses.

    `occasions` holds the parameters of each window where they differ between sessions, and is empty otherwise.
    """

    structure: Structure
    values: Mapping[str, Any]
    occasions: Sequence[Mapping[str, Any]]
    inflows: Sequence[Inflow]
    people: int
    times_min: Floats
    windows_min: Floats
    factors: Floats | None
    delays: Floats | None
    compiled: bool

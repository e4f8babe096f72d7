"""When compiled loops are used: where Numba is installed and the work is large enough to make loading it worth while.

The choice depends on the question alone, never on what a process did before: the two ways agree to the last few bits
only, and the same question must give the same answer.
"""

import os
from functools import cache
from importlib.util import find_spec

FEWEST_PEOPLE = 4096
FEWEST_SUBJECTS = 200_000  # below that a population is done by NumPy before Numba is loaded


def is_worth_compiling(people: int, at_least: int = FEWEST_PEOPLE) -> bool:
    """Whether compiled loops serve so many people; KEEL_NUMBA=0 in the environment turns them off."""
    return people >= at_least and _has_numba()


@cache
def _has_numba() -> bool:
    return os.environ.get("KEEL_NUMBA") != "0" and find_spec("numba") is not None

"""The knowledge check: everything that must hold over all facts together, as a list of problems.

What concerns one kind is checked beside its shape (`check.py` in its folder, named in the registry); what concerns all
of them has a module in `checks/`. Errors fail the check; warnings (an overdue review, a fact on which nothing
rests, a service that nobody looked at for long) are listed for somebody to look at.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import chain

from keel.knowledge.base import KINDS, Knowledge
from keel.knowledge.checks.citations import citation_problems
from keel.knowledge.checks.languages import language_problems
from keel.knowledge.checks.pages import page_problems
from keel.knowledge.checks.structure import (
    loinc_problems,
    order_problems,
    review_problems,
    schema_problems,
    unit_problems,
)
from keel.knowledge.checks.texts import reading_level_problems, wording_problems
from keel.knowledge.problem import Level, Problem

__all__ = ["Level", "Problem", "check"]

_CHECKS: tuple[Callable[[Knowledge], Iterator[Problem]], ...] = (
    order_problems,
    unit_problems,
    citation_problems,
    loinc_problems,
    wording_problems,
    reading_level_problems,
    page_problems,
    language_problems,
)


def check(knowledge: Knowledge, at: dt.date) -> tuple[Problem, ...]:
    """Every problem of the facts as of the day `at`, errors first, then by check and place.

    Files that do not read are the only problems reported when there are any: the other checks need them.
    """
    broken = tuple(schema_problems(knowledge))
    if broken:
        return broken
    found = chain(
        *(one(knowledge) for one in _CHECKS),
        *(kind.problems(knowledge, at=at) for kind in KINDS.values()),
        review_problems(knowledge, at),
    )
    return tuple(sorted(set(found), key=lambda one: (one.level is not Level.ERROR, one.check, one.where, one.message)))

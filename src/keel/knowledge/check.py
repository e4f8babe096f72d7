"""The knowledge check: everything that must hold over all facts together, as a list of problems.

Each subject has a module in `checks/`. Errors fail the check; warnings (an overdue review, a fact on which nothing
rests, a service that nobody looked at for long) are listed for somebody to look at.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import chain

from keel.knowledge.base import Knowledge
from keel.knowledge.checks.citations import citation_problems
from keel.knowledge.checks.pages import page_problems
from keel.knowledge.checks.problem import Level, Problem, error, warning
from keel.knowledge.checks.rights import licence_problems, loinc_problems
from keel.knowledge.checks.structure import order_problems, review_problems, schema_problems, unit_problems
from keel.knowledge.checks.texts import reading_level_problems, wording_problems
from keel.knowledge.directory.shape import disagreements, stale_rows
from keel.knowledge.evidence.check import arithmetic_problems
from keel.knowledge.interactions.check import interaction_problems

__all__ = ["Level", "Problem", "check"]

_CHECKS: tuple[Callable[[Knowledge], Iterator[Problem]], ...] = (
    order_problems,
    unit_problems,
    citation_problems,
    arithmetic_problems,
    interaction_problems,
    licence_problems,
    loinc_problems,
    wording_problems,
    reading_level_problems,
    page_problems,
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
        review_problems(knowledge, at),
        directory_problems(knowledge, at),
    )
    return tuple(sorted(set(found), key=lambda one: (one.level is not Level.ERROR, one.check, one.where, one.message)))


def directory_problems(knowledge: Knowledge, at: dt.date) -> Iterator[Problem]:
    """Services that break the display rule, and displayed ones that were not looked at for more than 90 days."""
    for message in disagreements(knowledge.directory):
        yield error("directory", "directory.csv", message)
    known_needs = set(knowledge.needs)
    for service in knowledge.directory.values():
        for need in set(service.needs) - known_needs:
            yield error("directory", f"directory/{service.id}", f"need “{need}” is not in needs.csv.")
        for country in set(service.countries) - set(knowledge.countries) - {"*"}:
            yield error("directory", f"directory/{service.id}", f"country “{country}” is not in countries.csv.")
    for service in stale_rows(knowledge.directory, at):
        days = (at - service.checked).days
        yield warning(
            "directory", f"directory/{service.id}", f"last looked at {days} days ago. Check it, move the date."
        )

"""The check of the directory: rows that break the display rule, and rows that nobody looked at for long."""

import datetime as dt
from collections.abc import Iterator, Mapping

from keel.knowledge.directory.listing import STALE_AFTER_DAYS
from keel.knowledge.directory.shape import Country, Display, Need, Service
from keel.knowledge.problem import Problem, error, warning


def directory_problems(
    directory: Mapping[str, Service], needs: Mapping[str, Need], countries: Mapping[str, Country], at: dt.date
) -> Iterator[Problem]:
    """Services that break the display rule, and displayed ones that were not looked at for more than 90 days."""
    for message in disagreements(directory):
        yield error("directory", "directory.csv", message)
    for service in directory.values():
        for need in set(service.needs) - set(needs):
            yield error("directory", f"directory/{service.id}", f"need “{need}” is not in needs.csv.")
        for country in set(service.countries) - set(countries) - {"*"}:
            yield error("directory", f"directory/{service.id}", f"country “{country}” is not in countries.csv.")
    for service in stale_rows(directory, at):
        days = (at - service.checked).days
        yield warning(
            "directory", f"directory/{service.id}", f"last looked at {days} days ago. Check it, move the date."
        )


def stale_rows(directory: Mapping[str, Service], at: dt.date) -> tuple[Service, ...]:
    """Displayed rows that were not checked within 90 days of `at`, oldest first."""
    shown = [service for service in directory.values() if service.display is Display.YES]
    old = [service for service in shown if (at - service.checked).days > STALE_AFTER_DAYS]
    return tuple(sorted(old, key=lambda service: (service.checked, service.id)))


def disagreements(directory: Mapping[str, Service]) -> tuple[str, ...]:
    """Rows on display that should not be: low confidence, commercial, replaced, without a way to reach them."""
    problems = []
    for service in directory.values():
        shown = service.display is Display.YES
        reachable = bool(service.phone or service.text_to or service.url or service.how)
        if shown and service.confidence != "high":
            problems.append(f"{service.id}: displayed with {service.confidence} confidence; only high may be")
        if shown and (service.commercial or service.alias_of):
            problems.append(f"{service.id}: commercial and replaced rows are not displayed")
        if shown and not reachable:
            problems.append(f"{service.id}: displayed without a number, a page or a way to get there")
        if not shown and not service.hidden_because:
            problems.append(f"{service.id}: hidden without a reason in hidden_because")
        if service.alias_of and service.alias_of not in directory:
            problems.append(f"{service.id}: alias_of {service.alias_of} is not a row")
    return tuple(problems)

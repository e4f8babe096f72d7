"""What the directory knows of a number or a name that somebody has: the line, what replaced it, or nothing."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from keel.knowledge import Knowledge
from keel.knowledge.directory import Listed, Service, digits, listed, look_up

SHORTEST_NAME = 3
"""Letters from which on a part of a name is looked for."""


class Found(NamedTuple):
    """Rows to show, names of old rows that they replaced, names of rows that were not confirmed and have no number."""

    rows: tuple[Listed, ...]
    old_names: tuple[str, ...]
    hidden: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known."""
        return not (self.rows or self.hidden)


def find(text: str, knowledge: Knowledge, at: dt.date) -> Found:
    """What is known of a number, or of a name or a part of it; an old number leads to the line that replaced it."""
    directory = knowledge.directory
    services = list(look_up(directory, text)) or _by_name(text, directory.values())
    shown = {service: listed(service, at) for service in services}
    return Found(
        rows=tuple(row for row in shown.values() if row is not None),
        old_names=tuple(old.name for old in directory.values() if old.alias_of and _is(old, text)),
        hidden=tuple(service.name for service, row in shown.items() if row is None and not service.commercial),
    )


def _by_name(text: str, services: Iterable[Service]) -> list[Service]:
    wanted = text.strip().casefold()
    if len(wanted) < SHORTEST_NAME:
        return []
    return [one for one in services if not one.alias_of and wanted in one.name.casefold()]


def _is(service: Service, text: str) -> bool:
    dialled = digits(text)
    same_number = bool(dialled) and dialled in (digits(service.phone), digits(service.text_to))
    return same_number or text.strip().casefold() in (service.id, service.name.casefold())

"""All checks, in the order in which somebody would fix what they find."""

from collections.abc import Iterator

from keel.web.doctor import database, machine, protection, site
from keel.web.doctor.finding import Check, Place, State


def examine(place: Place) -> list[Check]:
    """What every check found; those that need the tables are left out where the database does not answer."""
    return list(_checks(place))


def _checks(place: Place) -> Iterator[Check]:
    settings = machine.settings(place)
    yield from settings
    yield machine.files(place.folder)
    yield machine.secret(place)
    yield machine.disk(place.folder)
    yield machine.clock()
    stored = database.database()
    yield from stored
    has_settings = all(check.state is State.OK for check in settings)
    has_tables = any(check.name == "tables" and check.state is State.OK for check in stored)
    if not (has_settings and has_tables):
        return
    yield from protection.backups(place)
    yield from protection.kept_heads(place)
    yield protection.audit()
    yield site.address(place)
    yield site.mail(place)
    yield from site.people()

"""What of the directory is shown where: the rule for what may be displayed, and its order.

A row is displayed when it says `yes`, its confidence is high and it was checked within 180 days; from 90 days on it is
marked stale. Emergency lines and the world-wide fallback stay even when they are stale, marked so. Who answers at any
hour comes first, then who has hours, then who tells none; within each it is alphabetical. Nothing else ranks, and
commercial providers are not shown at all.
"""

import datetime as dt
import re
from collections.abc import Mapping

import msgspec

from keel.knowledge.directory.shape import FALLBACK, Display, Service

STALE_AFTER_DAYS = 90
HIDDEN_AFTER_DAYS = 180
WORLD = "*"


class ListedService(msgspec.Struct, frozen=True):
    """A service as it is shown on a day: `days` since it was checked, and whether that makes it stale."""

    service: Service
    days: int
    stale: bool


class Listing(msgspec.Struct, frozen=True):
    """What is shown for a country and a need: emergency lines first, then services, then the fallback.

    `emergency` is empty where no number is confirmed for the country; the page then says to call the local number.
    """

    country: str
    need: str | None
    emergency: tuple[ListedService, ...]
    services: tuple[ListedService, ...]
    fallback: ListedService | None


def listed(service: Service, at: dt.date) -> ListedService | None:
    """The service as shown on the day `at`, or None when the display rule hides it."""
    days = (at - service.checked).days
    shown = service.display is Display.YES and service.confidence == "high" and not service.commercial
    if not shown or service.alias_of or (days > HIDDEN_AFTER_DAYS and not service.always_offered):
        return None
    return ListedService(service, days, stale=days > STALE_AFTER_DAYS)


def services(directory: Mapping[str, Service], *, country: str, need: str | None, at: dt.date) -> Listing:
    """Who can help in a country (ISO code) with a need (id, or None for any) on the day `at`.

    Who answers sooner comes first (`Answers`); among equals services of the country come before world-wide ones,
    whole-country ones before those of a region, and then the alphabet.
    """
    code = country.upper()
    rows = [row for service in directory.values() if (row := listed(service, at)) is not None]
    fallback = next((row for row in rows if row.service.id == FALLBACK), None)
    here = [row for row in rows if code in row.service.countries or WORLD in row.service.countries]
    emergency = [row for row in here if row.service.is_emergency]
    others = [
        row
        for row in here
        if not row.service.is_emergency and row is not fallback and (need is None or need in row.service.needs)
    ]
    return Listing(code, need, _in_order(emergency), _in_order(others), fallback)


def _in_order(rows: list[ListedService]) -> tuple[ListedService, ...]:
    return tuple(
        sorted(
            rows,
            key=lambda row: (
                row.service.answers.rank,
                WORLD in row.service.countries,
                row.service.region != "",
                row.service.name.casefold(),
            ),
        )
    )


_KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")


def digits(number: str) -> str:
    """The digits of a number as dialled; letters are read off a keypad.

    >>> digits("1-800-273-TALK")
    '18002738255'
    """
    return re.sub(r"\D", "", number.upper().translate(_KEYPAD))


def look_up(directory: Mapping[str, Service], text: str) -> tuple[Service, ...]:
    """The services that a number, id or name leads to; an old number leads to the row that replaced it."""
    wanted = text.strip().casefold()
    dialled = digits(text) if _is_number(text) else None
    found = [
        service
        for service in directory.values()
        if wanted in (service.id.casefold(), service.name.casefold())
        or dialled in (digits(service.phone), digits(service.text_to))
    ]
    return tuple(dict.fromkeys(directory.get(service.alias_of, service) for service in found))


def _is_number(text: str) -> bool:
    return sum(character.isdigit() for character in text) >= 3

"""People who help: the rows of data/directory.csv and the rule for what may be displayed.

A row is displayed when it says `yes`, its confidence is high and it was checked within 180 days; from 90 days on it is
marked stale. Emergency lines and the world-wide fallback stay even when they are stale, marked so. The list is
alphabetical within each need: nothing is ranked, and commercial providers are not shown at all.
"""

import datetime as dt
import re
from collections.abc import Mapping
from enum import StrEnum

import msgspec

from keel.knowledge.documents import Id

STALE_AFTER_DAYS = 90
HIDDEN_AFTER_DAYS = 180
WORLD = "*"
FALLBACK = "int-fah"
"""Find A Helpline: always offered, in every country."""


class Display(StrEnum):
    """Whether a row may be shown at all."""

    YES = "yes"
    AFTER_CHECK = "after check"
    NO = "no"


class Service(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line, page or clinic: a row of directory.csv.

    `countries` are ISO 3166 codes, `*` for everywhere; `region` narrows them in words. `phone` can be dialled,
    `text_to` with `text_word` can be texted. `checked` is the day on which somebody last looked at the row;
    `hidden_because` says why a row is not displayed. `alias_of` names the row that replaced this one.
    """

    id: Id
    name: str
    offers: str
    audience: str
    needs: tuple[str, ...]
    countries: tuple[str, ...]
    region: str
    phone: str
    text_to: str
    text_word: str
    how: str
    url: str
    hours: str
    languages: str
    cost: str
    confidentiality: str
    source: str
    source_date: str
    checked: dt.date
    confidence: str
    display: Display
    alias_of: str
    commercial: bool
    hidden_because: str
    note: str

    @property
    def is_emergency(self) -> bool:
        """Whether this is an emergency number."""
        return "emergency" in self.needs

    @property
    def always_offered(self) -> bool:
        """Whether the row stays on show when it is old: emergency numbers and the fallback do."""
        return self.is_emergency or self.id == FALLBACK


class Need(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody may look for: a row of needs.csv."""

    id: Id
    label: str


class Country(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A country that the directory covers: a row of countries.csv."""

    code: str
    name: str


class Listed(msgspec.Struct, frozen=True):
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
    emergency: tuple[Listed, ...]
    services: tuple[Listed, ...]
    fallback: Listed | None


def listed(service: Service, at: dt.date) -> Listed | None:
    """The service as shown on the day `at`, or None when the display rule hides it."""
    days = (at - service.checked).days
    shown = service.display is Display.YES and service.confidence == "high" and not service.commercial
    if not shown or service.alias_of or (days > HIDDEN_AFTER_DAYS and not service.always_offered):
        return None
    return Listed(service, days, stale=days > STALE_AFTER_DAYS)


def services(directory: Mapping[str, Service], *, country: str, need: str | None, at: dt.date) -> Listing:
    """Who can help in a country (ISO code) with a need (id, or None for any) on the day `at`.

    Services of the country come before world-wide ones, whole-country ones before those of a region; within each group
    they stand in alphabetical order.
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


def _in_order(rows: list[Listed]) -> tuple[Listed, ...]:
    return tuple(
        sorted(
            rows,
            key=lambda row: (WORLD in row.service.countries, row.service.region != "", row.service.name.casefold()),
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

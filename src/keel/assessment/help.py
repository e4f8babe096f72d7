"""Who can help, as a Picture shows it: the emergency number first, then lines for distress and for drugs."""

import datetime as dt

import msgspec

from keel.knowledge import Knowledge
from keel.knowledge.directory import ListedService, services

NEEDS = ("crisis", "poisoning", "bladder", "drugs", "treatment")
"""What a Picture may call for, in this order; other needs are in the directory."""


class HelpLine(msgspec.Struct, frozen=True, kw_only=True):
    """One way to help: what it is, how to reach it, when it was last checked, and whether that is long ago."""

    id: str
    name: str
    offers: str
    needs: tuple[str, ...]
    phone: str
    text_to: str
    text_word: str
    how: str
    url: str
    hours: str
    cost: str
    checked: dt.date
    stale: bool


def help_lines(country: str, *, at: dt.datetime, knowledge: Knowledge) -> tuple[HelpLine, ...]:
    """Emergency, crisis and drug lines of a country (ISO code, empty where unknown), and the world-wide fallback."""
    listing = services(knowledge.directory, country=country, need=None, at=at.date())
    wanted = [row for row in listing.services if set(row.service.needs) & set(NEEDS)]
    wanted.sort(key=lambda row: min(NEEDS.index(need) for need in row.service.needs if need in NEEDS))
    rows = [*listing.emergency, *wanted, *([listing.fallback] if listing.fallback else [])]
    return tuple(_line(row) for row in rows)


def _line(row: ListedService) -> HelpLine:
    told = {name: getattr(row.service, name) for name in HelpLine.__struct_fields__ if name != "stale"}
    return HelpLine(**told, stale=row.stale)

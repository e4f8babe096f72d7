"""Which country a page is for, who helps there, and what the directory knows of a number or a name.

The country is the one that was chosen, else the one in the browser's language, else none.
"""

import datetime as dt
import re
from collections.abc import Iterable
from typing import NamedTuple

from django.http import HttpRequest

from keel.assessment.alarms import Alarm, alarm_finding, alarms_in
from keel.findings import Finding
from keel.knowledge import Knowledge, load
from keel.knowledge.directory import ListedService, Listing, Service, digits, listed, look_up, services
from keel.web import clock

_TAG = re.compile(r"^[a-z]{2,3}(?:-[a-z]{4})?-([a-z]{2})$", re.IGNORECASE)
SHORTEST_NAME = 3
"""Letters from which on a part of a name is looked for."""


def chosen_country(request: HttpRequest, knowledge: Knowledge) -> str:
    """The ISO code in `country` of the address or the form; empty where none, or an unknown one, was given."""
    code = (request.POST.get("country") or request.GET.get("country") or "").strip().upper()
    return code if code in knowledge.countries else ""


def country_in(accept_language: str, knowledge: Knowledge) -> str:
    """The first country in an Accept-Language header that the directory covers; empty where there is none.

    “en-GB” tells one; “en” does not, and none is guessed.
    """
    for part in accept_language.split(","):
        match = _TAG.match(part.partition(";")[0].strip())
        if match and match.group(1).upper() in knowledge.countries:
            return match.group(1).upper()
    return ""


def country_of(request: HttpRequest, knowledge: Knowledge) -> str:
    """The country whose services this page shows; empty where it is not known."""
    return chosen_country(request, knowledge) or country_in(request.headers.get("Accept-Language", ""), knowledge)


def listing_for(country: str, need: str | None = None) -> Listing:
    """Who helps in a country today; without a country, the services that work everywhere."""
    return services(load().directory, country=country, need=need, at=clock.today())


def alarms_of(texts: Iterable[str], knowledge: Knowledge, *, of_search: bool = False) -> list[tuple[Alarm, Finding]]:
    """Words of alarm in what was typed, with what to say of each; they stand above whatever comes next."""
    return [(alarm, alarm_finding(alarm)) for alarm in alarms_in(texts, knowledge, of_search=of_search)]


class Matches(NamedTuple):
    """Rows to show, names of old rows that they replaced, names of rows that were not confirmed and have no number."""

    rows: tuple[ListedService, ...]
    old_names: tuple[str, ...]
    hidden: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known."""
        return not (self.rows or self.hidden)


def find(text: str, knowledge: Knowledge, at: dt.date) -> Matches:
    """What is known of a number, or of a name or a part of it; an old number leads to the line that replaced it."""
    directory = knowledge.directory
    matching = list(look_up(directory, text)) or _by_name(text, directory.values())
    shown = {service: listed(service, at) for service in matching}
    return Matches(
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

"""The list of people who help, by country and need, and all countries on one page."""

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from keel import knowledge
from keel.knowledge.directory import WORLD, Country, Listing
from keel.web import clock
from keel.web.directory.queries import alarms_of, country_of, find, listing_for
from keel.web.language import texts
from keel.web.language.words import gettext

LONGEST_QUESTION = 60


@require_safe
def people_who_help(request: HttpRequest) -> HttpResponse:
    """Who helps in a country (`country`) with a need (`need`), or what is known of a number or a name (`q`).

    Emergency numbers stand before everybody else whatever was asked.
    """
    facts = knowledge.load()
    need = request.GET.get("need", "")
    need = need if need in facts.needs else ""
    asked = request.GET.get("q", "").strip()[:LONGEST_QUESTION]
    context = {
        "listing": listing_for(country_of(request, facts), need or None),
        "need": need,
        "need_label": facts.needs[need].label if need else "",
        "needs": [facts.needs[name] for name in facts.needs if name != "emergency"],
        "asked": asked,
        "alarms": alarms_of([asked], facts, of_search=True),
        "found": find(asked, facts, clock.today()) if asked else None,
        "texts": texts.of_topic("help"),
    }
    return render(request, "directory/help.html", context)


@require_safe
def everywhere(request: HttpRequest) -> HttpResponse:
    """Every country on one page: what a device keeps for the time without a connection."""
    facts = knowledge.load()
    rows = [(country, _rows_of(country)) for country in facts.countries.values()]
    world = listing_for("")
    context = {
        "countries_with_rows": sorted(
            [(country, found) for country, found in rows if found.emergency or found.services],
            key=lambda pair: gettext(pair[0].name),
        ),
        "world": [*world.emergency, *world.services, *([world.fallback] if world.fallback else [])],
        "made": clock.today(),
    }
    return render(request, "directory/everywhere.html", context)


def _rows_of(country: Country) -> Listing:
    """The listing of a country without the lines that work everywhere."""
    listing = listing_for(country.code)
    return msgspec.structs.replace(
        listing,
        emergency=tuple(row for row in listing.emergency if WORLD not in row.service.countries),
        services=tuple(row for row in listing.services if WORLD not in row.service.countries),
    )

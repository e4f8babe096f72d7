"""The help strip of every page: emergency number first, then where to find somebody to talk to."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from keel import knowledge
from keel.web.directory.queries import chosen_country, country_of, listing_for
from keel.web.language.words import gettext


def help_strip(request: HttpRequest) -> dict[str, Any]:
    """`help_country` (ISO code or empty), its name, whether it was chosen, all countries, the listing, crisis lines."""
    facts = knowledge.load()
    code = country_of(request, facts)
    return {
        "help_country": code,
        "help_country_name": facts.countries[code].name if code else "",
        "chosen_country": chosen_country(request, facts),
        "countries": sorted(facts.countries.values(), key=lambda country: gettext(country.name)),
        "help_listing": SimpleLazyObject(lambda: listing_for(code)),
        "crisis_lines": SimpleLazyObject(lambda: listing_for(code, "crisis").services),
    }

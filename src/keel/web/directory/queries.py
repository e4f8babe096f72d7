"""Which country's services a page shows: the one that was chosen, else the one in the browser's language, else none."""

import re

from django.http import HttpRequest

from keel.knowledge import Knowledge

_TAG = re.compile(r"^[a-z]{2,3}(?:-[a-z]{4})?-([a-z]{2})$", re.IGNORECASE)


def chosen_country(request: HttpRequest, knowledge: Knowledge) -> str:
    """The ISO code in `country` of the address or the form; empty where none, or an unknown one, was given."""
    code = (request.POST.get("country") or request.GET.get("country") or "").strip().upper()
    return code if code in knowledge.countries else ""


def told_country(accept_language: str, knowledge: Knowledge) -> str:
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
    return chosen_country(request, knowledge) or told_country(request.headers.get("Accept-Language", ""), knowledge)

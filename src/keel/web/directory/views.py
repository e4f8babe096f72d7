"""The list of people who help."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from keel import knowledge
from keel.web.directory.context import listing_for
from keel.web.directory.place import country_of


@require_safe
def people_who_help(request: HttpRequest) -> HttpResponse:
    """Who helps in a country (`country`) with a need (`need`); emergency numbers stand first whatever was asked."""
    facts = knowledge.load()
    need = request.GET.get("need", "")
    need = need if need in facts.needs else ""
    listing = listing_for(country_of(request, facts), need or None)
    needs = [facts.needs[name] for name in facts.needs if name != "emergency"]
    return render(request, "directory/help.html", {"listing": listing, "need": need, "needs": needs})

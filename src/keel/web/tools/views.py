"""The tools: a list of them, and each as an empty form.

Nothing that is written reaches the server: no view takes a POST, and the policy forbids the page to send.
"""

import json
from collections.abc import Callable
from typing import Any

from csp.constants import NONE
from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from keel import knowledge
from keel.knowledge.texts import Tool
from keel.web.directory.queries import country_of, listing_for
from keel.web.language import texts
from keel.web.language.words import gettext as _
from keel.web.tools.queries import definition, fields_of, script_words, words_of

AREAS = ("crisis", "urges", "thoughts", "motivation", "balance", "programme")
MOST_LINES = 3
"""How many services stand at the end of a tool; the rest are one tap further."""
DAYS_ON_PAPER = range(1, 32)

View = Callable[..., HttpResponse]
sends_nothing: Callable[[View], View] = csp_replace({"connect-src": [NONE], "form-action": [NONE]})
"""The policy of a page on which people write about themselves: it cannot send."""


def _area_words(area: str) -> str:
    return {
        "crisis": _("For the worst hours"),
        "urges": _("When the urge comes"),
        "thoughts": _("Thoughts"),
        "motivation": _("What you want"),
        "balance": _("Days and weeks"),
        "programme": _("Programmes"),
    }[area]


def _tools() -> list[Tool]:
    return sorted(knowledge.load().tools.values(), key=lambda one: (AREAS.index(one.area), one.order, one.id))


@require_safe
@sends_nothing
def all_tools(request: HttpRequest) -> HttpResponse:
    """Every tool by what it is for, and one place to save, read or delete all that was kept."""
    language = texts.language()
    found = [(tool, *words_of(tool, language)) for tool in _tools()]
    areas = [(_area_words(area), [row for row in found if row[0].area == area]) for area in AREAS]
    data = {"tools": [definition(tool, words) for tool, words, _language in found], "words": script_words()}
    context = {"areas": areas, "texts": texts.of_topic("help"), "data": json.dumps(data, ensure_ascii=False)}
    return render(request, "tools/list.html", context)


@require_safe
@sends_nothing
def tool(request: HttpRequest, name: str) -> HttpResponse:
    """One tool as an empty form, with the people who help with it."""
    facts = knowledge.load()
    if name not in facts.tools:
        raise Http404
    one = facts.tools[name]
    words, words_language = words_of(one, texts.language())
    data = {"tools": [definition(one, words)], "words": script_words()}
    context: dict[str, Any] = {
        "tool": one,
        "words": words,
        "words_language": words_language,
        "is_translated": words_language == translation.get_language(),
        "fields": fields_of(one, words),
        "blocks": [(block, words.blocks[block.id]) for block in one.blocks],
        "has_month": any(view.within == "month" for view in one.views),
        "days_on_paper": DAYS_ON_PAPER,
        "data": json.dumps(data, ensure_ascii=False),
        "need": one.need,
        "lines": listing_for(country_of(request, facts), one.need).services[:MOST_LINES],
    }
    return render(request, "tools/tool.html", context)

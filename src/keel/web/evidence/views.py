"""The evidence: a list with a search, and a page for every claim, conflict, figure and source."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from keel import knowledge
from keel.knowledge import Knowledge
from keel.knowledge.directory import listed
from keel.knowledge.evidence_search import KINDS, SERVICES, search
from keel.web import clock
from keel.web.directory.queries import alarms_of
from keel.web.language import texts

MOST_HITS = 40


def _table(facts: Knowledge, kind: str) -> Mapping[str, Any]:
    if kind not in KINDS:
        raise Http404
    table: Mapping[str, Any] = getattr(facts, kind)
    return table


@require_safe
def evidence(request: HttpRequest) -> HttpResponse:
    """What matches `q`, below what its words call for; without `q` all claims by topic, or all entries of `kind`."""
    facts, words = knowledge.load(), request.GET.get("q", "").strip()[:200]
    kind = request.GET.get("kind", "claims")
    rows = _table(facts, kind).values()
    today = clock.today()
    found = search(facts, words, MOST_HITS, lang=texts.language(), at=today) if words else ()
    hits = [
        (hit.kind, listed(facts.directory[hit.id], today) if hit.kind == SERVICES else _table(facts, hit.kind)[hit.id])
        for hit in found
    ]
    context = {
        "words": words,
        "hits": hits,
        "alarms": alarms_of([words], facts, of_search=True),
        "kind": kind,
        "kinds": [(name, len(_table(facts, name))) for name in KINDS],
        "groups": _by_topic(list(rows)) if not words else [],
    }
    return render(request, "evidence/evidence.html", context)


def _by_topic(rows: list[Any]) -> list[tuple[str, list[Any]]]:
    topics: dict[str, list[Any]] = {}
    for row in rows:
        topics.setdefault(getattr(row, "topic", ""), []).append(row)
    return sorted(topics.items())


@require_safe
def find(request: HttpRequest, name: str) -> HttpResponse:
    """Leads from an id to its page, whichever kind it is of."""
    facts = knowledge.load()
    for kind in KINDS:
        if name in _table(facts, kind):
            return redirect("evidence:entry", kind=kind, name=_table(facts, kind)[name].id)
    raise Http404


@require_safe
def entry(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    """One claim, conflict, figure or source, with all that leans on it."""
    facts = knowledge.load()
    table = _table(facts, kind)
    if name not in table:
        raise Http404
    row = table[name]
    edition = facts.editions.get(row.id) if kind == "sources" else None
    context = {"kind": kind, "row": row, "edition": edition, "leaning": _leaning(facts, kind, row.id)}
    return render(request, f"evidence/{kind}.html", context)


def _leaning(facts: Knowledge, kind: str, name: str) -> dict[str, list[Any]]:
    """Claims, conflicts and figures that name this entry."""
    field = {"sources": "sources", "claims": "claims"}.get(kind)
    if field is None:
        return {}
    return {
        "claims": [row for row in facts.claims.values() if kind == "sources" and name in row.sources],
        "figures": [row for row in facts.figures.values() if name in getattr(row, field)],
        "conflicts": [
            row
            for row in facts.conflicts.values()
            if name in getattr(row, f"one_{field}") or name in getattr(row, f"other_{field}")
        ],
    }

"""Models side by side for a regimen, and a page for each model. GET only; nothing about anybody is asked or kept."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from keel import knowledge
from keel.knowledge.models import Model
from keel.web.capacity import COSTLY
from keel.web.research.forms import FIRST, RegimenForm
from keel.web.research.queries import Regimen, overlay_of
from keel.web.routes import in_queue


@in_queue(COSTLY)
@require_safe
def models(request: HttpRequest) -> HttpResponse:
    """Every model, and the curves of those that hold for the regimen in the address, or for the first one."""
    form = RegimenForm(request.GET if "dose_mg" in request.GET else FIRST)
    shown = overlay_of(Regimen(**form.cleaned_data)) if form.is_valid() else None
    context = {"form": form, "shown": shown, "models": [_line(one) for one in knowledge.load().models.values()]}
    return render(request, "research/models.html", context, status=200 if form.is_valid() else 422)


@in_queue(COSTLY)
@require_safe
def model(request: HttpRequest, name: str) -> HttpResponse:
    """One model: in whom, where it holds, its numbers with their marks, what it gets wrong."""
    found = knowledge.load().models.get(name)
    if found is None:
        raise Http404
    return render(request, "research/model.html", {"model": found, **_line(found)})


def _line(one: Model) -> dict[str, Any]:
    """A model with where it holds, in words."""
    routes = knowledge.load().routes
    return {"model": one, "holds": one.holds(), "routes": [routes[entry.route].title.lower() for entry in one.inputs]}

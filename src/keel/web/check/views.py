"""The check: one address, nothing kept between two requests.

When a file is about several people, the page lists them and carries the file's text in the form, so that opening one
sends it again; the server keeps nothing.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from keel import knowledge
from keel.assessment.picture import picture_of
from keel.web.check.examples import EXAMPLES
from keel.web.check.forms import CheckForm
from keel.web.picture.shown import Shown

UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """GET: the form, with the example in `example` filled in. POST: the Picture of what was sent, or what to mend."""
    at, facts = timezone.now(), knowledge.load()
    if request.method != "POST":
        example = EXAMPLES.get(request.GET.get("example", ""))
        form = CheckForm(at=at, knowledge=facts, initial={"pattern": example.text if example else ""})
        return _page(request, form)
    form = CheckForm(request.POST, request.FILES, at=at, knowledge=facts)
    if not form.is_valid():
        return _page(request, form, status=UNPROCESSABLE)
    records = form.read.records
    chosen = 0 if len(records) == 1 else form.cleaned_data.get("person")
    if chosen is None or chosen >= len(records):
        return _page(request, form, people=list(enumerate(records)))
    shown = Shown(picture_of(records[chosen], at=at, knowledge=facts), facts)
    return _page(request, form, shown=shown, several=len(records) > 1)


def _page(request: HttpRequest, form: CheckForm, *, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, "check/check.html", {"form": form, "examples": EXAMPLES, **context}, status=status)

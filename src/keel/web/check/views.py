"""The check: one form over several steps, sent by POST, nothing kept between two requests.

Each button names in `go` where it leads: a step, the picture, or the page to hand over. What was told on other steps
travels in hidden fields. When a file is about several people, the page lists them; opening one sends the file again.
"""

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keel import knowledge
from keel.assessment.picture import picture_of
from keel.knowledge import Knowledge
from keel.reports.documents import handover_pdf
from keel.web import clock
from keel.web.brands import stylesheet
from keel.web.capacity import COSTLY
from keel.web.check import entrances, steps
from keel.web.check.entrances import Entrance
from keel.web.check.forms import CheckForm
from keel.web.check.handover import handover_of
from keel.web.check.picture import CheckPicture
from keel.web.check.queries import EXAMPLES
from keel.web.directory.queries import country_of
from keel.web.language import texts
from keel.web.language.words import gettext as _
from keel.web.questionnaires.queries import questionnaire_of
from keel.web.routes import LARGEST_RECORD, in_queue, takes

UNPROCESSABLE = 422
FORGET = '"cache", "cookies", "storage"'
"""What a browser on a shared screen is told to forget (Clear-Site-Data)."""
METHODS = ["GET", "HEAD", "POST"]


@takes(LARGEST_RECORD)
@require_http_methods(METHODS)
def check(request: HttpRequest) -> HttpResponse:
    """The public check: the first step, with the example in `example` filled in, or what a button of it leads to."""
    return _answer(request, entrances.public())


@takes(LARGEST_RECORD)
@require_http_methods(METHODS)
@csrf_exempt
def embed(request: HttpRequest) -> HttpResponse:
    """The check inside another site. It sets no cookie, so there is nothing that a forged form could act on."""
    entrance = entrances.embedded(request)
    if entrance is None:
        raise Http404
    return entrances.let_frame(_answer(request, entrance), entrance.brand)


@takes(LARGEST_RECORD)
@require_http_methods(METHODS)
@csrf_exempt
def kiosk(request: HttpRequest) -> HttpResponse:
    """The check on a shared screen, which goes back to the start by itself."""
    entrance = entrances.kiosk()
    return _forgotten(entrance) if entrances.has_run_out(request, entrance) else _answer(request, entrance)


@require_safe
def clear(request: HttpRequest) -> HttpResponse:
    """Tells the browser of a shared screen to forget all it has of this site, and leads to the start."""
    return _forgotten(entrances.kiosk())


@require_safe
def brand_style(request: HttpRequest, name: str) -> HttpResponse:
    """The colours of a configured brand."""
    if name not in settings.BRANDS:
        raise Http404
    return HttpResponse(stylesheet(settings.BRANDS[name]), content_type="text/css")


@in_queue(COSTLY)
@takes(LARGEST_RECORD)
@require_POST
@csrf_exempt
def one_page(request: HttpRequest) -> HttpResponse:
    """The page to hand over as a PDF, made in memory from the same fields and not kept."""
    at, facts = clock.now(), knowledge.load()
    form = _bound(request, at, facts)
    if not form.is_valid() or len(form.records) != 1:
        return _page(request, entrances.public(), form, step=form.wrong_step(), status=UNPROCESSABLE)
    shown = _picture(form, 0, at, facts)
    document = handover_pdf(handover_of(shown, form.cleaned_data, knowledge=facts), at=at)
    response = HttpResponse(document, content_type="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="ketamine-one-page.pdf"'
    return response


def _answer(request: HttpRequest, entrance: Entrance) -> HttpResponse:
    at, facts = clock.now(), knowledge.load()
    if request.method != "POST":
        example = EXAMPLES.get(request.GET.get("example", ""))
        form = CheckForm(at=at, knowledge=facts, initial={"pattern": example.typed if example else ""})
        return _page(request, entrance, form, step=steps.STEPS[0].id)
    form = _bound(request, at, facts)
    go = _where_to(request)
    if not form.is_valid():
        return _page(request, entrance, form, step=form.wrong_step(), status=UNPROCESSABLE)
    if form.asks_body and (go in (steps.PICTURE, steps.after(steps.STEPS[0].id))):
        return _page(request, entrance, form, step="bladder")
    if go in steps.BY_ID:
        return _page(request, entrance, form, step=go)
    if form.is_empty and form.alarms:
        return _page(request, entrance, form, step=steps.STEPS[0].id)
    if form.is_empty:
        form.add_error("pattern", _("Nothing was given yet. Write a pattern, a medicine, or paste a record."))
        return _page(request, entrance, form, step=steps.STEPS[0].id, status=UNPROCESSABLE)
    records = form.records
    chosen = 0 if len(records) == 1 else form.cleaned_data.get("person")
    if chosen is None or chosen >= len(records):
        return _page(request, entrance, form, people=list(enumerate(records)))
    shown = _picture(form, chosen, at, facts)
    return _page(request, entrance, form, shown=shown, several=len(records) > 1)


def _forgotten(entrance: Entrance) -> HttpResponse:
    return HttpResponse(status=303, headers={"Location": entrance.action, "Clear-Site-Data": FORGET})


def _where_to(request: HttpRequest) -> str:
    """A step or the picture: what the button says; who takes answers back or leaves a line out stays in the steps."""
    if go := request.POST.get("go"):
        return str(go)
    taken_back = [one.id for one in steps.STEPS if request.POST.get("forget") in one.instruments]
    if taken_back:
        return taken_back[0]
    return steps.after(steps.STEPS[0].id) if request.POST.get("lenient") == "1" else steps.PICTURE


def _bound(request: HttpRequest, at: dt.datetime, facts: Knowledge) -> CheckForm:
    data = request.POST.copy()
    for name in data.getlist("forget"):
        for field in [field for field in data if field.startswith(f"{name}.")]:
            del data[field]
        kept = [
            group.id for group in steps.GROUPS if group.id in data.getlist("none") and name not in dict(group.items)
        ]
        data.setlist("none", kept)
    return CheckForm(data, request.FILES, at=at, knowledge=facts, country=country_of(request, facts))


def _picture(form: CheckForm, chosen: int, at: dt.datetime, facts: Knowledge) -> CheckPicture:
    record = form.records[chosen]
    picture = picture_of(record, at=at, knowledge=facts)
    matters = form.cleaned_data.get("matters", ())
    return CheckPicture(picture, facts, record=record, self_report=form.self_report, matters=matters)


def _page(
    request: HttpRequest, entrance: Entrance, form: CheckForm, *, step: str = "", status: int = 200, **context: Any
) -> HttpResponse:
    if step:
        here = steps.BY_ID[step]
        context |= {
            "here": here,
            "next": steps.after(step),
            "back": steps.before(step),
            "number": [one.id for one in steps.STEPS].index(step) + 1,
            "asked": [questionnaire_of(form, texts.instrument(name)) for name in here.instruments],
        }
    context |= {
        "entrance": entrance,
        "form": form,
        "steps": steps.STEPS,
        "carried": list(form.carried(step)) if form.is_bound else [],
        "examples": EXAMPLES,
    }
    return render(request, "check/check.html", context, status=status)

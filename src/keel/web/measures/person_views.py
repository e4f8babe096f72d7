"""What a person sees at a private link: one neutral question, the form, and help at once where an answer alarms.

No account, no script, no cookie but that of the form. A link that is over says so kindly and stores nothing.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods, require_safe

from keel import knowledge
from keel.web import clock
from keel.web.capacity import PUBLIC
from keel.web.directory.queries import listing_for
from keel.web.measures.actions import note_step, store_answers
from keel.web.measures.errors import FormOver, Over
from keel.web.measures.forms import AnswerForm
from keel.web.measures.models import FormLink, LinkStep, Way
from keel.web.measures.queries import alarms_in, alerts_for, clinic_says, link_of, link_state
from keel.web.questionnaires.queries import answers_in, questionnaire_of
from keel.web.routes import in_queue

GONE = 410
UNPROCESSABLE = 422
View = Callable[..., HttpResponse]


def _at_link(view: View) -> View:
    """A view of a link in the language of its message and the zone of its clinic; kind words where there is none."""

    @in_queue(PUBLIC)
    @wraps(view)
    def handle(request: HttpRequest, token: str) -> HttpResponse:
        link = link_of(token)
        if link is None or link.patient.erased_at is not None:
            return render(request, "measures/over.html", {"over": Over.UNKNOWN}, status=404)
        with translation.override(link.lang), timezone.override(ZoneInfo(link.clinic.timezone)):
            return view(request, link, token)

    return handle


@require_http_methods(["GET", "HEAD", "POST"])
@_at_link
def form(request: HttpRequest, link: FormLink, token: str) -> HttpResponse:
    """The next questionnaire of a link; before the first one, whether it is the right person."""
    now = clock.now()
    state = link_state(link, now)
    asked = request.POST.get("instrument", "")
    if request.method == "POST" and asked in state.answered:
        return _over(request, link, Over.ANSWERED, twice=True)
    if state.over is not None:
        return _over(request, link, state.over)
    if not state.is_opened:
        return _confirm(request, link, token)
    name = asked if asked in state.left else state.left[0]
    shape = knowledge.load().instrument_in(name, link.lang)
    answers = AnswerForm(request.POST if asked == name else None, shape=shape)
    is_open = False
    if answers.is_bound and answers.is_valid():
        items = answers_in(answers.cleaned_data, shape)
        asked_now = (item.id for item in shape.items if item.asked_when is None)
        is_open = any(item not in items for item in asked_now)
        # What alarms is stored and answered at once, whatever else is open.
        if items and (not is_open or answers.cleaned_data["is_seen"] or alarms_in(name, items)):
            return _stored(request, link, token, name, items)
    one = questionnaire_of(answers, shape)._replace(answered=0)
    context = _said(link) | {"one": one, "form": answers, "is_open": is_open, "number": len(state.answered) + 1}
    return render(
        request,
        "measures/form.html",
        context | {"of": len(link.instruments)},
        status=UNPROCESSABLE if answers.is_bound else 200,
    )


def _confirm(request: HttpRequest, link: FormLink, token: str) -> HttpResponse:
    if request.method == "POST":
        is_me = request.POST.get("is_me") == "yes"
        what = LinkStep.What.OPENED if is_me else LinkStep.What.NOT_ME
        if request.POST.get("is_me") in ("yes", "no"):
            note_step(link=link, what=what, at=clock.now())
        return redirect("measures:form", token)
    return render(request, "measures/confirm.html", _said(link))


def _stored(
    request: HttpRequest, link: FormLink, token: str, instrument: str, items: dict[str, int | str]
) -> HttpResponse:
    says = clinic_says(link.clinic, link.lang)
    shown: Literal["clinic", "keel"] = "clinic" if says.is_own else "keel"
    try:
        rules = store_answers(link=link, instrument=instrument, items=items, shown=shown, at=clock.now())
    except FormOver as over:
        return _over(request, link, over.why, twice=over.why is Over.ANSWERED)
    return redirect("measures:form_help" if rules else "measures:form", token)


@require_safe
@_at_link
def form_help(request: HttpRequest, link: FormLink, token: str) -> HttpResponse:
    """Help at once: the words of the clinic, whom to call, and what an answer of this link calls for."""
    facts, now = knowledge.load(), clock.now()
    mine = [one for one in alerts_for(link.patient, now) if one.id.startswith(f"{link.pk}-")]
    risks, steps = set(), []
    for one in mine:
        shape = facts.instruments[one.opened.step.instrument]
        is_suicide = shape.look_back is not None and shape.look_back.risk == "suicide"
        risks.add(is_suicide)
        if not is_suicide:
            steps += [rule.next_step for rule in shape.rules if f"{shape.id}/{rule.id}" in one.opened.step.rules]
    context = {"is_crisis": True in risks or not mine, "steps": steps, "left": link_state(link, now).left}
    return render(request, "measures/help.html", _said(link) | context | {"token": token})


def _over(request: HttpRequest, link: FormLink, over: Over, *, twice: bool = False) -> HttpResponse:
    status = 200 if over is Over.ANSWERED else GONE
    return render(request, "measures/over.html", _said(link) | {"over": over, "twice": twice}, status=status)


def _said(link: FormLink) -> dict[str, Any]:
    """What every page of a link says: who asks, whom to call, and that nobody watches round the clock."""
    country = link.clinic.country
    return {
        "link": link,
        "says": clinic_says(link.clinic, link.lang),
        "is_tablet": link.way == Way.TABLET,
        "help_listing": listing_for(country),
        "crisis_lines": listing_for(country, "crisis").services,
        "help_country": country,
    }

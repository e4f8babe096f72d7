"""Pages to read, the comparison with the reader's own column, and checks of the mind that are scored and forgotten."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from keel import knowledge
from keel.assessment.instruments import AnswersRefused, Score, score_instrument
from keel.assessment.monograph import Audience, monograph_of
from keel.assessment.picture import picture_of
from keel.findings import Severity
from keel.knowledge.errors import UnknownId
from keel.knowledge.evidence import Claim
from keel.knowledge.instruments import Instrument
from keel.knowledge.texts import Text
from keel.messages import text_of
from keel.web import clock
from keel.web.capacity import COSTLY
from keel.web.directory.queries import country_of
from keel.web.language import texts
from keel.web.leaflets import pdf_of
from keel.web.learn.forms import AnswersForm, OwnFigures
from keel.web.learn.queries import own_figures
from keel.web.picture.queries import is_withheld
from keel.web.questionnaires.queries import questionnaire_of
from keel.web.routes import in_queue

TOPICS = ("question", "treatment", "help", "leaflet", "page")
FREE = ("phq-9", "gad-7", "who-5", "pcl-5", "audit-c", "asq")
"""Checks of the mind offered here, where the licence of the instrument frees its words."""
SAFETY_ITEMS_OF = ("asq",)
ALWAYS_OPEN = ("what", "todo", "effects")
"""Parts of a monograph that are not behind their name: what it is, when to get help, side effects."""


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Everything there is to read."""
    groups = [(name, texts.of_topic(name)) for name in ("question", "treatment", "help")]
    return render(request, "learn/index.html", {"groups": groups})


@require_safe
def topic(request: HttpRequest, topic: str) -> HttpResponse:
    """The texts of a topic, each with its answer in a sentence."""
    if topic not in TOPICS:
        raise Http404
    return render(request, "learn/topic.html", {"topic": topic, "texts": texts.of_topic(topic)})


@require_safe
def read(request: HttpRequest, name: str) -> HttpResponse:
    """One text with its sections, sources, disagreements and the claims that it judges."""
    text = texts.here().get(name)
    if text is None or text.topic not in (*TOPICS, "picture", "comparison"):
        raise Http404
    if text.table is not None:
        return redirect("learn:comparison")
    return render(request, "learn/text.html", {"text": text, "judged": _judged(text)})


@require_safe
def monograph(request: HttpRequest, name: str, audience: Audience = Audience.PEOPLE) -> HttpResponse:
    """What is known of ketamine or esketamine as a medicine, in words for people."""
    try:
        found = monograph_of(name, audience, knowledge.load())
    except UnknownId as error:
        raise Http404 from error
    is_for_people = audience is Audience.PEOPLE
    text = texts.here()["treatment-provider"]
    context = {"monograph": found, "is_for_people": is_for_people, "open_parts": ALWAYS_OPEN, "text": text}
    return render(request, "learn/monograph.html", context)


@require_safe
def monograph_for_professionals(request: HttpRequest, name: str) -> HttpResponse:
    """The same claims with doses, terms and every table."""
    return monograph(request, name, Audience.PROFESSIONALS)


def _judged(text: Text) -> list[Claim]:
    """The claims that a text judges, but for those that are not repeated."""
    claims = knowledge.load().claims
    return [claims[one] for one in text.judges if one in claims and not is_withheld(claims[one])]


@require_http_methods(["GET", "HEAD", "POST"])
def comparison(request: HttpRequest) -> HttpResponse:
    """Medical or not, side by side; POST fills the last column with the reader's own figures and keeps nothing."""
    at, facts = clock.now(), knowledge.load()
    form = OwnFigures(request.POST or None, at=at, knowledge=facts)
    yours: dict[str, str] = {}
    status = 200
    if form.is_bound:
        if form.is_valid():
            record = form.record
            yours = dict(own_figures(record, picture_of(record, at=at, knowledge=facts), facts))
        else:
            status = 422
    text = texts.here()["comparison-medical"]
    context = {"text": text, "form": form, "yours": yours, "judged": _judged(text)}
    return render(request, "learn/comparison.html", context, status=status)


@require_safe
def after(request: HttpRequest) -> HttpResponse:
    """After stopping: what gets better, what is unsure, what helps."""
    return render(request, "learn/after.html", {})


@require_safe
def minds(request: HttpRequest) -> HttpResponse:
    """The checks of the mind that may be filled in here."""
    return render(request, "learn/minds.html", {"instruments": [one for name in FREE if (one := _free(name))]})


@require_http_methods(["GET", "HEAD", "POST"])
def mind(request: HttpRequest, name: str) -> HttpResponse:
    """One check: its questions, and by POST its score with what must be said first."""
    instrument = _free(name)
    if instrument is None:
        raise Http404
    form = AnswersForm(request.POST or None, instrument=instrument)
    context: dict[str, Any] = {"instrument": instrument, "form": form, "asked": questionnaire_of(form, instrument)}
    if not form.is_bound:
        return render(request, "learn/mind.html", context)
    if not form.is_valid() or not form.answers():
        return render(request, "learn/mind.html", {**context, "is_empty": form.is_valid()}, status=422)
    try:
        score = score_instrument(name, form.answers(), given=form.facts(), knowledge=knowledge.load())
    except AnswersRefused as error:
        return render(request, "learn/mind.html", {**context, "refused": text_of(error)}, status=422)
    return render(request, "learn/mind.html", {**context, "score": score, "is_safety": _asks_for_safety(score, form)})


def _asks_for_safety(score: Score, form: AnswersForm) -> bool:
    """Whether an answer about suicide is above “no”, or a finding of a suicide screen is urgent, whatever the total."""
    answers = form.answers()
    items = [item.id for item in form.instrument.items if item.safety]
    above = any(isinstance(answers.get(item), int) and int(answers[item]) > 0 for item in items)
    urgent = any(finding.severity in (Severity.BLOCK, Severity.HOLD) for finding in score.findings)
    return above or (form.instrument.id in SAFETY_ITEMS_OF and urgent)


def _free(name: str) -> Instrument | None:
    """The instrument where it is offered here and its words may be printed."""
    instrument = texts.instrument(name) if name in FREE else None
    return instrument if instrument is not None and instrument.has_wording else None


@require_safe
def leaflets(request: HttpRequest) -> HttpResponse:
    """The leaflets, to read or to print."""
    return render(request, "learn/leaflets.html", {"texts": texts.of_topic("leaflet")})


@in_queue(COSTLY)
@require_safe
def leaflet(request: HttpRequest, name: str) -> HttpResponse:
    """A leaflet as PDF, with the numbers of the country that was chosen."""
    text = texts.here().get(name)
    if text is None or text.topic != "leaflet":
        raise Http404
    facts = knowledge.load()
    document = pdf_of(name, country=country_of(request, facts), day=clock.today())
    response = HttpResponse(document, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response

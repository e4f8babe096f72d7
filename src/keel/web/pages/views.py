"""Home, about, readiness, and the pages for what went wrong."""

import re
import sys

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from keel import knowledge
from keel.exposure import summarise
from keel.knowledge import Certainty
from keel.record import Record
from keel.reports import charts
from keel.web import clock
from keel.web.capacity import HEALTH
from keel.web.check.queries import EXAMPLES, read_line
from keel.web.health import health
from keel.web.language.rendering import page_catalogue
from keel.web.language.words import gettext as _
from keel.web.live.queries import is_watched
from keel.web.refusals import is_not_stored, not_stored_page
from keel.web.routes import in_queue

ELSEWHERE = "https://www.wikipedia.org/"
"""Where "Leave page" leads: a site that anybody may have open."""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Three doors, and the worked example that Keel began with, computed now."""
    facts, at = knowledge.load(), clock.now()
    example = EXAMPLES["weekend"]
    record = Record(patterns=read_line(example.typed, at=at, knowledge=facts))
    exposure = summarise(record, at=at, knowledge=facts)
    scale = {
        "svg": charts.exposure_scale_svg(exposure, page_catalogue()),
        "words": charts.exposure_scale_words(exposure),
    }
    slogan = facts.claims["B11"]
    return render(
        request, "pages/home.html", {"example": example, "exposure": exposure, "scale": scale, "slogan": slogan}
    )


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What Keel is and is not, and how it treats what is typed."""
    return render(request, "pages/about.html", {"marks": list(Certainty)})


@require_safe
def leave(request: HttpRequest) -> HttpResponse:
    """Leads away, and takes the cookie along without which no form that was sent before can be sent again.

    Without script a browser's Back offers to send the check once more; after leaving, that shows no answer.
    Whoever is logged in keeps the cookie, as another tab may hold a form that is not sent yet.
    """
    response = HttpResponse(status=303, headers={"Location": ELSEWHERE})
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        response.delete_cookie(settings.CSRF_COOKIE_NAME, samesite=settings.CSRF_COOKIE_SAMESITE)
    return response


@in_queue(HEALTH)
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether pages can be read (200, else 503), whether a fact would be stored, and what is wrong, as JSON."""
    found = health()
    alarms = found.alarms if not found.ready or is_watched(clock.real_now()) else (*found.alarms, "alarms-not-running")
    document = {**msgspec.structs.asdict(found), "alarms": alarms, "knowledge": knowledge.load().hash}
    return JsonResponse(document, status=200 if found.ready else 503)


SERVER_ERROR = 500
STAFF = ("clinic", "account", "log-in", "invitation", "first-start")
"""First words of the addresses of the staff: what goes wrong there is said in their frame."""


def _problem(request: HttpRequest, title: str, text: str, status: int) -> HttpResponse:
    codes = "|".join(code for code, _name in settings.LANGUAGES)
    first = re.sub(rf"^/(?:(?:{codes})/)?([^/]*).*", r"\1", request.path, flags=re.DOTALL)
    is_staffs = first in STAFF and status < SERVER_ERROR
    frame = "keel/staff.html" if is_staffs else ""
    return render(request, "keel/problem.html", {"title": title, "text": text, "frame": frame}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    text = _("Your browser sent something that this page cannot read. Go back and try once more.")
    return _problem(request, _("That could not be read"), text, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return _problem(request, _("Not allowed"), _("Your role does not allow this."), 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without its token: cookies are off, or the page was open for long."""
    text = _("This form needs one cookie, which holds nothing about you. Allow it, load the page again, and send it.")
    return _problem(request, _("The form was not accepted"), text, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return _problem(
        request, _("Page not found"), _("There is no page at this address, or it is not yours to see."), 404
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500. Says that nothing was shown, so that no half Picture passes for a whole one; 503: nothing stored."""
    if is_not_stored(sys.exception()):
        return not_stored_page(request)
    text = _("Keel met an error and shows nothing rather than something half right. Trying again may help.")
    return _problem(request, _("Something went wrong here"), text, 500)


def too_many(request: HttpRequest) -> HttpResponse:
    """429: allauth counts tries, in all processes together."""
    text = _("Too many tries came from here in a short time. Wait a minute and try again.")
    return _problem(request, _("Too many tries"), text, 429)

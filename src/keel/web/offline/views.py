"""The worker, the manifest, and the page that is shown without a connection."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from keel.web import clock
from keel.web.language.words import gettext as _
from keel.web.offline import queries

PAPER, INK = "#faf9f5", "#15242a"
"""Ground and strip of the page (keel.css)."""


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The worker of this language; its text, and so its version, changes with what it keeps."""
    language = translation.get_language() or ""
    settings = {
        "cache": f"keel-{language}-",
        "version": queries.version(language, clock.today()),
        "pages": queries.pages(),
        "texts": queries.texts(),
        "files": queries.files(),
        "offline": reverse("offline:offline"),
        "help": reverse("directory:help"),
        "everywhere": reverse("directory:everywhere"),
    }
    return _script(request, "offline/service-worker.js", settings)


@require_safe
def session_worker(request: HttpRequest) -> HttpResponse:
    """The worker of the pages of sessions, apart from that of the public ones; it keeps no page with anybody in it."""
    language = translation.get_language() or ""
    settings = {
        "cache": f"keel-session-{language}-",
        "version": queries.version(language, clock.today()),
        "shell": reverse("offline:session"),
        "files": queries.session_files(),
    }
    return _script(request, "offline/session-worker.js", settings)


def _script(request: HttpRequest, template: str, settings: dict[str, Any]) -> HttpResponse:
    context = {"settings": json.dumps(settings, indent=1)}
    response = render(request, template, context, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@require_safe
def session(request: HttpRequest) -> HttpResponse:
    """The shell of a session's page without a connection: the same for everybody."""
    return render(request, "offline/session.html", {"styles": queries.SESSION_STYLES})


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a device shows when somebody puts Keel on its home screen."""
    home = reverse("pages:home")
    words = {
        "name": _("Keel: ketamine safety and care"),
        "short_name": "Keel",
        "lang": translation.get_language(),
        "id": home,
        "start_url": home,
        "scope": home,
        "display": "minimal-ui",
        "background_color": PAPER,
        "theme_color": INK,
        "icons": [{"src": static("keel/keel.svg"), "sizes": "any", "type": "image/svg+xml"}],
        "shortcuts": [
            {"name": _("People who help"), "url": reverse("directory:everywhere")},
            {"name": _("Tools"), "url": reverse("tools:list")},
        ],
    }
    return JsonResponse(words, content_type="application/manifest+json")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What still works without a connection, what this device keeps, and how to remove it."""
    return render(request, "offline/offline.html")

"""Languages of the pages: which there are, and how the reader changes between them.

A language is offered when its catalogue is there (`knowledge/catalogues.py`); its texts are `data/texts/<code>`. The
choice is in the address (`/es/check/`; English has no prefix) and nowhere else: no cookie, no profile.
"""

from typing import Any, NamedTuple

from django.conf.locale import LANG_INFO
from django.http import HttpRequest
from django.urls import translate_url
from django.utils import translation

from keel.knowledge.catalogues import ENGLISH
from keel.knowledge.catalogues import languages as spoken

FIRST = ENGLISH
"""The language of the texts in the code and the templates; its addresses have no prefix."""


def offered() -> list[tuple[str, str]]:
    """Code and own name of each language, English first."""
    return [(code, LANG_INFO[code]["name_local"].capitalize()) for code in spoken()]


class Language(NamedTuple):
    """A language as a link: code, own name, the address of this page in it, whether it is the one on the page."""

    code: str
    name: str
    address: str
    is_here: bool


def choices(request: HttpRequest) -> list[Language]:
    """This page in each language; a page that has one language only gives an empty list."""
    from django.conf import settings

    here = translation.get_language() or FIRST
    address = request.get_full_path() if request.method in ("GET", "HEAD") else request.path
    links = [Language(code, name, translate_url(address, code), code == here) for code, name in settings.LANGUAGES]
    return links if len({link.address for link in links}) > 1 else []


def better(request: HttpRequest, links: list[Language]) -> Language | None:
    """The language that the browser asks for first, where this page has it and nobody chose another by the address."""
    if (translation.get_language() or FIRST) != FIRST:
        return None
    wanted = request.headers.get("Accept-Language", "").partition(",")[0].partition(";")[0].strip().lower()
    return next((link for link in links if link.code == wanted.partition("-")[0] and not link.is_here), None)


def context(request: HttpRequest) -> dict[str, Any]:
    """`languages`: this page in each language; `better_language`: the one that the browser asks for, if not this."""
    links = choices(request)
    return {"languages": links, "better_language": better(request, links)}

"""The pages for a request that was not done: too large, too slow, too much at once, or nothing could be written.

Each says whether something was stored, and what to do.
"""

from collections.abc import Callable
from enum import Enum

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from keel.web.language.words import gettext as _

RETRY_S = 30
"""After how many seconds a full or locked database is tried again."""


class Refusal(Enum):
    """Why a request was not done; the value is the status of the answer."""

    TOO_SLOW = 408
    TOO_LARGE = 413
    TOO_MUCH = 503
    NOT_STORED = 507

    @property
    def status(self) -> int:
        """The status that is sent: 503 for whatever may go better later."""
        return 503 if self is Refusal.NOT_STORED else self.value


def size_in_words(size: int) -> str:
    """Bytes as people read them: “4 MB”, “100 kB”."""
    return f"{size // 1_000_000} MB" if size >= 1_000_000 else f"{size // 1000} kB"


def refusal_page(request: HttpRequest, why: Refusal, *, most: int = 0, retry_after_s: int = 0) -> HttpResponse:
    """The page; `most` are the bytes that the route takes, `retry_after_s` the seconds to wait."""
    title, text = _WORDS[why](most, retry_after_s)
    page = render(request, "keel/problem.html", {"title": title, "text": text}, status=why.status)
    if retry_after_s:
        page.headers["Retry-After"] = str(retry_after_s)
    return page


def is_not_stored(error: BaseException | None) -> bool:
    """Whether the database refused to work: locked, full, read-only, gone. Not a rule of the data that was broken."""
    while error is not None:
        if isinstance(error, DatabaseError) and type(error).__name__ in ("OperationalError", "InternalError"):
            return True
        error = error.__cause__
    return False


def not_stored_page(request: HttpRequest) -> HttpResponse:
    """503 for what the database refused; whatever the request had begun is undone."""
    connection.close()
    return refusal_page(request, Refusal.NOT_STORED, retry_after_s=RETRY_S)


def _too_large(most: int, _retry_s: int) -> tuple[str, str]:
    text = _("What was sent is larger than %(most)s, the most that this page reads at once. Nothing was stored.")
    return _("That is too large"), text % {"most": size_in_words(most)}


def _too_slow(_most: int, _retry_s: int) -> tuple[str, str]:
    return _("That took too long"), _(
        "What you sent did not arrive in time. Nothing was stored. Go back and send it once more."
    )


def _too_much(_most: int, retry_s: int) -> tuple[str, str]:
    text = _(
        "Keel has more to do at this moment than it can. Nothing was stored. Wait %(seconds)d seconds, go back, and "
        "send it once more."
    )
    return _("Please wait a moment"), text % {"seconds": retry_s}


def _not_stored(_most: int, _retry_s: int) -> tuple[str, str]:
    return _("Nothing was stored"), _(
        "The database cannot be written to at this moment: it is locked, full or out of reach. Nothing of this was "
        "stored. Write it down on paper, tell the person who looks after Keel, and enter it once this page is gone."
    )


_WORDS: dict[Refusal, Callable[[int, int], tuple[str, str]]] = {
    Refusal.TOO_LARGE: _too_large,
    Refusal.TOO_SLOW: _too_slow,
    Refusal.TOO_MUCH: _too_much,
    Refusal.NOT_STORED: _not_stored,
}

"""What a route may cost: the queue in which it runs, and the largest body that it takes.

A view says so where it differs from its kind: `@in_queue(COSTLY)`, `@takes(LARGEST_RECORD)`. A clinic's pages run apart
from public ones and from the door, its writes apart from all, and those of the rooms apart from these.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils import translation

from keel.web.capacity import ACCOUNTS, CLINIC, COSTLY, LIVE, PUBLIC, ROOMS, STATIC, WRITES, Queue

View = TypeVar("View", bound=Callable[..., Any])

LARGEST_FORM = 100_000
"""Bytes of a form: two fields of 5,000 characters as a browser writes them, and the rest."""
LARGEST_RECORD = 4_000_000
"""Bytes of a form with a record in it; 20,000 doses are 2.5 MB."""
LARGEST_QUICK = 250_000
"""Bytes above which a form is costly to read, whichever page it is for."""
PUBLIC_APPS = frozenset({"pages", "offline", "check", "evidence", "learn", "directory", "research", "tools"})
"""Apps whose pages need no log-in."""
ACCOUNT_APPS = frozenset({"", "accounts", "staff"})
"""Apps of log-ins, passwords, invitations; allauth's has no name. All that is in neither is a clinic's work."""
_OF_STAFF = frozenset({LIVE, WRITES, CLINIC, ROOMS})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Route(NamedTuple):
    """What an address may cost. `name` is the route as the log names it, never the path that somebody typed."""

    queue: Queue
    largest_body: int
    name: str = "no route"

    def queue_of(self, length: int, *, is_signed_in: bool = True) -> Queue:
        """The queue for a body of this many bytes; who shows no session is sent to the door, and waits there."""
        if length > LARGEST_QUICK:
            return COSTLY
        return self.queue if is_signed_in or self.queue not in _OF_STAFF else ACCOUNTS


def in_queue(queue: Queue) -> Callable[[View], View]:
    """A view that runs in this queue."""
    return lambda view: _marked(view, "queue", queue)


def takes(size: int) -> Callable[[View], View]:
    """A view whose forms may have this many bytes."""
    return lambda view: _marked(view, "largest_body", size)


def _marked(view: View, name: str, value: object) -> View:
    setattr(view, name, value)
    return view


def route_of(method: str, path: str) -> Route:
    """What a request may cost; an address without a page costs what a public page does."""
    if path.startswith(settings.STATIC_URL):
        return Route(STATIC, 0, "static")
    try:
        with translation.override(translation.get_language_from_path(path) or settings.LANGUAGE_CODE):
            match = resolve(path)
    except Resolver404:
        return Route(PUBLIC, LARGEST_FORM)
    return Route(
        queue=getattr(match.func, "queue", _usual(match.app_name, method)),
        largest_body=getattr(match.func, "largest_body", LARGEST_FORM),
        name=f"/{match.route}",
    )


def _usual(app: str, method: str) -> Queue:
    if app in PUBLIC_APPS:
        return PUBLIC
    if app in ACCOUNT_APPS:
        return ACCOUNTS
    if method in SAFE_METHODS:
        return CLINIC
    return LIVE if app == "live" else WRITES

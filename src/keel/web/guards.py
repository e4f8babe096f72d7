"""What surrounds every request: a log without personal data, a limit on size, headers.

The log has the method, the route (not the path: paths and queries hold what people typed), the status and the time
taken. Errors are logged as their kind and the lines of code they passed, without the message, which may quote input.
"""

import logging
import time
import traceback
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from keel.web.refusals import Refusal, refusal_page
from keel.web.routes import route_of

Handler = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger("keel.web")

REFUSED = "keel.refused"
"""In the WSGI environment of a request that was refused before it ran: why, the most bytes, the seconds to wait."""
HEADERS = {
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def log_requests(get_response: Handler) -> Handler:
    """One line for each request."""

    def handle(request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = get_response(request)
        match = getattr(request, "resolver_match", None)
        route = f"/{match.route}" if match else "no route"
        took = (time.perf_counter() - started) * 1000
        log.info("%s %s %d %.0f ms", request.method, route, response.status_code, took)
        return response

    return handle


def refuse_large_bodies(get_response: Handler) -> Handler:
    """Answers 413 before a body is read that is larger than its route takes, or whose size is not told.

    Where `front.py` has refused a request already, this makes the page of it.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        if refused := request.META.get(REFUSED):
            why, most, retry_after_s = refused
            return refusal_page(request, why, most=most, retry_after_s=retry_after_s)
        most = min(route_of(str(request.method), request.path_info).largest_body, settings.LARGEST_BODY_BYTES)
        length = request.META.get("CONTENT_LENGTH") or "0"
        is_chunked = "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower()
        if is_chunked or not length.isdecimal() or int(length) > most:
            return refusal_page(request, Refusal.TOO_LARGE, most=most)
        return get_response(request)

    return handle


def add_headers(get_response: Handler) -> Handler:
    """Headers of every response; whatever a view did not declare cacheable is not to be stored by anyone."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return handle


class PrivateFormatter(logging.Formatter):
    """Formats an error as its type and the code that it passed, leaving out its message and all values."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The line; for Django's request errors without their arguments, which name the path."""
        if record.name.startswith("django."):
            record = logging.makeLogRecord({**record.__dict__, "msg": "a request failed", "args": ()})
        return super().format(record)

    def formatException(self, ei: Any) -> str:
        """The exception and what it came from, innermost last: type, file, line, function."""
        lines = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(ei[2])]
        return "\n".join([f"{ei[0].__module__}.{ei[0].__qualname__} (message left out)", *lines])

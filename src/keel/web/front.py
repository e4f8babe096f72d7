"""What stands before Django: reads a request whole before a thread is taken, and gives it a turn in its queue.

A slow client holds a task of the event loop and nothing else, for as long as `BODY_S` and the size that it told allow.
What is too large, too slow or too much is refused here with a plain page: 413, 408, 503 with `Retry-After`.

granian calls `application` by RSGI (github.com/emmett-framework/granian, its interface for Python applications); Django
is called as WSGI (PEP 3333), in threads, as it is elsewhere.
"""

import asyncio
import logging
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import BytesIO
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import translation

from keel.web.capacity import QUEUES, Overloaded, Turns
from keel.web.guards import REFUSED
from keel.web.refusals import Refusal
from keel.web.routes import LARGEST_QUICK, Route, route_of

log = logging.getLogger("keel.web")

BODY_S = 10.0
"""Seconds that a client has for a small body."""
BYTES_PER_S = 20_000
"""A larger body has a second more for each of these: a slow telephone line sends that much."""
SWITCH_S = 0.0001
"""Seconds after which a busy thread lets another on. Python's own 5 ms are waited for at every step of a request and of
the event loop: under overload a clinic's write then took 4 s in the middle, with 0.5 ms 0.8 s, with 0.1 ms 0.08 s."""
LARGE_AT_ONCE = 12
"""Large bodies that are read at once in a worker: they stand in memory."""
LONGEST_QUERY = 32_000
"""Bytes behind the question mark."""
LONGEST_TAG = 12
"""Characters of the language that a browser asks for first."""
MOST_PAGES = 100
"""Pages of refusals that are kept."""

Headers = list[tuple[str, str]]


class Answer(NamedTuple):
    """What is sent back."""

    status: int
    headers: Headers
    body: bytes


class Front:
    """A WSGI application behind a reader and queues, as RSGI; `on_start` is called once the worker runs."""

    def __init__(
        self, application: Callable[..., Iterable[bytes]], *, on_start: Callable[[], None] = lambda: None
    ) -> None:
        sys.setswitchinterval(SWITCH_S)
        self._application, self._on_start = application, on_start
        self._turns = Turns()
        self._threads = ThreadPoolExecutor(sum(queue.at_once for queue in QUEUES), thread_name_prefix="keel")
        self._large = 0
        self._pages: dict[tuple[Any, ...], asyncio.Future[Answer]] = {}

    def __rsgi_init__(self, _loop: Any) -> None:
        """Starts what runs beside the answers."""
        self._on_start()

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Answers one request."""
        answer = await self.answer(scope, protocol)
        protocol.response_bytes(answer.status, answer.headers, answer.body)

    async def answer(self, scope: Any, protocol: Any) -> Answer:
        """The answer of the application, or why it was not asked."""
        route = route_of(scope.method, scope.path)
        length = scope.headers.get("content-length") or "0"
        if "transfer-encoding" in scope.headers or not length.isdecimal() or int(length) > route.largest_body:
            return await self._refused(scope, route, Refusal.TOO_LARGE)
        if len(scope.query_string) > LONGEST_QUERY:
            return await self._refused(scope, route, Refusal.TOO_LARGE)
        try:
            body = await self._read(protocol, int(length))
            work = partial(self._call, environment(scope, body))
            return await self._turns.run(route.queue_of(len(body), is_signed_in=_has_session(scope)), work)
        except TimeoutError:
            return await self._refused(scope, route, Refusal.TOO_SLOW)
        except Overloaded as error:
            return await self._refused(scope, route, Refusal.TOO_MUCH, error.retry_after_s)

    async def _read(self, protocol: Any, length: int) -> bytes:
        """The body; TimeoutError where it does not come in time, Overloaded where too many large ones are coming."""
        if not length:
            return b""
        is_large = length > LARGEST_QUICK
        if is_large and self._large >= LARGE_AT_ONCE:
            raise Overloaded(QUEUES[-1])
        self._large += is_large
        try:
            async with asyncio.timeout(BODY_S + length / BYTES_PER_S):
                body: bytes = await protocol()
                return body
        finally:
            self._large -= is_large

    async def _call(self, environ: dict[str, Any]) -> Answer:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, _respond, self._application, environ)

    async def _refused(self, scope: Any, route: Route, why: Refusal, retry_after_s: int = 0) -> Answer:
        """The page of a refusal. Django makes it once for each language and country, as refusals are many."""
        log.info("%s %s %d refused before it ran", scope.method, route.name, why.status)
        accepts = (scope.headers.get("accept-language") or "").partition(",")[0][:LONGEST_TAG]
        page = (why, route.largest_body, retry_after_s)
        key = (*page, root_of(scope.path), accepts, scope.scheme)
        if key not in self._pages:
            if len(self._pages) >= MOST_PAGES:
                self._pages.clear()
            environ = environment(scope, b"", plain=True) | {
                "PATH_INFO": root_of(scope.path),
                "HTTP_ACCEPT_LANGUAGE": accepts,
                REFUSED: page,
            }
            self._pages[key] = asyncio.ensure_future(asyncio.to_thread(_respond, self._application, environ))
        return await asyncio.shield(self._pages[key])


def _has_session(scope: Any) -> bool:
    """Whether the request shows a session, true or false."""
    return f"{settings.SESSION_COOKIE_NAME}=" in (scope.headers.get("cookie") or "")


def root_of(path: str) -> str:
    """The first page in the language of an address."""
    first = f"/{path.split('/', 2)[1]}/" if path.count("/") > 1 else "/"
    return first if translation.get_language_from_path(first) else "/"


def environment(scope: Any, body: bytes, *, plain: bool = False) -> dict[str, Any]:
    """The WSGI environment of a request that was read (PEP 3333); `plain` keeps only the host of it."""
    name, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": name,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if plain:
        environ |= {"REQUEST_METHOD": "GET", "QUERY_STRING": ""}
    for header, value in scope.headers.items():
        if plain and header not in ("host", "x-forwarded-proto"):
            continue
        key = header.upper().replace("-", "_")
        if key == "CONTENT_TYPE":
            environ[key] = value
        elif key != "CONTENT_LENGTH" and "_" not in header:  # X_Forwarded_Proto would pass for X-Forwarded-Proto
            between = "; " if key == "COOKIE" else ","
            before = environ.get(f"HTTP_{key}")
            environ[f"HTTP_{key}"] = value if before is None else f"{before}{between}{value}"
    if "HTTP_HOST" not in environ and getattr(scope, "authority", None):
        environ["HTTP_HOST"] = scope.authority  # HTTP/2 has it in place of the header
    return environ


def _respond(application: Callable[..., Iterable[bytes]], environ: dict[str, Any]) -> Answer:
    """Runs the application, in a thread."""
    begun: list[tuple[int, Headers]] = []

    def start_response(status: str, headers: Headers, _error: Any = None) -> Callable[[bytes], None]:
        begun.append((int(status.split(" ", 1)[0]), headers))
        return lambda _data: None

    result = application(environ, start_response)
    try:
        body = b"".join(result)
    finally:
        if hasattr(result, "close"):
            result.close()
    status, headers = begun[-1]
    return Answer(status, headers, body)

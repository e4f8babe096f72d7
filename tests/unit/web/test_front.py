"""HZ-AVL-01: a request is read whole before a thread is taken; too large, too slow and too much end before Django."""

import asyncio
import time
from types import SimpleNamespace

import pytest

from keel.web import front as front_module
from keel.web.capacity import ACCOUNTS, COSTLY, PUBLIC, WRITES
from keel.web.front import Front, environment
from keel.web.guards import REFUSED
from keel.web.routes import LARGEST_FORM, LARGEST_QUICK, LARGEST_RECORD
from support import django_ready  # noqa: F401


class Headers(dict):
    def __init__(self, *pairs):
        super().__init__(pairs)
        self._pairs = list(pairs)

    def items(self):
        return self._pairs


def asked(method="GET", path="/about/", *headers, query=""):
    return SimpleNamespace(
        method=method,
        path=path,
        query_string=query,
        headers=Headers(("host", "127.0.0.1:8000"), *headers),
        server="127.0.0.1:8000",
        client="127.0.0.1:5000",
        scheme="http",
        http_version="1.1",
    )


def sent(body=b"", *, after=0.0):
    async def read():
        await asyncio.sleep(after)
        return body

    return read


class Application:
    """Says what it was asked; the page of a refusal names why."""

    def __init__(self):
        self.asked = []

    def __call__(self, environ, start_response):
        self.asked.append(environ)
        why = environ.get(REFUSED)
        start_response(f"{why[0].status if why else 200} -", [("X-Path", environ["PATH_INFO"])])
        return [environ["wsgi.input"].read()]


def answers(*requests):
    application = Application()

    async def run():
        front = Front(application)
        return await asyncio.gather(*(front.answer(scope, read) for scope, read in requests))

    return application, asyncio.run(run())


def statuses(*requests):
    return [one.status for one in answers(*requests)[1]]


def length(size):
    return ("content-length", str(size))


def test_a_body_reaches_the_application_whole():
    application, (answer,) = answers((asked("POST", "/check/", length(3)), sent(b"a=1")))
    assert (answer.status, answer.body) == (200, b"a=1")
    assert application.asked[0]["CONTENT_LENGTH"] == "3"


@pytest.mark.parametrize(
    ("path", "most"), [("/check/", LARGEST_RECORD), ("/es/check/", LARGEST_RECORD), ("/log-in/", LARGEST_FORM)]
)
def test_a_body_larger_than_its_route_takes_is_refused_before_it_is_read(path, most):
    async def never():
        raise AssertionError("it was read")

    application, (answer,) = answers((asked("POST", path, length(most + 1)), never))
    assert answer.status == 413
    assert application.asked[0][REFUSED][1] == most


@pytest.mark.parametrize(
    "header", [("transfer-encoding", "chunked"), ("content-length", "many"), ("content-length", "-1")]
)
def test_a_body_whose_size_is_not_told_is_refused(header):
    assert statuses((asked("POST", "/check/", header), sent(b"x"))) == [413]


def test_an_address_of_endless_length_is_refused():
    assert statuses((asked(query="q=" + "x" * 40_000), sent())) == [413]


def test_a_body_that_does_not_come_is_given_up_and_the_others_are_answered_meanwhile(monkeypatch):
    monkeypatch.setattr(front_module, "BODY_S", 0.2)
    slow = [(asked("POST", "/check/", length(100)), sent(after=30)) for _ in range(50)]
    begun = time.monotonic()
    application, found = answers(*slow, (asked(), sent()))
    assert [one.status for one in found] == [408] * 50 + [200]
    assert time.monotonic() - begun < 5
    assert len(application.asked) == 2  # the page of the refusal is made once


def test_past_its_places_a_request_is_refused_with_a_time_to_come_again(monkeypatch):
    monkeypatch.setattr(front_module, "LARGE_AT_ONCE", 1)
    large = LARGEST_QUICK + 1
    first, second = answers(*[(asked("POST", "/check/", length(large)), sent(b"x" * large, after=0.1))] * 2)[1]
    assert sorted((first.status, second.status)) == [200, 503]


@pytest.mark.parametrize("cookie", [(), (("cookie", "a=b; sessionid=x"),)])
def test_a_place_of_the_clinic_is_for_who_shows_a_session(monkeypatch, cookie):
    """Whatever comes without one ends at the door, and waits there."""
    queues = []

    async def run(_turns, queue, work):
        queues.append(queue)
        return await work()

    monkeypatch.setattr(front_module.Turns, "run", run)
    answers((asked("POST", "/clinic/x/patients/x/medicine/", length(3), *cookie), sent(b"a=1")))
    assert queues == [WRITES if cookie else ACCOUNTS]


def test_a_large_body_waits_in_the_queue_of_what_costs_much():
    from keel.web.routes import route_of

    assert route_of("POST", "/check/").queue_of(100) is PUBLIC
    assert route_of("POST", "/check/").queue_of(LARGEST_QUICK + 1) is COSTLY


def test_the_environment_is_that_of_wsgi():
    """PEP 3333: PATH_INFO holds the bytes of the path as latin-1; headers sent twice are joined."""
    scope = asked("GET", "/café/", ("cookie", "a=1"), ("cookie", "b=2"), ("accept", "x"), ("accept", "y"), query="q=1")
    found = environment(scope, b"")
    assert found["PATH_INFO"].encode("latin-1").decode() == "/café/"
    assert (found["HTTP_COOKIE"], found["HTTP_ACCEPT"]) == ("a=1; b=2", "x,y")
    assert (found["SERVER_NAME"], found["SERVER_PORT"], found["REMOTE_ADDR"]) == ("127.0.0.1", "8000", "127.0.0.1")


def test_a_header_with_an_underscore_passes_for_no_other():
    assert "HTTP_X_FORWARDED_PROTO" not in environment(asked("GET", "/", ("x_forwarded_proto", "https")), b"")


def test_an_error_of_the_application_gives_its_place_back():
    def broken(environ, start_response):
        raise ZeroDivisionError

    async def run():
        front = Front(broken)
        for _ in range(20):
            with pytest.raises(ZeroDivisionError):
                await front.answer(asked(), sent())

    asyncio.run(run())

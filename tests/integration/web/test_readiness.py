"""HZ-AVL-04: /healthz tells ready from able to write, and what could not be stored is said so in plain words."""

import pytest
from django.db import OperationalError

from keel import knowledge
from keel.web import health
from keel.web.clinic.models import Fact
from keel.web.pages import views


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    """Looks anew. A test runs inside a transaction, where no other can begin; `test_web_server.py` tries a lock."""
    monkeypatch.setattr(health, "_can_lock", lambda _cursor: True)
    monkeypatch.setattr(views, "is_watched", lambda _at: True)  # no server runs here; `test_alarms_are_watched.py`
    health.forget()
    yield
    health.forget()


def test_it_answers_with_the_hash_of_the_facts(erin, db):
    page = erin.get("/healthz")
    assert page.status_code == 200
    assert page.json() == {"ready": True, "can_write": True, "alarms": [], "knowledge": knowledge.load().hash}


def test_a_database_that_does_not_answer_is_not_ready(erin, monkeypatch):
    class Broken:
        vendor = "sqlite"

        def cursor(self):
            raise OperationalError("no database")

        def close(self):
            pass

    monkeypatch.setattr(health, "connection", Broken())
    page = erin.get("/healthz")
    assert page.status_code == 503
    assert (page.json()["ready"], page.json()["can_write"]) == (False, False)
    assert "database-unreachable" in page.json()["alarms"]


def test_a_full_disk_is_ready_and_cannot_write(erin, db, monkeypatch):
    def full(*_arguments, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(health.tempfile, "TemporaryFile", full)
    page = erin.get("/healthz")
    assert page.status_code == 200
    assert (page.json()["ready"], page.json()["can_write"]) == (True, False)
    assert page.json()["alarms"] == ["disk-full"]


def test_a_disk_that_is_nearly_full_is_an_alarm(erin, db, monkeypatch):
    monkeypatch.setattr(health, "_free", lambda _folder: 0.04)
    page = erin.get("/healthz")
    assert page.json()["can_write"] is True
    assert page.json()["alarms"] == ["disk-nearly-full"]


@pytest.mark.parametrize(
    "text",
    [
        "database is locked",
        "database or disk is full",
        "attempt to write a readonly database",
        "disk I/O error",
        "server closed the connection unexpectedly",
    ],
)
def test_what_the_database_refuses_is_a_plain_503_and_nothing_is_stored(at_desk, dana, monkeypatch, text):
    def refuse(*_arguments, **_more):
        raise OperationalError(text)

    monkeypatch.setattr(Fact, "save", refuse)
    alice = at_desk("alice")
    alice.raise_request_exception = False
    page = alice.post("/clinic/harbour/patients/H-1/medicine/", {"key": "k1", "text": "sertraline"})
    assert page.status_code == 503
    assert page["Retry-After"] == "30"
    assert "Nothing of this was stored" in page.content.decode()
    assert text not in page.content.decode()
    assert Fact.objects.count() == 0


def test_an_error_of_ours_is_no_full_disk(at_desk, dana, monkeypatch):
    def broken(*_arguments, **_more):
        raise ZeroDivisionError

    monkeypatch.setattr(Fact, "save", broken)
    alice = at_desk("alice")
    alice.raise_request_exception = False
    page = alice.post("/clinic/harbour/patients/H-1/medicine/", {"key": "k1", "text": "sertraline"})
    assert page.status_code == 500
    assert "shows nothing rather than something half right" in page.content.decode()


@pytest.mark.parametrize("address", ["/", "/about/", "/check/"])
def test_the_public_pages_need_no_database(erin, address):
    """The `db` fixture is absent: a query would fail the test."""
    assert erin.get(address).status_code == 200

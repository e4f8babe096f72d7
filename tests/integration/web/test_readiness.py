"""/healthz answers when the facts are read and the database answers."""

import pytest

from keel import knowledge


def test_it_answers_with_the_hash_of_the_facts(erin, db):
    page = erin.get("/healthz")
    assert page.status_code == 200
    assert page.content.decode() == f"ready {knowledge.load().hash}\n"


def test_it_fails_where_the_database_does_not_answer(erin, db, monkeypatch):
    class Broken:
        def cursor(self):
            raise OSError("no database")

    monkeypatch.setattr("keel.web.pages.views.connection", Broken())
    erin.raise_request_exception = False
    page = erin.get("/healthz")
    assert page.status_code == 500
    assert "shows nothing rather than something half right" in page.content.decode()


@pytest.mark.parametrize("address", ["/", "/about/", "/check/"])
def test_the_public_pages_need_no_database(erin, address):
    """The `db` fixture is absent: a query would fail the test."""
    assert erin.get(address).status_code == 200

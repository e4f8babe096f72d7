"""The check writes no row, opens no session, sets no cookie but CSRF, and its log has no word of what was typed."""

import logging
import re
import tempfile
import time
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from support.loops import some

TYPED = {
    "pattern": "1.375 g every Saturday for 3 years, snorted",
    "medicines": "grumbleflux, sertraline",
    "country": "IE",
}
"""Words that stand nowhere else."""


def test_not_one_query_is_made(erin, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert erin.post("/check/", TYPED).status_code == 200


def test_no_cookie_but_csrf_and_it_ends_with_the_browser(erin):
    for page in (erin.get("/check/"), erin.post("/check/", TYPED)):
        assert set(page.cookies) <= {"csrftoken"}
    cookie = erin.get("/check/").cookies["csrftoken"]
    assert cookie["max-age"] == cookie["expires"] == ""
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"


def test_pages_without_a_form_set_no_cookie(erin):
    for address in ("/", "/about/", "/help/", "/evidence/", "/evidence/claims/B11/"):
        assert not erin.get(address).cookies, address


def test_no_cache_may_keep_the_page(erin):
    assert erin.post("/check/", TYPED)["Cache-Control"] == "no-store"


def test_the_log_names_the_route_and_nothing_else(erin, caplog):
    with caplog.at_level(logging.DEBUG):
        erin.post("/check/?from=dana", TYPED | {"record": '{"doses": "1.375"'})
        erin.post("/check/", TYPED)
        erin.get("/evidence/?q=grumbleflux")
        erin.get("/evidence/claims/grumbleflux/")
    said = caplog.text
    assert "POST /check/ 200" in said
    for word in ("1.375", "grumbleflux", "sertraline", "dana", "127.0.0.1"):
        assert word not in said


def test_an_upload_makes_no_temporary_file(erin, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a temporary file was made")

    for name in ("NamedTemporaryFile", "TemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refuse)
    record = b'{"patterns": ["1 g weekly"], "medicines": [' + b",".join([b'"%06d"' % i for i in range(99)]) + b"]}"
    page = erin.post("/check/", {"file": SimpleUploadedFile("mine.json", record + b" " * 3_900_000)})
    assert page.status_code == 200


def test_a_form_of_another_site_is_refused(client):
    strict = Client(enforce_csrf_checks=True)
    page = strict.post("/check/", TYPED, headers={"origin": "https://elsewhere.example"})
    assert page.status_code == 403
    assert "1.375" not in page.content.decode()


def test_after_leaving_a_form_cannot_be_sent_again(client):
    strict = Client(enforce_csrf_checks=True)
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', strict.get("/check/").content.decode())[1]
    typed = TYPED | {"csrfmiddlewaretoken": token}
    assert "1,375" in strict.post("/check/", typed).content.decode()
    left = strict.get("/leave/")
    assert (left.status_code, left["Location"]) == (303, "https://www.wikipedia.org/")
    for _ in range(2):
        again = strict.post("/check/", typed)
        assert again.status_code == 403
        assert "1.375" not in again.content.decode()
        strict.get("/check/")  # whoever comes next gets a cookie of their own


def test_leaving_keeps_the_cookie_of_whoever_is_logged_in(client):
    client.cookies["sessionid"] = "one"
    assert "csrftoken" not in client.get("/leave/").cookies


@pytest.mark.parametrize(("age", "status"), [(200, 200), (245, 200), (260, 303), (10**9, 303)])
def test_a_shared_screen_answers_no_form_of_a_page_that_has_cleared_itself(erin, age, status):
    page = erin.post("/check/kiosk/", TYPED | {"opened": str(int(time.time()) - age)})
    assert page.status_code == status
    assert page.headers.get("Clear-Site-Data") == ('"cache", "cookies", "storage"' if status == 303 else None)


@pytest.mark.parametrize("opened", ["", "soon", "9" * 5000, "-5"])
def test_a_shared_screen_takes_any_words_for_when_it_was_opened(erin, opened):
    assert erin.post("/check/kiosk/", TYPED | {"opened": opened}).status_code == 200


def test_nothing_of_it_lies_in_the_folder(erin, settings):
    erin.post("/check/", TYPED)
    for file in some(Path(settings.FOLDER).rglob("*")):
        assert not file.is_file() or b"grumbleflux" not in file.read_bytes(), file

"""Headers that keep other sites, scripts and caches out, on every page that there is."""

import re

import pytest

PUBLIC = (
    "/",
    "/about/",
    "/check/",
    "/help/",
    "/help/?country=US",
    "/evidence/",
    "/evidence/?q=bladder",
    "/log-in/",
    "/nothing/",
)


@pytest.mark.parametrize("address", PUBLIC)
def test_the_policy_lets_only_our_own_files_in(erin, address):
    policy = dict(part.strip().split(" ", 1) for part in erin.get(address)["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }


@pytest.mark.parametrize("address", PUBLIC)
def test_no_page_holds_inline_script_or_style_or_a_file_from_elsewhere(erin, address):
    html = erin.get(address).content.decode()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html)
    assert not re.search(r"<script(?![^>]*\ssrc=\"/static/)", html)
    assert not re.search(r"<(?:link|img|script|iframe)[^>]+(?:href|src)=\"(?:https?:)?//", html)


@pytest.mark.parametrize("address", PUBLIC)
def test_headers_of_every_page(erin, address):
    page = erin.get(address)
    assert page["X-Content-Type-Options"] == "nosniff"
    assert page["X-Frame-Options"] == "DENY" or page.status_code == 404
    assert page["Referrer-Policy"] == "same-origin"
    assert page["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "no-store" in page["Cache-Control"]
    assert "geolocation=()" in page["Permissions-Policy"]


def test_a_host_that_was_not_named_is_refused(erin):
    assert erin.get("/", headers={"host": "evil.example"}).status_code == 400


def test_methods_that_a_page_does_not_know_are_refused(erin):
    assert erin.delete("/check/").status_code == 405
    assert erin.post("/evidence/").status_code == 405


@pytest.mark.parametrize("address", PUBLIC[:-2])
def test_help_is_one_tap_away(erin, address):
    html = erin.get(address).content.decode()
    assert 'href="tel:999"' in html or 'href="tel:911"' in html
    assert 'href="/help/' in html
    assert "data-leave" in html

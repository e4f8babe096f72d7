"""The check inside the site of a service: framed by that site only, in its colours, without a cookie."""

import http.server
import threading

import pytest

from support.served import served

BRANDS = """
[[brands]]
id = "harbour"
name = "Harbour Drug Service"
line = "Walk in any weekday."
hosts = ["http://127.0.0.1:{port}"]
accent = "#0b5d4b"
accent_dark = "#7fd6c0"
"""


class _Site(http.server.BaseHTTPRequestHandler):
    """The service's own page: a frame with the check."""

    frame = ""

    def do_GET(self):
        body = f"<!doctype html><title>Harbour</title><iframe src='{self.frame}' width='380' height='800'></iframe>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        """Says nothing."""


@pytest.fixture(scope="module")
def site():
    """The address of the service's own site."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Site) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running.server_address[1]
        running.shutdown()


@pytest.fixture(scope="module")
def branded(tmp_path_factory, site):
    """A server that knows the service."""
    folder = tmp_path_factory.mktemp("branded")
    file = folder / "brands.toml"
    file.write_text(BRANDS.format(port=site))
    with served(folder, brands=file) as running:
        yield running


def _frame(chromium, site, address):
    _Site.frame = address
    page = chromium.new_context(viewport={"width": 420, "height": 900}).new_page()
    page.goto(f"http://127.0.0.1:{site}/")
    return page


def test_the_service_frames_the_check_and_it_works_without_a_cookie(chromium, branded, site):
    page = _frame(chromium, site, f"{branded.address}/check/embed/?brand=harbour")
    frame = page.frame_locator("iframe")
    frame.locator("#pattern").fill("400 mg every Saturday, snorted")
    assert frame.get_by_text("Harbour Drug Service").is_visible()
    frame.get_by_role("button", name="Show my answer").click()
    frame.get_by_role("heading", level=1, name="The picture").wait_for()
    accent = frame.locator("h1").evaluate("getComputedStyle(document.documentElement).getPropertyValue('--accent')")
    assert accent == "#0b5d4b"
    assert page.context.cookies() == []
    page.context.close()


@pytest.mark.parametrize("path", ["/check/", "/check/embed/", "/check/kiosk/"])
def test_no_other_page_may_be_framed(chromium, branded, site, path):
    page = _frame(chromium, site, f"{branded.address}{path}")
    page.wait_for_timeout(500)
    assert page.frame_locator("iframe").locator("#pattern").count() == 0
    page.context.close()


def test_a_brand_that_nobody_configured_is_not_found(chromium, branded):
    page = chromium.new_context().new_page()
    assert page.goto(f"{branded.address}/check/embed/?brand=other").status == 404
    assert page.goto(f"{branded.address}/check/brand/other.css").status == 404
    page.context.close()

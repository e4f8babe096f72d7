"""A real browser against the real server, both with the clock of the tests. Skips where there is no Chromium."""

import datetime as dt
import os
import shutil
from pathlib import Path

import pytest

from support import browser_loop
from support.served import served

CHROMIUM = os.environ.get("KEEL_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


def pytest_collection_modifyitems(items):
    here = str(Path(__file__).parent)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The demonstration, served."""
    with served(tmp_path_factory.mktemp("served"), demo=True) as running:
        yield running


@pytest.fixture(scope="session")
def chromium():
    """The browser of the whole run."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if not CHROMIUM:
        pytest.skip("no Chromium is installed (set KEEL_CHROMIUM to its path)")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser_loop.show()
        browser.close()


LOOK = {"runOnly": ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]}
"""The rules of axe-core that depend on colours and widths; all others are of the document."""


@pytest.fixture(scope="session")
def violations():
    """A function that gives what axe-core finds on a page with everything open: rule, first element, and why.

    Every page is looked at in light with all rules, and in dark with those whose answer the look can change.
    """
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()

    def run(page):
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        is_dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        found = axe.run(page, options=LOOK if is_dark else None).response["violations"]
        return [(one["id"], one["nodes"][0]["html"], one["nodes"][0]["failureSummary"]) for one in found]

    return run


class Watch:
    """What a page asked for and complained of."""

    def __init__(self, page, address):
        self._page, self._address = page, address
        self.elsewhere: list[str] = []
        self.complaints: list[str] = []
        page.on("request", self._asked)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _asked(self, request):
        if not request.url.startswith((self._address, "data:")):
            self.elsewhere.append(request.url)

    def _said(self, message):
        # A browser notes each answer of 4xx: a form to correct is answered with 422, a page that is not there with 404.
        is_own_status = message.text.startswith("Failed to load resource") and message.location["url"] == self._page.url
        if message.type in ("error", "warning") and not is_own_status and "422" not in message.text:
            self.complaints.append(f"{message.text} ({message.location['url']})")


@pytest.fixture
def open_page(chromium, server):
    """A function that opens a page of the server in a fresh browser, watched; at the end nothing was out of order."""
    contexts, watches = [], []

    def open_at(path="/", *, viewport=PHONE, locale="en-GB", may_leave=False, **options):
        options = {"timezone_id": "UTC", "locale": locale, "viewport": viewport, **options}
        context = chromium.new_context(base_url=server.address, **options)
        context.clock.install(time=dt.datetime.now(dt.UTC))
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        watches.append((Watch(page, server.address), may_leave))
        page.goto(path)
        return page

    yield open_at
    for context in contexts:
        context.close()
    for watch, may_leave in watches:
        assert watch.elsewhere == [] or may_leave, "a request left this machine"
        assert watch.complaints == [], "the page broke its policy or a script failed"

"""Without a connection, after one visit: numbers and tools are there; nothing about a person was kept."""

import pytest

WAIT = "navigator.serviceWorker.ready.then(() => new Promise(done => setTimeout(done, 300)))"


@pytest.fixture
def visited(open_page):
    """A function that visits a page once, waits for the worker and cuts the network."""

    def visit(path="/help/", **options):
        page = open_page(path, **options)
        page.evaluate(WAIT)
        page.reload()
        page.context.set_offline(True)
        return page

    return visit


def _kept_addresses(page):
    return page.evaluate(
        """async () => {
            const names = await caches.keys();
            const all = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys())));
            return all.flat().map((request) => new URL(request.url).pathname + new URL(request.url).search);
        }"""
    )


def _no_complaints(page):
    """A browser without a network complains of it; that is the point here."""
    page.context.set_offline(False)


def test_help_numbers_and_tools_open_without_a_connection(visited):
    page = visited()
    page.goto("/help/?country=IE&need=crisis")
    assert page.get_by_role("heading", level=1, name="People who help, in every country").is_visible()
    page.locator("details#ie summary").click()
    assert page.locator('details#ie a[href="tel:112"]').is_visible()
    page.goto("/tools/urge-diary/")
    page.get_by_label("Where").fill("on the train")
    page.get_by_role("button", name="Keep it in this browser").click()
    assert page.locator(".entry").get_by_text("on the train").is_visible()
    assert page.get_by_role("link", name="Emergency 999").is_visible()
    _no_complaints(page)


def test_what_was_read_once_is_there_and_the_rest_says_what_works(visited, open_page):
    page = visited("/about/")
    page.goto("/about/")
    assert page.get_by_role("heading", level=1, name="What Keel is, and what it is not").is_visible()
    page.goto("/learn/")
    assert page.get_by_role("heading", level=1, name="No connection").is_visible()
    _no_complaints(page)


def test_spanish_has_a_worker_of_its_own(visited):
    page = visited("/es/help/", locale="es-ES")
    page.goto("/es/tools/crisis-plan/")
    assert page.get_by_role("heading", level=1, name="Mi plan de crisis").is_visible()
    assert all(address.startswith(("/es/", "/static/")) for address in _kept_addresses(page))
    _no_complaints(page)


def test_nothing_that_was_typed_or_asked_is_kept(open_page):
    page = open_page("/help/?country=IE&need=crisis")
    page.evaluate(WAIT)
    page.goto("/check/")
    page.fill("#pattern", "1.375 g every Saturday")
    page.get_by_role("button", name="Show").first.click()
    page.goto("/help/?country=IE&need=families")
    kept = _kept_addresses(page)
    assert "/help/everywhere/" in kept
    assert not any("?" in address or address.startswith(("/check", "/clinic", "/log-in")) for address in kept)


def test_a_kept_page_carries_no_cookie(open_page):
    page = open_page("/check/")  # sets the CSRF cookie
    page.evaluate(WAIT)
    text = page.evaluate(
        """async () => {
            const found = await Promise.all((await caches.keys()).map(async (name) => {
                const cache = await caches.open(name);
                return Promise.all((await cache.keys()).map(async (key) => (await cache.match(key)).text()));
            }));
            return found.flat().join(" ");
        }"""
    )
    assert "csrf" not in text
    assert "999" in text


def test_keel_can_be_removed_from_the_device(open_page):
    page = open_page("/offline/")
    page.evaluate(WAIT)
    page.evaluate("localStorage.setItem('keel.tool.values', '[]')")
    page.get_by_role("button", name="Remove Keel from this device").click()
    page.get_by_text("Removed.").wait_for()
    assert page.evaluate("localStorage.length") == 0
    assert _kept_addresses(page) == []
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0

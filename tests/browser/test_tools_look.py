"""Tools, directory and the page without a connection, in both languages: accessible, small, still, and printable."""

import pytest

from support.browsing import LIMIT_BYTES, received_bytes
from support.loops import some

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
PATHS = (
    "/tools/",
    "/tools/urge-diary/",
    "/tools/days-used/",
    "/tools/rehab-day/",
    "/tools/crisis-plan/",
    "/help/?country=GB&q=988",
    "/help/everywhere/",
    "/offline/",
)
BOTH = [*PATHS, *(f"/es{path}" for path in ("/", "/about/", "/check/", *PATHS))]
ENTRIES = """() => {
    const urges = [1, 2, 3, 4, 5, 6, 7].map((day) => ({
        id: `e${day}`, at: `2026-11-0${day}T10:00:00Z`,
        values: { day: `2026-11-0${day}`, time: `0${day}:00`, trigger: ["pain"], strength: "5", used: "no", note: "a" },
    }));
    localStorage.setItem("keel.tool.urge-diary", JSON.stringify(urges));
    const marks = urges.map((one) => ({ ...one, values: { day: one.values.day, used: "yes" } }));
    localStorage.setItem("keel.tool.days-used", JSON.stringify(marks));
}"""


@pytest.mark.parametrize(("scheme", "viewport", "paths"), [("light", PHONE, BOTH), ("dark", DESK, PATHS)])
def test_axe_finds_nothing_in_either_language(open_page, violations, scheme, viewport, paths):
    page = open_page("/tools/", viewport=viewport, color_scheme=scheme, bypass_csp=True)
    page.evaluate(ENTRIES)
    for address in some(paths):
        page.goto(address)
        assert violations(page) == [], address


@pytest.mark.parametrize("path", BOTH[len(PATHS) :])
def test_the_first_view_is_under_60_kb_compressed(open_page, path):
    """Of the pages in Spanish, whose words are longer."""
    page = open_page("/learn/" if path == "/es/about/" else "/es/about/")
    assert 2_000 < received_bytes(page, path) < LIMIT_BYTES


@pytest.mark.parametrize("path", [path for path in BOTH if "tools" not in path] + ["/tools/", "/tools/values/"])
def test_nothing_moves_while_the_page_loads(open_page, path):
    """Cumulative layout shift of 0.1 or less counts as good (web.dev/articles/cls)."""
    page = open_page(path)
    page.wait_for_load_state("networkidle")
    shift = page.evaluate(
        """() => new Promise((done) => {
            let sum = 0;
            new PerformanceObserver((list) => list.getEntries().forEach((one) => { sum += one.value; }))
                .observe({ type: "layout-shift", buffered: true });
            setTimeout(() => done(sum), 200);
        })"""
    )
    assert shift < 0.1


@pytest.mark.parametrize("width", [320, 390])
def test_the_pages_fit_a_phone(open_page, width):
    page = open_page("/tools/", viewport={"width": width, "height": 700})
    page.evaluate(ENTRIES)
    for path in BOTH:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize(
    ("day", "name"),
    [("2026-09-30", "septiembre de 2026"), ("2026-12-31", "diciembre de 2026"), ("2028-02-29", "febrero de 2028")],
)
def test_the_longest_month_fits_the_narrowest_phone(open_page, day, name):
    """HZ-CLK-02. The last day of a month is there, and chosen; September 2026 in Spanish is the longest name."""
    page = open_page("/tools/", viewport={"width": 320, "height": 700})
    page.clock.set_system_time(f"{day}T23:30:00Z")
    page.goto("/es/tools/days-used/")
    assert page.locator("#month-name").inner_text().lower() == name
    assert page.locator(f"[data-day='{day}']").get_attribute("aria-pressed") == "true"
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_targets_are_large_enough_for_a_thumb(open_page):
    """44 pixels high, but for links within running text, which WCAG 2.2 exempts."""
    page = open_page("/tools/", has_touch=True, is_mobile=True)
    page.evaluate(ENTRIES)
    for path in PATHS:
        page.goto(path)
        small = page.evaluate(
            """() => [...document.querySelectorAll("a, button, select, textarea, summary, label:has(input)")]
                .filter(one => one.offsetParent && !one.closest("p:not(.crumb), .unseen, .skip, .sources, dd"))
                .map(one => [one.outerHTML.slice(0, 90), one.getBoundingClientRect().height])
                .filter(([_, height]) => height < 44)"""
        )
        assert small == [], path


def test_a_print_has_the_form_and_leaves_out_what_only_a_screen_needs(open_page):
    page = open_page("/tools/crisis-plan/")
    page.emulate_media(media="print")
    assert page.get_by_label("How I notice that it is coming").is_visible()
    assert page.get_by_role("link", name="Call 999").first.is_visible()
    for gone in (".strip", ".keep", "form .actions .button", ".kept-where"):
        assert not page.locator(gone).first.is_visible(), gone

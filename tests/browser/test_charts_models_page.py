"""The research door in a browser: axe-core finds nothing, nothing runs off a phone, and it works without script."""

import pytest

SIZES = [{"width": 390, "height": 844}, {"width": 1280, "height": 900}]
EVERY = "/models/?substance=racemic&route=iv&dose_mg=35&over_min=40&weight_kg=70&age_years=40&scale=log&outside=on"


@pytest.mark.parametrize("viewport", SIZES, ids=["phone", "desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_runs_off_the_page(open_page, viewport, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    page = open_page("/models/", viewport=viewport, color_scheme=scheme, bypass_csp=True)
    for address in ("/models/", EVERY, "/models/m-in/"):
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        assert [one["id"] for one in axe.run(page).response["violations"]] == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_the_letters_of_a_drawing_keep_their_size_on_a_phone(open_page):
    page = open_page(EVERY)
    box = page.locator(".only-narrow svg").bounding_box()
    assert box["width"] == pytest.approx(float(page.get_attribute(".only-narrow svg", "width")), abs=1)


def test_a_regimen_is_drawn_without_script(open_page):
    page = open_page("/models/", java_script_enabled=False)
    page.select_option("#id_substance", "esketamine")
    page.select_option("#id_route", "nasal")
    page.fill("#id_dose_mg", "28")
    page.click("button:has-text('Draw')")
    assert "S-ketamine peaks at 43.9 ng/mL" in page.inner_text("figcaption")

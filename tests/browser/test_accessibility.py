"""axe-core finds nothing, on every kind of page, in light on a phone and in dark at a desk."""

import pytest

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
LOOKS = [("light", PHONE), ("dark", DESK)]
PUBLIC = (
    "/",
    "/about/",
    "/check/",
    "/help/",
    "/evidence/",
    "/evidence/?q=bladder",
    "/evidence/claims/B11/",
    "/evidence/conflicts/conflict-exposure-ratio/",
    "/evidence/figures/not-hundred-times/",
    "/evidence/sources/pal13/",
    "/models/",
    "/models/?substance=racemic&route=iv&dose_mg=35&over_min=40&weight_kg=70&age_years=40&scale=log&outside=on",
    "/models/m-in/",
    "/es/models/",
    "/log-in/",
    "/nothing/",
)
CLINIC = (
    "",
    "patients/H-1001/",
    "patients/H-1006/",
    "patients/H-1001/dose/",
    "patients/H-1001/answers/phq-9/",
    "patients/H-1001/facts/2/take-back/",
    "patients/H-1001/screening/",
    "patients/H-1006/screening/?protocol=oral-sublingual-home",
    "staff/",
    "staff/emergencies/",
)


@pytest.mark.parametrize(("scheme", "viewport"), LOOKS)
def test_the_public_pages(open_page, violations, scheme, viewport):
    page = open_page("/", viewport=viewport, color_scheme=scheme, bypass_csp=True)
    for address in PUBLIC:
        page.goto(address)
        assert violations(page) == [], address


@pytest.mark.parametrize(("scheme", "viewport"), LOOKS)
def test_a_picture_with_everything_open(open_page, violations, scheme, viewport):
    page = open_page("/check/", viewport=viewport, color_scheme=scheme, bypass_csp=True)
    page.fill("#pattern", "1-2 g most days since 2022")
    page.fill("#medicines", "alcohol, diazepam, oxycodone, sertraline, grumbleflux")
    page.click("text=Show my answer")
    page.wait_for_selector("h1:has-text('The picture')")
    assert violations(page) == []


@pytest.mark.parametrize(("scheme", "viewport"), LOOKS)
def test_the_pages_of_the_clinic(open_page, violations, scheme, viewport):
    page = open_page("/clinic/", viewport=viewport, color_scheme=scheme, bypass_csp=True)
    page.fill("#id_username", "alice")
    page.fill("#id_password", "keel-demonstration")
    page.click("button:has-text('Log in')")
    page.wait_for_url("**/clinic/harbour/")
    page.goto("/account/")
    assert violations(page) == []
    for address in CLINIC:
        page.goto(f"/clinic/harbour/{address}")
        assert violations(page) == [], address

"""Erin, anonymous, on a phone: from the first page to her picture and to somebody who helps."""

import re

WEEKEND = "400 mg every Saturday for 3 years, snorted"


def test_from_the_first_page_to_the_picture(open_page):
    page = open_page("/")
    page.get_by_role("navigation", name="What brings you here").get_by_role(
        "link", name="Is my use harming me?"
    ).click()
    page.get_by_label("How ketamine is or was taken").fill(WEEKEND)
    page.get_by_label("Other medicines, drugs and alcohol").fill("alcohol, sertraline")
    page.get_by_role("button", name="Show my answer").click()
    page.get_by_role("heading", level=1, name="The picture").wait_for()
    assert page.title() == "The picture · Keel"
    assert page.locator(".answer-part").get_by_text("times the reference course", exact=True).is_visible()
    assert page.locator(".strip-emergency").get_attribute("href") == "tel:999"
    assert page.locator(".answer-part").get_by_role("link", name="Call 0300 123 6600").is_visible()
    assert re.search(r"/check/$", page.url)  # nothing that was typed stands in the address


def test_a_number_opens_its_source_in_place(open_page):
    page = open_page("/check/?example=weekend")
    page.get_by_role("button", name="Show my answer").click()
    page.get_by_role("heading", name="Band of exposure").wait_for()
    page.locator("[data-part=band] > summary").click()
    page.locator("[data-part=band]").get_by_text("Pal 2013").first.click()
    assert page.locator("[data-part=band] .source[open]").get_by_text("What we read:").is_visible()


def test_a_line_to_mend_is_said_beside_its_field_and_has_the_focus(open_page):
    page = open_page("/check/")
    page.get_by_label("How ketamine is or was taken").fill("400 weekly")
    page.get_by_role("button", name="Show my answer").click()
    page.get_by_text("“400” has no unit").wait_for()
    field = page.get_by_label("How ketamine is or was taken")
    assert field.input_value() == "400 weekly"
    assert field.evaluate("element => element === document.activeElement")


def test_the_page_fits_a_phone(open_page):
    for width in (320, 390):
        page = open_page("/check/?example=weekend", viewport={"width": width, "height": 800})
        page.get_by_role("button", name="Show my answer").click()
        page.get_by_role("heading", level=1, name="The picture").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_help_stays_in_sight_while_the_page_is_read(open_page):
    page = open_page("/check/?example=weekend")
    page.get_by_role("button", name="Show my answer").click()
    page.get_by_role("heading", name="What is not known").scroll_into_view_if_needed()
    box = page.get_by_role("complementary", name="Help").bounding_box()
    assert 0 <= box["y"] < 1


def test_leaving_takes_the_page_out_of_the_history(open_page):
    page = open_page("/about/", may_leave=True)
    page.route("https://www.wikipedia.org/", lambda route: route.fulfill(body="elsewhere"))  # stays on this machine
    page.goto("/check/?example=weekend")
    leave = page.get_by_role("link", name="Leave page")
    assert leave.get_attribute("rel") == "noreferrer noopener"
    leave.click()
    page.wait_for_url("https://www.wikipedia.org/")
    page.go_back()
    page.wait_for_url("**/about/")


def test_without_script_nobody_sends_the_check_again_after_leaving(open_page):
    page = open_page("/about/", may_leave=True, java_script_enabled=False)
    page.route("https://www.wikipedia.org/", lambda route: route.fulfill(body="elsewhere"))
    page.goto("/check/?example=weekend")
    page.get_by_role("button", name="Show my answer").first.click()
    page.get_by_role("heading", name="What is not known").wait_for()
    page.get_by_role("link", name="Leave page").click()
    page.wait_for_url("https://www.wikipedia.org/")
    assert page.context.cookies() == []
    page.go_back()
    page.wait_for_load_state()
    assert "20,800" not in page.content()


def test_the_country_is_chosen_and_travels_along(open_page):
    page = open_page("/help/", locale="en")
    assert page.get_by_role("link", name="Emergency numbers").is_visible()
    page.get_by_label("Country").select_option("US")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Call 911").wait_for()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Check").click()
    page.wait_for_url("**/check/?country=US")
    assert page.locator(".strip-emergency").get_attribute("href") == "tel:911"

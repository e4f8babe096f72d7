"""Whole journeys through the check at phone width: with and without script, by keyboard, with the Back button."""

import pytest

from support.browsing import tab_until

WEEKEND = "400 mg every Saturday for 3 years, snorted"
STEPS = ("use", "medicines", "bladder", "dependence", "mood", "you")
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


def _go(page, step):
    page.locator(f".ways button[value={step}]").click()
    page.wait_for_selector(f".ways button[value={step}][aria-current=step]")


def _open(page, words):
    """Opens the group of questions on the body that its name tells of."""
    page.locator(".group").filter(has=page.get_by_role("heading", name=words)).locator("summary").click()


def _still(page, step):
    """Waits until the step is shown, named in the history, and nothing moves any more."""
    page.wait_for_selector(f".ways button[value={step}][aria-current=step]")
    page.wait_for_function(
        """step => history.state?.step === step
            && !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")""",
        arg=step,
    )


@pytest.mark.parametrize("script", [True, False])
def test_every_step_may_be_skipped_and_the_picture_is_one_tap_from_each(open_page, script):
    page = open_page("/check/", java_script_enabled=script)
    page.fill("#pattern", WEEKEND)
    for step in STEPS[1:]:
        _go(page, step)
        page.get_by_role("button", name="Show my answer").click()
        page.get_by_role("heading", level=1, name="The picture").wait_for()
        assert page.get_by_text("20,800 mg", exact=False).first.is_visible()


def test_the_back_button_of_the_browser_goes_a_step_back_with_everything_in_place(open_page):
    page = open_page("/check/")
    page.fill("#pattern", WEEKEND)
    _go(page, "medicines")
    _still(page, "medicines")
    page.fill("#medicines", "sertraline")
    _go(page, "bladder")
    _still(page, "bladder")
    page.go_back()
    _still(page, "medicines")
    assert page.input_value("#medicines") == "sertraline"
    page.go_back()
    _still(page, "use")
    assert page.input_value("#pattern") == WEEKEND


def test_a_pattern_may_be_picked_and_is_reckoned_as_if_it_were_written(open_page):
    page = open_page("/check/", java_script_enabled=False)
    page.click("summary:has-text('Pick it instead')")
    page.fill("#amount_low", "1")
    page.fill("#amount_high", "2")
    page.fill("#days", "2")
    page.fill("#long", "18")
    page.select_option("#long_unit", "months")
    page.select_option("#way", "snorted")
    page.click("text=Add this pattern")
    assert page.input_value("#pattern") == "1-2 g, 2 days a week, for 18 months, snorted"
    assert page.input_value("#amount_low") == ""
    page.click("text=Show my answer")
    # 2 days x 52 weeks = 104 days; 104 x 1 g and 104 x 2 g
    assert page.get_by_text("104,000 to 208,000 mg").first.is_visible()


def test_a_line_that_is_not_understood_can_be_left_out(open_page):
    page = open_page("/check/")
    page.fill("#pattern", "heaps of it")
    _click_next(page)
    page.get_by_role("button", name="Go on without").click()
    page.wait_for_selector(".ways button[value=medicines][aria-current=step]")
    page.fill("#medicines", "alcohol")
    page.get_by_role("button", name="Show my answer").click()
    page.get_by_role("heading", name="Read, but not understood").wait_for()
    assert page.get_by_text("“heaps of it”").first.is_visible()


def _click_next(page):
    page.locator(".onward").get_by_role("button", name="Next").click()


def test_answers_can_be_taken_back(open_page):
    page = open_page("/check/", java_script_enabled=False)
    _go(page, "bladder")
    _open(page, "burning")
    page.get_by_role("group", name="hurt or burn").get_by_label("Yes").check()
    _go(page, "mood")
    _go(page, "bladder")
    assert page.get_by_role("group", name="hurt or burn").get_by_label("Yes").is_checked()
    page.get_by_role("button", name="Take these answers back").first.click()
    _open(page, "burning")
    assert not page.get_by_role("group", name="hurt or burn").get_by_label("Yes").is_checked()


def test_a_red_flag_brings_help_before_anything_else(open_page):
    page = open_page("/check/")
    page.fill("#pattern", WEEKEND)
    _go(page, "bladder")
    _open(page, "being unable to go")
    page.get_by_role("group", name="being unable to go").get_by_label("Yes").check()
    page.get_by_role("button", name="Show my answer").click()
    page.get_by_role("heading", name="What matters first").wait_for()
    first = page.locator(".part").first
    assert first.get_by_role("link", name="Call 999").is_visible()
    first.get_by_text("Signs that need an ambulance").click()
    assert first.get_by_role("heading", name="While you wait").is_visible()
    page.locator("[data-part=band] > summary").click()
    assert page.locator("[data-part=band] .figure").inner_text() == "U"


def test_item_nine_brings_the_people_who_answer_whatever_the_total(open_page):
    page = open_page("/check/")
    _go(page, "mood")
    page.get_by_role("group", name="better off dead").get_by_label("Several days").check()
    page.get_by_role("button", name="Show my answer").click()
    page.get_by_role("heading", name="What matters first").wait_for()
    first = page.locator(".part").first
    assert first.get_by_role("link", name="Call 116 123").is_visible()
    assert "prescriber" not in first.inner_text()


def test_the_whole_check_with_the_keyboard_alone(open_page):
    page = open_page("/check/")
    page.locator("#pattern").focus()
    page.keyboard.type(WEEKEND)
    _press(page, "Next")
    page.wait_for_selector(".ways button[value=medicines][aria-current=step]")
    tab_until(page, "document.activeElement.value === 'alcohol'")
    page.keyboard.press("Space")
    _press(page, "Next")
    page.wait_for_selector(".ways button[value=bladder][aria-current=step]")
    tab_until(page, "document.activeElement.name === 'none'")
    page.keyboard.press("Space")
    _press(page, "Show my answer")
    page.get_by_role("heading", level=1, name="The picture").wait_for()
    assert page.get_by_text("Ethanol (alcohol)").first.is_visible()


def _press(page, words):
    tab_until(
        page, f"document.activeElement.closest('.onward') && document.activeElement.innerText.startsWith('{words}')"
    )
    page.keyboard.press("Enter")


def test_enter_in_a_field_goes_on_and_never_back_to_another_step(open_page):
    page = open_page("/check/")
    _go(page, "you")
    page.fill("#age", "30")
    page.locator("#age").press("Enter")
    page.get_by_role("heading", level=1, name="The picture").wait_for()


def test_a_screen_reader_hears_a_name_for_every_field(open_page):
    page = open_page("/check/")
    for step in STEPS:
        _go(page, step)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        nameless = page.evaluate(
            """() => [...document.querySelectorAll("main input:not([type=hidden]), main select, main textarea")]
                .filter(one => !one.labels?.length && !one.getAttribute("aria-label")).map(one => one.outerHTML)"""
        )
        assert nameless == [], step
        groups = page.locator("main fieldset")
        for number in range(groups.count()):
            assert groups.nth(number).locator("legend").first.text_content().strip()


@pytest.mark.parametrize(("scheme", "viewport"), [("light", PHONE), ("dark", PHONE), ("light", DESK)])
def test_axe_finds_nothing_on_any_step(open_page, violations, scheme, viewport):
    page = open_page("/check/", viewport=viewport, color_scheme=scheme, bypass_csp=True)
    page.fill("#pattern", WEEKEND)
    for step in STEPS:
        _go(page, step)
        assert violations(page) == [], step


LEARN = (
    "/learn/",
    "/learn/side-by-side/",
    "/learn/after-stopping/",
    "/learn/about/question/",
    "/learn/read/question-clinic-home/",
    "/learn/read/treatment-home/",
    "/learn/mind/",
    "/learn/mind/phq-9/",
    "/learn/leaflets/",
    "/learn/monograph/esketamine/",
    "/learn/monograph/ketamine/professionals/",
    "/check/kiosk/",
    "/check/embed/",
)


@pytest.mark.parametrize(("scheme", "viewport"), [("light", PHONE), ("dark", DESK)])
def test_axe_finds_nothing_on_the_pages_to_read(open_page, violations, scheme, viewport):
    page = open_page("/about/", viewport=viewport, color_scheme=scheme, bypass_csp=True)
    for address in LEARN:
        page.goto(address)
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], address


def test_the_readers_own_column_of_the_comparison(open_page):
    page = open_page("/learn/side-by-side/", java_script_enabled=False)
    page.fill("#pattern", WEEKEND)
    page.click("text=Show my column")
    page.get_by_role("columnheader", name="You").wait_for(state="attached")
    yours = page.locator("td.yours").all_inner_texts()
    assert any("20,800 mg" in text and "22.9" in text for text in yours)
    assert page.url.endswith("/learn/side-by-side/")


def test_a_shared_screen_clears_itself_without_script(open_page):
    page = open_page("/check/kiosk/", java_script_enabled=False)
    assert page.locator("noscript meta[http-equiv=refresh], meta[http-equiv=refresh]").count() == 1

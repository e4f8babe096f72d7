"""Every page works without script, and with the keyboard alone."""

from support.browsing import tab_until


def test_the_check_works_without_script(open_page):
    page = open_page("/check/", java_script_enabled=False)
    page.fill("#pattern", "400 mg every Saturday for 3 years, snorted")
    page.fill("#medicines", "alcohol")
    page.click("text=Show my answer")
    page.wait_for_selector("h1:has-text('The picture')")
    page.click("[data-part=exposure] > summary")
    page.click("[data-part=exposure] summary:has-text('How it was reckoned')")
    assert page.is_visible("text=400 mg × 52 = 20,800 mg a year")


def test_several_people_are_opened_without_script(open_page):
    page = open_page("/check/", java_script_enabled=False)
    page.click("summary:has-text('I have a record')")
    people = '{"people": [{"person": {"id": "one"}, "patterns": ["1 g weekly"]}, {"person": {"id": "two"}}]}'
    page.set_input_files("#file", {"name": "people.json", "mimeType": "application/json", "buffer": people.encode()})
    page.click("text=Show my answer")
    page.click("button:has-text('one')")
    page.wait_for_selector("h1:has-text('The picture')")
    assert page.is_visible("text=52,000 mg")
    page.click("text=Back to the list of people")
    page.wait_for_selector("h1:has-text('2 people in this file')")


def test_the_clinic_works_without_script(open_page):
    page = open_page("/clinic/", java_script_enabled=False)
    page.fill("#id_username", "bob")
    page.fill("#id_password", "keel-demonstration")
    page.click("button:has-text('Log in')")
    page.click("a:has-text('Kira')")
    page.click("text=Record a medicine")
    page.fill("#id_text", "oxycodone")
    page.click("button:has-text('Record')")
    page.wait_for_selector("text=Recorded.")
    assert page.is_visible("h2:has-text('Taken together with ketamine')")


def test_the_check_is_done_with_the_keyboard_alone(open_page):
    page = open_page("/check/")
    _tab_to(page, "pattern")
    page.keyboard.type("400 mg every Saturday for 3 years, snorted")
    _tab_to_words(page, "Show my answer")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('The picture')")
    assert page.evaluate("document.activeElement.id") == "main"  # reading goes on from the start of the picture
    _tab_to_words(page, "How much, in a year")
    page.keyboard.press("Enter")
    _tab_to_words(page, "How it was reckoned")
    page.keyboard.press("Enter")
    assert page.is_visible("text=400 mg × 52 = 20,800 mg a year")


def test_the_first_tab_skips_to_the_content(open_page):
    page = open_page("/evidence/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_focus_can_be_seen(open_page):
    page = open_page("/check/")
    for _ in range(9):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid", page.evaluate("document.activeElement.outerHTML")


def _tab_to(page, name):
    tab_until(page, f"document.activeElement.id === '{name}'")


def _tab_to_words(page, words):
    tab_until(page, f"document.activeElement.textContent.includes('{words}') && document.activeElement.id !== 'main'")

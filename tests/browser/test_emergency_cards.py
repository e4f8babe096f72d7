"""HZ-CARE-02: an emergency card opens in one tap, with a network and without one, and its steps are ticked."""

import re

import pytest


@pytest.fixture
def bob(chromium, server):
    """Bob in a session that has just begun, on a phone."""
    context = chromium.new_context(
        base_url=server.address, viewport={"width": 390, "height": 844}, locale="en-GB", bypass_csp=True
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto("/log-in/")
    page.fill("#id_username", "bob")
    page.fill("#id_password", "keel-demonstration")
    page.click("button:has-text('Log in')")
    page.wait_for_url("**/clinic/harbour/")
    page.goto("/clinic/harbour/patients/H-1001/session/")
    page.select_option("#id_protocol", "esketamine-nasal-eu")
    page.click("button:has-text('Begin')")
    page.wait_for_url(re.compile(r"/sessions/\w+/"))
    yield page
    context.close()


def test_a_card_opens_in_one_tap_with_and_without_a_network(bob, violations):
    session = bob.url
    bob.click("a.emergency")
    bob.wait_for_url("**/emergency/")
    assert bob.locator("a.call-now").first.get_attribute("href") == "tel:999"
    assert bob.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(bob) == []
    bob.click("a:has-text('Vomiting')")
    bob.locator("#side button").click()
    bob.locator("#side .done:has-text('Bob')").wait_for()
    assert violations(bob) == []
    bob.goto(session)
    bob.context.set_offline(True)
    bob.click("a.emergency")
    bob.locator("#cards-here summary", has_text=re.compile("^Laryngospasm$")).click()
    assert bob.url == session
    assert bob.locator("#cards-here li:has-text('Thrust the jaw forward')").is_visible()
    assert bob.locator("#cards-here .call-word:has-text('999')").is_visible()
    step = bob.locator("#cards-here li:has-text('Thrust the jaw forward') button")
    step.click()  # it waits on this device, and says so, in the list and where it was tapped
    bob.locator("#queue-list li:has-text('Thrust the jaw forward'):has-text('not sent')").wait_for(state="attached")
    assert "not sent" in step.text_content()

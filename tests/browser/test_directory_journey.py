"""Somebody to call, by country and need, with and without script."""

import re

import pytest


@pytest.mark.parametrize("script", [True, False])
def test_choose_country_and_need_and_call(open_page, script):
    page = open_page("/help/", locale="en", java_script_enabled=script)
    assert page.get_by_text("Call the emergency number of the country you are in.").is_visible()
    page.get_by_label("Country", exact=True).select_option("US")
    page.get_by_label("What for", exact=True).select_option("crisis")
    page.get_by_role("button", name="Show").click()
    assert page.get_by_role("link", name="Call 911").first.get_attribute("href") == "tel:911"
    line = page.locator(".service", has_text="988 Suicide & Crisis Lifeline")
    assert line.get_by_role("link", name="Call 988").get_attribute("href") == "tel:988"
    assert line.get_by_role("link", name="Text 988").get_attribute("href").startswith("sms:988")
    words = line.inner_text()
    for fact in ("Hours", "Cost", "What you tell them", "Languages", "Last checked"):
        assert fact in words


@pytest.mark.parametrize("asked", ["1-800-273-TALK", "1 800 273 8255"])
def test_an_old_number_leads_to_the_line_that_replaced_it(open_page, asked):
    page = open_page("/help/")
    page.get_by_label("Do you have a number or a name?").fill(asked)
    page.get_by_role("button", name="Look it up").click()
    assert page.get_by_text("It was replaced by this:").is_visible()
    assert page.locator("section", has_text="What we know of").get_by_role("link", name="Call 988").is_visible()


def test_a_number_that_was_not_confirmed_is_not_shown(open_page):
    """Two sources disagree on the number of Samaritans of Thailand (recovery.md, section 8)."""
    page = open_page("/help/?q=samaritans+of+thai")
    assert page.get_by_text("could not confirm its number").is_visible()
    assert page.locator('main a[href*="713"]').count() == 0


def test_an_unknown_number_is_not_called_wrong(open_page):
    page = open_page("/help/?q=555+0100+99")
    assert page.get_by_text("That does not mean that it is wrong.").is_visible()


def test_no_link_but_calls_texts_and_websites_of_the_lines(open_page):
    page = open_page("/help/?country=GB")
    outward = page.eval_on_selector_all("main a", "all => all.map(one => one.getAttribute('href'))")
    for address in outward:
        assert re.match(r"/|tel:[+\d]|sms:\d|https://", address), address
        assert "utm_" not in address
    assert page.eval_on_selector_all("main a[href^=https]", "all => all.every(one => /noreferrer/.test(one.rel))")


def test_every_country_stands_on_one_page_without_script(open_page):
    page = open_page("/help/everywhere/", java_script_enabled=False)
    assert page.locator("details#gb[open]").count() == 1  # told by the language of the browser
    page.locator("details#nz summary").click()
    assert page.locator('details#nz a[href="tel:111"]').is_visible()
    assert page.get_by_text("This page was made on").is_visible()

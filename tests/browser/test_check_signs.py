"""Other signs than the bladder's, asked in the same step: urgent ones bring whom to call, the others what is known."""

import pytest

PATTERN = {"en": "400 mg every Saturday for 3 years, snorted", "es": "400 mg cada sábado durante 3 años, esnifada"}
CLINIC = "35 mg every 2 weeks, by infusion in a clinic"
SMALL = {"width": 360, "height": 740}


def _signs(page, *items):
    page.locator(".ways button[value=bladder]").click()
    page.wait_for_selector(".ways button[value=bladder][aria-current=step]")
    for item in items:
        page.locator(f'.group:has([name="warning-signs.{item}"]) summary').click()
        page.locator(f'[name="warning-signs.{item}"][value="1"]').check()


def _picture(page):
    page.locator(".onward button[value=picture]").click()
    page.wait_for_selector(".answer-part")
    page.locator("[data-part=signs] > summary").click()


@pytest.mark.parametrize(
    ("lang", "address", "asked", "call", "said"),
    [
        ("en", "/check/", "turned yellow?", "Call 999", "need medical care today"),
        ("es", "/es/check/", "amarilla la piel", "Llamar 112", "necesitan atención médica hoy"),
    ],
)
def test_a_red_flag_of_the_liver_brings_help_first_in_both_languages(open_page, lang, address, asked, call, said):
    locale = "en-GB" if lang == "en" else "es-ES"
    page = open_page(address, viewport=SMALL, locale=locale, java_script_enabled=False)
    page.fill("#pattern", PATTERN[lang])
    _signs(page, "yellow")
    assert page.get_by_role("group", name=asked).get_by_role("radio").first.is_checked()
    _picture(page)
    first = page.locator(".part.urgent")
    assert first.get_by_role("link", name=call).first.is_visible()
    assert said in first.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"]


def test_a_calm_sign_says_what_is_known_with_its_denominator_and_brings_its_card(open_page):
    page = open_page("/check/", viewport=SMALL)
    page.fill("#pattern", PATTERN["en"])
    _signs(page, "cramps", "memory")
    _picture(page)
    signs = page.locator("[data-part=signs]")
    assert "Of 274 people" in signs.inner_text()
    assert "Of 150 people" in signs.inner_text()
    assert page.get_by_role("heading", name="What matters first").count() == 0
    page.locator("[data-part=strategies] > summary").click()
    assert page.locator("[data-part=strategies]").get_by_text("Cramps high in the belly").first.is_visible()


def test_treatment_alone_is_told_nothing_of_use_outside_it(open_page):
    page = open_page("/check/", viewport=SMALL, java_script_enabled=False)
    page.fill("#pattern", CLINIC)
    _signs(page, "cramps", "nose")
    _picture(page)
    told = page.locator("[data-part=signs] .finding").all_inner_texts()
    assert any("during treatment" in text for text in told)
    assert not any("Of 274 people" in text for text in told)


def test_none_of_these_is_a_no_to_each_that_it_names_and_to_no_other(open_page):
    """What was not opened stays not asked."""
    page = open_page("/check/", viewport=SMALL, java_script_enabled=False)
    _signs(page)
    for group in ("now", "kidney", "bladder"):
        page.locator(f"[name=none][value={group}]").check()
    _picture(page)
    assert "None of these signs in the last 4 weeks" in page.locator("[data-part=signs]").inner_text()
    page.locator(".ways button[value=bladder]").click()
    assert page.locator("[name=none]:checked").count() == 3
    page.locator('.group:has([name="bladder-check.8"]) input[name=none]').uncheck()
    _picture(page)
    assert "None of these signs in the last 4 weeks" not in page.locator("[data-part=signs]").inner_text()


def test_no_answer_is_carried_on_as_a_no(open_page):
    page = open_page("/check/", viewport=SMALL, java_script_enabled=False)
    page.fill("#pattern", PATTERN["en"])
    _signs(page)
    _picture(page)
    assert "None of these signs" not in page.locator("[data-part=signs]").inner_text()

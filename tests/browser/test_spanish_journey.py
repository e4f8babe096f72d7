"""Erin reads Spanish: the whole way in her language, chosen by the address and kept nowhere."""

import re

import pytest

ENGLISH = re.compile(r"\b(the|and|with|you|your|what|which|of)\b")
PAGES = (
    "/es/",
    "/es/about/",
    "/es/check/",
    "/es/help/?country=ES",
    "/es/help/everywhere/",
    "/es/tools/",
    "/es/offline/",
)


def test_the_browser_language_offers_spanish_and_does_not_force_it(open_page):
    page = open_page("/", locale="es-ES")
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="Esta página en español").click()
    assert page.url.endswith("/es/")
    assert page.locator("html").get_attribute("lang") == "es"
    assert page.context.cookies() == []


def test_the_language_is_changed_at_the_foot_and_stays_in_the_links(open_page):
    page = open_page("/tools/values/")
    page.get_by_role("link", name="Español").click()
    page.get_by_role("heading", level=1, name="Lo que me importa").wait_for()
    page.get_by_role("link", name="Herramientas").first.click()
    page.get_by_role("link", name="Diario de ganas").click()
    assert "/es/tools/urge-diary/" in page.url
    page.get_by_role("link", name="English").click()
    page.get_by_role("heading", level=1, name="Urge diary").wait_for()


def test_a_diary_in_spanish(open_page):
    page = open_page("/es/tools/urge-diary/", locale="es-ES")
    page.get_by_label("Dónde").fill("en casa")
    page.get_by_label("Dolor de vejiga").check()
    page.get_by_role("button", name="Guardar en este navegador").click()
    assert page.get_by_text("Queda en este navegador.").is_visible()
    assert re.search(r"Entrada del \d+ de \w+ de \d{4}", page.locator(".entry h3").inner_text())
    assert page.get_by_text("Dolor de vejiga").count() > 1


def test_the_check_in_spanish(open_page):
    page = open_page("/es/check/", locale="es-ES")
    page.fill("#pattern", "400 mg cada sábado durante 3 años, esnifada")
    page.get_by_role("button", name="Ver mi respuesta").click()
    page.get_by_role("heading", level=1, name="Tu situación").wait_for()
    assert page.get_by_text("20\u202f800 mg").first.is_visible()
    assert page.get_by_text("22,9").first.is_visible()
    assert page.get_by_role("link", name=re.compile("Emergencia 112")).first.is_visible()
    assert page.locator(".answer-part .call").first.is_visible()


@pytest.mark.parametrize("path", PAGES)
def test_no_english_stands_unmarked_on_a_spanish_page(open_page, path):
    page = open_page(path, locale="es-ES")
    words = page.evaluate(
        """() => {
            const copy = document.body.cloneNode(true);
            const marked = '[lang="en"], [translate="no"], script, svg, code, noscript';
            copy.querySelectorAll(marked).forEach((one) => one.remove());
            return copy.textContent;
        }"""
    )
    found = [line.strip() for line in words.splitlines() if ENGLISH.search(line)]
    assert found == []

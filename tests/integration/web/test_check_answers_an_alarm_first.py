"""HZ-CHK-04, HZ-CHK-05: a typed emergency opens its card first, with the numbers, and no lesson in grammar."""

import pytest


def _text(response):
    return response.content.decode()


@pytest.mark.parametrize("typed", ["he won't wake up", "my friend took ket and isn't breathing", "no respira"])
@pytest.mark.parametrize("field", ["pattern", "medicines"])
def test_an_emergency_comes_first_wherever_it_is_typed(erin, typed, field):
    page = _text(erin.post("/check/", {field: typed}))
    assert "this can be an emergency" in page
    assert page.index("this can be an emergency") < page.index("<form")
    card = page[page.index('id="alarm"') : page.index("</section>", page.index('id="alarm"'))]
    assert card.index("this can be an emergency") < card.index('href="tel:') < card.index("lay them on their side")
    assert "Lifeline" not in card  # the numbers that fit, and no others
    assert "was not understood" not in page


def test_a_sign_of_the_body_opens_the_questions_about_it(erin):
    page = _text(erin.post("/check/", {"pattern": "1 g every Saturday, blood when I pee", "go": "picture"}))
    assert "a doctor should hear of" in page
    assert 'name="bladder-check.1"' in page
    assert 'name="pattern" value="1 g every Saturday, blood when I pee"' in page


def test_what_was_read_stands_below(erin):
    page = _text(erin.post("/check/", {"pattern": "1 g every Saturday for 3 years, her lips are blue"}))
    assert page.index("this can be an emergency") < page.index("52,000 mg")


def test_a_lone_word_asks(erin):
    assert "right now?" in _text(erin.post("/check/", {"pattern": "blue"}))


def test_thoughts_of_suicide_show_the_lines_for_them(erin):
    page = _text(erin.post("/check/", {"pattern": "I want to kill myself"}))
    assert page.index("you do not have to be alone") < page.index("Who to call")


@pytest.mark.parametrize("typed", ["1 g cada sábado durante 3 años", "1 g every Saturday for 3 years"])
def test_a_page_in_either_language_reads_a_pattern_in_either(erin, typed):
    for address in ("/check/", "/es/check/"):
        assert "52" in _text(erin.post(address, {"pattern": typed, "go": "picture"}))


@pytest.mark.parametrize("address", ["/evidence/", "/help/"])
def test_a_search_box_hears_an_alarm_too(erin, address):
    page = _text(erin.get(address, {"q": "my friend is not breathing"}, headers={"accept-language": "en-GB"}))
    card = page[page.index('id="alarm"') :]
    assert card.index("this can be an emergency") < card.index('href="tel:999"') < card.index("<form")
    assert "right now?" in _text(erin.get(address, {"q": "overdose deaths"}))
    assert 'id="alarm"' not in _text(erin.get(address, {"q": "does ketamine harm the memory"}))
    page = _text(erin.get(f"/es{address}", {"q": "mi amigo no respira"}))
    assert "puede ser una emergencia" in page


def test_a_search_of_the_evidence_finds_people_who_help(erin):
    page = _text(erin.get("/evidence/", {"q": "crisis text line"}))
    assert "741741" in page[page.index('id="hits"') :]

"""Who helps: emergency first, by the country that was chosen or told, never guessed."""

from django.test import Client


def test_the_emergency_number_of_the_language_of_the_browser(erin):
    assert "Call 999" in erin.get("/help/").content.decode()


def test_the_chosen_country_goes_before_the_language(erin):
    html = erin.get("/help/?country=US").content.decode()
    assert "Call 911" in html
    assert 'href="/check/?country=US"' in html  # it travels in the links, as no cookie keeps it


def test_without_a_country_no_number_is_guessed():
    html = Client(headers={"accept-language": "en"}).get("/help/").content.decode()
    assert "Call the emergency number of the country you are in" in html
    assert 'href="tel:999"' not in html
    assert "Find A Helpline" in html


def test_a_country_without_a_confirmed_number_says_so(erin):
    """Thailand and Taiwan have numbers that were not confirmed; they are not shown."""
    html = erin.get("/help/?country=TH").content.decode()
    assert "We have confirmed no emergency number for Thailand" in html
    assert "1669" not in html


def test_a_need_narrows_the_list_and_keeps_the_emergency_number(erin):
    everything = erin.get("/help/?country=GB").content.decode()
    html = erin.get("/help/?country=GB&need=families").content.decode()
    assert "Call 999" in html
    assert html.count('class="service"') < everything.count('class="service"')


def test_a_text_line_opens_with_its_word(erin):
    assert 'href="sms:85258?body=SHOUT"' in erin.get("/help/?country=GB").content.decode()


def test_an_unknown_country_or_need_is_no_error(erin):
    assert erin.get("/help/?country=XX&need=nothing").status_code == 200

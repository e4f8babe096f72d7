"""What the check says to a person is meant for that person: how soon, in which words, and with a way to help."""

import re
from html import unescape

import pytest

NEVER_TO_A_PERSON = ("Ask the question in person", "the prescriber looks at all of them", "before dosing", "Ask first")


def _text(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def _told(erin, **answers):
    return _text(erin.post("/check/", {"pattern": "1 g daily, snorted", **answers}))


def test_blood_alone_needs_a_doctor_this_week(erin):
    """Harms, section 11: visible blood without clots, fever or pain is for the family doctor, urgently."""
    text = _told(erin, **{"bladder-check.7": "1"})
    assert "Blood or jelly-like bits in the urine need a doctor this week" in text
    assert "Book the visit today." in text
    assert "Call the emergency number or get same-day care" not in text
    assert "Call now." not in text


def test_fever_pain_or_being_unable_to_go_needs_care_today(erin):
    text = _told(erin, **{"bladder-check.7": "1", "bladder-check.8": "1"})
    assert "needs medical care today" in text
    assert "Call now." in text
    assert "a red flag was reported : blood or jelly-like bits in the urine; pain in the side or back, fever" in text


def test_an_open_question_about_danger_is_put_again_in_its_own_words(erin):
    text = _told(erin, **{"bladder-check.1": "1"})
    assert "You left open: “Have you seen blood or jelly-like bits?”" in text
    assert "An open question is not a no." in text


@pytest.mark.parametrize("medicines", ["alcohol, diazepam", "cocaine, amphetamine", "alcohol, sertraline, tramadol"])
def test_nothing_is_said_to_a_person_that_only_staff_can_do(erin, medicines):
    text = _told(erin, medicines=medicines, **{"bladder-check.1": "1", "phq-9.9": "1"})
    assert [words for words in NEVER_TO_A_PERSON if words in text] == []


def test_a_total_says_what_it_is_called_and_keeps_the_terms_of_clinics_folded(erin):
    """PHQ-9: 10 to 14 is “moderate”, and 10 is the line of Kroenke 2010."""
    answers = {f"phq-9.{item}": "1" for item in range(1, 9)} | {"phq-9.1": "3", "phq-9.9": "0"}
    page = erin.post("/check/", {"pattern": "1 g daily", **answers}).content.decode()
    shown, _, folded = page[page.index('id="part-scores"') :].partition("For a doctor or worker: how this was scored")
    assert "Low mood (PHQ-9)" in shown
    assert re.search(r'class="here" aria-current="true"><b>10–14</b> moderate', shown)
    assert "Clinicians look closer at a total of 10 or more." in shown
    assert "sensitivity" not in shown
    assert "sensitivity" in folded


def test_a_frame_never_leads_to_a_page_that_cannot_be_framed(erin):
    """Other pages refuse to be framed, so each link out of the frame opens outside it."""
    page = erin.post("/check/embed/", {"pattern": "1 g daily"}).content.decode()
    inside = re.findall(r'<a [^>]*href="(?:/|https?:)[^>]*>', page)
    assert inside
    assert [link for link in inside if "target=" not in link] == []

"""Staff screen a patient for a protocol: the level of care first, answers that count on the page and are not stored."""

import re
from html import unescape

import pytest

from keel.web.clinic.actions import record_fact
from keel.web.clinic.models import Fact, Kind
from support.clock import START

ADDRESS = "/clinic/harbour/patients/H-1/screening/"
INFUSION = f"{ADDRESS}?protocol=iv-racemic"


def _text(page):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.content.decode())).split())


@pytest.fixture
def desk(at_desk, dana):
    return at_desk("alice")


def test_the_page_of_a_patient_leads_to_the_screening(desk):
    assert f'href="{ADDRESS}"' in desk.get("/clinic/harbour/patients/H-1/").content.decode()


def test_a_bare_record_is_no_emergency_and_its_red_flags_are_asked(desk):
    text = _text(desk.get(ADDRESS))
    assert "Emergency Evaluation now" not in text
    assert "red-flag questions have no answer" in text
    assert "Any chest pain?" in text


def test_the_level_of_care_stands_above_the_protocol(desk):
    text = _text(desk.post(INFUSION, {"fact-chest_pain": "yes"}))
    assert text.index("At least: Emergency") < text.index("Screen for")
    assert "Call the emergency number" in text


def test_a_protocol_is_chosen_and_what_is_not_known_is_asked(desk):
    page = desk.get(INFUSION)
    assert "Only what is not known holds." in _text(page)
    assert 'name="fact-capacity_to_consent" value="" checked' in page.content.decode()  # not known, until somebody says


def test_answers_change_the_screening_and_are_kept_nowhere(desk, dana):
    """A-SEL-01: under 18 blocks."""
    page = desk.post(INFUSION, {"fact-age_years": "17", "fact-pregnant": "no"})
    text = _text(page)
    assert "Something blocks or holds." in text
    assert 'value="17"' in page.content.decode()
    assert Fact.objects.count() == 0
    assert "Something blocks or holds." not in _text(desk.get(INFUSION))


def test_an_answer_that_cannot_be_is_asked_again_and_not_used(desk):
    page = desk.post(INFUSION, {"fact-age_years": "170", "fact-pregnant": "maybe"})
    assert page.status_code == 422
    text = _text(page)
    assert "is not possible (0 to 130)" in text
    assert "pregnant is “maybe”" in text
    assert 'value="170"' in page.content.decode()


def test_what_the_record_says_is_not_asked_and_a_yes_of_it_stays_a_yes(desk, dana, people):
    """A-CI-10: pregnancy blocks."""
    record_fact(
        by=people["alice"], patient=dana, kind=Kind.PERSON, payload={"pregnancy": "pregnant"}, key="one", at=START
    )
    page = desk.post(INFUSION, {"fact-pregnant": "no"})
    assert "Something blocks or holds." in _text(page)
    assert 'name="fact-pregnant"' not in desk.get(INFUSION).content.decode()


def test_when_every_red_flag_was_answered_the_level_is_no_longer_at_least(desk):
    asked = re.findall(r'name="(fact-\w+)"', desk.get(INFUSION).content.decode())
    answers = dict.fromkeys(asked, "no") | {
        "fact-suicide_risk_level": "none",
        "fact-age_years": "34",
        "fact-weight_kg": "70",
        "fact-height_cm": "170",
        "fact-phq9_total": "12",
        "fact-adequate_antidepressant_trials": "3",
        "fact-weeks_since_cv_event": "",
    }
    text = _text(desk.post(INFUSION, answers))
    assert "Level of care Monitored clinic" in text  # by vein: section 6, level 2


def test_a_protocol_that_is_none_is_not_found(desk):
    assert desk.get(f"{ADDRESS}?protocol=nothing").status_code == 404
    assert desk.get(f"{ADDRESS}?protocol=level-of-care").status_code == 404


def test_a_computed_or_foreign_field_is_no_answer(desk):
    page = desk.post(INFUSION, {"fact-suicide_risk_high": "yes", "age_years": "17", "fact-nothing": "yes"})
    assert page.status_code == 200
    assert "Only what is not known holds." in _text(page)


def test_positions_on_the_contested_pathway_are_shown(desk):
    text = _text(desk.get(f"{ADDRESS}?protocol=oral-sublingual-home"))
    assert "For and against" in text
    assert "The home pathway is off" in text


def test_the_page_is_not_stored_by_the_browser_and_its_answers_stand_in_no_address(desk):
    page = desk.post(INFUSION, {"fact-chest_pain": "yes"})
    assert "no-store" in page["Cache-Control"]
    assert 'method="post"' in page.content.decode()
    assert "chest_pain=" not in page.content.decode()

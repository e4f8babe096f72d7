"""The check adds up, compares, and says how sure it is; the arithmetic is that of the texts it judges."""

import json
import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from support.doses import INFUSION
from support.fhir import bundle, observation, patient, quantity
from support.loops import some
from support.shared import shared_folder

WEEKEND = "400 mg every Saturday for 3 years, snorted"


def _text(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def test_the_form_is_shown_with_an_example_when_asked(erin):
    page = erin.get("/check/?example=weekend")
    assert page.status_code == 200
    assert f">{WEEKEND}</textarea>" in page.content.decode()


def test_weekend_use_is_22_9_times_the_reference_and_the_slogan_is_contradicted(erin):
    """52 × 400 = 20,800 mg; ÷ 910 = 22.9 (claim B22). The same text says 100 times (B11)."""
    text = _text(erin.post("/check/", {"pattern": WEEKEND}))
    assert "22.9 times the reference course" in text
    assert "400 mg × 52 = 20,800 mg a year" in text
    assert "62,400 mg" in text  # 3 × 20,800
    assert "easily reach 100 times" in text
    assert "Contradicted." in text


def test_the_clinics_own_pattern_is_the_reference_itself(erin):
    """35 mg × 26 = 910 mg (claim B21)."""
    text = _text(erin.post("/check/", {"pattern": "35 mg every 2 weeks, by infusion in a clinic"}))
    assert "1 time: as much as the reference course" in text
    assert "easily reach 100 times" not in text  # a statement about use outside treatment


def test_two_routes_are_not_added_and_the_page_says_on_what_assumption(erin):
    """HZ-DOSE-08. 0.17 to 0.27 of 15,600 mg by mouth and all of 420 mg by vein are 3,072 to 4,632 mg; over 910."""
    told = "300 mg racemic weekly for 1 year, oral\n35 mg racemic IV monthly for 1 year in a clinic"
    text = _text(erin.post("/check/", {"pattern": told}))
    assert "3.38 to 5.09 times the reference course, on milligrams absorbed by all routes" in text
    assert "different routes are not added" in text
    assert "by mouth, swallowed 17 to 27 %" in text
    assert "15,600 mg" in text
    assert "16,020" not in text  # their sum as taken


def test_the_band_has_its_rule_its_cautions_and_the_background_rate(erin):
    text = _text(erin.post("/check/", {"pattern": WEEKEND}))
    assert "2 or higher" in text
    assert "used on 1 to under 3 days a week" in text
    assert "not a diagnosis and not a personal probability" in text
    assert "340 of 1285" in text  # Winstock 2012
    assert "24%" in text  # Pal 2013, never users


def test_what_is_unsafe_stands_open_above_what_is_folded_with_who_to_call(erin):
    text = _text(erin.post("/check/", {"pattern": WEEKEND, "medicines": "alcohol", "country": "GB"}))
    first, call = text.index("What matters first"), text.index("Call 0300 123 6600")
    assert call < first < text.index("How much, in a year")
    assert "Call 999" in text[text.index("Who to call") :]


def test_what_cannot_wait_stands_above_the_answer_itself(erin):
    told = {"pattern": WEEKEND, "country": "GB", "bladder-check.8": "1"}
    text = _text(erin.post("/check/", told))
    assert text.index("What matters first") < text.index("Who to call") < text.index("needs care now. Call now.")


def test_the_three_answers_about_medicines_are_kept_apart(erin):
    text = _text(erin.post("/check/", {"medicines": "sertraline, grumbleflux"}))
    assert "Known together with ketamine sertraline" in text
    assert "Not recognised or not confirmed, so not checked grumbleflux" in text
    assert "Nothing was checked for these" in text


def test_no_data_is_not_zero(erin):
    text = _text(erin.post("/check/", {"medicines": "sertraline"}))
    assert "exposure is not known. That is not the same as none." in text
    assert "Nothing below was counted as no, or as zero." in text


def test_a_pattern_without_a_clock_has_no_curve_and_says_why(erin):
    assert "A pattern of use has no clock times" in _text(erin.post("/check/", {"pattern": WEEKEND}))


def test_a_record_draws_the_curve_with_model_site_and_source(erin):
    record = {
        "person": {"age": 40, "weight": "70 kg"},
        "doses": [INFUSION],
    }
    page = erin.post("/check/", {"record": json.dumps(record)})
    text = _text(page)
    assert "Predicted concentration in venous plasma by model m-rac" in text
    assert "Henthorn 2018" in text
    assert page.content.decode().count("<svg class=") >= 1
    assert " style=" not in page.content.decode()


def test_item_nine_prompts_whatever_the_total(erin):
    record = {"answers": [{"instrument": "phq-9", "items": {"9": 1, **{str(i): 0 for i in range(1, 9)}}}]}
    text = _text(erin.post("/check/", {"record": json.dumps(record)}))
    assert text.index("item 9") < text.index("Low mood (PHQ-9)")
    assert "Who to call" in text


def test_every_source_on_the_page_leads_to_its_own_page(erin):
    page = erin.post("/check/", {"pattern": WEEKEND, "medicines": "alcohol, sertraline"}).content.decode()
    links = set(re.findall(r'href="(/evidence/[^"]+)"', page))
    assert len(links) > 5
    for link in links:
        assert erin.get(link).status_code == 200, link


def test_several_people_are_listed_and_opened_one_at_a_time(erin):
    file = {
        "people": [{"person": {"id": "one"}, "patterns": ["1 g weekly"]}, {"person": {"id": "two", "weight": "60 kg"}}]
    }
    listed = erin.post("/check/", {"record": json.dumps(file)})
    assert "2 people in this file" in _text(listed)
    opened = _text(erin.post("/check/", {"record": json.dumps(file), "person": "1"}))
    assert ", two, 60 kg. Change any step" in opened
    assert ", one" not in opened


def test_a_fhir_upload_says_every_place_of_equal_notes_and_a_broken_sign_in_one_line(erin):
    """HZ-IOP-04: the page says what the command says."""
    pressures = [observation("8480-6", quantity(-1, "mm[Hg]"), id=f"o{number}") for number in range(4)]
    file = SimpleUploadedFile("dana.json", json.dumps(bundle(patient(), *pressures)).encode())
    text = _text(erin.post("/check/", {"file": file}))
    assert all(f"Observation/o{number}" in text for number in range(4))
    for broken in some((bundle(patient(id="\ud800")), {"person": {"id": "\ud800"}})):
        file = SimpleUploadedFile("dana.json", json.dumps(broken).encode())
        answer = erin.post("/check/", {"file": file})
        assert (answer.status_code, "dana.json, line 1, column" in _text(answer)) == (422, True), _text(answer)


@pytest.mark.slow
def test_public_fhir_examples_are_read_with_what_was_not_understood(erin):
    file = shared_folder("data", "us-core-9.0.0-examples", "examples.ndjson")
    with file.open("rb") as upload:
        text = _text(erin.post("/check/", {"file": upload}))
    assert "4 people in this file" in text
    assert "Coverage resource" in text
    assert "Not a resource that Keel reads" in text


def test_what_is_not_confirmed_is_shown_with_what_it_would_be(erin):
    """HZ-INT-02, HZ-INT-03: a name that was dropped or offered is on the page, and a serious one says so."""
    text = _text(erin.post("/check/", {"medicines": "coke and booze, alprazolm, no benzos"}))
    assert "coke could be: serious" in text
    assert "If you meant alprazolam: major." in text
    assert "“benzos” was read as not taken." in text
    assert "not checked against each other" in text
    assert "sources were last looked at on" in text


def test_use_that_is_over_shows_its_peak_and_nothing_now(erin):
    """2,000 mg x 365 = 730,000 mg a year; ÷ 910 = 802 (harms 10.3 iii: the stop is too recent to lower the band)."""
    text = _text(erin.post("/check/", {"pattern": "2 g a day for 3 years, stopped 3 months ago"}))
    assert "802 times the reference course at the peak; nothing now" in text
    assert "The band looks back 180 days" in text
    assert not re.search(r"(?<![\d,])0 times the reference course", text)

"""Staff record what happened and see the picture that follows from it."""

import re
from html import unescape

import pytest
from django.contrib.auth.models import AnonymousUser

from keel.web.clinic.actions import record_fact
from keel.web.clinic.models import Fact, Kind
from support.clock import START
from support.doses import INFUSION


def _text(page):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.content.decode())).split())


@pytest.fixture
def desk(at_desk, dana):
    return at_desk("alice")


DOSE = {
    "key": "one",
    "substance": "racemic",
    "route": "iv",
    "amount": "35 mg",
    "over": "40 min",
    "start": "2026-11-10T09:30",
    "setting": "clinic",
}


def test_a_dose_is_recorded_and_the_picture_follows(desk):
    page = desk.post("/clinic/harbour/patients/H-1/dose/", DOSE, follow=True)
    text = _text(page)
    assert page.redirect_chain == [("/clinic/harbour/patients/H-1/?recorded=1", 302)]
    assert "0.0385 times the reference course" in text  # 35 / 910
    assert "35 mg, Racemic ketamine, by vein, over 40 min" in text
    assert "recorded by alice" in text


def test_the_time_is_that_of_the_clinic(desk):
    """Half past nine in London in July is half past eight in UTC."""
    desk.post("/clinic/harbour/patients/H-1/dose/", {**DOSE, "start": "2026-07-10T09:30"})
    assert Fact.objects.get().payload["start"] == "2026-07-10T09:30:00+01:00"
    assert Fact.objects.get().effective_at.hour == 8


@pytest.mark.parametrize("time", ["2026-03-29T01:30", "2026-10-25T01:30"])
def test_an_hour_that_does_not_exist_or_exists_twice_is_asked_again(desk, time):
    """The clocks of London went forward at 01:00 on 29 March 2026 and back at 02:00 on 25 October."""
    page = desk.post("/clinic/harbour/patients/H-1/dose/", {**DOSE, "start": time})
    assert page.status_code == 422
    assert Fact.objects.count() == 0


def test_nothing_is_preselected_that_nobody_said(desk):
    html = desk.get("/clinic/harbour/patients/H-1/dose/").content.decode()
    for name in ("substance", "route"):
        choices = re.search(rf'<select name="{name}".*?</select>', html, re.DOTALL).group(0)
        assert re.search(r'<option value=""( selected)?>Choose</option>', choices)
        assert not re.search(r'<option value="\w+" selected', choices)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"amount": "35"}, "has no unit"),
        ({"route": ""}, "required"),
        ({"start": "2126-01-01T10:00"}, "lies in the future"),
    ],
)
def test_a_dose_that_cannot_stand_is_said_beside_its_field(desk, changed, said):
    page = desk.post("/clinic/harbour/patients/H-1/dose/", DOSE | changed)
    assert page.status_code == 422
    assert said in _text(page)
    assert 'value="40 min"' in page.content.decode()  # what was typed stays
    assert Fact.objects.count() == 0


def test_an_unknown_amount_stays_unknown(desk):
    text = _text(desk.post("/clinic/harbour/patients/H-1/dose/", DOSE | {"amount": ""}, follow=True))
    assert "amount not known" in text
    assert "totals in milligrams are at least what is shown" in text


def test_a_double_tap_records_one_dose(desk):
    for _ in range(2):
        assert desk.post("/clinic/harbour/patients/H-1/dose/", DOSE).status_code == 302
    assert Fact.objects.count() == 1


def test_a_medicine_is_checked(desk):
    page = desk.post("/clinic/harbour/patients/H-1/medicine/", {"key": "two", "text": "oxycodone"}, follow=True)
    text = _text(page)
    assert text.index("What matters first") < text.index("Taken together with ketamine")


def test_answers_are_scored_and_item_nine_prompts(desk):
    """PHQ-9: all items at 0 but item 9 at 1 makes a total of 1, and the safety prompt all the same."""
    answers = {"key": "three", "start": "2026-11-10T09:00", **{str(item): "0" for item in range(1, 9)}, "9": "1"}
    text = _text(desk.post("/clinic/harbour/patients/H-1/answers/phq-9/", answers, follow=True))
    assert "item 9" in text
    assert "1 of 27" in text


def test_an_unanswered_question_is_not_a_no(desk):
    answers = {"key": "three", "start": "2026-11-10T09:00", **{str(item): "0" for item in range(1, 9)}}
    text = _text(desk.post("/clinic/harbour/patients/H-1/answers/phq-9/", answers, follow=True))
    assert "Without an answer: 9" in text
    assert Fact.objects.get().payload["items"].keys() == {str(item) for item in range(1, 9)}


def test_a_fact_is_taken_back_with_its_reason_and_stays_to_be_seen(desk):
    desk.post("/clinic/harbour/patients/H-1/dose/", DOSE)
    page = desk.post(
        "/clinic/harbour/patients/H-1/facts/1/take-back/", {"key": "four", "reason": "another patient"}, follow=True
    )
    text = _text(page)
    assert "taken back by 2" in text
    assert "because another patient" in text
    assert "exposure is not known. That is not the same as none." in text


def test_taking_back_without_a_reason_is_asked_again(desk):
    desk.post("/clinic/harbour/patients/H-1/dose/", DOSE)
    page = desk.post("/clinic/harbour/patients/H-1/facts/1/take-back/", {"key": "four", "reason": ""})
    assert page.status_code == 422
    assert Fact.objects.count() == 1


def test_the_list_has_what_needs_a_decision_first(desk, dana, people):
    from keel.web.clinic.models import Patient

    elif_ = Patient.objects.create(clinic=dana.clinic, number="H-2", display_name="Elif")
    items = {"9": 2}
    record_fact(
        by=people["alice"],
        patient=elif_,
        kind=Kind.ANSWERS,
        payload={"instrument": "phq-9", "items": items},
        key="k",
        at=START,
    )
    text = _text(desk.get("/clinic/harbour/"))
    text = text[text.index("Visits") :]
    assert text.index("Elif") < text.index("Dana")
    assert "Suicide: somebody asks now" in text


def test_a_patient_without_facts_has_nothing_counted_as_none(desk):
    text = _text(desk.get("/clinic/harbour/"))
    assert "Dana H-1 nothing known needs one nothing none yet not known none yet" in text


def test_one_clinic_is_opened_at_once(desk):
    assert desk.get("/clinic/")["Location"] == "/clinic/harbour/"


def test_pages_of_a_clinic_are_not_stored_by_the_browser(desk):
    assert "no-store" in desk.get("/clinic/harbour/patients/H-1/")["Cache-Control"]


def test_logging_in_and_out(client, people, dana):
    people["alice"].set_password("a long pass phrase")
    people["alice"].save()
    wrong = client.post("/log-in/", {"username": "alice", "password": "no"})
    assert "The name and the password do not belong together" in _text(wrong)
    page = client.post("/log-in/", {"username": "alice", "password": "a long pass phrase"}, follow=True)
    assert page.redirect_chain[-1][0] == "/clinic/harbour/"
    out = client.post("/log-in/out/")
    assert out.status_code == 302
    assert isinstance(client.get("/log-in/").wsgi_request.user, AnonymousUser)


def test_the_log_in_does_not_lead_to_another_site(client, people):
    people["alice"].set_password("a long pass phrase")
    people["alice"].save()
    form = {"username": "alice", "password": "a long pass phrase", "next": "https://evil.example/"}
    assert client.post("/log-in/", form)["Location"] == "/clinic/"


def test_the_facts_of_the_picture_are_the_facts_of_the_patient(desk, dana, people):
    """Two patients, one dose each: nobody's dose reaches the other's picture."""
    from keel.web.clinic.models import Patient

    other = Patient.objects.create(clinic=dana.clinic, number="H-2", display_name="Elif")
    record_fact(by=people["alice"], patient=dana, kind=Kind.DOSE, payload=INFUSION, key="one", at=START)
    record_fact(
        by=people["alice"],
        patient=other,
        kind=Kind.DOSE,
        payload={**INFUSION, "amount": "45.5 mg"},
        key="one",
        at=START,
    )
    assert "45.5 mg" not in _text(desk.get("/clinic/harbour/patients/H-1/"))
    assert "0.05 times" in _text(desk.get("/clinic/harbour/patients/H-2/"))  # 45.5 / 910


@pytest.mark.parametrize(("old", "new"), [("H-1/", "patients/H-1/"), ("H-1/dose/?a=b", "patients/H-1/dose/?a=b")])
def test_an_older_address_of_a_patient_leads_to_the_one_of_now(desk, old, new):
    assert desk.get(f"/clinic/harbour/{old}")["Location"] == f"/clinic/harbour/{new}"

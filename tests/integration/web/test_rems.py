"""The programme on its pages: setting, enrolment, the form of a session from its events to its receipt, reports.

By hand of the specification's session: first device at 09:10, last at 09:15, gone at 11:20; alertness 4 at 09:45 and 5
again at 10:00; dissociation seen at 09:30 and gone at 10:15.
"""

import datetime as dt
import io
import json

import pikepdf
import pytest

from keel.web.clinic.actions import record_fact, void_fact
from keel.web.clinic.models import AuditRow, Fact, Kind
from keel.web.live.actions import record_events
from keel.web.rems.queries import gate_answers, listed_forms
from support.clock import START, clock_at
from support.live import PERSON, a_session, evening
from support.loops import some

DAY = dt.timedelta(days=1)
END = START + dt.timedelta(hours=3)
FORM = "/clinic/harbour/sessions/a1/form/"
REMS = "/clinic/harbour/patients/H-1/rems/"
PLAN = {"dose": "56 mg", "devices": 2}


@pytest.fixture
def treated(people, dana):
    """Dana after a session with the spray, gone home."""
    record_fact(by=people["alice"], patient=dana, kind=Kind.PERSON, payload=PERSON, key="person", at=START)
    live = a_session(dana, people["bob"], protocol="esketamine-nasal-us", plan=PLAN)
    assert record_events(by=people["bob"], live=live, events=evening("esketamine"), at=END).refused == ()
    return live


def on(day):
    """A day of the clinic, counted from the day of treatment."""
    return (START.date() + day * DAY).isoformat()


def key_of(browser, address, act):
    page = browser.get(address)
    field = page.context["forms"][act]["key"]
    return {field.html_name: field.initial or field.value()}


def step(browser, address, act, **told):
    """Sends one of the forms of a page."""
    sent = {f"{act}-{name}": value for name, value in told.items()} | key_of(browser, address, act) | {"act": act}
    return browser.post(address, sent)


def sign(browser, **told):
    return browser.post(FORM, {"act": "sign", "key": "k1", **told})


WRITTEN = {"ready-at": "90", "vitals-before-ok": "yes", "vitals-end-ok": "yes", "serious": "no"}


def test_from_the_setting_and_the_enrolment_the_gate_knows(people, dana, at_desk):
    with clock_at(START):
        assert gate_answers(dana, START) == {}
        told = {"care": "outpatient", "name": "Harbour Clinic", "address": "1 Quay", "representative": "Mia"}
        assert at_desk("mia").post("/clinic/harbour/rems/setting/", told | {"certified_on": on(-40)}).status_code == 302
        bob = at_desk("bob")
        days = {"patient_on": on(-3), "prescriber_on": on(-2), "prescriber": "Alice"}
        assert step(bob, REMS, "signed", **days).status_code == 302
        known = gate_answers(dana, START)
        assert known == {"site_certified": True, "care_setting": "outpatient", "patient_enrolled": False}
        assert step(bob, REMS, "confirmed", on=on(-1), number="P-77").status_code == 302
        assert gate_answers(dana, START)["patient_enrolled"] is True
        begun = a_session(dana, people["bob"], protocol="esketamine-nasal-us", plan=PLAN).opening.payload["session"]
        assert {name: begun["screening"][name] for name in known} == known | {"patient_enrolled": True}
        page = bob.get("/clinic/harbour/patients/H-1/").content.decode()
        assert "Enrolled." in page
        assert f'href="{REMS}"' in page
    assert AuditRow.objects.filter(action="rems_setting", actor="mia").count() == 1


def test_the_form_is_filled_from_the_events_of_its_session(treated, at_desk):
    with clock_at(END):
        page = at_desk("bob").get(FORM)
    answers = {one.id: one.value for one in page.context["whole"].now.fields}
    expected = {
        "dose": 56,
        "duration": 130,
        "bp-before": "126/78",
        "bp-40": "132/82",
        "bp-end": "124/76",
        "sedation": True,
        "sedation-onset": 35,
        "sedation-resolved": 50,
        "dissociation": True,
        "dissociation-onset": 20,
        "dissociation-resolved": 65,
        "pulse-oximetry": True,
        "respiratory": False,
        "treatment-date": START.date().isoformat(),
        "name": "Dana",
    }
    assert {name: answers[name] for name in expected} == expected
    assert answers["serious"] is None  # not on record is no answer
    assert answers["ready-at"] is None


def test_signed_sent_and_confirmed_are_three_and_only_the_number_counts(treated, at_desk):
    """HZ-REM-01: due soon on day 6, overdue on day 8 though it went out, and in time once its number is there."""
    with clock_at(END):
        bob = at_desk("bob")
        assert sign(bob, **WRITTEN).status_code == 422  # required fields are open, and nobody said so
        assert not Fact.objects.filter(kind=Kind.REMS, payload__step="form_signed").exists()
        assert sign(bob, **WRITTEN, open="yes").status_code == 302
        signed = Fact.objects.get(kind=Kind.REMS, payload__step="form_signed").payload
        assert (signed["name"], signed["answers"]["ready-at"], signed["answers"]["serious"]) == ("Bob", 90, False)
    with clock_at(END + 6 * DAY):
        bob = at_desk("bob")  # who is signed out after a night
        assert listed_forms(treated.patient.clinic, at=END + 6 * DAY)[0].due == "soon"
        assert step(bob, FORM, "receipted", on=on(6), number="R-9").status_code == 422  # nothing went out yet
        assert step(bob, FORM, "sent", on=on(6), how="fax").status_code == 302
    with clock_at(END + 8 * DAY):
        bob = at_desk("bob")
        (row,) = listed_forms(treated.patient.clinic, at=END + 8 * DAY)
        assert (row.form.state, row.due) == ("sent", "overdue")
        assert "overdue" in bob.get("/clinic/harbour/rems/").content.decode()
        assert step(bob, FORM, "receipted", on=on(8), number="").status_code == 422
        assert step(bob, FORM, "receipted", on=on(8), number="R-9").status_code == 302
        assert listed_forms(treated.patient.clinic, at=END + 8 * DAY)[0].due == "on_time"


def test_what_cannot_be_read_is_said_and_nothing_is_written(treated, at_desk):
    with clock_at(END):
        page = at_desk("bob").post(FORM, {"act": "save", "key": "k", "ready-at": "after a while"})
    assert page.status_code == 422
    assert "after a while" in page.content.decode()
    assert not Fact.objects.filter(kind=Kind.REMS).exists()


def test_what_the_session_answers_is_not_overwritten_by_hand(treated, at_desk):
    with clock_at(END):
        at_desk("bob").post(FORM, {"act": "save", "key": "k", "bp-before": "100/60", "ready-at": "90"})
    assert Fact.objects.get(kind=Kind.REMS).payload["answers"] == {"ready-at": 90}


def test_a_second_session_begins_with_an_empty_form(treated, people, at_desk):
    """HZ-REM-03: no clinical answer is copied forward: neither lots, nor signs, nor what was written in."""
    later = START + 7 * DAY
    with clock_at(END):
        sign(at_desk("bob"), **WRITTEN, open="yes", lot="E1")
    with clock_at(later):
        a_session(treated.patient, people["bob"], name="a2", protocol="esketamine-nasal-us", plan=PLAN, at=later)
        fields = at_desk("bob").get(FORM.replace("a1", "a2")).context["whole"].now.fields
    known = {one.id: one.value for one in fields if one.value is not None}
    assert known == {"name": "Dana", "sex": "female", "first-treatment": False}


def test_what_changes_after_the_signature_is_shown_and_the_signed_stays(treated, people, at_desk):
    with clock_at(END):
        bob = at_desk("bob")
        sign(bob, **WRITTEN, open="yes")
        bob.post(FORM, {"act": "save", "key": "k2", "ready-at": "120"})
        assert [one.id for one in bob.get(FORM).context["whole"].changed] == ["ready-at"]
        response = json.loads(bob.get(FORM[:-1] + ".json").content)["entry"][1]["resource"]
    items = {item["linkId"]: item["answer"][0] for group in response["item"] for item in group["item"]}
    assert items["ready-at"] == {"valueDecimal": 90}
    assert items["sedation"] == {"valueBoolean": True}
    assert "lot" not in items  # not answered says nothing
    assert (response["status"], response["author"]["display"]) == ("completed", "Bob")
    fact = Fact.objects.get(kind=Kind.REMS, payload__step="form_signed")
    void_fact(by=people["alice"], fact=fact, reason="wrong person", key="v", at=END)
    with clock_at(END):
        assert bob.get(FORM).context["whole"].form.signed is None


def test_the_paper_says_whether_it_is_signed(treated, at_desk):
    with clock_at(END):
        bob = at_desk("bob")
        for has_signature in (False, True):
            if has_signature:
                sign(bob, **WRITTEN, open="yes")
            paper = pikepdf.open(io.BytesIO(bob.get(FORM[:-1] + ".pdf").content))
            assert str(paper.Root.Lang) == "en"
            assert str(paper.open_metadata()["pdfuaid:part"]) == "1"


def test_a_report_is_filled_from_the_session_and_never_says_no_for_nobody(treated, at_desk):
    with clock_at(END):
        bob = at_desk("bob")
        begun = bob.post(REMS, {"act": "report", "session": "a1"})
        address = begun["Location"]
        assert bob.post(address, {"act": "save", "key": "s", "hospital": "yes", "death": "no"}).status_code == 302
        told = json.loads(bob.get(f"{address}report.json").content)["elements"]
        assert (told["G.k.4.r.1a G.k.4.r.1b"], told["G.k.2.3.r.1"]) == (56, "esketamine")
        assert (told["E.i.3.2a"], told["E.i.3.2c"]) == (False, True)
        assert "E.i.3.2b" not in told  # not answered is neither
        assert told["D.1"] == "H-1"  # no full name
        assert bob.get(f"{address}report.pdf").status_code == 200
        assert "sent to nobody" in bob.get(REMS).content.decode()
        assert step(bob, address, "sent", to="the maker", on=on(0), number="M-4").status_code == 302
        assert "M-4" in bob.get(REMS).content.decode()


def test_a_serious_event_asks_for_its_report_until_it_went_out(treated, people, at_desk):
    """HZ-REM-04: whoever opens the list of patients or the forms is told, until somebody got the report."""
    told = {"id": "sae", "at": END.isoformat(), "type": "adverse_event", "what": "apnoea", "serious": True}
    assert record_events(by=people["bob"], live=treated, events=[told], at=END).refused == ()
    with clock_at(END):
        bob = at_desk("bob")
        assert "1 serious event was reported to nobody" in bob.get("/clinic/harbour/").content.decode()
        page = bob.get("/clinic/harbour/rems/").content.decode()
        assert "Report it today." in page
        address = bob.post(REMS, {"act": "report", "session": "a1"})["Location"]
        told = json.loads(bob.get(f"{address}report.json").content)["elements"]
        assert told["E.i.1.1a"] == "apnoea"
        assert "Go on with the report" in bob.get("/clinic/harbour/rems/").content.decode()
        step(bob, address, "sent", to="the programme", on=on(0), number="T-1")
        assert "Report it today." not in bob.get("/clinic/harbour/rems/").content.decode()
        assert "serious event" not in bob.get("/clinic/harbour/").content.decode()


def test_every_page_that_shows_somebody_leaves_its_row(treated, at_desk):
    addresses = [FORM, FORM[:-1] + ".pdf", FORM[:-1] + ".json", REMS, "/clinic/harbour/rems/"]
    with clock_at(END):
        bob = at_desk("bob")
        for address in some(addresses):
            before = AuditRow.objects.filter(clinic=treated.patient.clinic).count()
            assert bob.get(address).status_code == 200, address
            (row,) = AuditRow.objects.filter(clinic=treated.patient.clinic)[before:]
            assert "H-1" in (row.subject, *row.detail.get("patients", {})), address


def test_a_session_that_no_programme_asks_about_says_so(people, dana, at_desk):
    a_session(dana, people["bob"])
    assert "No programme asks" in at_desk("bob").get(FORM).content.decode()
    assert at_desk("bob").get(FORM[:-1] + ".pdf").status_code == 404

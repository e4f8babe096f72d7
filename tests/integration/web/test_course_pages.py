"""A course from its screening to its end, step by step, as a prescriber and a nurse go through it."""

import datetime as dt
import re
from html import unescape

import msgspec
import pytest

from keel.web.clinic.actions import record_fact
from keel.web.clinic.models import Fact, Kind
from support.care import a_course, screened, started
from support.clock import START, clock_at
from support.doses import INFUSION
from support.live import a_session

TODAY = START.date()
DOSE = {**INFUSION, "start": (START - dt.timedelta(hours=1)).isoformat()}


def _text(page):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.content.decode())).split())


def _send(browser, step, course="c1", key=None, **values):
    data = {f"{step}-{name}": value for name, value in {"key": key or f"{step}-{len(values)}", **values}.items()}
    return browser.post(f"/clinic/harbour/patients/H-1/courses/{course}/{step}/", data)


@pytest.fixture
def person(people, dana):
    about = {"age": 40, "sex": "female", "weight": "70 kg", "height": "170 cm", "pregnancy": "not_pregnant"}
    record_fact(by=people["alice"], patient=dana, kind=Kind.PERSON, payload=about, key="p", at=START)
    return dana


def _visits(patient):
    facts = patient.facts.filter(kind=Kind.VISIT, voided_by__isnull=True).order_by("sequence")
    return [fact.payload["at"][:10] for fact in facts]


def test_a_screening_is_kept_with_its_reasons_and_asks_nothing_that_is_on_file(at_desk, person):
    """Weight and height are on file, so they are not asked; the answers, findings and unknowns become one fact."""
    browser = at_desk("alice")
    address = "/clinic/harbour/patients/H-1/courses/new/?protocol=iv-racemic&jurisdiction=UK"
    page = browser.get(address)
    assert 'name="fact-weight_kg"' not in page.content.decode()
    assert 'name="fact-phq9_total"' in page.content.decode()
    sent = {"keep": "k1", "fact-psychosis_current": "yes", "fact-adequate_antidepressant_trials": "3"}
    for _twice in range(2):
        page = browser.post(address, sent, follow=True)
    text = _text(page)
    kept = Fact.objects.get(kind=Kind.COURSE).payload
    assert (kept["step"], kept["jurisdiction"], kept["answers"]["psychosis_current"]) == ("screened", "UK", True)
    assert "A-CI-07" in [one["rule"] for one in kept["findings"] if one["severity"] == "block"]
    assert "nobody passes a block" in text
    assert "Begin the course" not in text
    refused = _send(browser, "start", "k1", schedule="iv-three-weekly", first=TODAY, time="10:00", reason="x")
    assert refused.status_code == 422
    assert Fact.objects.filter(kind=Kind.VISIT).count() == 0


def test_what_is_not_known_takes_a_reason_and_the_visits_are_planned(at_desk, person):
    browser = at_desk("alice")
    address = "/clinic/harbour/patients/H-1/courses/new/?protocol=iv-racemic&jurisdiction=UK"
    browser.post(address, {"keep": "k1"})
    given = {"schedule": "iv-three-weekly", "first": TODAY + dt.timedelta(days=2), "time": "10:00"}
    assert _send(browser, "start", "k1", reason="", **given).status_code == 422
    assert (
        at_desk("bob")
        .post(
            "/clinic/harbour/patients/H-1/courses/k1/start/",
            {f"start-{name}": value for name, value in {"key": "x", "reason": "y", **given}.items()},
        )
        .status_code
        == 422
    )
    page = _send(browser, "start", "k1", reason="Asked again at the gate.", **given)
    assert page.status_code == 302
    week = dt.timedelta(days=7)
    first = TODAY + dt.timedelta(days=2)
    assert _visits(person) == [str(first), str(first + week), str(first + 2 * week)]
    text = _text(browser.get("/clinic/harbour/patients/H-1/courses/k1/"))
    assert "Asked again at the gate." in text
    front = _text(at_desk("fay").get("/clinic/harbour/patients/H-1/contacts/"))
    assert "ketamine" not in front.casefold()


def test_a_missed_session_moves_the_others_and_is_decided_by_name(at_desk, people, person):
    """A10, six infusions: the five that are left keep their number and move; the first plan is called off."""
    a_course(person, people["alice"])
    later = START + dt.timedelta(days=1)
    with clock_at(later):
        browser = at_desk("bob")
        page = browser.get("/clinic/harbour/patients/H-1/courses/c1/")
        assert "No dose is on record for this day." in _text(page)
        day = later.date() + dt.timedelta(days=2)
        assert _send(browser, "missed", choice="moved", from_day="").status_code == 422
        assert _send(browser, "missed", key="m", choice="moved", from_day=day).status_code == 302
        assert _send(browser, "missed", key="m", choice="moved", from_day=day).status_code == 302
        induction = [
            fact.payload["at"][:10]
            for fact in person.facts.filter(kind=Kind.VISIT, voided_by__isnull=True, payload__phase="induction")
        ]
        assert len([one for one in induction if one >= str(day)]) == 6
        assert "missed, decided" in _text(browser.get("/clinic/harbour/patients/H-1/courses/c1/"))


def test_a_review_without_response_stops_or_names_the_exception(at_desk, people, person):
    """A-COURSE-02-three: after three infusions without benefit the source makes one exception, three more."""
    a_course(person, people["alice"])
    record_fact(by=people["alice"], patient=person, kind=Kind.DOSE, payload=DOSE, key="d", at=START)
    browser = at_desk("alice")
    told = {"on": TODAY, "responded": "false"}
    assert _send(browser, "review", decision="go_on", reason="", **told).status_code == 422
    assert _send(browser, "review", decision="exception", reason="Wish", exception="", **told).status_code == 422
    page = _send(browser, "review", key="r", decision="exception", reason="Wish", exception="three-more", **told)
    assert page.status_code == 302
    held = person.facts.get(kind=Kind.REVIEW).payload
    assert (held["of"], held["responded"], held["by"]) == ("response", False, "Alice")
    assert "goes on as an exception" in _text(browser.get("/clinic/harbour/patients/H-1/courses/c1/"))
    assert _send(at_desk("bob"), "review", decision="stop", reason="", **told).status_code == 422


def test_the_end_calls_the_visits_off_and_asks_how_it_is(at_desk, people, person):
    a_course(person, people["alice"])
    browser = at_desk("alice")
    follow = TODAY + dt.timedelta(days=14)
    page = _send(browser, "stop", on=TODAY, why="wish", plan="Back to Dr Who; sertraline.", follow_up=follow)
    assert page.status_code == 302
    assert _visits(person) == [str(TODAY)] or _visits(person) == []
    with clock_at(START + dt.timedelta(days=15)):
        browser = at_desk("alice")
        text = _text(browser.get("/clinic/harbour/patients/H-1/"))
        assert "Ask how it is after the end of the course" in text
        assert _send(browser, "follow-up", on=TODAY + dt.timedelta(days=15), text="Well.").status_code == 302
        assert "Ask how it is after the end" not in _text(browser.get("/clinic/harbour/patients/H-1/"))


def test_a_letter_is_written_sent_and_answered_and_silence_is_overdue(at_desk, people, person):
    record_fact(by=people["alice"], patient=person, kind=Kind.DOSE, payload=DOSE, key="d", at=START)
    browser = at_desk("bob")
    page = browser.post(
        "/clinic/harbour/patients/H-1/letters/to/urology/",
        {"key": "l1", "to": "Urology, City Hospital", "question": "Please see soon.", "is_agreed": "on"},
    )
    address = page["Location"]
    kept = person.facts.get(kind=Kind.LETTER).payload
    assert set(kept["parts"]) == {"en", "es"}
    assert "35 mg in 1 dose" in str(kept["parts"]["en"])
    assert "Urinary symptoms: not asked." in str(kept["parts"]["en"])
    early = browser.post(
        address, {"answered": "1", "answered-key": "a", "answered-on": TODAY, "answered-text": "Seen."}
    )
    assert early.status_code == 422
    sent = {"sent": "1", "sent-key": "s", "sent-on": TODAY, "sent-how": "by post"}
    assert browser.post(address, sent).status_code == 302
    with clock_at(START + dt.timedelta(days=15)):
        browser = at_desk("bob")
        assert "Ask for the answer to a letter: Urology, City Hospital" in _text(
            browser.get("/clinic/harbour/patients/H-1/")
        )
        done = {
            "answered": "1",
            "answered-key": "a",
            "answered-on": TODAY + dt.timedelta(days=15),
            "answered-text": "Seen.",
        }
        assert browser.post(address, done).status_code == 302
        assert "Ask for the answer" not in _text(browser.get("/clinic/harbour/patients/H-1/"))
    for language in ("", "/es"):
        paper = browser.get(f"{language}{address}letter.pdf")
        assert paper.content.startswith(b"%PDF")


def test_doses_at_home_have_precautions_contacts_and_both_positions(at_desk, people, person):
    """C-03 to C-08 and C-10: each that somebody arranges is agreed, by name; contacts are due until they are noted."""
    told = {"by": people["alice"], "patient": person, "kind": Kind.COURSE, "at": START}
    home = screened(protocol="oral-sublingual-home", jurisdiction="US")
    record_fact(payload=msgspec.to_builtins(home), key="s", **told)
    record_fact(payload=msgspec.to_builtins(started(TODAY, schedule="home-weekly")), key="t", **told)
    dose = {**DOSE, "route": "sublingual", "setting": "prescribed_home"}
    record_fact(**{**told, "kind": Kind.DOSE}, payload=dose, key="d")
    browser = at_desk("alice")
    text = _text(browser.get("/clinic/harbour/patients/H-1/courses/c1/"))
    assert "For and against" in text
    assert "Agree on the precautions at home" in text
    assert "3 of 3 for the dose of" in text
    rules = ["C-03", "C-04", "C-05", "C-06", "C-07", "C-08", "C-10"]
    given = {"on": TODAY, "adult": "Sam", "phone": "020 7946 0000", "address": "1 High Street"}
    assert _send(browser, "precautions", agreed=rules[1:], **given).status_code == 422
    assert _send(browser, "precautions", agreed=rules, **given).status_code == 302
    assert _send(browser, "check-in", dose_on=TODAY, moment="start", is_well="yes", text="").status_code == 302
    text = _text(browser.get("/clinic/harbour/patients/H-1/courses/c1/"))
    assert "Agree on the precautions at home" not in text
    assert "2 of 3 for the dose of" in text


def test_the_ledger_keeps_who_says_so_apart(at_desk, people, person):
    """HZ-EXP: what was given in a clinic and what the person tells of own use stand in rows of their own."""
    record_fact(by=people["alice"], patient=person, kind=Kind.DOSE, payload=DOSE, key="d", at=START)
    told = {"text": "1 g twice a week for 2 years, snorted", "setting": "non_medical"}
    record_fact(by=people["alice"], patient=person, kind=Kind.PATTERN, payload=told, key="t", at=START)
    text = _text(at_desk("bob").get("/clinic/harbour/patients/H-1/ledger/"))
    assert "given in a clinic, as recorded or reported" in text
    assert "35 mg in 1 dose" in text
    assert "“1 g twice a week for 2 years, snorted” the person’s own use, as told" in text


@pytest.mark.parametrize(("days", "says"), [(0, ""), (1, "The earliest is on")])
def test_a_session_says_before_its_dose_how_it_stands_to_the_plan(at_desk, people, person, days, says):
    """HZ-CRS-01: planned today, and a day too early."""
    a_course(person, people["alice"], first=START.date() + dt.timedelta(days))
    a_session(person, people["bob"])
    page = at_desk("bob").get("/clinic/harbour/sessions/a1/before/").content.decode()
    assert ("The plan of the course has no session today." in page) is bool(says)
    assert says in page

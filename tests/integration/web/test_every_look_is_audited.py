"""T23, HZ-PRV-04: whoever looks at a patient leaves a row, in the same breath, or sees nothing."""

import ast
import itertools
import random
from pathlib import Path

import pytest
from django.utils import translation

from keel.web.accounts.access import routes
from keel.web.clinic import audit
from keel.web.clinic.actions import record_fact
from keel.web.clinic.audit_page import ACTIONS, about_patient
from keel.web.clinic.models import AuditRow, Fact, Kind
from keel.web.clinic.proof import verify
from support.clock import START
from support.doses import INFUSION
from support.loops import some

WEB = Path(audit.__file__).parents[1]
PAGES = {
    "/clinic/harbour/patients/H-1/": "alice",
    "/clinic/harbour/patients/H-1/screening/": "tom",
    "/clinic/harbour/patients/H-1/dose/": "bob",
    "/clinic/harbour/patients/H-1/medicine/": "bob",
    "/clinic/harbour/patients/H-1/answers/phq-9/": "tom",
    "/clinic/harbour/patients/H-1/facts/1/take-back/": "alice",
    "/clinic/harbour/patients/H-1/emergency/": "fay",
    "/clinic/harbour/patients/H-1/audit/": "mia",
    "/clinic/harbour/patients/H-1/facts/1/correct/": "alice",
    "/clinic/harbour/patients/H-1/record/measurement/": "bob",
    "/clinic/harbour/patients/H-1/risk/": "alice",
    "/clinic/harbour/patients/H-1/review/": "alice",
    "/clinic/harbour/patients/H-1/contacts/": "fay",
    "/clinic/harbour/patients/H-1/contacts/new/": "fay",
    "/clinic/harbour/patients/H-1/visit/": "fay",
    "/clinic/harbour/patients/H-1/export/": "alice",
    "/clinic/harbour/patients/H-1/merge/": "alice",
    "/clinic/harbour/patients/H-1/papers/": "tom",
    "/clinic/harbour/patients/H-1/medicines.pdf": "tom",
    "/clinic/harbour/patients/H-1/erase/": "mia",
    "/clinic/harbour/patients/H-1/contacts/2/correct/": "fay",
    "/clinic/harbour/patients/H-1/contacts/2/take-back/": "fay",
    "/clinic/harbour/patients/H-1/vitals/": "tom",
}
"""Every page of one patient, with somebody who may open it."""


@pytest.fixture
def dose(people, dana):
    fact = record_fact(by=people["alice"], patient=dana, kind=Kind.DOSE, payload=INFUSION, key="one", at=START)
    contact = {"name": "Sam", "role": "escort"}
    record_fact(by=people["fay"], patient=dana, kind=Kind.CONTACT, payload=contact, key="two", at=START)
    return fact


def _new_rows(before):
    return list(AuditRow.objects.filter(sequence__gt=before, clinic__slug="harbour").values_list("actor", "subject"))


def _last():
    return AuditRow.objects.filter(clinic__slug="harbour").count()


def test_every_page_of_a_patient_stands_above():
    """A new route with a patient's number fails here until it is tried."""
    with_number = {name for name, view in routes() if name.startswith("clinic:") and hasattr(view, "permission")}
    assert len(with_number - {"clinic:patients", "clinic:audit", "clinic:register"}) == len(PAGES)


@pytest.mark.parametrize(("address", "who"), PAGES.items())
def test_a_look_at_a_patient_leaves_one_row(at_desk, dose, address, who):
    browser, before = at_desk(who), _last()
    assert browser.get(address).status_code == 200
    assert _new_rows(before) == [(who, "H-1")]


@pytest.mark.parametrize(("who", "shown"), [("alice", "picture"), ("fay", "name")])
def test_the_list_says_whom_it_showed_and_what_of_them(at_desk, dose, who, shown):
    browser, before = at_desk(who), _last()
    browser.get("/clinic/harbour/")
    row = AuditRow.objects.filter(clinic__slug="harbour").last()
    assert (_last() - before, row.action, row.detail["patients"]) == (1, "see_patients", {"H-1": shown})


def test_a_refusal_and_a_guess_at_numbers_leave_a_row(at_desk, dose):
    at_desk("fay").get("/clinic/harbour/patients/H-1/")
    at_desk("alice").get("/clinic/harbour/patients/H-77/")
    rows = AuditRow.objects.filter(clinic__slug="harbour", sequence__gt=2).values_list("actor", "action", "subject")
    assert list(rows) == [("fay", "refused", "H-1"), ("alice", "not_found", "H-77")]


def test_rows_are_as_many_as_requests(at_desk, dose):
    """Any order of looking, writing, writing twice, mistyping and being refused: one row for each request."""
    dice, before, keys = random.Random(7), _last(), itertools.count()  # noqa: S311 - a test's dice
    browsers = {name: at_desk(name) for name in ("alice", "bob", "tom", "fay", "mia")}
    requests = 60
    for _ in range(requests):
        browser, address = browsers[dice.choice(list(browsers))], dice.choice(list(PAGES))
        body = {"text": dice.choice(["sertraline", ""]), "key": f"key-{next(keys) // 2}", "reason": "a reason"}
        if dice.random() < 0.5 or address.endswith(("/audit/", "/contacts/", "/H-1/", "/papers/", ".pdf")):
            browser.get(address)
        else:
            browser.post(address, body)
    assert _last() - before == requests
    assert Fact.objects.count() > 1
    assert verify(dose.patient.clinic).holds


@pytest.mark.parametrize(("address", "who"), PAGES.items())
def test_what_cannot_be_audited_is_not_shown(at_desk, dose, monkeypatch, address, who):
    browser = at_desk(who)
    browser.raise_request_exception = False
    monkeypatch.setattr(audit, "append", _break)
    page = browser.get(address)
    assert page.status_code >= 500
    assert "Dana" not in page.content.decode()
    assert "35 mg" not in page.content.decode()


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("/clinic/harbour/patients/H-1/medicine/", {"text": "sertraline", "key": "k"}),
        ("/clinic/harbour/patients/H-1/facts/1/take-back/", {"reason": "wrong", "key": "k"}),
    ],
)
def test_what_cannot_be_audited_is_not_written(at_desk, dose, monkeypatch, address, body):
    """The fault lies between the fact and its row of the audit."""
    browser = at_desk("alice")
    browser.raise_request_exception = False
    monkeypatch.setattr(audit, "append", _break)
    assert browser.post(address, body).status_code >= 500
    assert Fact.objects.count() == 2


def _break(*args, **kwargs):
    raise OSError("the disk is full")


def test_the_clinic_sees_who_did_what(at_desk, dose, people):
    at_desk("bob").get("/clinic/harbour/patients/H-1/")
    page = at_desk("mia").get("/clinic/harbour/audit/?patient=H-1").content.decode()
    assert "Saw the record" in page
    assert "Recorded a fact" in page
    assert "35 mg" not in page
    assert "Recorded a fact" not in at_desk("mia").get("/clinic/harbour/audit/?who=bob").content.decode()
    assert "Saw the record" in at_desk("mia").get("/clinic/harbour/audit/?kind=seen").content.decode()
    assert "Saw the record" not in at_desk("mia").get("/clinic/harbour/audit/?kind=written").content.decode()
    assert "Saw the record" not in at_desk("mia").get("/clinic/harbour/audit/?day=2020-01-01").content.decode()


@pytest.mark.parametrize("query", ["day=yesterday", "before=x", "kind=all", "before=0", f"patient={'9' * 30}"])
def test_a_question_that_cannot_be_read_is_said(at_desk, dose, query):
    assert at_desk("mia").get(f"/clinic/harbour/audit/?{query}").status_code == 422


def test_older_rows_are_a_page_further(at_desk, dose, monkeypatch):
    monkeypatch.setattr("keel.web.clinic.audit_page.PAGE", 2)
    browser = at_desk("mia")
    for _ in range(3):
        browser.get("/clinic/harbour/audit/")
    first = browser.get("/clinic/harbour/audit/?kind=seen").content.decode()
    assert "kind=seen&amp;before=4" in first
    assert "Older" not in browser.get("/clinic/harbour/audit/?before=2").content.decode()


def test_a_patient_is_given_who_saw_the_record(at_desk, dose, hill):
    at_desk("alice").get("/clinic/harbour/")  # the list showed Dana as well
    at_desk("bob").get("/clinic/harbour/patients/H-1/screening/")
    page = at_desk("mia").get("/clinic/harbour/patients/H-1/audit/").content.decode()
    for words in ("Saw the list of patients", "screening and level of care", "Recorded a fact", "Bob", "Alice"):
        assert words in page
    assert "35 mg" not in page


def test_another_patients_number_that_begins_alike_is_not_taken_along(people, dose):
    from keel.web.clinic.actions import note

    for subject in ("H-10", "H-10/1", "H-1x"):
        note(dose.patient.clinic, at=START, actor="bob", action="see_patient", subject=subject)
    assert [row.subject for row in about_patient(dose.patient.clinic, "H-1")] == ["H-1/1", "H-1/2"]


def test_every_action_of_the_audit_has_words():
    """Actions are named in the code by `action="…"`, or as the third word of a `_note`."""
    named = set()
    for file in WEB.rglob("*.py"):
        if "migrations" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.keyword) and node.arg == "action" and isinstance(node.value, ast.Constant):
                named.add(node.value.value)
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_note", "note"):
                words = [one.value for one in node.args[2:3] if isinstance(one, ast.Constant)]
                named.update(word for word in words if isinstance(word, str) and word.isidentifier())
    missing = {name for name in some(named) if name not in ACTIONS}
    assert missing - {"store_true"} == set()
    with translation.override("en"):
        assert all(str(words) for words in ACTIONS.values())

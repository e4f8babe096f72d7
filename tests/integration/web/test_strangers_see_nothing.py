"""Every route of the URL map, for every role, in one's own clinic and in another, and without a log-in.

For people of another clinic a clinic and its patients do not exist (HZ-SEC-03, T17); who may do what is written here
once more, apart from the code. A new route fails until it stands in `NEEDS`, with the permission that its view names.
"""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keel.assessment.rems.steps import ReportFilled
from keel.web.accounts.access import WAYS_IN, Rule, routes, rule_of
from keel.web.clinic.actions import record_fact
from keel.web.clinic.models import AuditRow, Fact, Kind, Patient
from keel.web.rems.actions import record_step
from keel.web.routes import PUBLIC_APPS
from support.answers import a_message, an_alert
from support.care import a_course
from support.clock import START
from support.doses import INFUSION
from support.live import a_session
from support.loops import some
from support.stock import short_of_one

NEEDS = {
    "clinic:patients": "see_patients",
    "clinic:audit": "see_audit",
    "clinic:patient_audit": "see_audit",
    "clinic:patient": "see_picture",
    "clinic:emergency": "open_in_emergency",
    "clinic:screening": "see_picture",
    "clinic:record_dose": "record_facts",
    "clinic:record_medicine": "record_facts",
    "clinic:record_answers": "record_facts",
    "clinic:take_back": "void_facts",
    "clinic:correct": "void_facts",
    "clinic:merge": "void_facts",
    "clinic:record": "record_facts",
    "clinic:judge_risk": "decide",
    "clinic:review": "decide",
    "clinic:contacts": "see_contacts",
    "clinic:record_contact": "register",
    "clinic:plan_visit": "register",
    "clinic:register": "register",
    "clinic:export": "export_record",
    "course:calendar": "register",
    "course:clinic_calendar": "register",
    "clinic:papers": "export_record",
    "clinic:medicines_pdf": "export_record",
    "course:open": "decide",
    "course:course": "see_picture",
    "course:step": "record_facts",
    "course:ledger": "see_picture",
    "course:read_in": "record_facts",
    "course:summary_pdf": "export_record",
    "course:write_letter": "record_facts",
    "course:letter": "record_facts",
    "course:letter_pdf": "export_record",
    "therapy:day": "decide",
    "therapy:due": "see_picture",
    "therapy:group": "record_facts",
    "therapy:therapy": "see_picture",
    "therapy:agreed": "export_record",
    "therapy:recovery": "see_picture",
    "therapy:plan": "export_record",
    "therapy:write": "record_facts",
    "therapy:correct": "void_facts",
    "therapy:private_notes": "private_notes",
    "therapy:export_private_notes": "private_notes",
    "live:adoption": "see_rooms",
    "live:overlay": "see_rooms",
    "live:decision": "run_sessions",
    "live:monitors": "run_sessions",
    "live:add_room": "run_sessions",
    "live:board": "see_rooms",
    "live:queue": "write_in_sessions",
    "live:queue_key": "write_in_sessions",
    "live:fresh": "see_rooms",
    "live:board_json": "see_rooms",
    "live:board_rooms": "see_rooms",
    "live:sound": "see_rooms",
    "live:board_names": "run_sessions",
    "live:alarms": "write_in_sessions",
    "live:begin": "run_sessions",
    "live:session": "see_rooms",
    "live:session_json": "see_rooms",
    "live:part": "see_rooms",
    "live:record": "write_in_sessions",
    "live:events": "write_in_sessions",
    "clinic:erase": "erase",
    "clinic:correct_contact": "register",
    "clinic:take_back_contact": "register",
    "clinic:record_vitals": "record_facts",
    "live:alarm_report": "see_rooms",
    "live:drug_boxes": "run_sessions",
    "live:emergency": "see_rooms",
    "live:emergency_card": "see_rooms",
    "live:handover": "write_in_sessions",
    "live:replay": "see_rooms",
    "live:record_pdf": "export_record",
    "live:instructions": "see_rooms",
    "live:sheet": "run_sessions",
    "live:downtime": "export_record",
    "live:packet": "export_record",
    "measures:alerts": "see_picture",
    "measures:alert": "see_picture",
    "measures:patient": "see_picture",
    "measures:choices": "decide",
    "outbox:messages": "see_contacts",
    "outbox:note": "see_contacts",
    "rems:forms": "record_facts",
    "rems:setting": "manage_rems",
    "rems:patient": "record_facts",
    "rems:report": "record_facts",
    "rems:report_pdf": "export_record",
    "rems:report_json": "export_record",
    "rems:monitoring": "record_facts",
    "rems:monitoring_pdf": "export_record",
    "rems:monitoring_json": "export_record",
    "rems:stock": "see_stock",
    "rems:write": "keep_stock",
    "rems:count": "keep_stock",
    "rems:confirm": "keep_stock",
    "rems:discrepancy": "see_stock",
    "rems:book_csv": "see_stock",
    "rems:book_pdf": "see_stock",
    "staff:people": "see_staff",
    "staff:invite": "manage_staff",
    "staff:withdraw": "manage_staff",
    "staff:emergencies": "see_emergencies",
    "staff:member": "manage_staff",
}
"""Every route of a clinic, and what it takes."""
DESK = {"register", "see_contacts"}
MAY = {
    "alice": {"see_staff", "see_patients", "see_picture", "record_facts", "void_facts"}
    | DESK
    | {"decide", "export_record", "erase", "see_rooms", "run_sessions", "write_in_sessions"}
    | {"manage_rems", "see_stock", "keep_stock"},
    "bob": {"see_staff", "see_patients", "see_picture", "record_facts", "void_facts"}
    | DESK
    | {"export_record", "see_rooms", "run_sessions", "write_in_sessions", "see_stock", "keep_stock"},
    "tom": {"see_staff", "see_patients", "see_picture", "record_facts"}
    | DESK
    | {"export_record", "see_rooms", "write_in_sessions", "private_notes"},
    "fay": {"see_staff", "see_patients", "open_in_emergency"} | DESK,
    "mia": {"see_staff", "see_patients", "open_in_emergency", "manage_staff", "see_emergencies", "see_audit", "erase"}
    | DESK
    | {"manage_rems", "see_stock"},
    "rex": {"see_staff"},
}
FRESH = {"staff:invite", "staff:withdraw", "staff:member"}
"""Routes that ask again who it is, before they answer."""
SENT_TO = {
    "course:step",
    "outbox:note",
    "live:queue",
    "live:add_room",
    "live:record",
    "live:events",
    "live:sound",
    "live:board_names",
    "rems:confirm",
}
"""Routes that only take what is sent to them."""
VALUES = {
    "clinic": "harbour",
    "number": "H-1",
    "instrument": "phq-9",
    "sequence": 1,
    "what": "measurement",
    "invitation": 1,
    "name": "bob",
    "rest": "dose/",
    "session": "a1",
    "card": "vomiting",
    "protocol": "iv-racemic",
    "decision": "iv-racemic/dose",
    "part": "during",
    "course": "c1",
    "template": "urology",
    "letter": "l1",
    "message": 1,
    "alert": "a1-phq-9",
    "report": "r1",
    "kind": "receive",
    "lot": 1,
    "line": 1,
    "difference": "count-3",
    "of": "therapy",
}
OTHERS = {
    "course:step": {"step": "stop"},
    "clinic:correct_contact": {"sequence": 2},
    "clinic:take_back_contact": {"sequence": 2},
    "therapy:correct": {"sequence": 3},
    "therapy:write": {"step": "intention_said"},
    **{f"rems:monitoring{form}": {"session": "b1"} for form in ("", "_pdf", "_json")},  # a programme asks for its form
}
"""Routes that take another value than the others."""
ROUTES = sorted(NEEDS)


def _address(name, **changed):
    view = dict(routes())[name]
    pattern = next(names for names in _names(name))
    values = VALUES | OTHERS.get(name, {}) | changed
    return reverse(name, kwargs={key: values[key] for key in pattern}) if view else ""


def _names(name):
    """The names of the values in the address of a route."""
    from django.urls import get_resolver

    space, _, route = name.partition(":")
    resolver = get_resolver().namespace_dict[space][1]
    for possibility, *_rest in resolver.reverse_dict.getlist(route):
        yield possibility[0][1]


@pytest.fixture
def dose(people, dana):
    fact = record_fact(by=people["alice"], patient=dana, kind=Kind.DOSE, payload=INFUSION, key="one", at=START)
    contact = {"name": "Sam", "role": "escort"}
    record_fact(by=people["fay"], patient=dana, kind=Kind.CONTACT, payload=contact, key="two", at=START)
    intention = {"step": "intention_said", "at": START.isoformat(), "words": "to rest"}
    record_fact(by=people["tom"], patient=dana, kind=Kind.THERAPY, payload=intention, key="three", at=START)
    a_course(dana, people["alice"])
    a_session(dana, people["bob"])
    a_message(dana)
    an_alert(dana, people["bob"])
    sprayed = Patient.objects.create(clinic=dana.clinic, number="H-2", display_name="Dora")
    plan = {"dose": "56 mg", "devices": 2}
    a_session(sprayed, people["bob"], name="b1", protocol="esketamine-nasal-us", plan=plan)
    report = ReportFilled(report="r1", answers={})
    record_step(by=people["alice"], patient=dana, step=report, key="report", at=START)
    short_of_one(people, dana.clinic)
    return fact


def test_every_route_says_for_whom_it_is_and_is_named_here():
    """Walks the whole URL map: a route that no rule covers, or that this file does not know, fails."""
    rules = {name: rule_of(name, view) for name, view in routes()}
    assert [name for name, rule in rules.items() if rule is None] == []
    assert {name for name, rule in rules.items() if rule is Rule.MEMBERS} == set(NEEDS)
    assert {name: str(view.permission) for name, view in routes() if hasattr(view, "permission")} == NEEDS
    own = {name for name, rule in rules.items() if rule is Rule.SIGNED_IN}
    assert own == {name for name in own if name.startswith(("account_", "mfa_", "accounts:"))} | {
        "clinic:home",
        "clinic:moved_patient",
        "clinic:moved_page",
    }
    assert {name for name in WAYS_IN if name not in rules} == set()


def test_a_route_without_a_rule_is_refused():
    assert rule_of("newcomer:page", lambda request: None) is None
    assert rule_of("clinic:new_page", lambda request: None) is None
    assert PUBLIC_APPS.isdisjoint({"clinic", "staff", "accounts"})


@pytest.mark.parametrize("who", sorted(MAY))
def test_a_role_gets_through_where_it_may_and_nowhere_else(at_desk, dose, who):
    browser = at_desk(who)
    for name in some(ROUTES):
        page = (browser.post if name in SENT_TO else browser.get)(_address(name))
        if NEEDS[name] not in MAY[who]:
            assert page.status_code == 403, name
            assert "35 mg" not in page.content.decode(), name
            assert AuditRow.objects.filter(action="refused", actor=who, detail__route=name).exists(), name
        elif name in FRESH:
            assert page["Location"].startswith("/account/again/"), name
        else:
            assert page.status_code in ((302, 400, 422) if name in SENT_TO else (200, 204)), name


@pytest.mark.parametrize("method", ["get", "post"])
def test_charlie_gets_404(at_desk, dose, method):
    browser, refused, facts = at_desk("charlie"), 0, Fact.objects.count()
    for name in some(ROUTES):
        page = getattr(browser, method)(_address(name), {"reason": "x", "key": "k", "text": "x"})
        assert page.status_code in ((404,) if method == "get" and name not in SENT_TO else (404, 405)), name
        assert "Dana" not in page.content.decode(), name
        assert Fact.objects.count() == facts, name
        refused += page.status_code == 404
        assert AuditRow.objects.filter(action="refused_elsewhere", clinic__slug="hill").count() == refused, name


def test_a_patient_of_another_clinic_is_not_reached_through_ones_own(at_desk, dose):
    browser = at_desk("charlie")
    for name in some([name for name in ROUTES if "number" in next(_names(name))]):
        page = (browser.post if name in SENT_TO else browser.get)(_address(name, clinic="hill"))
        assert page.status_code in (403, 404), name
        assert "Dana" not in page.content.decode(), name


@pytest.mark.parametrize("method", ["get", "post"])
def test_without_a_log_in_there_is_only_the_log_in(client, dose, method):
    facts = Fact.objects.count()
    for name in some(["clinic:home", *ROUTES]):
        page = getattr(client, method)(_address(name), {"reason": "x", "key": "k"})
        assert page.status_code == 302, name
        assert page["Location"].startswith("/log-in/?next="), name
        assert Fact.objects.count() == facts, name


def test_an_account_is_its_persons_own(client, db):
    own = [name for name, view in routes() if rule_of(name, view) is Rule.SIGNED_IN and "remove" not in name]
    for name in some(own):
        address = _address(name) if name.startswith("clinic:") else reverse(name)
        assert client.get(address)["Location"].startswith("/log-in/?next="), name


def test_somebody_elses_passkey_is_not_there(at_desk, people):
    from allauth.mfa.models import Authenticator

    passkey = Authenticator.objects.create(user=people["bob"], type="webauthn", data={"name": "Bob's"})
    at_desk("alice").post(f"/account/second-factor/passkeys/{passkey.pk}/remove/")
    assert Authenticator.objects.filter(pk=passkey.pk).exists()


def test_two_roles_add_up(at_desk, people, harbour):
    from keel.web.clinic.models import Membership

    Membership.objects.create(clinic=harbour, user=people["alice"], role="manager")
    assert at_desk("alice").get("/clinic/harbour/staff/emergencies/").status_code == 200
    assert at_desk("alice").get("/clinic/harbour/").status_code == 200


def test_someone_who_left_sees_nothing(at_desk, people, dose):
    browser = at_desk("alice")
    people["alice"].is_active = False
    people["alice"].save()
    assert browser.get(_address("clinic:patient")).status_code == 302


def test_a_clinic_that_does_not_exist_looks_the_same(at_desk, dose):
    browser = at_desk("charlie")
    nowhere, other = browser.get("/clinic/nowhere/"), browser.get("/clinic/harbour/")
    assert nowhere.status_code == other.status_code == 404
    plain = [re.sub(rb'value="\w{64}"', b"", page.content) for page in (nowhere, other)]  # the tokens of forms differ
    assert plain[0].replace(b"nowhere", b"harbour") == plain[1]
    rows = AuditRow.objects.filter(action="refused_elsewhere").values_list("clinic__slug", "subject")
    assert list(rows) == [("hill", "nowhere"), ("hill", "harbour")]


def test_a_clinic_that_does_not_exist_takes_the_same_work(at_desk, dose):
    """T18: the time of an answer tells nothing, for the database is asked the same, as often."""
    browser, asked = at_desk("charlie"), []
    browser.get("/clinic/hill/")  # the first page of a session notes that somebody is there
    for address in ("/clinic/nowhere/patients/H-1/", "/clinic/harbour/patients/H-1/", "/clinic/harbour/patients/H-9/"):
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 404
        asked.append([re.split(r" WHERE | VALUES |SAVEPOINT", query["sql"])[0] for query in queries])
    assert asked[0] == asked[1] == asked[2]
    assert len(asked[0]) > 3

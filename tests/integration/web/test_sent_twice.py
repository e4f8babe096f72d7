"""T5: a form that is sent twice writes once, and one that is sent again with other content is refused.

HZ-DOSE-06, HZ-OFF-02: a double tap, a lost answer. Each route that writes a fact is found in the URL map.
"""

import pytest

from keel.web.accounts.access import routes
from keel.web.clinic.actions import record_fact
from keel.web.clinic.models import AuditRow, Fact, Kind, Patient
from support.clock import START

P = "/clinic/harbour/patients/H-1/"
AT = "2026-11-20T09:00"
FORMS = {
    "clinic:register": ("/clinic/harbour/register/", {"name": "Noor Aziz"}, {"name": "Mina Aziz"}),
    "clinic:record_dose": (
        f"{P}dose/",
        {"substance": "racemic", "route": "iv", "amount": "35 mg", "over": "40 min", "start": AT, "setting": "clinic"},
        {"amount": "36 mg"},
    ),
    "clinic:record_medicine": (f"{P}medicine/", {"text": "sertraline"}, {"text": "lithium"}),
    "clinic:record_answers": (f"{P}answers/phq-9/", {"start": AT, "1": "2"}, {"1": "3"}),
    "clinic:record": (f"{P}record/condition/", {"text": "asthma", "status": "active"}, {"text": "gout"}),
    "clinic:record_vitals": (f"{P}vitals/", {"start": AT, "pulse": "80"}, {"pulse": "90"}),
    "clinic:judge_risk": (
        f"{P}risk/",
        {"risk": "suicide", "level": "low", "reason": "asked", "start": AT},
        {"level": "high"},
    ),
    "clinic:review": (f"{P}review/", {"of": "response", "responded": "true", "on": AT[:10]}, {"responded": "false"}),
    "clinic:record_contact": (f"{P}contacts/new/", {"name": "Sam", "role": "escort"}, {"name": "Kim"}),
    "clinic:plan_visit": (f"{P}visit/", {"start": "2026-12-02T09:00"}, {"start": "2026-12-03T09:00"}),
    "clinic:merge": (f"{P}merge/", {"number": "H-2"}, {"number": "H-3"}),
    "clinic:correct": (f"{P}facts/1/correct/", {"text": "quetiapine", "why-reason": "misread"}, {"text": "lithium"}),
    "clinic:take_back": (f"{P}facts/1/take-back/", {"reason": "wrong"}, {"reason": "other"}),
    "clinic:correct_contact": (
        f"{P}contacts/2/correct/",
        {"name": "Sam", "role": "escort", "phone": "555 0100", "why-reason": "rang"},
        {"phone": "555 0199"},
    ),
    "clinic:take_back_contact": (f"{P}contacts/2/take-back/", {"reason": "moved"}, {"reason": "other"}),
}
"""Route, to its address, a form, and what of it is other the second time."""
WITHOUT_A_FACT = {
    *("clinic:patients", "clinic:audit", "clinic:patient", "clinic:patient_audit", "clinic:contacts"),
    *("clinic:screening", "clinic:export", "clinic:emergency", "clinic:erase", "clinic:papers"),
    "clinic:medicines_pdf",
}
"""Routes of a clinic that write no fact; an emergency that is opened twice is two openings."""


@pytest.fixture
def desk(at_desk, people, dana, harbour):
    """Alice, with a medicine and a contact of Dana, and two more patients."""
    for number in ("H-2", "H-3"):
        Patient.objects.create(clinic=harbour, number=number, display_name=f"Other {number}")
    told = {"by": people["alice"], "patient": dana, "at": START}
    record_fact(**told, kind=Kind.MEDICINE, payload={"text": "quetiapin"}, key="one")
    record_fact(**told, kind=Kind.CONTACT, payload={"name": "Sam", "role": "escort"}, key="two")
    return at_desk("alice")


def test_every_route_that_writes_a_fact_is_tried():
    own = {name for name, view in routes() if name.startswith("clinic:") and hasattr(view, "permission")}
    assert own - WITHOUT_A_FACT == set(FORMS)


@pytest.mark.parametrize("name", FORMS)
def test_a_form_counts_once_and_its_key_for_nothing_else(desk, name):
    address, form, other = FORMS[name]
    before, rows = Fact.objects.count(), AuditRow.objects.filter(action__in=("record_fact", "correct_fact")).count()
    first = desk.post(address, {**form, "key": "same"})
    assert first.status_code == 302, first.content.decode()
    assert (Fact.objects.count() - before) == 1
    again = desk.post(address, {**form, "key": "same"})
    assert (again.status_code, again["Location"]) == (302, first["Location"])
    refused = desk.post(address, {**form, **other, "key": "same"})
    assert refused.status_code == 422
    assert Fact.objects.count() - before == 1
    written = AuditRow.objects.filter(action__in=("record_fact", "correct_fact")).count() - rows
    assert written == (0 if "take_back" in name else 1)

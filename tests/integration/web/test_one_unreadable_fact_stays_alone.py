"""HZ-AVL-02: what cannot be read of one patient stays on that row, and never looks like “in order”."""

import re

import pytest

from keel.assessment.interactions.check import check_recorded
from keel.knowledge import load
from keel.knowledge.interactions import Danger
from keel.web.clinic.models import Fact, Kind, Patient
from keel.web.clinic.queries import RECORDED
from support.clock import START
from support.doses import INFUSION

POISON = {
    Kind.PERSON: {"weight": "no weight"},
    Kind.DOSE: {"substance": "racemic", "start": "yesterday", "amount": "35 mg"},
    Kind.PATTERN: {"text": "1" * 400},
    Kind.MEASUREMENT: {"what": "weight", "value": "70 kg", "at": "never"},
    Kind.MEDICINE: {"text": "phenelzine", "status": "perhaps"},
    Kind.ANSWERS: {"instrument": "phq-9", "items": 3, "at": "2026-01-01"},
    Kind.CONDITION: {"text": 3},
    Kind.RISK_ASSESSMENT: {"level": "perhaps"},
    Kind.REVIEW: {"of": "the weather", "on": "2026-11-01", "by": "Alice"},
}
"""An entry of each kind that no reader takes: written by an older version, or by hand."""


def _fact(patient, user, number, kind, payload):
    return Fact.objects.create(
        patient=patient,
        sequence=number,
        kind=kind,
        payload=payload,
        recorded_at=START,
        recorded_by=user,
        key=f"k{number}",
    )


@pytest.fixture
def two(harbour, dana, people):
    """Dana, and Dora beside her whose MAO inhibitor and dose are to be seen whatever happens to Dana's record."""
    dora = Patient.objects.create(clinic=harbour, number="H-2", display_name="Dora")
    _fact(dora, people["alice"], 1, Kind.MEDICINE, {"text": "phenelzine"})
    _fact(dora, people["alice"], 2, Kind.DOSE, INFUSION)
    return dana, dora


def _rows(page):
    return {name: part for part in page.split("<tr>")[1:] for name in ("Dana", "Dora") if name in part}


def test_every_kind_of_fact_is_poisoned():
    assert set(POISON) == set(RECORDED)


@pytest.mark.parametrize("kind", POISON)
def test_a_fact_that_cannot_be_read_is_named_and_the_others_stand(at_desk, two, people, kind):
    dana, _ = two
    _fact(dana, people["alice"], 1, Kind.MEDICINE, {"text": "tranylcypromine"})
    _fact(dana, people["alice"], 2, kind, POISON[kind])
    alice = at_desk("alice")
    rows = _rows(alice.get("/clinic/harbour/").content.decode())
    assert "Could not be read" in rows["Dana"]
    assert "ranylcypromine" in rows["Dana"]
    assert "henelzine" in rows["Dora"]
    assert "Could not be read" not in rows["Dora"]
    page = alice.get("/clinic/harbour/patients/H-1/").content.decode()
    assert 'href="?fact=2#fact-2"' in page
    assert "ranylcypromine" in page


def test_a_medicine_list_of_thousands_of_words_is_named_on_its_own_row(at_desk, two, people):
    dana, _ = two
    _fact(dana, people["alice"], 1, Kind.MEDICINE, {"text": "tranylcypromine"})
    _fact(dana, people["alice"], 2, Kind.MEDICINE, {"text": "word " * 2500})
    alice = at_desk("alice")
    rows = _rows(alice.get("/clinic/harbour/").content.decode())
    assert "Could not be read" in rows["Dana"]
    assert "ranylcypromine" in rows["Dana"]
    assert "henelzine" in rows["Dora"]
    assert "too long for a medicine" in alice.get("/clinic/harbour/patients/H-1/").content.decode()


def test_a_record_names_a_medicine_that_is_too_long_and_checks_the_others():
    report = check_recorded(["word " * 2500, "phenelzine"], knowledge=load())
    assert report.worst is Danger.MAJOR
    (unread,) = report.not_recognised
    assert len(unread) < 100
    assert "could not be read" in report.summary


def test_where_no_picture_can_be_made_the_row_and_the_page_say_so(at_desk, two, monkeypatch):
    from keel.web.clinic import patient_page

    def broken(record, **more):
        if record.person.id == "H-1":
            raise ZeroDivisionError
        return whole(record, **more)

    whole = patient_page.picture_of
    monkeypatch.setattr(patient_page, "picture_of", broken)
    alice = at_desk("alice")
    answer = alice.get("/clinic/harbour/")
    rows = _rows(answer.content.decode())
    assert answer.status_code == 200
    assert "Could not be read" in rows["Dana"]
    assert answer.content.decode().index("Dana") < answer.content.decode().index("Dora")
    assert "henelzine" in rows["Dora"]
    page = alice.get("/clinic/harbour/patients/H-1/")
    assert page.status_code == 200
    assert "No rule was checked" in page.content.decode()


def test_a_long_ledger_comes_in_pages_and_a_fact_is_found_on_its_own(at_desk, dana, people):
    """Twenty thousand facts on one page took eleven seconds (HZ-AVL-01)."""
    facts = [
        Fact(
            patient=dana,
            sequence=number,
            kind=Kind.MEDICINE,
            payload={"text": "sertraline"},
            recorded_at=START,
            recorded_by=people["alice"],
            key=f"k{number}",
        )
        for number in range(1, 251)
    ]
    Fact.objects.bulk_create(facts)
    alice = at_desk("alice")

    def numbers(query):
        page = alice.get(f"/clinic/harbour/patients/H-1/{query}").content.decode()
        return [int(found) for found in re.findall(r'id="fact-(\d+)"', page)]

    assert numbers("") == list(range(250, 150, -1))
    assert numbers("?facts=3") == list(range(50, 0, -1))
    assert [50 in numbers("?fact=50"), 151 in numbers("?fact=151"), 150 in numbers("?fact=150")] == [True] * 3
    assert numbers("?fact=999999999999") == numbers("?fact=x") == numbers("?facts=-1x") == numbers("")

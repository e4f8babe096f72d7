"""HZ-AVL-02: what cannot be read of one patient stays on that row, and never looks like “in order”."""

import pytest

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
    page = alice.get("/clinic/harbour/H-1/").content.decode()
    assert 'href="#fact-2"' in page
    assert "ranylcypromine" in page


def test_a_medicine_list_of_thousands_of_words_is_one_item_that_was_not_checked(at_desk, two, people):
    dana, _ = two
    _fact(dana, people["alice"], 1, Kind.MEDICINE, {"text": "tranylcypromine"})
    _fact(dana, people["alice"], 2, Kind.MEDICINE, {"text": "word " * 2500})
    alice = at_desk("alice")
    rows = _rows(alice.get("/clinic/harbour/").content.decode())
    assert "ranylcypromine" in rows["Dana"]
    assert "henelzine" in rows["Dora"]
    page = alice.get("/clinic/harbour/H-1/").content.decode()
    assert "word word…" in page[page.index("Not recognised, so not checked") :]


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
    page = alice.get("/clinic/harbour/H-1/")
    assert page.status_code == 200
    assert "No rule was checked" in page.content.decode()

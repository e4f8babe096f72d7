"""All papers of a patient in one place, and the list of medicines among them."""

import io

import pikepdf
import pytest

from keel.web.clinic.actions import record_fact
from keel.web.clinic.models import Kind
from support.clock import START, clock_at
from support.live import a_session
from support.loops import some

HOME = "/clinic/harbour/patients/H-1/"


@pytest.fixture
def recorded(people, dana):
    told = [
        (Kind.MEDICINE, {"text": "sertraline 50 mg", "status": "active"}),
        (Kind.MEDICINE, {"text": "lorazepam", "status": "stopped", "stopped": "2026-10-01"}),
        (Kind.CONDITION, {"text": "allergy to penicillin (rash)"}),
        (Kind.CONSENT, {"to": "treatment", "given": True, "version": "3", "on": "2026-11-01"}),
    ]
    for number, (kind, payload) in enumerate(told):
        record_fact(by=people["alice"], patient=dana, kind=kind, payload=payload, key=f"k{number}", at=START)
    a_session(dana, people["bob"])
    a_session_of_another = dana.clinic.patients.create(number="H-2", display_name="Dora")
    a_session(a_session_of_another, people["bob"], name="c3")
    return dana


def test_every_paper_that_is_linked_is_there(recorded, at_desk):
    with clock_at(START):
        bob = at_desk("bob")
        html = bob.get(f"{HOME}papers/").content.decode()
        session = "/clinic/harbour/sessions/a1/"
        for address in some(
            [f"{HOME}medicines.pdf", f"{HOME}export/", f"{session}record.pdf", f"{session}instructions.pdf"]
        ):
            assert f'href="{address}"' in html, address
            assert bob.get(address).status_code == 200, address
        assert "c3" not in html
        assert "version 3" in html
        assert f'href="{HOME}papers/"' in bob.get(HOME).content.decode()


def text_of(monkeypatch, browser):
    """The paper that is set, as a value."""
    from keel.web.clinic import papers_page

    kept = []
    real = papers_page.paper_pdf
    monkeypatch.setattr(papers_page, "paper_pdf", lambda paper, at: kept.append(paper) or real(paper, at=at))
    content = browser.get(f"{HOME}medicines.pdf").content
    return kept[0], pikepdf.open(io.BytesIO(content))


def test_the_list_of_medicines_says_how_each_stands(recorded, at_desk, monkeypatch):
    with clock_at(START):
        paper, pdf = text_of(monkeypatch, at_desk("bob"))
    medicines, conditions = paper.parts
    assert [row[:2] for row in medicines.table.rows] == [
        ("sertraline 50 mg", "Taken now"),
        ("lorazepam", "Stopped"),
    ]
    assert conditions.items == ("allergy to penicillin (rash)",)
    assert str(pdf.open_metadata()["pdfuaid:part"]) == "1"


def test_nothing_on_record_is_not_nothing_taken(dana, at_desk, monkeypatch):
    with clock_at(START):
        paper, _pdf = text_of(monkeypatch, at_desk("bob"))
    assert paper.parts[0].table is None
    assert "says nothing of what is taken" in paper.parts[0].remark

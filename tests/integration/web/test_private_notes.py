"""HZ-PRV-05: a therapist’s private notes are read by their author alone, and go out with no export but their own."""

import io
import json
import zipfile

import msgspec
import pytest
from django.db import DatabaseError, connection, transaction

from keel.web.accounts.models import User
from keel.web.clinic.actions import record_fact
from keel.web.clinic.erasure import ask, erase
from keel.web.clinic.errors import NotAllowed
from keel.web.clinic.exports import Purpose, whole_record
from keel.web.clinic.models import AuditRow, Fact, Kind, Membership
from keel.web.clinic.proof import verify
from keel.web.clinic.record_paper import paper_of
from keel.web.therapy.actions import write_private_note
from keel.web.therapy.models import PrivateNote
from support.care_desk import filled_in
from support.clock import START
from support.doses import INFUSION
from support.loops import some

MARKER = "heron under the ice"
ADDRESS = "/clinic/harbour/patients/H-1/private-notes/"
OTHERS = ("alice", "bob", "fay", "mia", "rex", "charlie")


@pytest.fixture
def noted(at_desk, dana):
    """Tom has kept a note about Dana."""
    browser = at_desk("tom")
    form = filled_in(browser.get(ADDRESS).content.decode())
    assert browser.post(ADDRESS, {**form, "text": MARKER}).status_code == 302
    return dana


def test_its_author_reads_it_and_takes_it_out(at_desk, noted):
    page = at_desk("tom").get(ADDRESS)
    assert MARKER in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    out = at_desk("tom").get(f"{ADDRESS}export/")
    assert MARKER in out.content.decode()
    assert out["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("who", OTHERS)
def test_every_other_role_is_refused(at_desk, noted, who):
    for answer in (at_desk(who).get(ADDRESS), at_desk(who).get(f"{ADDRESS}export/"), at_desk(who).post(ADDRESS)):
        assert answer.status_code == (404 if who == "charlie" else 403)
        assert MARKER not in answer.content.decode()


def test_another_therapist_sees_an_empty_page(at_desk, people, noted):
    people["ida"] = User.objects.create(username="ida", display_name="Ida", is_made_up=True)
    Membership.objects.create(clinic=noted.clinic, user=people["ida"], role="therapist")
    assert MARKER not in at_desk("ida").get(ADDRESS).content.decode()
    assert MARKER not in at_desk("ida").get(f"{ADDRESS}export/").content.decode()


def test_who_holds_every_other_role_at_once_is_refused(at_desk, people, noted):
    for role in ("nurse", "manager", "front_desk", "researcher"):
        Membership.objects.create(clinic=noted.clinic, user=people["alice"], role=role)
    assert at_desk("alice").get(ADDRESS).status_code == 403


def test_an_emergency_opens_the_record_and_not_the_notes(at_desk, noted):
    browser = at_desk("fay")
    browser.post("/clinic/harbour/patients/H-1/emergency/", {"reason": "unconscious"})
    assert browser.get("/clinic/harbour/patients/H-1/").status_code == 200
    assert browser.get(ADDRESS).status_code == 403


def _exports(patient, people):
    """Every way in which a record goes out, as text."""
    consents = [
        {"to": "sharing", "given": True, "version": "1", "on": "2026-11-01", "recipient": "Dr Ray", "purpose": "care"},
        {"to": "research", "given": True, "version": "1", "on": "2026-11-01"},
    ]
    for number, consent in enumerate(consents):
        key = f"consent-{number}"
        record_fact(by=people["alice"], patient=patient, kind=Kind.CONSENT, payload=consent, key=key, at=START)
    for purpose, recipient in ((Purpose.PATIENT, ""), (Purpose.SHARING, "Dr Ray"), (Purpose.RESEARCH, "")):
        archive = zipfile.ZipFile(io.BytesIO(whole_record(patient, purpose, recipient=recipient, at=START).content))
        for name in archive.namelist():
            content = archive.read(name)
            yield f"{purpose} {name}", _paper(patient) if name.endswith(".pdf") else content.decode()


def _paper(patient):
    """All that is set on the paper of the record, before it is drawn."""
    return msgspec.json.encode(paper_of(patient, notice="", recipient="", at=START)).decode()


def test_no_export_holds_it(noted, people):
    """The whole record for the patient, for others and for research: as Keel reads it, as FHIR, as facts, on paper."""
    record_fact(by=people["alice"], patient=noted, kind=Kind.DOSE, payload=INFUSION, key="d", at=START)
    seen = dict(_exports(noted, people))
    assert {name.split()[1] for name in seen} >= {"record.json", "fhir.json", "facts.json", "record.pdf"}
    assert [name for name, text in some(seen.items()) if MARKER in text or "rivate" in text] == []


def test_no_page_and_no_row_of_the_audit_holds_it(at_desk, noted):
    at_desk("tom").get(f"{ADDRESS}export/")
    rows = list(AuditRow.objects.filter(clinic=noted.clinic).values("action", "subject", "detail", "actor"))
    assert {"private_note", "export_private_notes"} <= {row["action"] for row in rows}
    assert MARKER not in json.dumps(rows)
    assert not Fact.objects.filter(patient=noted).exists()
    pages = ("", "audit/", "therapy/", "recovery/", "screening/", "contacts/")
    for page in pages:
        for who in ("alice", "tom", "mia"):
            assert MARKER not in at_desk(who).get(f"/clinic/harbour/patients/H-1/{page}").content.decode(), page
    assert MARKER not in at_desk("mia").get("/clinic/harbour/audit/").content.decode()
    assert verify(noted.clinic).holds


def test_only_a_therapist_writes_one(people, dana):
    for who in OTHERS:
        with pytest.raises(NotAllowed):
            write_private_note(by=people[who], patient=dana, text=MARKER, key="k", at=START)
    assert not PrivateNote.objects.exists()


def test_a_note_sent_twice_is_kept_once_and_never_changed(people, dana):
    one = write_private_note(by=people["tom"], patient=dana, text=MARKER, key="k", at=START)
    assert write_private_note(by=people["tom"], patient=dana, text=MARKER, key="k", at=START) == one
    for change in ("UPDATE therapy_privatenote SET text = 'x'", "DELETE FROM therapy_privatenote"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    assert PrivateNote.objects.get().text == MARKER


def test_it_goes_when_the_patient_is_erased(people, dana, settings, tmp_path):
    from keel.knowledge import load

    settings.BACKUPS = tmp_path
    write_private_note(by=people["tom"], patient=dana, text=MARKER, key="k", at=START)
    ask(by=people["mia"], patient=dana, reason="asked for it", at=START, knowledge=load())
    erase(by=people["alice"], patient=dana, at=START, knowledge=load())
    assert not PrivateNote.objects.exists()

"""A patient is erased once the law allows it, by two people, and nothing of them is left to be found."""

import datetime as dt

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from keel import knowledge
from keel.web.clinic import erasure
from keel.web.clinic.actions import note, open_in_emergency, record_fact
from keel.web.clinic.append_only import append_only
from keel.web.clinic.audit import ERASED, digest
from keel.web.clinic.errors import FactRefused, NotAllowed
from keel.web.clinic.models import AuditRow, EmergencyAccess, Erasure, Fact, FactDecision, Kind, Patient, PatientSummary
from keel.web.clinic.proof import verify
from support.clock import START, clock_at
from support.doses import INFUSION
from support.web_text import text_of

PAGE = "/clinic/harbour/patients/H-1/erase/"
LATER = START.replace(year=START.year + 21)
"""Twenty years and more after the last entry: GB keeps mental health records for 20 (MDU on the Records Code 2021)."""


@pytest.fixture(autouse=True)
def _list(settings, tmp_path):
    settings.BACKUPS = tmp_path / "backups"


@pytest.fixture
def treated(people, dana):
    """Dana with a medicine, a dose on which Alice decided, a reason that names her, and an emergency."""
    Patient.objects.filter(pk=dana.pk).update(display_name="Dana Quillfeather")
    dana.refresh_from_db()
    told = {"by": people["alice"], "patient": dana, "at": START}
    wrong = record_fact(**told, kind=Kind.MEDICINE, payload={"text": "sertralin"}, key="a")
    why = "Quillfeather herself says so"
    record_fact(**told, kind=Kind.MEDICINE, payload={"text": "sertraline"}, key="b", supersedes=wrong, reason=why)
    dose = record_fact(**told, kind=Kind.DOSE, payload=INFUSION, key="c")
    FactDecision.objects.create(fact=dose, decided_by=people["alice"], reason="Quillfeather was told")
    open_in_emergency(by=people["fay"], patient=dana, reason="Quillfeather does not wake up", at=START)
    return dana


def _ask(people, patient, at=LATER, by="mia", reason="asked in writing"):
    erasure.ask(by=people[by], patient=patient, reason=reason, at=at, knowledge=knowledge.load())


def _erase(people, patient, at=LATER, by="alice"):
    return erasure.erase(by=people[by], patient=patient, at=at, knowledge=knowledge.load())


def _take_out(patient, at=LATER):
    note(patient.clinic, at=at, actor="bob", action="export", subject=patient.number, detail={"purpose": "patient"})


class Editor:
    """What an operation of a migration needs to take the triggers away, as whoever owns the database can."""

    connection = connection

    @staticmethod
    def execute(statement):
        with connection.cursor() as cursor:
            cursor.execute(statement)


def _everything():
    """Every cell of every table, as text."""
    cells = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the database's own names
            cells += [str(cell) for row in cursor.fetchall() for cell in row]
    return "\n".join(cells)


# What the law refuses


@pytest.mark.parametrize(
    ("country", "first_day"),
    [
        ("DE", dt.date(2036, 11, 21)),  # § 630f (3) BGB: ten years
        ("NL", dt.date(2046, 11, 21)),  # Article 7:454 (3) BW: twenty years
        ("ES", dt.date(2031, 11, 21)),  # Ley 41/2002, 17.1: five years
        ("XX", dt.date(2046, 11, 21)),  # no source: the longest of them, a default
    ],
)
def test_the_law_of_the_clinics_country_says_from_when_on(treated, country, first_day):
    treated.clinic.country = country
    law = erasure.law_for(treated, at=START, knowledge=knowledge.load())
    assert (law.from_day, law.allows(first_day), law.allows(first_day - dt.timedelta(days=1))) == (
        first_day,
        True,
        False,
    )
    assert (law.rule.certainty == "default") == (country == "XX")


def test_a_minors_record_stays_until_an_age(people, dana):
    """England: until the 25th birthday (MDU); a person born in 2009 was 17 when treated."""
    told = {"by": people["alice"], "patient": dana, "at": START}
    record_fact(**told, kind=Kind.PERSON, payload={"birth_date": "2009-06-01"}, key="p")
    record_fact(**told, kind=Kind.MEDICINE, payload={"text": "sertraline"}, key="m")
    dana.clinic.country = "MX"
    assert erasure.law_for(dana, at=START, knowledge=knowledge.load()).from_day == dt.date(2032, 6, 1)


def test_too_early_nothing_is_erased_and_the_page_says_from_when_on(people, treated, at_desk):
    with pytest.raises(FactRefused):
        _ask(people, treated, at=START)
    text = text_of(at_desk("mia").get(PAGE).content.decode())
    assert "Kept for 20 years: it may be erased from 21 November 2046 on." in text
    assert "Ask for it" not in text


def test_who_was_only_registered_may_go_at_once(people, dana):
    record_fact(by=people["alice"], patient=dana, kind=Kind.PERSON, payload={"sex": "female"}, key="p", at=START)
    _ask(people, dana, at=START)
    _take_out(dana, at=START)
    assert _erase(people, dana, at=START).number == "H-1"


# Two people, a reason, the record out first


def test_a_manager_asks_and_somebody_else_who_prescribes_decides(people, treated):
    for by in ("alice", "bob", "fay"):
        with pytest.raises(NotAllowed):
            _ask(people, treated, by=by)
    with pytest.raises(FactRefused, match="ask for it first"):
        _erase(people, treated)
    _ask(people, treated)
    with pytest.raises(NotAllowed):
        _erase(people, treated, by="mia")
    with pytest.raises(FactRefused, match="whole record out"):
        _erase(people, treated)
    assert Fact.objects.count() == 3


def test_who_holds_both_roles_does_not_decide_what_they_asked_for(people, treated):
    from keel.web.clinic.models import Membership

    Membership.objects.create(clinic=treated.clinic, user=people["mia"], role="prescriber")
    _take_out(treated)
    _ask(people, treated)
    with pytest.raises(FactRefused, match="second person"):
        _erase(people, treated, by="mia")


def test_what_was_asked_for_long_ago_does_not_count(people, treated):
    _take_out(treated)
    _ask(people, treated, at=LATER - dt.timedelta(days=31))
    with pytest.raises(FactRefused, match="ask for it first"):
        _erase(people, treated)


@pytest.mark.parametrize("reason", ["", " ", "Quillfeather asked", "DANA asked", "by quillféather"])
def test_a_reason_that_stays_names_nobody(people, treated, reason):
    with pytest.raises(FactRefused):
        _ask(people, treated, reason=reason)


def test_a_fact_recorded_after_the_record_went_out_asks_for_it_again(people, treated):
    _take_out(treated, at=START - dt.timedelta(minutes=1))
    assert not erasure.is_out(treated)
    _take_out(treated, at=START)
    assert erasure.is_out(treated)


# Afterwards


@pytest.fixture
def erased(people, treated):
    _take_out(treated)
    _ask(people, treated)
    _erase(people, treated)
    return treated


def test_nothing_of_the_patient_is_left_in_any_table(people, treated):
    assert "Quillfeather" in _everything()
    _take_out(treated)
    _ask(people, treated)
    _erase(people, treated)
    left = _everything()
    assert "quillfeather" not in left.casefold()
    assert "sertral" not in left
    for model in (Fact, FactDecision, EmergencyAccess, PatientSummary):
        assert model.objects.count() == 0


def test_the_chain_holds_and_says_who_did_what_and_when(erased):
    proof = verify(erased.clinic)
    assert (proof.holds, proof.erased, proof.facts) == (True, 1, 0)
    rows = AuditRow.objects.filter(clinic=erased.clinic).values_list("action", "actor", "subject")
    assert ("record_fact", "alice", "H-1/1") in rows
    assert ("erase", "alice", "H-1") in rows
    row = AuditRow.objects.get(action="erase")
    assert (row.detail["asked_by"], row.detail["reason"]) == ("mia", "asked in writing")


@pytest.mark.parametrize("change", ["actor = 'bob'", "at = '2026-01-01 00:00:00+00:00'", "subject = 'H-1/9'"])
def test_an_emptied_row_cannot_be_changed_further(erased, change):
    """HZ-SEC-02: what is left of an emptied row is under a hash too, triggers or not."""
    row = AuditRow.objects.filter(clinic=erased.clinic, subject="H-1/1").get()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE clinic_auditrow SET {change} WHERE id = %s", [row.pk])  # noqa: S608
    append_only("clinic_auditrow").reverse_code(apps, Editor)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE clinic_auditrow SET {change} WHERE id = %s", [row.pk])  # noqa: S608
    assert verify(erased.clinic).first_broken == row.sequence


def test_a_row_that_is_emptied_without_an_erasure_is_named(people, treated):
    row = AuditRow.objects.get(clinic=treated.clinic, subject="H-1/1")
    row.detail = ERASED
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        row.save(update_fields=["detail"])
    append_only("clinic_auditrow").reverse_code(apps, Editor)
    row.save(update_fields=["detail"])
    assert verify(treated.clinic).first_broken == row.sequence
    assert digest(row) != row.digest


def test_the_database_lets_go_of_no_other_patients_facts(people, erased, enrol_other):
    for statement in (
        "DELETE FROM clinic_fact",
        "UPDATE clinic_fact SET sequence = 99",
        "DELETE FROM clinic_erasure",
        "UPDATE clinic_erasure SET number = 'H-2'",
        "DELETE FROM clinic_auditrow",
        """UPDATE clinic_auditrow SET detail = '{"erased": true}' WHERE subject LIKE 'H-2/%'""",
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert verify(erased.clinic).holds


@pytest.fixture
def enrol_other(people, harbour):
    """Another patient, with a number that begins alike and a fact."""
    other = Patient.objects.create(clinic=harbour, number="H-2", display_name="Noor")
    record_fact(by=people["alice"], patient=other, kind=Kind.MEDICINE, payload={"text": "lithium"}, key="x", at=START)
    return other


def test_there_is_no_such_patient_any_more_and_the_number_is_not_given_again(people, erased, at_desk):
    desk = at_desk("alice")
    assert desk.get("/clinic/harbour/patients/H-1/").status_code == 404
    assert "H-1" not in text_of(desk.get("/clinic/harbour/").content.decode())
    form = {"key": "k", "name": "Noor", "number": "H-1"}
    assert "Another patient has this number" in text_of(desk.post("/clinic/harbour/register/", form).content.decode())
    with pytest.raises(FactRefused, match="erased"):
        record_fact(by=people["alice"], patient=erased, kind=Kind.MEDICINE, payload={"text": "x"}, key="z", at=LATER)


def test_both_numbers_of_one_person_go(people, treated, enrol_other):
    told = {"by": people["alice"], "patient": treated, "at": START}
    record_fact(**told, kind=Kind.MERGE, payload={"number": "H-2"}, key="g")
    with pytest.raises(FactRefused, match="H-1"):
        _ask(people, enrol_other)
    _take_out(treated)
    _ask(people, treated)
    _erase(people, treated)
    assert set(Erasure.objects.values_list("number", flat=True)) == {"H-1", "H-2"}
    assert Fact.objects.count() == 0
    assert verify(treated.clinic).holds


def test_without_the_list_beside_the_backups_nothing_is_erased(people, treated, settings, tmp_path):
    """A restore would bring the patient back."""
    _take_out(treated)
    _ask(people, treated)
    (tmp_path / "file").write_text("")
    settings.BACKUPS = tmp_path / "file"
    with pytest.raises(FactRefused, match="beside the backups"):
        _erase(people, treated)
    assert Fact.objects.count() == 3


def test_whom_a_restored_backup_brings_back_is_erased_again(people, erased, treated, settings, hill):
    line = (settings.BACKUPS / erasure.LIST).read_text()
    assert "Quillfeather" not in line
    back = Patient.objects.create(clinic=erased.clinic, number="H-7", display_name="Dana Quillfeather")
    (settings.BACKUPS / erasure.LIST).write_text(line.replace("H-1", "H-7"))
    Patient.objects.create(clinic=hill, number="H-7", display_name="Pia")
    assert erasure.erase_again([settings.BACKUPS / erasure.LIST], at=LATER) == 1
    assert Patient.objects.get(pk=back.pk).display_name == ""
    assert Patient.objects.filter(display_name="Pia").exists()
    assert verify(erased.clinic).holds


# On the screen


def test_on_the_screen_two_people_in_three_steps(people, treated, at_desk):
    people["alice"].set_password("a long pass phrase")
    people["alice"].save()
    with clock_at(LATER):
        mia, alice = at_desk("mia"), at_desk("alice")
        assert "Ask for it" in text_of(mia.get(PAGE).content.decode())
        assert mia.post(PAGE, {"reason": "asked in writing"}).status_code == 302
        assert "Erase for good" not in text_of(alice.get(PAGE).content.decode())
        assert alice.post("/clinic/harbour/patients/H-1/export/", {"purpose": "patient"}).status_code == 200
        assert "Erase for good" in text_of(alice.get(PAGE).content.decode())
        who = alice.post(PAGE, {"decide": "1"})["Location"]
        assert who.startswith("/account/again/")
        assert Fact.objects.exists()
        text = text_of(alice.post(who, {"password": "a long pass phrase"}).content.decode())
    assert "H-1 was erased" in text
    assert "Backups from before today hold the record until" in text
    assert not Fact.objects.exists()

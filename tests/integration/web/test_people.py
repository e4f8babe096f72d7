"""Patients are registered, found, corrected, merged and given out; the list is a projection of their facts."""

import datetime as dt
import io
import json
import re
import zipfile
from html import unescape
from types import SimpleNamespace

import pikepdf
import pytest

from keel import knowledge
from keel.interop import read_records
from keel.reports.documents import record_pdf
from keel.web.clinic import patient_list, rows_behind, summaries
from keel.web.clinic.actions import OF_SESSIONS, record_fact, register, void_fact
from keel.web.clinic.errors import FactRefused, NotAllowed
from keel.web.clinic.exports import NOTICE
from keel.web.clinic.models import AuditRow, Fact, Kind, Patient, PatientSummary
from keel.web.clinic.queries import record_of
from keel.web.clinic.record_paper import paper_of
from keel.web.clinic.summaries import STALE, rebuild, summary_of
from support.clock import START
from support.doses import INFUSION

PHQ = {"instrument": "phq-9", "version": "1"}


def _text(page):
    inline = re.sub(r"</?(?:b|strong)>", "", page.content.decode())
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", inline)).split())


@pytest.fixture
def write(people, dana):
    """A function that records a fact as Alice, about Dana unless a test says who."""

    def record(kind, payload, key, patient=dana, by="alice", **more):
        return record_fact(by=people[by], patient=patient, kind=kind, payload=payload, key=key, at=START, **more)

    return record


@pytest.fixture
def enrol(people, harbour):
    """A function that registers a patient as Fay, of the front desk."""

    def make(name="Elif Şahin", born="1990-05-17", number="", key="k", by="fay"):
        return register(
            by=people[by], clinic=harbour, number=number, name=name, person={"birth_date": born}, key=key, at=START
        )

    return make


# Register and find


def test_a_patient_is_registered_once_with_the_next_number(enrol, dana):
    assert enrol().number == "H-1001" or enrol().number == "H-2"
    assert enrol(key="k").pk == enrol(key="k").pk
    assert Patient.objects.count() == 2
    assert AuditRow.objects.filter(action="register", actor="fay").count() == 1


@pytest.mark.parametrize("by", ["rex", "charlie"])
def test_who_may_not_register_registers_nobody(enrol, by):
    with pytest.raises(NotAllowed):
        enrol(by=by)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"name": " "}, "name"), ({"number": "h-1"}, "number"), ({"born": "2090-01-01"}, "birth_date")],
)
def test_what_cannot_stand_is_refused_with_its_field(enrol, dana, wrong, field):
    with pytest.raises(FactRefused) as refused:
        enrol(**wrong)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "text", ["elif", "ELIF", "sahin elif", "Şahin", "1990-05-17", "17.05.1990", "17/05/1990", "05/17/1990"]
)
def test_a_patient_is_found_however_they_are_written(at_desk, enrol, dana, text):
    enrol()
    page = _text(at_desk("fay").get("/clinic/harbour/", {"q": text}))
    assert "1 patient found" in page
    assert "Elif" in page
    assert "Dana" not in page


def test_a_day_that_may_be_two_is_looked_for_neither_way(at_desk, enrol):
    enrol(born="1990-05-07")
    assert "0 patients found" in _text(at_desk("fay").get("/clinic/harbour/", {"q": "07/05/1990"}))


@pytest.mark.parametrize(("name", "born"), [("ŞAHIN, Elif", "2000-01-01"), ("Somebody Else", "1990-05-17")])
def test_who_looks_alike_is_shown_and_never_chosen(at_desk, enrol, name, born):
    enrol()
    desk, form = at_desk("fay"), {"key": "x", "name": name, "birth_date": born}
    page = desk.post("/clinic/harbour/register/", form)
    assert "Is it one of these?" in _text(page)
    assert Patient.objects.filter(display_name=name).count() == 0
    key = re.search(r'name="is_new" value="(\w+)"', page.content.decode()).group(1)
    assert desk.post("/clinic/harbour/register/", form | {"is_new": key}).status_code == 302
    assert Patient.objects.filter(display_name=name).count() == 1


def test_the_front_desk_finds_names_and_nothing_clinical(at_desk, write):
    write(Kind.MEDICINE, {"text": "phenelzine"}, "a")
    page = _text(at_desk("fay").get("/clinic/harbour/", {"sort": "need", "show": "decision"}))
    assert "Dana" in page
    assert "henelzine" not in page
    assert "decision" not in page


# A correction is a form, for every kind of fact

CORRECTIONS = [
    (
        Kind.PERSON,
        {"weight": "70 kg", "sex": "female", "birth_date": "1980-01-01"},
        {"birth_date": "1981-01-01", "sex": "female"},
    ),
    (
        Kind.DOSE,
        {**INFUSION, "form": "base"},
        {
            "substance": "racemic",
            "route": "iv",
            "amount": "34 mg",
            "over": "40 min",
            "start": "2026-11-10T09:30",
            "setting": "clinic",
        },
    ),
    (
        Kind.PATTERN,
        {"text": "1 g twice a week for 2 years, snorted", "setting": "non_medical"},
        {"text": "2 g twice a week for 2 years, snorted", "setting": "non_medical"},
    ),
    (
        Kind.MEASUREMENT,
        {"what": "weight", "value": "70 kg", "at": "2026-11-01T09:00+00:00"},
        {"what": "weight", "value": "71 kg", "start": "2026-11-01T09:00"},
    ),
    (Kind.MEDICINE, {"text": "sertraline"}, {"text": "sertraline 100 mg", "status": "active"}),
    (Kind.ANSWERS, {**PHQ, "items": {"1": 3}, "at": "2026-11-01T09:00+00:00"}, {"start": "2026-11-01T09:00", "1": "2"}),
    (Kind.CONDITION, {"text": "asthma"}, {"text": "asthma", "status": "denied"}),
    (
        Kind.RISK_ASSESSMENT,
        {"level": "low", "risk": "suicide", "by": "Alice", "reason": "asked", "at": "2026-11-01T09:00+00:00"},
        {"level": "moderate", "risk": "suicide", "reason": "asked again", "start": "2026-11-01T09:00"},
    ),
    (
        Kind.REVIEW,
        {"of": "response", "on": "2026-11-01", "by": "Alice", "responded": True},
        {"of": "response", "on": "2026-11-01", "responded": "false"},
    ),
    (
        Kind.CONTACT,
        {"name": "Sam", "role": "escort"},
        {"name": "Sam", "role": "escort", "phone": "1", "may_know": "true"},
    ),
    (
        Kind.CONSENT,
        {"to": "treatment", "given": True, "version": "1", "on": "2026-11-01"},
        {"to": "treatment", "given": "no", "version": "1", "on": "2026-11-01"},
    ),
    (Kind.VISIT, {"at": "2026-12-01T09:00+00:00"}, {"start": "2026-12-02T09:00"}),
]


def test_every_kind_of_fact_can_be_corrected():
    """Or is taken back, or has pages of its own: the room, and the care around it."""
    care = {Kind.COURSE, Kind.ALERT, Kind.LETTER, Kind.REMS, Kind.THERAPY, Kind.RECOVERY}
    assert {kind for kind, *_ in CORRECTIONS} == set(Kind) - {Kind.VOID, Kind.MERGE, *OF_SESSIONS} - care


@pytest.mark.parametrize(("kind", "before", "form"), CORRECTIONS)
def test_the_old_fact_stays_and_the_new_one_counts(at_desk, write, dana, kind, before, form):
    old = write(kind, before, "old")
    desk, address = at_desk("alice"), f"/clinic/harbour/patients/H-1/facts/{old.sequence}/correct/"
    assert desk.get(address).status_code == 200
    without = desk.post(address, {**form, "key": "new", "why-reason": ""})
    assert without.status_code == 422
    assert desk.post(address, {**form, "key": "new", "why-reason": "read again"}).status_code == 302
    new = Fact.objects.get(supersedes=old)
    assert (new.kind, new.reason, new.recorded_by.username) == (kind, "read again", "alice")
    assert Fact.objects.get(pk=old.pk).payload == before
    assert new.payload != before
    kept = {"weight", "form", "by"} & set(before)
    assert all(name in new.payload for name in kept)
    text = _text(desk.get("/clinic/harbour/patients/H-1/"))
    assert f"replaced by {new.sequence}" in text
    assert "because read again" in text
    assert desk.post(address, {**form, "key": "third", "why-reason": "and again"}).status_code == 422


# A clinician closes a danger that was told


def test_a_judged_risk_closes_what_was_told_before_with_name_role_and_reason(at_desk, write, dana):
    write(Kind.ANSWERS, {**PHQ, "items": {"9": 2}, "at": "2026-11-20T09:00+00:00"}, "a")
    desk = at_desk("alice")
    assert "Suicide: somebody asks now" in _text(desk.get("/clinic/harbour/"))
    form = {
        "key": "k",
        "risk": "suicide",
        "level": "low",
        "reason": "asked; a plan is agreed",
        "start": "2026-11-21T09:00",
    }
    assert at_desk("bob").get("/clinic/harbour/patients/H-1/risk/").status_code == 403
    assert desk.post("/clinic/harbour/patients/H-1/risk/", form).status_code == 302
    (judged,) = record_of(dana, at=START, knowledge=knowledge.load()).risk_assessments
    assert (judged.by, judged.reason) == ("Alice (Prescriber)", "asked; a plan is agreed")
    assert "Suicide: somebody asks now" not in _text(desk.get("/clinic/harbour/"))


# Medicines, allergies


@pytest.mark.parametrize(
    ("typed", "said"),
    [("Nardil 15 mg", "phenelzine"), ("grumbleflux", "not recognised. That does not mean it is safe")],
)
def test_a_medicine_says_at_once_what_it_was_read_as(at_desk, dana, typed, said):
    page = at_desk("alice").post("/clinic/harbour/patients/H-1/medicine/", {"key": "m", "text": typed}, follow=True)
    text = _text(page)
    assert said in text[: text.index("Facts")]


def test_an_allergy_to_ketamine_blocks_the_dose_form(at_desk, write, dana):
    desk = at_desk("alice")
    allergy = {"key": "a", "substance": "ketamine", "reaction": "swelling"}
    assert desk.post("/clinic/harbour/patients/H-1/record/allergy/", allergy).status_code == 302
    dose = {"key": "d", "substance": "racemic", "route": "iv", "amount": "35 mg", "over": "40 min", "setting": "clinic"}
    page = desk.post("/clinic/harbour/patients/H-1/dose/", {**dose, "start": "2026-11-21T09:00"})
    assert "Hypersensitivity to ketamine" in _text(page)
    assert not Fact.objects.filter(kind=Kind.DOSE).exists()


# The list


def test_the_projection_is_what_is_worked_out_anew(write, dana, people):
    """After every kind of write, and by `rebuild`, each row is what the facts alone give."""
    write(Kind.PERSON, {"birth_date": "1980-01-01", "weight": "70 kg"}, "p")
    dose = write(Kind.DOSE, INFUSION, "d")
    write(Kind.ANSWERS, {**PHQ, "items": {str(n): 3 for n in range(1, 10)}, "at": "2026-11-01T09:00+00:00"}, "a")
    write(
        Kind.ANSWERS, {**PHQ, "items": {str(n): 1 for n in range(1, 9)} | {"9": 0}, "at": "2026-11-20T09:00+00:00"}, "b"
    )
    write(Kind.MEDICINE, {"text": "phenelzine"}, "m")
    write(Kind.VISIT, {"at": "2026-12-01T09:00+00:00"}, "v")

    def stored():
        row = PatientSummary.objects.values().get()
        return json.loads(json.dumps(row, default=str))

    def worked_out():
        values = {"patient_id": dana.pk, **summary_of(dana, at=START)}
        return json.loads(json.dumps(values, default=str))

    assert stored() == worked_out()
    kept = stored()
    void_fact(by=people["alice"], fact=dose, reason="another patient's", key="x", at=START)
    assert stored() == worked_out() != kept
    before = stored()
    PatientSummary.objects.update(rank=3, shown={}, name_key="nobody")
    assert rebuild(at=START) == 1
    assert stored() == before


def test_the_list_shows_what_is_overdue_the_course_of_scores_and_the_visits(at_desk, write, dana):
    write(Kind.DOSE, {**INFUSION, "start": "2026-09-01T09:30+00:00"}, "d")
    write(
        Kind.ANSWERS, {**PHQ, "items": {str(n): 2 for n in range(1, 9)} | {"9": 0}, "at": "2026-09-01T09:00+00:00"}, "a"
    )
    write(
        Kind.ANSWERS, {**PHQ, "items": {str(n): 1 for n in range(1, 9)} | {"9": 0}, "at": "2026-11-20T09:00+00:00"}, "b"
    )
    write(Kind.VISIT, {"at": "2026-12-01T09:00+00:00"}, "v")
    desk = at_desk("alice")
    text = _text(desk.get("/clinic/harbour/"))
    assert "overdue" in text
    assert "16 → 8 better" in text  # 8 x 2, 8 x 1; half, which counts as response
    assert "last 1 Sep 2026 next 1 Dec, 09:00" in text
    page = _text(desk.get("/clinic/harbour/patients/H-1/"))
    assert page.index("Overdue") < page.index("How much, in a year")
    assert "Scores over time" in page


def test_three_kinds_of_danger_do_not_look_the_same(at_desk, write, enrol, dana):
    """A suicide flag, an MAO inhibitor, three depressants: other words, other signs, in their order."""
    for number, name in enumerate(("Noor", "Mina", "Ines")):
        enrol(name=name, born=f"199{number}-01-01", key=name)
    noor, mina, ines = (Patient.objects.get(display_name=name) for name in ("Noor", "Mina", "Ines"))
    for text in ("oxycodone", "diazepam", "alcohol"):
        write(Kind.MEDICINE, {"text": text}, text, patient=ines)
    write(Kind.MEDICINE, {"text": "phenelzine"}, "m", patient=mina)
    write(Kind.ANSWERS, {**PHQ, "items": {"9": 2}, "at": "2026-11-20T09:00+00:00"}, "a", patient=noor)
    html = at_desk("alice").get("/clinic/harbour/").content.decode()
    marks = re.findall(r'<p class="flag flag-(\w+)">', html)
    assert marks[0] == "suicide"
    assert {"suicide", "stacking", "together"} <= set(marks)
    text = _text(at_desk("alice").get("/clinic/harbour/", {"show": "suicide"}))
    assert "Noor" in text
    assert "Mina" not in text


def test_a_row_of_another_day_is_made_anew_before_it_is_shown(at_desk, write, dana):
    write(Kind.MEDICINE, {"text": "phenelzine"}, "m")
    PatientSummary.objects.update(day=START.date() - dt.timedelta(days=1), shown={"is_read": True, "marks": []}, rank=9)
    assert "Serious together" in _text(at_desk("alice").get("/clinic/harbour/"))
    assert PatientSummary.objects.get().day == START.date()


def test_a_row_is_made_behind_the_answer_where_a_server_runs(at_desk, write, dana, monkeypatch):
    summaries.summarise_patient(dana, at=START)
    monkeypatch.setattr(summaries, "made_behind", SimpleNamespace(is_set=lambda: True))
    for text in ("phenelzine", "sertraline"):
        write(Kind.MEDICINE, {"text": text}, text)
    row = PatientSummary.objects.get()
    assert (row.day, row.shown["marks"]) == (STALE, [])
    rows_behind.make_outdated()
    assert PatientSummary.objects.get().day == START.date()
    assert "Serious together" in _text(at_desk("alice").get("/clinic/harbour/", {"show": "decision"}))


@pytest.mark.parametrize("most_made_first", [patient_list.MOST_STALE, 0])
def test_a_row_that_nobody_made_yet_stands_where_it_belongs(at_desk, write, enrol, dana, monkeypatch, most_made_first):
    """However many wait: what was written about is in what is filtered, and is made before it is shown."""
    monkeypatch.setattr(patient_list, "MOST_STALE", most_made_first)
    monkeypatch.setattr(summaries, "made_behind", SimpleNamespace(is_set=lambda: True))
    enrol(name="Noor", born="1990-01-01")
    write(Kind.MEDICINE, {"text": "phenelzine"}, "m")
    assert "Serious together" in _text(at_desk("alice").get("/clinic/harbour/", {"show": "decision"}))


def test_a_row_that_was_worked_out_before_a_fact_came_is_not_kept(write, dana, monkeypatch):
    def told_meanwhile(patient, *, at):
        values = summary_of(patient, at=at)
        monkeypatch.setattr(summaries, "summary_of", summary_of)
        write(Kind.MEDICINE, {"text": "phenelzine"}, "m")
        return values

    monkeypatch.setattr(summaries, "summary_of", told_meanwhile)
    summaries.summarise_patient(dana, at=START)
    row = PatientSummary.objects.get()
    assert (row.day, len(row.shown["marks"])) == (START.date(), 1)


def test_rows_of_merged_numbers_grow_old_together(write, enrol, dana, monkeypatch):
    """A fact under the number that was merged away counts in the row of the other, which must not stay as it was."""
    other = enrol(name="Dana", born="1985-02-03")
    write(Kind.MERGE, {"number": other.number}, "merge")
    monkeypatch.setattr(summaries, "made_behind", SimpleNamespace(is_set=lambda: True))
    write(Kind.MEDICINE, {"text": "phenelzine"}, "m", patient=other)
    assert set(PatientSummary.objects.values_list("day", flat=True)) == {STALE}


# Merge


def test_two_numbers_of_one_person_count_as_one_until_that_is_taken_back(at_desk, write, enrol, people, dana):
    other = enrol(name="Dana D.", born="1980-01-01")
    write(Kind.MEDICINE, {"text": "phenelzine"}, "m", patient=other)
    desk = at_desk("alice")
    assert desk.post("/clinic/harbour/patients/H-1/merge/", {"key": "g", "number": other.number}).status_code == 302
    facts = knowledge.load()
    assert [one.text for one in record_of(dana, at=START, knowledge=facts).medicines] == ["phenelzine"]
    text = _text(desk.get("/clinic/harbour/"))
    assert "Dana D." not in text
    assert "Serious together" in text
    assert "the same person as H-1" in _text(desk.get(f"/clinic/harbour/patients/{other.number}/"))
    merge = Fact.objects.get(kind=Kind.MERGE)
    void_fact(by=people["alice"], fact=merge, reason="two sisters", key="u", at=START)
    assert record_of(dana, at=START, knowledge=facts).medicines == ()
    text = _text(desk.get("/clinic/harbour/"))
    assert "Dana D." in text


def test_what_is_written_of_a_merged_number_reaches_the_row_that_is_shown(write, enrol, dana):
    other = enrol(name="Dana D.", born="1980-01-01")
    write(Kind.MERGE, {"number": other.number}, "g")
    write(Kind.MEDICINE, {"text": "phenelzine"}, "m", patient=other)
    assert PatientSummary.objects.get(patient=dana).shown["marks"][0]["mark"] == "together"


@pytest.mark.parametrize("number", ["H-1", "S-1", "H-9"])
def test_only_another_patient_of_this_clinic_is_merged(write, hill, number):
    Patient.objects.create(clinic=hill, number="S-1", display_name="Pia")
    with pytest.raises(FactRefused):
        write(Kind.MERGE, {"number": number}, "g")


# The record out


def _export(desk, **form):
    return desk.post("/clinic/harbour/patients/H-1/export/", form)


def _files(page):
    with zipfile.ZipFile(io.BytesIO(page.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_whole_record_goes_to_the_patient_at_any_time(at_desk, write, dana):
    write(Kind.DOSE, INFUSION, "d")
    write(Kind.CONTACT, {"name": "Sam", "role": "escort"}, "c")
    files = _files(_export(at_desk("bob"), purpose="patient"))
    facts = knowledge.load()
    (again,) = read_records(files["record.json"], at=START, knowledge=facts).records
    assert again.doses == record_of(dana, at=START, knowledge=facts).doses
    (other,) = read_records(files["fhir.json"], at=START, knowledge=facts).records
    assert [(one.start, one.amount_mg) for one in other.doses] == [(one.start, one.amount_mg) for one in again.doses]
    assert json.loads(files["fhir.json"])["entry"][0]["resource"]["name"] == [{"text": "Dana"}]
    ledger = json.loads(files["facts.json"])["patients"][0]["facts"]
    assert [one["kind"] for one in ledger] == ["dose", "contact"]
    assert ledger[0]["recorded_by"] == "Alice"
    assert AuditRow.objects.filter(action="export", actor="bob", subject="H-1").exists()


def test_the_paper_of_a_record_is_accessible_and_holds_every_fact(write, people, dana):
    """PDF/UA-1; a fact that was replaced stays, with what became of it and why; what was typed stays text."""
    wrong = write(Kind.MEDICINE, {"text": "sertralin #panic() $x$"}, "a")
    write(Kind.MEDICINE, {"text": "sertraline", "status": "active"}, "b", supersedes=wrong, reason="misspelt")
    write(Kind.ANSWERS, {**PHQ, "items": {"1": 3, "9": 1}, "at": "2026-11-01T09:00+00:00"}, "c")
    write(Kind.CONTACT, {"name": "Sam", "role": "escort", "note": "rings twice"}, "d")
    paper = paper_of(dana, notice=NOTICE, recipient="Dr Noe", at=START)
    medicines, answers, contacts, alarms = paper.tables
    assert "phq-9/item-9" in alarms.rows[0][2]  # an answer above zero opens an alert
    assert medicines.rows[0][2:] == ("sertralin #panic() $x$", "Alice, 21 November 2026, 10:00", "replaced by 2")
    assert medicines.rows[1][4] == "replaces 1; because misspelt"
    assert "Little interest or pleasure in doing things: 3" in answers.rows[0][2]
    assert "; note: rings twice" in contacts.rows[0][2]
    assert any(part.is_urgent and part.items for part in paper.parts)  # item 9 was answered above zero
    with pikepdf.open(io.BytesIO(record_pdf(paper, at=START))) as document:
        with document.open_metadata() as meta:
            assert (meta["pdfuaid:part"], meta["dc:title"]) == ("1", "Record of Dana, H-1")
        assert document.Root.MarkInfo.Marked


CONSENT = {"version": "3", "on": "2026-11-01"}
SHARING = {**CONSENT, "to": "sharing", "recipient": "Dr Noe", "purpose": "treatment"}


def test_nothing_goes_to_others_without_consent_that_names_them(at_desk, write, dana):
    """42 CFR 2.31(a): the name of the recipient; withdrawn or over, nothing goes (2.31(a)(6), (7))."""
    desk = at_desk("alice")
    assert _export(desk, purpose="sharing", recipient="Dr Noe").status_code == 422
    given = write(Kind.CONSENT, {**SHARING, "given": True}, "a")
    assert _export(desk, purpose="sharing", recipient="Dr No").status_code == 422
    files = _files(_export(desk, purpose="sharing", recipient="dr  noe"))
    assert b"42 CFR part 2 prohibits unauthorized use or disclosure" in files["NOTICE.txt"]
    write(Kind.CONSENT, {**SHARING, "given": False, "on": "2026-11-20"}, "b")
    page = _export(desk, purpose="sharing", recipient="Dr Noe")
    assert "withdrawn or is over" in _text(page)
    assert AuditRow.objects.filter(action="export_refused").count() == 3
    assert AuditRow.objects.get(action="export").detail["consent"] == given.sequence
    label = json.loads(files["fhir.json"])["meta"]["security"][0]["code"]
    assert label == "42CFRPart2"  # v3-ActCode, ActUSPrivacyLaw


def test_the_export_offers_whom_a_consent_names_that_holds_today(at_desk, write, dana):
    write(Kind.CONSENT, {**SHARING, "given": True}, "a")
    write(Kind.CONSENT, {**SHARING, "recipient": "Dr Past", "given": True, "until": "2026-11-10"}, "b")
    html = at_desk("alice").get("/clinic/harbour/patients/H-1/export/").content.decode()
    assert '<option value="Dr Noe">Dr Noe, for: treatment</option>' in html
    assert "Dr Past" not in html


def test_research_needs_its_own_consent_and_gets_no_name(at_desk, write, dana):
    desk = at_desk("alice")
    write(Kind.CONSENT, {**SHARING, "given": True}, "s")
    write(Kind.PERSON, {"birth_date": "1980-01-01"}, "p")
    assert _export(desk, purpose="research").status_code == 422
    write(Kind.CONSENT, {**CONSENT, "to": "research", "given": True}, "r")
    page = _export(desk, purpose="research")
    files = _files(page)
    assert set(files) == {"record.json", "fhir.json"}
    for known in (b"Dana", b"H-1", b"1980", b"Alice"):
        assert known not in b"".join(files.values())
    assert "H-1" not in page["Content-Disposition"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"on": "2027-01-01"}, "on"),
        ({"until": "2026-10-01"}, "until"),
        ({"version": " "}, "version"),
        ({"recipient": ""}, "recipient"),
    ],
)
def test_a_consent_that_cannot_stand_is_refused_with_its_field(write, wrong, field):
    with pytest.raises(FactRefused) as refused:
        write(Kind.CONSENT, {**SHARING, "given": True} | wrong, "a")
    assert refused.value.field == field


# Contacts


def test_the_front_desk_keeps_contacts_and_visits(at_desk, dana):
    desk = at_desk("fay")
    contact = {"key": "a", "name": "Sam", "role": "escort", "phone": "555 0100", "may_know": "false"}
    page = desk.post("/clinic/harbour/patients/H-1/contacts/new/", contact, follow=True)
    assert "May not know why the person is here." in _text(page)
    page = desk.post("/clinic/harbour/patients/H-1/visit/", {"key": "b", "start": "2026-12-01T09:00"}, follow=True)
    assert "1 December 2026, 09:00" in _text(page)


@pytest.mark.parametrize("kind", [Kind.CONTACT, Kind.VISIT])
def test_the_front_desk_corrects_what_it_keeps_and_takes_it_back(at_desk, write, dana, kind):
    before = {"at": "2026-12-01T09:00+00:00"} if kind == Kind.VISIT else {"name": "Sam", "role": "escort"}
    form = (
        {"start": "2026-12-02T09:00"} if kind == Kind.VISIT else {"name": "Sam", "role": "escort", "phone": "555 0100"}
    )
    old, desk = write(kind, before, "old"), at_desk("fay")
    page = "/clinic/harbour/patients/H-1/contacts/"
    assert f"{page}{old.sequence}/correct/" in desk.get(page).content.decode()
    sent = desk.post(f"{page}{old.sequence}/correct/", {**form, "key": "new", "why-reason": "rang"}, follow=True)
    assert sent.redirect_chain[0][0].startswith(page)
    new = Fact.objects.get(supersedes=old)
    assert (new.recorded_by.username, new.reason) == ("fay", "rang")
    assert desk.post(f"{page}{new.sequence}/take-back/", {"key": "x", "reason": "moved"}).status_code == 302
    assert Fact.objects.filter(voids=new).exists()


def test_the_front_desk_corrects_nothing_clinical(at_desk, write, dana):
    write(Kind.MEDICINE, {"text": "lithium"}, "a")
    for act in ("correct", "take-back"):
        assert at_desk("fay").get(f"/clinic/harbour/patients/H-1/contacts/1/{act}/").status_code == 404


# Vital signs

VITALS = "/clinic/harbour/patients/H-1/vitals/"


def test_vital_signs_are_several_facts_of_one_form_and_once(at_desk, dana):
    form = {"key": "v", "start": "2026-11-20T09:00", "pressure": "142 / 88", "pulse": "80", "temperature": "36.8"}
    desk = at_desk("tom")
    assert desk.post(VITALS, form).status_code == 302
    assert desk.post(VITALS, form).status_code == 302  # a double tap
    told = [fact.payload["value"] for fact in Fact.objects.order_by("sequence")]
    assert told == ["142/88 mmHg", "80 /min", "36.8 °C"]
    measured = record_of(dana, at=START, knowledge=knowledge.load()).measurements
    assert [(one.code, one.value) for one in measured] == [  # LOINC: systolic, diastolic, heart rate, temperature
        ("8480-6", 142),
        ("8462-4", 88),
        ("8867-4", 80),
        ("8310-5", 36.8),
    ]


@pytest.mark.parametrize(
    "wrong",
    [{}, {"pressure": "142"}, {"pressure": "88/142"}, {"saturation": "101", "pulse": "80"}, {"temperature": "98.6"}],
)
def test_a_vital_sign_that_cannot_be_lets_none_of_the_form_in(at_desk, dana, wrong):
    """Upper above lower; no saturation over 100%; 98.6 is Fahrenheit."""
    page = at_desk("tom").post(VITALS, {"key": "v", "start": "2026-11-20T09:00", **wrong})
    assert page.status_code == 422
    assert not Fact.objects.exists()

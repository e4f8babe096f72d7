"""Candidate screening from a record: what it reads, what it leaves open, and what it never does."""

import datetime as dt

import pytest

from keel.assessment.protocols.record_facts import facts_from_record
from keel.assessment.screening import screening
from keel.knowledge import load
from keel.quantities import Interval
from keel.record import Answers, Condition, Dose, Medicine, Person, Pregnancy, Record, Setting, Sex

AT = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


def read(**parts):
    return facts_from_record(Record(**parts), at=AT, knowledge=load())


def diagnosis(text, **more):
    return read(conditions=(Condition(text=text, **more),))


def screened(record, protocol="iv-racemic", **more):
    return screening(record, protocol, at=AT, knowledge=load(), **more)


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("Abdominal aortic aneurysm", "aneurysmal_disease"),
        ("Cerebral arteriovenous malformation", "avm"),
        ("Intracerebral haemorrhage 2019", "intracerebral_haemorrhage"),
        ("Paranoid schizophrenia", "psychosis_history"),
        ("Ketamine use disorder, moderate", "ketamine_use_disorder_current"),
        ("Alcohol use disorder", "substance_use_disorder_active"),
        ("Interstitial cystitis", "bladder_symptoms"),
        ("Macroscopic hematuria", "haematuria_unexplained"),
        ("Cirrhosis, Child-Pugh C", "severe_hepatic_impairment"),
        ("Intracranial hypertension", "raised_intracranial_pressure"),
        ("Open-angle glaucoma", "glaucoma_or_open_eye"),
    ],
)
def test_a_diagnosis_becomes_the_fact_of_the_rules(text, fact):
    assert diagnosis(text).facts[fact] is True


@pytest.mark.parametrize(
    "text", ["No psychosis", "Family history of schizophrenia", "Aneurysm ruled out", "Glaucoma?", "Denies mania"]
)
def test_a_diagnosis_that_says_no_or_belongs_to_somebody_else_is_left_to_a_person(text):
    found = diagnosis(text)
    assert found.facts == {}
    assert text in found.unread[0]


def test_a_diagnosis_that_was_entered_in_error_is_none():
    assert diagnosis("Abdominal aortic aneurysm", status="entered-in-error").facts == {}


def test_a_word_inside_another_word_is_not_the_diagnosis():
    assert diagnosis("Antimanic treatment, fistulasepsis").facts == {}


def test_a_diagnosis_that_was_denied_makes_a_no_only_where_it_is_the_whole_question():
    assert diagnosis("Psychosis", present=False).facts == {"psychosis_history": False}
    # A stroke denied is not every cardiovascular event denied.
    assert diagnosis("Stroke", present=False).facts == {}


def test_a_resolved_episode_is_not_present():
    assert "mania_current" not in diagnosis("Manic episode", status="resolved").facts


def test_the_newest_of_two_events_counts():
    events = tuple(
        Condition(text="Heart attack", onset=dt.date.fromisoformat(day)) for day in ("2020-01-01", "2026-10-24")
    )
    assert read(conditions=events).facts["weeks_since_cv_event"] == 4


def test_medicines_are_read_by_class_and_an_absent_class_is_no_no():
    facts = read(medicines=(Medicine(text="diazepam 5 mg"), Medicine(text="sertraline"))).facts
    assert facts["takes_benzodiazepine"] is True
    assert facts["takes_ssri_or_snri"] is True
    assert "takes_opioid" not in facts


def test_a_stopped_medicine_does_not_count():
    assert read(medicines=(Medicine(text="diazepam", status="stopped"),)).facts == {}


def test_old_answers_are_not_used_and_are_named():
    found = read(answers=(Answers(instrument="phq-9", total=12, at=AT - dt.timedelta(days=31)),))
    assert "phq9_total" not in found.facts
    assert "too old" in found.unread[0]


def test_answers_of_the_screener_are_read_item_by_item():
    items = {"1": 1, "2": 0, "6": 0}
    found = read(answers=(Answers(instrument="c-ssrs-screener", items=items, at=AT),)).facts
    assert found == {"cssrs_q1": True, "cssrs_q2": False, "cssrs_q6_lifetime": False}


def test_use_outside_treatment_is_a_fact_of_its_own():
    dose = Dose(
        substance="racemic",
        route="insufflated",
        start=AT - dt.timedelta(days=3),
        amount_mg=Interval.exactly(300),
        setting=Setting.NON_MEDICAL,
    )
    facts = read(doses=(dose,)).facts
    assert facts["non_medical_ketamine_use"] is True
    assert facts["hours_since_last_dose"] == 72
    found = {one.rule for one in screened(Record(doses=(dose,))).findings}
    assert "A-CI-09-use" in found


def test_an_empty_record_is_no_candidate_and_every_open_question_is_named():
    found = screened(Record())
    assert {"A-SEL-MISSING", "A-CI-MISSING"} <= {one.rule for one in found.findings}
    assert "aneurysmal_disease" in found.missing
    assert "the decision is a prescriber's" in found.summary


def test_the_country_of_the_person_decides_where_rules_differ():
    event = (Condition(text="Myocardial infarction", onset=dt.date(2026, 11, 1)),)
    german = Record(person=Person(country="DE"), conditions=event)
    american = Record(person=Person(country="US"), conditions=event)
    verbs = {
        place: {one.rule: str(one.severity) for one in screened(record).findings if one.rule.startswith("A-CI-04")}
        for place, record in (("EU", german), ("US", american))
    }
    assert verbs == {"EU": {"A-CI-04": "block"}, "US": {"A-CI-04-elsewhere": "hold"}}


def test_an_answer_cannot_undo_what_the_record_says():
    record = Record(conditions=(Condition(text="Aneurysm"),))
    assert "A-CI-03" in {one.rule for one in screened(record, facts={"aneurysmal_disease": False}).findings}


def test_pregnancy_not_asked_is_open_for_everybody_but_men():
    asked = {sex: "pregnant" in screened(Record(person=Person(sex=sex))).missing for sex in Sex}
    assert asked == {Sex.FEMALE: True, Sex.MALE: False, Sex.OTHER: True, Sex.UNKNOWN: True}
    pregnant = Record(person=Person(sex=Sex.FEMALE, pregnancy=Pregnancy.PREGNANT))
    assert "A-CI-10" in {one.rule for one in screened(pregnant).findings}


def test_home_shows_both_positions_and_is_blocked():
    found = screened(Record(), "oral-sublingual-home")
    topics = {one.topic for one in found.positions}
    assert {"against", "for, with limits"} <= topics
    assert "C-00" in {one.rule for one in found.findings}


def test_rules_that_rest_on_unconfirmed_defaults_are_listed():
    assert "A-CI-11" in screened(Record()).unconfirmed
    assert "A-CI-01" not in screened(Record()).unconfirmed


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("2026-12-01T12:00+00:00", "end on 31 December 2026"),
        ("2026-12-31T23:59+00:00", "end on 31 December 2026"),
        ("2027-01-01T00:00+00:00", "ended on 31 December 2026"),
    ],
)
def test_the_law_on_telehealth_ends_by_itself(day, says):
    """Fourth temporary extension of the DEA: 1 January to 31 December 2026 (dea26)."""
    found = screening(Record(), "oral-sublingual-home", at=dt.datetime.fromisoformat(day), knowledge=load())
    law = [str(one.text) for one in found.positions if one.topic == "law"]
    assert len(law) == 1
    assert says in law[0]

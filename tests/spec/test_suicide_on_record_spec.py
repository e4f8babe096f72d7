"""A suicide attempt or intent among the conditions: how recent it is, who closes it, in what words it comes.

Expected levels: cssrs-tri (behaviour within three months is high, longer ago moderate; plan or intent high). HZ-SUI-03.
"""

import datetime as dt

import pytest

from keel.assessment.protocols.facts import worst_suicide_risk
from keel.assessment.protocols.record_facts import facts_from_record, facts_together
from keel.knowledge import load
from keel.record import Condition, Dose, Record, RiskAssessment, RiskLevel, Setting
from keel.record.concepts import began_on

NOW = dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC)
DOSE = Dose(substance="racemic", route="insufflated", start=NOW - dt.timedelta(hours=13), setting=Setting.NON_MEDICAL)


def level(*conditions, typed=None, assessments=()):
    record = Record(conditions=conditions, risk_assessments=tuple(assessments))
    _, facts = facts_together(record, {} if typed is None else {"suicide_risk_level": typed}, at=NOW, knowledge=load())
    return worst_suicide_risk(facts)


def attempt(onset=None, text="suicide attempt", **fields):
    return Condition(text=text, onset=onset, **fields)


@pytest.mark.parametrize(
    ("onset", "expected"),
    [
        (dt.date(2026, 12, 1), "high"),
        (dt.date(2026, 9, 1), "high"),
        (dt.date(2026, 8, 31), "moderate"),
        (dt.date(2016, 5, 1), "moderate"),
        (None, "high"),
    ],
)
def test_an_attempt_within_three_months_is_high_risk_beside_a_typed_none(onset, expected):
    assert level(attempt(onset), typed="none") == expected


def test_an_attempt_long_ago_alone_is_no_answer_to_the_questions():
    assert level(attempt(dt.date(2016, 5, 1))) is None


@pytest.mark.parametrize("status", ["resolved", "inactive", "active"])
def test_a_status_does_not_make_a_recent_attempt_old(status):
    assert level(attempt(dt.date(2026, 10, 20), status=status), typed="none") == "high"


@pytest.mark.parametrize(
    "text",
    [
        "overdose with intent to die 3 weeks ago",
        "intento de suicidio hace tres semanas",
        "tried to hang himself 2 months ago",
        "suicidal ideation with plan",
        "ideación suicida con plan",
    ],
)
def test_other_words_for_it_are_as_high(text):
    assert level(attempt(text=text), typed="none") == "high"


@pytest.mark.parametrize("text", ["father died by suicide", "denies suicidal intent", "no suicide attempt"])
def test_a_relative_and_a_denial_raise_nothing(text):
    assert level(attempt(text=text), typed="none") == "none"


def closed(day, **fields):
    at = dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)
    return RiskAssessment(level=RiskLevel.LOW, by="Alice", reason="seen with the family", at=at, **fields)


def test_a_clinician_who_saw_the_person_since_closes_it_and_one_before_does_not():
    recent = attempt(dt.date(2026, 11, 2))
    assert level(recent, assessments=[closed(dt.date(2026, 11, 10))]) == "low"
    assert level(recent, assessments=[closed(dt.date(2026, 11, 1))]) == "high"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("heart attack 3 weeks ago", dt.date(2026, 11, 10)),
        ("stroke a month ago", dt.date(2026, 11, 1)),
        ("infarto hace dos meses", dt.date(2026, 10, 1)),
        ("ictus hace 1 año", dt.date(2025, 12, 1)),
        ("MI 3 weeks ago, stent 2 years ago", dt.date(2026, 11, 10)),
        ("heart attack", None),
        ("took 3 weeks to recover", None),
    ],
)
def test_a_time_in_the_words_of_a_diagnosis_is_read(text, day):
    assert began_on(Condition(text=text), NOW) == day


def test_a_heart_attack_of_three_weeks_ago_in_words_has_its_weeks():
    """HZ-GATE-05."""
    record = Record(conditions=(Condition(text="heart attack 3 weeks ago"),))
    assert facts_from_record(record, at=NOW, knowledge=load()).facts["weeks_since_cv_event"] == 3


def test_the_shorter_time_since_a_dose_counts_of_the_record_and_of_what_is_typed():
    """HZ-CRS-03."""
    record = Record(doses=(DOSE,))
    for typed, expected in ((168, 13), (5, 5)):
        _, facts = facts_together(record, {"hours_since_last_dose": typed}, at=NOW, knowledge=load())
        assert facts["hours_since_last_dose"] == expected


def test_own_use_within_a_day_is_a_drug_that_nobody_prescribed():
    """A-PRE-07."""
    _, facts = facts_together(Record(doses=(DOSE,)), {"non_prescribed_drugs_24h": False}, at=NOW, knowledge=load())
    assert facts["non_prescribed_drugs_24h"] is True
    late = NOW + dt.timedelta(hours=12)
    _, facts = facts_together(Record(doses=(DOSE,)), {"non_prescribed_drugs_24h": False}, at=late, knowledge=load())
    assert facts["non_prescribed_drugs_24h"] is False

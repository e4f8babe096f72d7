"""How a gate answers: its reasons, its sources, its words for what is missing, and its refusals."""

import datetime as dt

import pytest

from keel.assessment.protocols import (
    FactRefused,
    UnknownPhase,
    UnknownProtocol,
    checked_facts,
    derived,
    find_protocol,
    gate,
)
from keel.knowledge import load

AT = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)


def one(rule, facts, phase="pre_dose"):
    found = gate("iv-racemic", phase, facts, at=AT, knowledge=load())
    return next(finding for finding in found if finding.rule == rule)


def test_a_finding_shows_the_value_and_the_limit_with_their_units():
    why = [(reason.name, reason.value, reason.unit) for reason in one("A-PRE-02", {"sbp": 150, "dbp": 80}).why]
    assert why == [("sbp_standing", 150, "mm[Hg]"), ("limit > for sbp_standing", 140, "mm[Hg]")]


def test_a_finding_is_no_surer_than_its_weakest_part():
    """A-PRE-02 borrows the value of the esketamine label for infusions: a default."""
    finding = one("A-PRE-02", {"sbp": 150, "dbp": 80})
    assert finding.confidence == "default"
    assert set(finding.sources) == {"us-pi26", "us-pi19", "jj-bp"}


def test_what_is_missing_is_named_in_words_and_as_reasons_without_a_value():
    finding = one("A-PRE-15", {"hr": 70})
    assert "adult escort" in finding.summary
    assert "A missing value is not a pass." in finding.summary
    assert all(reason.value is None for reason in finding.why)


def test_a_protocol_is_found_by_its_letter_and_other_names():
    assert find_protocol(load(), "Spravato").id == "esketamine-nasal-us"
    assert find_protocol(load(), "A").id == "iv-racemic"


def test_an_unknown_protocol_names_those_there_are():
    with pytest.raises(UnknownProtocol, match="iv-racemic"):
        gate("intravenous", "pre_dose", {}, at=AT, knowledge=load())


def test_an_unknown_phase_is_refused():
    with pytest.raises(UnknownPhase, match="pre_dose"):
        gate("iv-racemic", "predose", {}, at=AT, knowledge=load())


def test_a_part_of_a_country_has_the_rules_of_the_country():
    found = gate("iv-racemic", "selection", {}, at=AT, knowledge=load(), jurisdiction="AU-TAS")
    assert any("authority of the jurisdiction" in finding.summary for finding in found)
    elsewhere = gate("iv-racemic", "selection", {}, at=AT, knowledge=load(), jurisdiction="AU")
    assert not any("authority of the jurisdiction" in finding.summary for finding in elsewhere)


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"sbpp": 120}, "Near: .*sbp"),
        ({"sbp": "1.2.0"}, "Write a number in mm"),
        ({"sbp": 1200}, "not possible"),
        ({"escort_confirmed": "yes"}, "Write true, false, or null"),
        ({"breath_alcohol": "no"}, "Write one of negative, positive, not_indicated"),
        ({"bmi": 25}, "worked out by Keel"),
        ({"moaas": 6}, "not possible"),
        ({"age_years": True}, "Write a number"),
    ],
)
def test_a_fact_that_cannot_be_is_refused_with_the_mend(facts, message):
    with pytest.raises(FactRefused, match=message):
        checked_facts(facts, load().clinical_facts)


def test_other_names_of_a_fact_are_understood_and_null_stays_null():
    assert checked_facts({"systolic": 120, "escort": None}, load().clinical_facts) == {
        "sbp": 120,
        "escort_confirmed": None,
    }


@pytest.mark.parametrize(
    ("answers", "level"),
    [
        ({}, None),
        ({"cssrs_q1": True, "cssrs_q2": False, "cssrs_q6_lifetime": False}, "low"),
        ({"cssrs_q1": False, "cssrs_q2": False, "cssrs_q6_lifetime": False}, "none"),
        ({"cssrs_q1": False, "cssrs_q2": True}, None),
        (
            {
                "cssrs_q1": True,
                "cssrs_q2": True,
                "cssrs_q3": True,
                "cssrs_q4": False,
                "cssrs_q5": False,
                "cssrs_q6_lifetime": False,
            },
            "moderate",
        ),
        ({"cssrs_q4": True}, "high"),
        ({"cssrs_q5": True}, "high"),
        ({"cssrs_q6_3_months": True}, "high"),
        ({"cssrs_q1": False, "cssrs_q2": False, "cssrs_q6_lifetime": True, "cssrs_q6_3_months": False}, "moderate"),
        ({"cssrs_q1": False, "cssrs_q2": False, "cssrs_q6_lifetime": True}, None),
        ({f"asq_{number}": False for number in range(1, 5)}, "none"),
        ({"asq_1": True}, None),
        ({"asq_1": True, "asq_5": False}, "moderate"),
        ({"asq_5": True}, "high"),
        ({**{f"asq_{number}": False for number in range(1, 5)}, "cssrs_q1": False}, None),
    ],
)
def test_suicide_risk_follows_the_screeners(answers, level):
    """Section 6: Q1-2 low; Q3, or behaviour >3 months ago, moderate; Q4, Q5, or behaviour <=3 months, high; ASQ."""
    assert derived(answers).get("suicide_risk_level") == level


@pytest.mark.parametrize("symptom", ["chest_pain", "severe_headache", "visual_loss", "dyspnoea", "confusion"])
def test_one_symptom_is_enough_and_all_five_must_be_asked(symptom):
    asked = dict.fromkeys(["chest_pain", "severe_headache", "visual_loss", "dyspnoea", "confusion"], False)
    assert derived(asked)["crisis_symptom"] is False
    assert derived({symptom: True})["crisis_symptom"] is True
    assert "crisis_symptom" not in derived({name: value for name, value in asked.items() if name != symptom})

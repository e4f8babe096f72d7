"""FHIR conditions: clinical status, verification and abatement are states of the same vocabulary as typed words."""

import datetime as dt

import pytest

from keel.assessment.protocols.record_facts import facts_from_record
from keel.knowledge import load
from keel.knowledge.concepts import State
from keel.record.concepts import condition_state
from support.fhir import DANA, bundle, concept, patient
from support.reading import the_record

FACTS = load()
AT = dt.datetime(2026, 11, 21, 9, 0, tzinfo=dt.UTC)
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFIED = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
OPIOID = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "F11.20"}], "text": "Problem 1"}


def dana(**fields):
    condition = {"resourceType": "Condition", "id": "c1", "subject": dict(DANA), "code": OPIOID} | fields
    return the_record(bundle(patient(), condition))


def clinical(code):
    return concept(code, system=CLINICAL)


def verified(code):
    return concept(code, system=VERIFIED)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"clinicalStatus": clinical("active")}, State.PRESENT),
        ({"clinicalStatus": clinical("recurrence")}, State.PRESENT),
        ({"clinicalStatus": clinical("relapse")}, State.PRESENT),
        ({"clinicalStatus": clinical("inactive")}, State.RESOLVED),
        ({"clinicalStatus": clinical("remission")}, State.REMISSION),
        ({"clinicalStatus": clinical("resolved")}, State.RESOLVED),
        ({"abatementDateTime": "2025-11-21"}, State.RESOLVED),
        ({"abatementPeriod": {"start": "2025-11-01", "end": "2025-11-21"}}, State.RESOLVED),
        ({"abatementString": "some years ago"}, State.RESOLVED),
        ({"verificationStatus": verified("unconfirmed")}, State.SUSPECTED),
        ({"verificationStatus": verified("provisional")}, State.SUSPECTED),
        ({"verificationStatus": verified("differential")}, State.SUSPECTED),
        ({"verificationStatus": verified("refuted")}, State.DENIED),
        ({}, State.PRESENT),
    ],
)
def test_status_verification_and_abatement_are_one_state(fields, state):
    """HL7 FHIR R4, Condition: the code systems condition-clinical and condition-ver-status."""
    (condition,) = dana(**fields).conditions
    assert condition_state(condition, AT, FACTS) is state


def test_the_day_of_abatement_says_how_long_a_use_disorder_is_over():
    """By the calendar: 21 November 2025 to 21 November 2026 are 12 months."""
    found = facts_from_record(
        dana(clinicalStatus=clinical("remission"), abatementDateTime="2025-11-21"), at=AT, knowledge=FACTS
    )
    assert found.facts["substance_use_disorder_past"] is True
    assert found.facts["months_since_remission"] == pytest.approx(12, abs=0.02)
    assert "substance_use_disorder_active" not in found.facts


@pytest.mark.parametrize(
    ("system", "code"),
    [("http://hl7.org/fhir/sid/icd-10-cm", "N13.30"), ("http://snomed.info/sct", "43064006")],
)
def test_a_diagnosis_that_comes_as_a_code_alone_is_read(system, code):
    found = facts_from_record(dana(code=concept(code, system=system)), at=AT, knowledge=FACTS)
    assert found.facts["hydronephrosis"] is True

"""Small FHIR R4 resources about Dana, to be changed by the test that needs them."""

import copy
from typing import Any

Resource = dict[str, Any]
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
DANA = {"reference": "Patient/dana"}


def bundle(*resources: Resource, **changes: Any) -> Resource:
    """The resources as a collection bundle; a resource with `fullUrl` in it keeps that address."""
    entries = []
    for resource in resources:
        address = resource.pop("fullUrl", None)
        entries.append({"resource": copy.deepcopy(resource)} | ({"fullUrl": address} if address else {}))
    return {"resourceType": "Bundle", "type": "collection", "entry": entries} | changes


def patient(**changes: Any) -> Resource:
    return {"resourceType": "Patient", "id": "dana", "gender": "female", "birthDate": "1992-05-17"} | changes


def concept(code: str = "", text: str = "", system: str = LOINC) -> Resource:
    coding = {"coding": [{"system": system, "code": code}]} if code else {}
    return coding | ({"text": text} if text else {})


def quantity(value: float | None, unit: str, **changes: Any) -> Resource:
    return ({} if value is None else {"value": value}) | {"unit": unit, "system": UCUM, "code": unit} | changes


def observation(code: str, value: Any = None, **changes: Any) -> Resource:
    """An observation; `value` is a quantity, a concept, or absent."""
    kind = "valueQuantity" if isinstance(value, dict) and "unit" in value else "valueCodeableConcept"
    return (
        {
            "resourceType": "Observation",
            "id": f"o{code}",
            "status": "final",
            "code": concept(code),
            "subject": dict(DANA),
            "effectiveDateTime": "2026-11-01T09:00:00Z",
        }
        | ({} if value is None else {kind: value})
        | changes
    )


def weight(kilograms: float, **changes: Any) -> Resource:
    return observation("29463-7", quantity(kilograms, "kg"), **changes)


def administration(**changes: Any) -> Resource:
    """35 mg of ketamine into a vein over 40 minutes."""
    return {
        "resourceType": "MedicationAdministration",
        "id": "ma1",
        "status": "completed",
        "medicationCodeableConcept": {"text": "Ketamine 50 mg/mL injection"},
        "subject": dict(DANA),
        "effectivePeriod": {"start": "2026-11-01T09:00:00Z", "end": "2026-11-01T09:40:00Z"},
        "dosage": {
            "route": concept("47625008", system="http://snomed.info/sct"),
            "dose": quantity(35, "mg"),
        },
    } | changes


def statement(**changes: Any) -> Resource:
    """What Dana says of her own use: 400 mg every week since 2024."""
    return {
        "resourceType": "MedicationStatement",
        "id": "ms1",
        "status": "active",
        "medicationCodeableConcept": {"text": "ketamine"},
        "subject": dict(DANA),
        "informationSource": dict(DANA),
        "effectivePeriod": {"start": "2024-11-21"},
        "dosage": [
            {
                "route": {"text": "snorted"},
                "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk"}},
                "doseAndRate": [{"doseQuantity": quantity(400, "mg")}],
            }
        ],
    } | changes


def request(**changes: Any) -> Resource:
    return {
        "resourceType": "MedicationRequest",
        "id": "mr1",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": "Spravato 84 mg nasal spray"},
        "subject": dict(DANA),
        "authoredOn": "2026-10-01",
    } | changes


def condition(**changes: Any) -> Resource:
    return {"resourceType": "Condition", "id": "c1", "code": {"text": "Hypertension"}, "subject": dict(DANA)} | changes


PHQ9_ITEMS = [
    "44250-9",
    "44255-8",
    "44259-0",
    "44254-1",
    "44251-7",
    "44258-2",
    "44252-5",
    "44253-3",
    "44260-8",
]  # in item order: NLM LHC-Forms, PHQ-9
PHQ9_CHOICES = ("LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9")  # not at all to nearly every day: 0 to 3


def phq9_response(values: list[int], **changes: Any) -> Resource:
    """A PHQ-9 filled in as US Core writes it: the LOINC code of an item at the end of its linkId."""
    return {
        "resourceType": "QuestionnaireResponse",
        "id": "qr1",
        "status": "completed",
        "questionnaire": "http://example.org/Questionnaire/mood",
        "subject": dict(DANA),
        "authored": "2026-11-01T08:00:00Z",
        "item": [
            {"linkId": f"/{code}", "answer": [{"valueCoding": {"system": LOINC, "code": PHQ9_CHOICES[value]}}]}
            for code, value in zip(PHQ9_ITEMS, values, strict=True)
        ],
    } | changes


def phq9_observations(values: list[int], **changes: Any) -> list[Resource]:
    """The same as a panel with a member for each item."""
    members = [
        observation(code, concept(PHQ9_CHOICES[value]), **changes)
        for code, value in zip(PHQ9_ITEMS, values, strict=True)
    ]
    pointers = [{"reference": f"Observation/{member['id']}"} for member in members]
    return [observation("44249-1", hasMember=pointers, **changes), *members]


def risk_assessment(level: str = "Low", **changes: Any) -> Resource:
    """Alice’s judgement of the risk of suicide, with her reason."""
    return {
        "resourceType": "RiskAssessment",
        "id": "r",
        "status": "final",
        "subject": dict(DANA),
        "code": {"text": "Suicide risk"},
        "occurrenceDateTime": "2026-11-20T11:00:00Z",
        "performer": {"reference": "Practitioner/alice", "display": "Alice"},
        "prediction": [{"qualitativeRisk": {"text": level}, "rationale": "Seen, safe at home with Bob."}],
    } | changes

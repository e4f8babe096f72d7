"""Bundles as they arrive after many hands, for the property test and the soak run: what may be in them, and a judge."""

import copy
import json
from random import Random
from typing import Any

from keel.interop import read_records
from keel.knowledge import load
from support.fhir import administration, bundle, concept, observation, patient, quantity, statement, weight
from support.reading import AT, noted

FACTS = load()
RXNORM, OID = "http://www.nlm.nih.gov/research/umls/rxnorm", "urn:oid:2.16.840.1.113883.6.88"
NAMES: list[dict[str, Any]] = [
    {"text": "Ketamine 50 mg/mL injection"},
    {"text": "Ketalar®"},
    {"text": "KETAMIN-HAMELN"},
    {"text": "Кетамин"},
    {"text": "盐酸氯胺酮注射液"},
    {"text": "deschloro-ketamine"},
    {"coding": [{"display": "S-Ketamine"}]},
    concept("6130", system=RXNORM),
    concept("2201625", system=OID),
]
DOSES: list[Any] = [
    {"dose": quantity(35, "mg")},
    {"dose": quantity(0.035, "g")},
    {"dose": {"value": 35, "unit": "MG"}},
    {"dose": quantity(0.5, "mg/kg")},
    {"dose": quantity(-1, "mg")},
    {"dose": quantity(35, "bananas")},
    {"dose": {"value": "35"}},
    {"rateQuantity": quantity(0.5, "mg/min")},
    {"text": "as the chart says"},
    {},
]
TIMES = ["2026-11-01T09:00:00Z", "2026-11-01T10:00:00+01:00", "2026-11-01", "2026", "2026-11-01T09:00", "2027-01-01"]
STATUSES = ["completed", "stopped", "in-progress", "not-done", "entered-in-error", "unknown", "finished"]
PEOPLE = [{"reference": "Patient/dana"}, {"reference": "Patient/else"}, {"display": "Dana"}, {"reference": "Group/1"}]


OTHERS = [patient(), weight(60), observation("8480-6", quantity(120, "mm[Hg]")), statement()]
ODD: list[Any] = [None, True, 0, -1, 1e308, [], {}, "", "35", "2026-13-45", [[]], {"a": {}}, "unheard-of"]


def differences(resources: list[dict[str, Any]]) -> list[str]:
    """What is wrong with the reading of a bundle: an administration neither counted nor named, or sums that differ."""
    reading = read_records(json.dumps(bundle(*resources)).encode(), at=AT, knowledge=FACTS)
    notes, totals = noted(reading), reading.totals
    given = sum(one.get("resourceType") == "MedicationAdministration" for one in resources)
    origins = [dose.origin for record in reading.records for dose in record.doses]
    counted = sum("MedicationAdministration" in origin for origin in origins)
    counted += sum(medicine.status == "administered" for record in reading.records for medicine in record.medicines)
    named = notes.get("MedicationAdministration resource", 0)
    # What is no resource at all is named as such, whatever type it says it is of.
    lacking, broken = given - counted - named, notes.get("resource that is not valid", 0)
    wrong = [] if 0 <= lacking <= broken else [f"{given} given, {counted} counted, {named} named"]
    met = totals.understood + totals.reported
    return wrong + ([] if met == totals.read == len(resources) + 1 else [f"{totals.read} read, {met} met"])


def mutated(random: Random) -> list[dict[str, Any]]:
    """Resources dropped, doubled, reordered, re-coded and re-unitised, and some with an odd value at any place."""
    given = []
    for _ in range(random.randint(1, 6)):
        one = administration(
            id=random.choice("abcd"),
            status=random.choice(STATUSES),
            subject=random.choice(PEOPLE),
            medicationCodeableConcept=random.choice(NAMES),
            dosage=random.choice(DOSES),
            effectiveDateTime=random.choice(TIMES),
        )
        del one["effectivePeriod"]
        given.append(one)
    resources = [copy.deepcopy(one) for one in (*given, *random.choices(OTHERS, k=random.randint(0, 4)))]
    for one in resources:
        if random.random() < 0.3:
            _put_odd(one, random)
    random.shuffle(resources)
    return resources


def _put_odd(resource: dict[str, Any], random: Random) -> None:
    """Puts an odd value at a place below the type of the resource, or takes away what is there."""
    place: Any = resource
    key: Any = random.choice([name for name in resource if name not in ("resourceType", "id")])
    while random.random() < 0.6 and isinstance(place[key], dict | list) and place[key]:
        place = place[key]
        key = random.choice(list(place) if isinstance(place, dict) else range(len(place)))
    if random.random() < 0.3 and isinstance(place, dict):
        del place[key]
    else:
        place[key] = random.choice(ODD)

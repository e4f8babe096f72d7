"""Bundles as they arrive after many hands: dropped, doubled, reordered, re-coded and re-unitised.

No mutation raises anything, and none loses a dose in silence: every administration of the family that is in the file
is counted or named (HZ-IOP-04).
"""

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

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


@st.composite
def administrations(draw: st.DrawFn) -> dict[str, Any]:
    given_ = administration(
        id=draw(st.sampled_from(["a", "b", "c", "d"])),
        status=draw(st.sampled_from(STATUSES)),
        subject=draw(st.sampled_from(PEOPLE)),
        medicationCodeableConcept=draw(st.sampled_from(NAMES)),
        dosage=draw(st.sampled_from(DOSES)),
        effectiveDateTime=draw(st.sampled_from(TIMES)),
    )
    del given_["effectivePeriod"]
    return given_


OTHERS = [patient(), weight(60), observation("8480-6", quantity(120, "mm[Hg]")), statement()]


@settings(max_examples=120, deadline=None)
@given(
    st.lists(administrations(), min_size=1, max_size=6),
    st.lists(st.sampled_from(OTHERS), max_size=4),
    st.randoms(use_true_random=False),
)
def test_every_administration_of_the_family_is_counted_or_named(doses: list[Any], others: list[Any], random: Any):
    resources = copy.deepcopy([*doses, *others])
    random.shuffle(resources)
    reading = read_records(json.dumps(bundle(*resources)).encode(), at=AT, knowledge=FACTS)
    notes = noted(reading)
    origins = [dose.origin for record in reading.records for dose in record.doses]
    counted = sum("MedicationAdministration" in origin for origin in origins)
    named = notes.get("MedicationAdministration resource", 0)
    named += notes.get("given, not recognised as ketamine, not counted", 0)
    assert counted + named == len(doses)
    assert reading.totals.read == reading.totals.understood + reading.totals.reported == len(resources) + 1

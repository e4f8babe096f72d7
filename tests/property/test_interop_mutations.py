"""Bundles as they arrive after many hands: dropped, doubled, reordered, re-coded and re-unitised.

No mutation raises anything, and none loses a dose in silence: every administration of the family that is in the file
is counted or named (HZ-IOP-04).
"""

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from keel.assessment.instruments.scoring import score_sitting
from keel.interop import read_records
from support.bundles import DOSES, FACTS, NAMES, OTHERS, PEOPLE, STATUSES, TIMES, differences, mutated
from support.fhir import LOINC, PHQ9_CHOICES, PHQ9_ITEMS, administration, bundle, patient, phq9_response
from support.reading import AT, noted


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


@settings(max_examples=120, deadline=None)
@given(
    st.lists(administrations(), min_size=1, max_size=6),
    st.lists(st.sampled_from(OTHERS), max_size=4),
    st.randoms(use_true_random=False),
)
def test_every_administration_of_the_family_is_counted_or_named(doses: list[Any], others: list[Any], random: Any):
    resources = copy.deepcopy([*doses, *others])
    random.shuffle(resources)
    assert differences(resources) == []


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 3), st.sampled_from(["", "visit", "more"])), max_size=4),
    st.randoms(use_true_random=False),
)
def test_no_answer_replaces_another_without_a_word(again: list[tuple[int, int, str]], random: Any):
    """HZ-IOP-03: an item answered twice makes no total, and the worst answer to item 9 speaks, in any order."""
    told = [*((item, 1, "") for item in range(9)), *again]
    random.shuffle(told)
    response = phq9_response([0] * 9)
    response["item"] = []
    for item, value, group in told:
        coding = {"system": LOINC, "code": PHQ9_CHOICES[value]}
        question = {"linkId": f"/{PHQ9_ITEMS[item]}", "answer": [{"valueCoding": coding}]}
        response["item"].append({"linkId": group, "item": [question]} if group else question)
    reading = read_records(json.dumps(bundle(patient(), response)).encode(), at=AT, knowledge=FACTS)
    (answers,) = reading.records[0].answers
    score = score_sitting(answers, knowledge=FACTS)
    values = {item: {value for one, value, _ in told if one == item} for item in range(9)}
    is_clear = all(len(each) == 1 for each in values.values())
    assert score.total == (9 if is_clear else None)
    assert answers.items["9"] == max(values[8])
    assert sum(noted(reading).values()) == 0 if is_clear else sum(noted(reading).values()) > 0


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_no_odd_value_loses_a_dose_in_silence(random: Any):
    assert differences(mutated(random)) == []

"""Bundles as they arrive after many hands: dropped, doubled, reordered, re-coded and re-unitised.

No mutation raises anything, and none loses a dose in silence: every administration of the family that is in the file
is counted or named (HZ-IOP-04).
"""

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from support.bundles import DOSES, NAMES, OTHERS, PEOPLE, STATUSES, TIMES, differences, mutated
from support.fhir import administration


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


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_no_odd_value_loses_a_dose_in_silence(random: Any):
    assert differences(mutated(random)) == []

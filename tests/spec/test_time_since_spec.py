"""Every time since something, walked from zero to five years: what speaks has no hole (HZ-GATE-05)."""

import sys
from pathlib import Path

import pytest

from keel.findings import Severity
from keel.knowledge import load
from keel.quantities import convert

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import time_since

from support.loops import some

FACTS = load()
GRAVE = (Severity.BLOCK, Severity.HOLD)
STARTING = (
    "esketamine-nasal-eu",
    "esketamine-nasal-us",
    "iv-racemic",
    "ketamine-assisted-therapy",
    "oral-sublingual-home",
)
CASES = [(protocol, fact) for protocol in FACTS.protocols.values() for fact in time_since.time_facts(protocol)]


def walked(protocol, fact, place, near):
    """Each value from zero to five years, a month at a time, and close to the end, and what speaks."""
    last = convert(5, "a", FACTS.clinical_facts[fact].unit)
    for value in (*(last * step / 60 for step in range(61)), *near):
        yield value, time_since.speaking(protocol, fact, value, place)


@pytest.mark.parametrize(("protocol", "fact"), CASES, ids=[f"{one.id}: {fact}" for one, fact in CASES])
def test_between_two_stretches_in_which_something_speaks_something_speaks(protocol, fact):
    for place in some(time_since.PLACES):
        silences = [not stretch.findings for stretch in time_since.walk(protocol, fact, place, FACTS).stretches]
        inner = (
            silences[silences.index(False) : len(silences) - silences[::-1].index(False)] if False in silences else []
        )
        assert not any(inner), (place, silences)


@pytest.mark.parametrize("name", STARTING)
@pytest.mark.parametrize(("fact", "end"), [("weeks_since_cv_event", 52.3), ("months_since_remission", 12)])
def test_something_blocks_or_holds_until_the_longest_rule_ends(name, fact, end):
    """Protocol reference, conflict 7: trials left out events within 12 months; section 7: 12 months of remission."""
    for place in some(time_since.PLACES):
        for value, findings in some(walked(FACTS.protocols[name], fact, place, (end - 0.1, end, end + 0.1))):
            held = any(one.severity in GRAVE for one in findings)
            assert held is (value <= end if fact == "weeks_since_cv_event" else value < end), (place, value)


@pytest.mark.parametrize("place", time_since.PLACES)
def test_between_six_weeks_and_a_year_both_facts_are_shown(place):
    (found,) = time_since.speaking(FACTS.protocols["iv-racemic"], "weeks_since_cv_event", 20, place)
    assert {reason.value for reason in found.why} >= {6, 52.3}
    assert {"eu-smpc25", "jj-cv"} <= set(found.sources)
    assert found.conflicts == ("conflict-cardiac-contraindication",)

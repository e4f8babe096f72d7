"""The protocols as data: complete, marked, in force, and saying nothing that they must not."""

import datetime as dt
import re

import msgspec
import pytest

from keel.knowledge import Certainty, load
from keel.knowledge.protocols import facts_of, leaves
from keel.knowledge.protocols.check import protocol_problems
from support.loops import some

PROTOCOLS = load().protocols
RULES = [(protocol, rule) for protocol in PROTOCOLS.values() for rule in protocol.rules]
NAMED = {
    "iv-racemic": "A",
    "esketamine-nasal-us": "B",
    "esketamine-nasal-eu": "B",
    "oral-sublingual-home": "C",
    "ketamine-assisted-therapy": "D",
    "level-of-care": "E",
    "use-disorder": "F",
}
# Every row of the reference that has an id of its own (sections 2 to 5): a row that is missing here was lost.
ROWS = {
    "iv-racemic": [f"A-SEL-{n:02}" for n in range(1, 8)]
    + [f"A-CI-{n:02}" for n in range(1, 16)]
    + [f"A-PRE-{n:02}" for n in range(1, 15)]
    + [f"A-IN-{n:02}" for n in range(1, 12)]
    + [f"A-DC-{n:02}" for n in range(1, 11)],
    "esketamine-nasal-us": ["B-ENR-01", "B-ENR-02", "B-ENR-03", "B-PRE-01"]
    + [f"B-PRE-{n:02}" for n in range(3, 13)]
    + ["B-ADM-01", "B-ADM-02", "B-MON-02", "B-MON-03", "B-MON-04"]
    + ["B-DC-01", "B-DC-02", "B-DC-03", "B-DC-04", "B-REP-01", "B-REP-02", "B-COURSE-01"],
    "esketamine-nasal-eu": ["B-PRE-02"],
    "oral-sublingual-home": [f"C-{n:02}" for n in range(0, 13)],
    "ketamine-assisted-therapy": ["D-01", "D-02", "D-04", "D-05", "D-06", "D-07"],
}


def test_the_seven_protocols_are_there():
    assert {name: protocol.letter for name, protocol in PROTOCOLS.items()} == NAMED


@pytest.mark.parametrize("name", ROWS)
def test_no_row_of_the_reference_was_lost(name):
    assert set(ROWS[name]) <= {rule.id for rule in PROTOCOLS[name].rules}


def test_a_pressure_task_at_40_minutes_and_signs_every_15_are_on_the_schedule():
    """B-MON-01 and B-MON-05 are tasks, not tests."""
    assert {"B-MON-01", "B-MON-05"} <= {slot.id for slot in PROTOCOLS["esketamine-nasal-us"].slots}


@pytest.mark.parametrize("name", NAMED)
def test_everything_that_a_protocol_names_is_there(name):
    assert list(protocol_problems(PROTOCOLS[name], load().clinical_facts)) == []


def test_every_fact_is_asked_by_a_rule_or_leads_to_one_that_is():
    """A question that nothing reads would be asked for nothing."""
    used = {name for _, rule in RULES for name in facts_of(rule)}
    leading = {fact.id for fact in load().clinical_facts.values() if re.match(r"(cssrs|asq)_", fact.id)}
    leading |= {"chest_pain", "severe_headache", "visual_loss", "dyspnoea", "confusion"}
    leading |= {"weight_kg", "height_cm", "sex", "planned_min", "on_oxygen", "cadss6", "cadss", "dissociation"}
    leading |= {"contact", "adverse_event_reported", "suicide_attempt_on_record"}
    assert set(load().clinical_facts) - used - leading == set()


def test_a_default_is_marked_as_one_and_names_no_claim():
    for protocol, name, cut in some((one, *pair) for one in PROTOCOLS.values() for pair in one.cuts.items()):
        assert cut.certainty is not Certainty.DEFAULT or cut.claim is None, (protocol.id, name)


def test_a_rule_is_no_surer_than_it_can_be():
    """What is neither a default nor from memory names its source."""
    for protocol, rule in some(RULES):
        if rule.certainty in (Certainty.SEEN, Certainty.SECONDHAND):
            assert rule.sources, (protocol.id, rule.id)


def test_every_rule_that_stops_says_what_to_do_next():
    for protocol, rule in some(RULES):
        if rule.severity in ("block", "hold") and rule.phase not in ("triage", "bladder_state"):
            assert rule.next_step, (protocol.id, rule.id)


def test_a_text_does_not_repeat_a_number_that_a_clinic_may_change():
    """The finding shows the limit in force; a number in the text would contradict it."""
    for protocol, rule, leaf in some((*pair, leaf) for pair in RULES for leaf in leaves(pair[1].when)):
        cut = protocol.cuts.get(leaf.cut)
        if cut is not None and (cut.tighter or cut.may_loosen):
            numbers = set(re.findall(r"(?<![\d.])\d+(?:\.\d+)?(?![\d.])", rule.text))
            assert f"{cut.value:g}" not in numbers, (protocol.id, rule.id, cut.value)


def test_only_what_the_reference_leaves_to_the_site_may_be_loosened():
    loose = {
        (protocol.id, name)
        for protocol in PROTOCOLS.values()
        if protocol.id in ("iv-racemic", "esketamine-nasal-us", "oral-sublingual-home")
        for name, cut in protocol.cuts.items()
        if cut.may_loosen and not name.startswith(("solids", "clear"))
    }
    assert {name for _, name in loose} == {"observation_min"}
    assert {rule.id for _, rule in RULES if rule.may_loosen_to} == {"A-CI-10", "C-09"}


def test_the_home_pathway_is_off_and_shows_both_positions():
    home = PROTOCOLS["oral-sublingual-home"]
    assert not home.enablement.on
    assert home.enablement.needs_role == "medical director"
    assert {"against", "for, with limits"} <= {position.topic for position in home.positions}
    assert "conflict-home-use" in home.conflicts


@pytest.mark.parametrize(("protocol", "rule"), [("oral-sublingual-home", "C-01"), ("esketamine-nasal-us", "B-ENR-03")])
def test_esketamine_at_home_blocks_and_cannot_be_loosened(protocol, rule):
    found = next(one for one in PROTOCOLS[protocol].rules if one.id == rule)
    assert (found.severity, found.may_loosen_to) == ("block", None)


def test_the_antidepressant_rule_ends_with_the_approval_of_the_spray_alone():
    """B1: monotherapy approved 17-21 January 2025."""
    rule = next(one for one in PROTOCOLS["esketamine-nasal-us"].rules if one.id == "B-SEL-03")
    assert rule.is_in_force(dt.date(2025, 1, 20))
    assert not rule.is_in_force(dt.date(2025, 1, 21))
    assert not rule.is_in_force(dt.date(2019, 3, 4))


def test_what_is_taken_over_from_another_protocol_keeps_its_ids_and_numbers():
    therapy, infusion = PROTOCOLS["ketamine-assisted-therapy"], PROTOCOLS["iv-racemic"]
    assert {rule.id for rule in infusion.rules_of("pre_dose")} <= {rule.id for rule in therapy.rules}
    assert therapy.number("severe_sbp") == infusion.number("severe_sbp") == 180


def test_the_arithmetic_of_the_label_year():
    """B1: 8 + 4 + (22 to 44) = 34 to 56 sessions; 34 x 56 = 1,904 mg; 56 + 55 x 84 = 4,676 mg."""
    text = next(one.text for one in PROTOCOLS["esketamine-nasal-us"].dosing.published if one.id == "B-YEAR")
    assert 8 + 4 + 22 == 34
    assert 34 * 56 == 1904
    assert 56 + 55 * 84 == 4676
    assert all(number in text for number in ("34", "56", "1,904", "4,676"))


def test_a_date_on_a_statement_that_nothing_reads_by_date_is_refused():
    """Only positions and work-up are shown for a day; a date elsewhere would end nothing."""
    home = PROTOCOLS["oral-sublingual-home"]
    dated = msgspec.structs.replace(home.dosing.published[0], valid_to=dt.date(2026, 12, 31))
    dosing = msgspec.structs.replace(home.dosing, published=(dated,))
    found = list(protocol_problems(msgspec.structs.replace(home, dosing=dosing), load().clinical_facts))
    assert any("only [[positions]] and [[work_up]] are read by date" in one for one in found)
    backwards = msgspec.structs.replace(home.positions[0], valid_from=dt.date(2027, 1, 1), valid_to=dt.date(2026, 1, 1))
    found = list(protocol_problems(msgspec.structs.replace(home, positions=(backwards,)), load().clinical_facts))
    assert any("valid_to lies before valid_from" in one for one in found)

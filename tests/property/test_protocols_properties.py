"""What holds for every rule of every protocol: less known never passes more, nor does a place not stated."""

import datetime as dt
import tomllib
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from keel.assessment.protocols import gate, passes
from keel.assessment.protocols.level_of_care import level_of_care
from keel.knowledge import load
from keel.knowledge.clinical_facts import FactKind
from keel.knowledge.protocols import facts_of
from support.samples import examples

AT = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
LETTERS = {
    "A": "iv-racemic",
    "B": "esketamine-nasal-us",
    "C": "oral-sublingual-home",
    "D": "ketamine-assisted-therapy",
    "F": "use-disorder",
}
CLEAR = tomllib.loads((Path(__file__).parents[1] / "spec/protocols/clear.toml").read_text(encoding="utf-8"))
GATES = [(letter, phase) for letter, phases in CLEAR.items() for phase in phases]
# What follows from other facts is not given beside them: the two could contradict each other.
FOLLOWS = {"planned_mg_per_kg", "planned_mg_per_kg_per_min", "bmi", "crisis_symptom", "suicide_risk_high"}
FOLLOWS |= {"sbp_standing", "dbp_standing", "spo2_on_air"}
FOLLOWS |= {"weight_basis", "weight_basis_reasoned", "planned_mg_per_kg_chosen", "dose_taken_today"}  # a session's own
PLACES = ["", "US", "EU", "UK", "AU-TAS"]


def value_of(name):
    fact = load().clinical_facts[name]
    if fact.kind is FactKind.YES_NO:
        return st.booleans()
    if fact.kind is FactKind.CHOICE:
        return st.sampled_from(fact.choices)
    low = 0.0 if fact.least is None else fact.least
    high = 300.0 if fact.most is None else min(fact.most, 300.0)
    return st.integers(int(low), max(int(low), int(high)))


@st.composite
def questions(draw):
    """A gate, facts for it in which little or nothing speaks against going on, and fewer of the same facts."""
    letter, phase = draw(st.sampled_from(GATES))
    protocol = LETTERS[letter]
    asked = sorted({name for rule in load().protocols[protocol].rules_of(phase) for name in facts_of(rule)} - FOLLOWS)
    changes = draw(st.dictionaries(st.sampled_from(asked), st.none(), max_size=2))
    full = CLEAR[letter][phase] | {name: draw(value_of(name)) for name in changes}
    gone = draw(st.sets(st.sampled_from(sorted(full)), max_size=3))
    return protocol, phase, full, {name: value for name, value in full.items() if name not in gone}


@given(question=questions(), place=st.sampled_from(PLACES))
@settings(max_examples=examples(150))
def test_a_missing_value_never_passes(question, place):
    """What passes on fewer facts passes on all of them: taking a fact away opens no gate."""
    protocol, phase, full, less = question
    told, open_ = (gate(protocol, phase, facts, at=AT, knowledge=load(), jurisdiction=place) for facts in (full, less))
    assert passes(told) or not passes(open_), (set(full) - set(less), told)


@given(question=questions(), place=st.sampled_from(PLACES[1:]))
@settings(max_examples=examples(100))
def test_a_place_that_nobody_stated_is_no_way_round_a_rule(question, place):
    """Rules limited to stated places (an authority of one state) are the only ones that a missing place leaves out."""
    protocol, phase, full, _ = question
    if load().protocols[protocol].jurisdiction:
        return
    limited = [rule for rule in load().protocols[protocol].rules if rule.only_where_stated]
    # What only a stated place asks for is answered, or its absence would be held against the stated place alone.
    full = full | {name: True for rule in limited for name in facts_of(rule)}
    here = gate(protocol, phase, full, at=AT, knowledge=load(), jurisdiction=place)
    nowhere = gate(protocol, phase, full, at=AT, knowledge=load())
    held = [one for one in here if one.rule not in {rule.id for rule in limited}]
    assert passes(held) or not passes(nowhere)


@given(question=questions())
@settings(max_examples=examples(100))
def test_every_finding_names_its_rule_its_reasons_and_how_sure_it_is(question):
    protocol, phase, _, less = question
    findings = gate(protocol, phase, less, at=AT, knowledge=load())
    assert all(one.rule and one.summary and one.why for one in findings)
    assert all(one.sources or one.confidence in ("default", "memory") for one in findings)
    assert not any("safe to" in one.summary.lower() for one in findings)


@st.composite
def triage(draw):
    protocol = load().protocols["level-of-care"]
    names = sorted({name for rule in protocol.rules for name in facts_of(rule)})
    # Mostly no: a yes to everything is one level only.
    kinds = load().clinical_facts
    full = {name: False if kinds[name].kind is FactKind.YES_NO else draw(value_of(name)) for name in names}
    full |= {name: draw(value_of(name)) for name in draw(st.sets(st.sampled_from(names), max_size=2))}
    gone = draw(st.sets(st.sampled_from(names), max_size=4))
    return full, {name: value for name, value in full.items() if name not in gone}


@given(answers=triage())
@settings(max_examples=examples(100))
def test_an_answer_taken_away_never_lowers_the_level_unless_it_says_at_least(answers):
    full, less = (level_of_care(facts, at=AT, knowledge=load()) for facts in answers)
    assert less.rank >= full.rank or less.at_least

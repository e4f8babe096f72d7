"""The rules on harms: every fact has a name and comes from somewhere, and no text claims what must not be claimed."""

import datetime as dt

import pytest

from keel.assessment.harms.facts import harm_facts
from keel.assessment.interactions import check_medicines
from keel.exposure import summarise
from keel.findings.conditions import Condition
from keel.knowledge import load
from keel.knowledge.texts.wording import offences
from keel.record import Record
from support.loops import some

AT = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
SUBJECTS = list(load().harms.values())


def asked(condition: Condition):
    if condition.fact:
        yield condition.fact
    for part in (*condition.all, *condition.any):
        yield from asked(part)


def facts_of_nobody():
    record, facts = Record(), load()
    exposure = summarise(record, at=AT, knowledge=facts)
    medicines = check_medicines([], knowledge=facts)
    return harm_facts(record, at=AT, knowledge=facts, exposure=exposure, interactions=medicines)


def test_every_fact_that_a_rule_asks_for_is_gathered_and_has_a_name():
    gathered = set(facts_of_nobody())
    for subject in some(SUBJECTS):
        for rule in some(subject.rules):
            named = {*asked(rule.when), *(shown.fact for shown in rule.shows)}
            assert named <= gathered, rule.id
            assert named <= set(load().harm_facts), rule.id
        for silence in subject.silences:
            assert set(asked(silence.when)) <= gathered


def test_every_named_fact_is_gathered():
    assert set(load().harm_facts) <= set(facts_of_nobody())


def test_of_nobody_nothing_is_known_and_nothing_is_zero():
    known = {name: value for name, value in facts_of_nobody().items() if value is not None}
    # Whether something stands in the record is known of an empty one, too; nobody named a drug.
    assert known == {"signs_asked": False, "liver_tested": False, "other_drugs": ()}


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.id)
def test_no_sentence_makes_one_of_the_ten_claims_in_either_language(subject):
    facts = load()
    for rule in some(subject.rules):
        for rules in some(facts.wording.values()):
            assert list(offences(f"{rule.summary} {rule.next_step}", rules)) == []


def test_treatment_is_told_no_figure_of_use_outside_it():
    """Harms reference, sections 2 and 10.3: what was counted among people who used outside treatment is theirs."""
    facts = load()
    for subject in SUBJECTS:
        for rule in subject.rules:
            if rule.id.endswith("in-treatment"):
                outside = [name for name in rule.claims if name != "cognition-esketamine"]
                assert outside == [], rule.id
                assert not any(word in rule.summary for word in ("of 274", "of 257", "of 150", "of 297")), rule.id
    assert "esketamine" in facts.claims["cognition-esketamine"].statement


def test_answers_of_the_rules_are_items_of_their_instruments():
    facts = load()
    sets = [subject.answers for subject in SUBJECTS] + [facts.criteria["uropathy-bands"].answers]
    for rule in some(rule for answers in sets for rule in answers):
        items = {item.id for item in facts.instruments[rule.instrument].items}
        assert set(rule.items) <= items, rule

"""Which cards a person is shown, and that missing facts neither bring nor hide one silently."""

import datetime as dt
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keel.assessment.picture import picture_of
from keel.assessment.strategies import SelfReport, drug_groups, strategies_for, strategy_facts
from keel.exposure import parse_pattern
from keel.knowledge import load
from keel.knowledge.texts import Group
from keel.quantities import Interval
from keel.record import Answers, Medicine, Person, Pregnancy, Record
from support.loops import some

AT = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
FACTS = load()
STREET = {"lanes": ("non_medical",), "used_in_6_months": True}


def chosen(facts):
    return [card.strategy.id for card in strategies_for(facts, FACTS).chosen]


def first(facts):
    return [card.strategy.id for card in strategies_for(facts, FACTS).chosen if card.is_first]


def facts_of(pattern, told=None, **record):
    patterns = parse_pattern(pattern, at=AT, knowledge=FACTS) if pattern else ()
    person = Record(patterns=patterns, **record)
    return strategy_facts(
        person, picture_of(person, at=AT, knowledge=FACTS), told or SelfReport(), at=AT, knowledge=FACTS
    )


def test_a_urinary_symptom_brings_the_doctor_first():
    assert first(STREET | {"urinary_symptoms": True})[0] == "bladder-now"
    assert "bladder-now" not in chosen(STREET | {"urinary_symptoms": False})


def test_a_fact_that_was_not_asked_keeps_a_card_open_and_is_named():
    advice = strategies_for(STREET, FACTS)
    assert "bladder-now" in [card.id for card in advice.open]
    assert "urinary_symptoms" in advice.missing


def test_a_symptom_that_was_denied_or_not_asked_brings_the_monthly_questions():
    assert "bladder-monthly" in chosen(STREET)
    assert "bladder-monthly" in chosen(STREET | {"urinary_symptoms": False})
    assert "bladder-monthly" not in chosen(STREET | {"urinary_symptoms": True})


@pytest.mark.parametrize(
    ("fact", "card"),
    [
        ({"alone": True}, "not-alone"),
        ({"near_water": True}, "away-from-water"),
        ({"drives": True}, "no-driving"),
        ({"pain": True}, "pain-loop"),
        ({"cramps": True}, "cramps"),
        ({"nose": True}, "nose"),
        ({"low_mood": True}, "crisis-plan"),
        ({"low_mood": True}, "not-when-low"),
        ({"thoughts_of_suicide": True}, "crisis-plan"),
        ({"wants_change": True}, "stopping-plan"),
        ({"had_break": True}, "after-a-break"),
        ({"shares_equipment": True}, "own-things"),
        ({"hard_experience": True}, "hard-experience"),
        ({"pregnant": True}, "pregnant"),
        ({"age_years": 16.0}, "under-18"),
        ({"dependent_on": ("alcohol",)}, "medical-help-first"),
        ({"other_drugs": ("alcohol",)}, "no-depressants"),
        ({"other_drugs": ("opioids",)}, "opioids"),
        ({"other_drugs": ("stimulants",)}, "stimulants"),
        ({"other_drugs": ("benzodiazepines",)}, "do-not-stop-suddenly"),
        ({"days_per_week": Interval.exactly(1.0)}, "fewer-days"),
        ({"lanes": ("non_medical", "medical")}, "tell-the-clinic"),
    ],
)
def test_what_was_told_brings_its_card_among_the_first(fact, card):
    assert card in first(STREET | fact)
    assert card not in first(STREET)


def test_an_adult_sees_no_card_for_the_young():
    assert "under-18" not in chosen(STREET | {"age_years": 18.0})


def test_fewer_days_comes_first_from_one_day_a_week():
    """The first cut of the band rules, 1 day a week; a value on the cut belongs to it (harms reference 10.3)."""
    assert "fewer-days" not in first(STREET | {"days_per_week": Interval.exactly(0.9)})
    assert "fewer-days" in first(STREET | {"days_per_week": Interval.exactly(1.0)})


def test_treatment_alone_brings_no_street_card():
    shown = chosen({"lanes": ("medical",), "used_in_6_months": True})
    assert "keep-to-the-checks" in shown
    assert not {"not-alone", "no-depressants", "fewer-days", "law", "drug-checking"} & set(shown)


def test_no_history_and_no_answer_brings_no_card_but_leaves_them_open():
    advice = strategies_for({}, FACTS)
    assert advice.chosen == ()
    assert len(advice.open) > 20


def test_a_card_says_which_facts_spoke_for_it():
    card = next(one for one in strategies_for(STREET | {"pain": True}, FACTS).chosen if one.strategy.id == "pain-loop")
    assert [(reason.name, reason.value) for reason in card.because] == [("pain", True)]


def test_the_cards_follow_their_priority_within_the_first_and_the_rest():
    cards = strategies_for(STREET | {"pain": True, "alone": True}, FACTS).chosen
    assert [one.is_first for one in cards] == sorted((one.is_first for one in cards), reverse=True)
    for group in (True, False):
        priorities = [one.strategy.priority for one in cards if one.is_first is group]
        assert priorities == sorted(priorities)


YES_NO = st.sampled_from([None, True, False])
ASKED = ("alone", "near_water", "drives", "pain", "cramps", "low_mood", "wants_change", "urinary_symptoms")
TOLD = st.fixed_dictionaries(dict.fromkeys(ASKED, YES_NO))


@given(TOLD)
def test_every_card_is_shown_open_or_ruled_out_by_a_known_fact(told):
    """An answer can only move a card out of “open”; no card is lost because something was not asked."""
    advice = strategies_for(STREET | told, FACTS)
    shown = {card.strategy.id for card in advice.chosen}
    kept = {card.id for card in advice.open}
    assert not shown & kept
    all_known = strategies_for(STREET | {name: value or False for name, value in told.items()}, FACTS)
    assert {card.strategy.id for card in all_known.chosen} <= shown | kept
    assert shown <= {card.strategy.id for card in all_known.chosen}


# --- the facts --------------------------------------------------------------------------------------------------------


def test_the_facts_come_from_pattern_medicines_and_person():
    facts = facts_of(
        "400 mg every Saturday for 3 years, snorted",
        SelfReport(alone=True),
        medicines=(Medicine(text="beer"), Medicine(text="methadone 40 mg")),
        person=Person(age_years=17.0, pregnancy=Pregnancy.NOT_PREGNANT),
    )
    assert facts["lanes"] == ("non_medical",)
    assert facts["used_in_6_months"] is True
    assert facts["days_per_week"] == Interval.exactly(1.0)
    assert set(facts["other_drugs"]) == {"alcohol", "opioids"}
    assert (facts["age_years"], facts["pregnant"], facts["alone"]) == (17.0, False, True)
    assert facts["urinary_symptoms"] is None


def test_a_course_in_a_clinic_is_the_medical_lane():
    facts = facts_of("35 mg every 2 weeks by infusion in a clinic")
    assert facts["lanes"] == ("medical",)
    assert facts["days_per_week"] is None


def test_an_empty_record_has_no_lane_and_knows_nothing():
    facts = facts_of("")
    assert facts["lanes"] == ()
    assert facts["used_in_6_months"] is None


def test_red_flags_alone_do_not_make_a_history():
    answers = (Answers(instrument="bladder-check", items={"8": 1}),)
    facts = facts_of("", answers=answers)
    assert facts["lanes"] == ()


def test_low_mood_and_thoughts_are_read_from_the_phq_9_unless_they_were_told():
    """Kroenke 2010: 10 and more screens positive; item 9 counts whatever the total."""
    heavy = (Answers(instrument="phq-9", items={str(item): 2 for item in range(1, 10)}),)
    light = (Answers(instrument="phq-9", items={str(item): 0 for item in range(1, 10)}),)
    assert facts_of("", answers=heavy)["low_mood"] is True
    assert facts_of("", answers=heavy)["thoughts_of_suicide"] is True
    assert facts_of("", answers=light)["low_mood"] is False
    assert facts_of("", answers=light)["thoughts_of_suicide"] is False
    assert facts_of("", SelfReport(low_mood=False), answers=heavy)["low_mood"] is False
    assert facts_of("")["low_mood"] is None


def test_a_medicine_that_has_to_be_confirmed_counts_for_no_group():
    person = Record(medicines=(Medicine(text="qwertyzol"),))
    assert drug_groups(picture_of(person, at=AT, knowledge=FACTS).interactions, FACTS) == ()


# --- the data ---------------------------------------------------------------------------------------------------------


def named(condition):
    if condition is None:
        return
    if condition.fact:
        yield condition
    for part in (*condition.all, *condition.any):
        yield from named(part)


def test_every_fact_and_group_that_a_card_asks_about_can_be_known():
    known = set(facts_of("400 mg weekly"))
    cards = FACTS.strategies.values()
    for card, condition in some((one, leaf) for one in cards for leaf in (*named(one.when), *named(one.first_when))):
        assert condition.fact in known, (card.id, condition.fact)
        if condition.fact in ("other_drugs", "dependent_on"):
            assert set(condition.value) <= set(FACTS.drug_groups), card.id
        if condition.cut:
            assert condition.cut in card.cuts, card.id


def test_every_class_of_a_drug_group_is_a_class_of_the_interaction_table():
    for group in some(FACTS.drug_groups.values()):
        assert set(group.classes) <= set(FACTS.interaction_classes), group.id


def test_every_group_of_strategies_has_cards_and_none_is_about_getting_or_dosing():
    """Piercey 2024 names six groups; acquisition and dosing are left out on purpose (recovery reference, section 3)."""
    groups = set(get_args(Group))
    assert {card.group for card in FACTS.strategies.values()} == groups
    assert not {"acquisition", "dosing"} & groups


def test_every_card_names_a_basis_with_something_behind_it_or_says_that_it_is_reasoned():
    for card in some(FACTS.strategies.values()):
        assert card.basis == "reasoned" or card.claims or card.sources, card.id


def test_a_mark_in_a_card_is_among_its_claims_conflicts_or_sources():
    from keel.knowledge.texts import cited

    for card in some(FACTS.strategies.values()):
        listed = {*card.claims, *card.conflicts, *card.sources}
        for words in some(card.words.values()):
            for sentence in some(words.sentences):
                assert set(cited(sentence)) <= listed, card.id

"""What no text may claim: the ten rules, sentences that they refuse and let pass."""

import pytest

from keel.knowledge import load
from support.wording import must_not_claim

RULES = load().wording["must-not-claim"].rules


def test_there_are_ten_rules():
    """Section 10.7 of the harms reference lists ten."""
    assert len(RULES) == 10


@pytest.mark.parametrize(("rule", "text"), [(rule.id, text) for rule in RULES for text in rule.refused])
def test_a_forbidden_claim_is_refused(rule, text):
    assert rule in must_not_claim(text)


@pytest.mark.parametrize("text", [text for rule in RULES for text in rule.allowed])
def test_a_careful_sentence_passes(text):
    assert must_not_claim(text) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Relax: ketamine alone can't kill you.", "deaths-per-use"),
        ("Line one.\nUnder a gram is harmless.", "safe-amount"),
        ("SAFE DOSE", "safe-amount"),
        ("Your odds of bladder symptoms are 3.45.", "personal-probability"),
        ("Once you quit, symptoms will disappear.", "recovery-certain"),
    ],
)
def test_other_words_for_the_same_claim_are_refused_too(text, rule):
    assert rule in must_not_claim(text)


@pytest.mark.parametrize(
    "text",
    [
        "In an emergency call 999.",
        "Odds of symptoms rose by 1.6% with each extra day of use in 180.",
        "Talk to the prescriber; do not stop suddenly.",
        "Go to a safe place and wait.",
        "Some people keep symptoms after stopping.",
        "Nothing on file. That does not mean that it is safe.",
        "",
    ],
)
def test_plain_information_passes(text):
    assert must_not_claim(text) == []


def test_a_denial_covers_its_own_clause_only():
    assert must_not_claim("That is not true, one gram is a safe amount.") == ["safe-amount"]
    assert must_not_claim("One gram is not a safe amount, whatever friends say.") == []

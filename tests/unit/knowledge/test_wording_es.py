"""The ten claims in Spanish: what is refused, what passes, and that no English sentence is caught by mistake."""

import pytest

from keel.knowledge import load
from keel.knowledge.texts.wording import offences
from support.wording import must_not_claim

RULES = load().wording["must-not-claim-es"]


def test_the_spanish_rules_are_the_same_ten():
    assert {rule.id for rule in RULES.rules} == {rule.id for rule in load().wording["must-not-claim"].rules}


@pytest.mark.parametrize(("rule", "text"), [(rule.id, text) for rule in RULES.rules for text in rule.refused])
def test_a_forbidden_claim_is_refused(rule, text):
    assert rule in must_not_claim(text)


@pytest.mark.parametrize("text", [text for rule in RULES.rules for text in rule.allowed])
def test_a_careful_sentence_passes(text):
    assert must_not_claim(text) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Tranquilo: medio gramo es una cantidad segura.", "safe-amount"),
        ("La ketamina sola no puede matar a nadie.", "deaths-per-use"),
        ("Si dejas de consumir, los síntomas desaparecerán.", "recovery-certain"),
        ("Tienes un 30 % de probabilidad.", "personal-probability"),
        ("Eres adicta.", "diagnosis"),
    ],
)
def test_other_words_for_the_same_claim_are_refused_too(text, rule):
    assert rule in must_not_claim(text)


def test_no_english_text_of_keel_is_caught_by_a_spanish_rule():
    told = [sentence for text in load().texts["en"].values() for sentence in text.sentences]
    assert [sentence for sentence in told if offences(sentence, RULES)] == []

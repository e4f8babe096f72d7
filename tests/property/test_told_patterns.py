"""HZ-CHK-01: what the reader makes of generated texts is what a slow sum of their meaning says, figure by figure.

The texts are made of the words of each language’s own file (`support/told_patterns.py`); `make soak` tries many more.
"""

import datetime as dt
import random
import time

import pytest

from keel.exposure import PatternError, parse_pattern, summarise
from keel.exposure.grammar import lexicon_of
from keel.knowledge import load
from keel.record import Record
from support.loops import some
from support.samples import examples
from support.told_patterns import Speaker, differences

AT = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)
LANGUAGES = sorted(load().phrases)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_of_a_generated_text_equals_its_slow_sum(language):
    speaker, refused, many = Speaker(language, seed=20261201), 0, examples(1000)
    assert speaker.words_are_of_the_language()
    for _ in range(many):
        told = speaker.told()
        wrong = differences(told, language, AT)
        refused += wrong is None
        assert not wrong, told.text
    assert refused <= many * 0.02


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_heap_of_words_makes_the_reader_fall_over(language):
    """Any words of the language in any order: an answer, or the reader’s own error with words in it."""
    pick = random.Random(7)  # noqa: S311 - texts, no secrets
    words = lexicon_of(language, load()).known_words()
    signs = ["0", "1", "2.5", ".25", "1/2", "1/0", "2019", "2024-03", "03/2024", "99999999999", "-", "/", ",", "(", "x"]
    for _ in some(range(examples(500))):
        text = " ".join(pick.choice(signs if pick.random() < 0.4 else words) for _ in range(pick.randint(1, 14)))[:500]
        try:
            patterns = parse_pattern(text, at=AT, knowledge=load(), language=language)
        except PatternError as error:
            assert str(error)
        else:
            assert summarise(Record(patterns=patterns), at=AT, knowledge=load()) is not None


@pytest.mark.parametrize(
    "piece",
    [
        "1 ",
        "1-",
        "a ",
        "every ",
        "for ",
        "over ",
        "between 1 and ",
        "1 g weekly and ",
        "2 x 100 mg ",
        "then ",
        "of ",
        "1 mg am and ",
    ],
)
def test_the_longest_text_of_one_word_takes_no_longer_than_any(piece):
    """50 ms of processor time is the budget of an input of the allowed size; a busy machine has four times that."""
    text = (piece * 500)[:500]
    started = time.process_time()
    try:
        parse_pattern(text, at=AT, knowledge=load())
    except PatternError as error:
        assert str(error)
    assert time.process_time() - started < 0.2

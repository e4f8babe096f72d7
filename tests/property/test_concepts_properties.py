"""Reading for concepts, whatever is typed: case, accents, order and repetition say nothing, a denial sets nothing."""

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from keel.knowledge import load
from keel.record.concepts import concept_facts, read_concepts

FACTS = load()
WORDS = st.sampled_from([row.word for row in FACTS.concept_words.values() if not row.only and " + " not in row.word])
ENTRIES = st.lists(WORDS, min_size=1, max_size=4, unique=True)
DENIALS = st.sampled_from(["denies {}", "{}: no", "niega {}", "without {}"])


def named(text):
    return {(one.concept, one.state) for one in read_concepts(text, None, FACTS).mentions}


def facts_of(text):
    return concept_facts((FACTS.concepts[one.concept], one.state) for one in read_concepts(text, None, FACTS).mentions)


@given(WORDS, st.sampled_from([str.upper, str.title, str.swapcase]))
def test_case_says_nothing(word, change):
    """HZ-GATE-03."""
    assert named(change(word)) == named(word)


@given(WORDS)
def test_composed_and_decomposed_accents_are_one(word):
    """HZ-GATE-03."""
    assert named(unicodedata.normalize("NFD", word)) == named(unicodedata.normalize("NFC", word))


@given(ENTRIES, st.randoms(use_true_random=False))
def test_the_order_of_sentences_and_saying_one_twice_change_nothing(entries, random):
    """HZ-GATE-03."""
    other = [*entries, entries[0]]
    random.shuffle(other)
    assert named(". ".join(other)) == named(". ".join(entries))


@given(WORDS, DENIALS)
def test_a_denial_sets_no_fact(word, denial):
    """HZ-GATE-03."""
    assert not facts_of(denial.format(word)).yes


@given(st.text(max_size=200))
@settings(max_examples=200)
def test_any_text_is_read_and_each_mention_lies_within_it(text):
    """HZ-GATE-03."""
    whole = unicodedata.normalize("NFC", text)
    read = read_concepts(text, None, FACTS)
    assert all(0 <= one.start < one.end <= len(whole) for one in read.mentions)


@given(WORDS, st.text(alphabet="xqz", min_size=4, max_size=9))
def test_words_that_nobody_knows_lower_nothing(word, unknown):
    """HZ-GATE-03: beside a sign they may be asked about; they never deny."""
    assert not facts_of(f"{unknown} {word}").no or facts_of(word).no

"""What holds for every list: more medicines never look better, order does not matter, no text comforts."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from symspellpy import SymSpell, Verbosity

from keel.assessment.interactions import InteractionsReport, Status, check_medicines
from keel.assessment.interactions.names import names_of, own_names
from keel.assessment.interactions.parts import SAYS_HOW, kind_of
from keel.assessment.interactions.spelling import Spelling, allowed_edits
from keel.assessment.interactions.typed_list import entries, words
from keel.knowledge import load
from keel.knowledge.interactions import Danger
from support.loops import some
from support.samples import examples
from support.wording import must_not_claim

NAMES = sorted(own_names(load()))
MEDICINE = st.one_of(
    st.sampled_from(NAMES),
    st.sampled_from(["amoxicillin", "xyzzyx", "unisom", "benzos", "painkillers", "white", "sertralne", "50 mg"]),
)
FORM = st.sampled_from([None, "racemic", "esketamine"])
ROUTE = st.sampled_from([None, *sorted(load().routes)])


def rank(danger: Danger | None) -> int:
    return len(Danger) if danger is None else danger.rank


@given(st.lists(MEDICINE, max_size=6), MEDICINE, FORM, ROUTE)
def test_another_medicine_never_lowers_the_worst(listed, another, form, route):
    before = check_medicines(listed, substance=form, route=route, knowledge=load()).worst
    after = check_medicines([*listed, another], substance=form, route=route, knowledge=load()).worst
    assert rank(after) <= rank(before)


@given(st.lists(MEDICINE, max_size=6), FORM, ROUTE, st.randoms(use_true_random=False))
def test_the_order_of_a_list_changes_the_order_of_items_and_nothing_else(listed, form, route, order):
    shuffled = list(listed)
    order.shuffle(shuffled)
    one = check_medicines(listed, substance=form, route=route, knowledge=load())
    other = check_medicines(shuffled, substance=form, route=route, knowledge=load())
    assert Counter(one.items) == Counter(other.items)
    assert (one.worst, one.stacking) == (other.worst, other.stacking)


@given(st.lists(MEDICINE, max_size=5))
def test_not_saying_the_route_or_the_form_never_looks_better(listed):
    unsaid = check_medicines(listed, knowledge=load()).worst
    for form in ("racemic", "esketamine"):
        for route in ("iv", "nasal", "oral"):
            said = check_medicines(listed, substance=form, route=route, knowledge=load()).worst
            assert rank(unsaid) <= rank(said)


@settings(max_examples=examples(300))
@given(st.text(max_size=80))
def test_any_text_is_answered_and_nothing_typed_is_lost(text):
    report = check_medicines([text], knowledge=load())
    typed = [word.plain for entry in entries(text) for word in words(entry)]
    assert bool(report.items) == bool(entries(text))
    for item in report.items:
        assert item.input in text
        if item.status is Status.NOT_RECOGNISED:
            assert item.severity is None
            assert not item.findings
            assert item.input in report.summary
    assert set(report.ignored) <= set(typed)


def sentences_of(report: InteractionsReport) -> list[str]:
    findings = [text for one in report.findings for text in (one.summary, one.next_step)]
    return [report.summary, *(item.message for item in report.items), *findings]


@given(st.lists(MEDICINE, min_size=1, max_size=5), FORM, ROUTE)
def test_no_text_of_an_answer_calls_anything_safe(listed, form, route):
    for text in some(sentences_of(check_medicines(listed, substance=form, route=route, knowledge=load()))):
        for word in ("safe", "safely", "harmless", "no risk", "nothing to worry"):
            assert word not in text.lower().replace("safety", "")
        assert not must_not_claim(text, load().wording["must-not-claim"])


@given(st.lists(MEDICINE, min_size=1, max_size=5), FORM, ROUTE)
def test_nobody_is_told_to_stop_a_prescribed_medicine(listed, form, route):
    """The only sentences with "stop" say not to, or name the abrupt end as the danger."""
    for text in some(sentences_of(check_medicines(listed, substance=form, route=route, knowledge=load()))):
        for sentence in some(text.split(".")):
            if "stop" in sentence.lower():
                assert "do not stop" in sentence


@pytest.mark.slow
def test_misspellings_find_the_same_names_as_symspell():
    """symspellpy 6.10 is the independent twin: the same names, for 600 words with one to three edits."""
    names = sorted({*NAMES, *load().medicine_names})[::3]
    twin, own = SymSpell(2, 7), Spelling(names)
    for name in names:
        twin.create_dictionary_entry(name, 1)
    chance = random.Random(20261121)  # noqa: S311 - the same words in every run
    for _ in range(600):
        word = misspelt(chance.choice(names), chance)
        most = allowed_edits(word)
        expected = sorted((hit.distance, hit.term) for hit in twin.lookup(word, Verbosity.ALL, most)) if most else []
        assert [tuple(near) for near in own.near(word)] == expected, word


def misspelt(name: str, chance: random.Random) -> str:
    letters = list(name)
    for _ in range(chance.randint(1, 3)):
        place, letter = chance.randrange(len(letters)), chance.choice("abcdefghijklmnopqrstuvwxyz")
        kind = chance.randrange(4)
        if kind == 0:
            letters.insert(place, letter)
        elif kind == 1 and len(letters) > 1:
            del letters[place]
        elif kind == 2:
            letters[place] = letter
        elif place:
            letters[place - 1], letters[place] = letters[place], letters[place - 1]
    return "".join(letters)


PIECES = st.sampled_from(
    [
        *("sertraline", "booze", "coke", "speed", "G", "h", "white", "50 mg", "tablets", "and", "or", "with", "no"),
        *(
            "stopped",
            "allergic to",
            "now",
            "but",
            "qhs",
            "take",
            "po",
            "xyzzy",
            "alprazolm",
            "Tylenol",
            "Forte",
            "plus",
        ),
        *("beers", "of", "the", "daily", "2", "x", "glass of water", "benzos", "last year", "Disp: 30", "Mersyndol"),
        *(",", "/", "\n"),
    ]
)


@settings(max_examples=examples(300))
@given(st.lists(PIECES, min_size=1, max_size=12))
def test_every_word_is_used_or_said_to_be_not_used(pieces):
    """HZ-INT-02: a word is in an item, ordinary, unread, a word of the dose, or one that says what is taken."""
    text = " ".join(pieces)
    report = check_medicines([text], knowledge=load())
    shown = {word.plain for each in (*[item.input for item in report.items], *report.unread) for word in words(each)}
    read = {name for item in report.items for name in item.substances}
    names = names_of(load())
    about = {word for phrase in load().context_words for word in phrase.split()}
    assert report.looked_at
    for entry in entries(text):
        for word in words(entry):
            is_dose = kind_of(word, names) in SAYS_HOW
            meaning = names.find(word.plain)  # a second name of what is read stands for it
            is_read = meaning is not None and read.issuperset(meaning.substances)
            is_used = word.plain in shown or is_read or is_dose or word.plain in about
            assert is_used or word.plain in report.ignored, word

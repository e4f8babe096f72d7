"""What answers may look like, and the one clear line for those that cannot be read."""

import json

import pytest

from keel.assessment.instruments import (
    AnswerOutOfRange,
    AnswersRefused,
    NothingToScore,
    UnknownItem,
    WordingNotHeld,
    catalogue,
    find_instrument,
    score_instrument,
)
from keel.knowledge import UnknownId, load
from support.command import keel_here

ZEROS = [0] * 9


def score(instrument, answers, **given):
    return score_instrument(instrument, answers, knowledge=load(), given=given)


@pytest.mark.parametrize("wanted", ["phq-9", "PHQ-9", "phq9", "Phq 9"])
def test_an_instrument_answers_to_its_name_however_written(wanted):
    assert find_instrument(wanted, load()).id == "phq-9"


def test_an_unknown_instrument_names_near_ones():
    with pytest.raises(UnknownId, match="Near: phq-9"):
        score("phq-8", ZEROS)


@pytest.mark.parametrize("key", ["9", "q9", "Q9", "item 9", "item_9", "question 9", "44260-8", "/44260-8"])
def test_an_item_answers_to_its_number_and_its_loinc_code(key):
    assert score("phq-9", {key: 1}).findings[0].rule == "phq-9/item-9"


def test_the_total_answers_to_its_loinc_code():
    assert score("phq-9", {"44261-6": 12}).total == 12


@pytest.mark.parametrize(
    ("instrument", "answers", "error", "words"),
    [
        ("phq-9", {"10": 1}, UnknownItem, "no item called “10”"),
        ("phq-9", {"1": 4}, AnswerOutOfRange, "item 1: 4 is not a valid answer. Choose 0 \\(Not at all\\)"),
        ("phq-9", {"1": -1}, AnswerOutOfRange, "-1 is not a valid answer"),
        ("phq-9", {"1": 1.5}, AnswerOutOfRange, "1.5 is not a valid answer"),
        ("phq-9", {"1": "often"}, AnswerOutOfRange, "“often” is not a valid answer"),
        ("phq-9", {"1": float("nan")}, AnswerOutOfRange, "is not a valid answer"),
        ("phq-9", {"1": float("inf")}, AnswerOutOfRange, "is not a valid answer"),
        ("phq-9", {"total": 28}, AnswerOutOfRange, "takes 0 to 27"),
        ("phq-9", {"total": "many"}, AnswerOutOfRange, "“many” is not a valid score"),
        ("phq-9", {"1": 1, "q1": 1}, UnknownItem, "the same item"),
        ("phq-9", [0, 0], UnknownItem, "9 or 10 items in order, and the list holds 2"),
        ("phq-9", [0] * 11, UnknownItem, "the list holds 11"),
        ("icsi", {"pain": 5.5}, AnswerOutOfRange, "takes 0 to 5"),
        ("madrs", {"1": "apparent sadness"}, WordingNotHeld, "Keel holds no wording"),
        ("kset", [1], NothingToScore, "named in Keel and not entered"),
        ("ham-d17", {"1": 2}, UnknownItem, "no item called “1”"),
        ("puf", {"symptom": 24}, AnswerOutOfRange, "takes 0 to 23"),
        ("bladder-check", {"9-weeks": -1}, AnswerOutOfRange, "takes 0 or more"),
    ],
)
def test_answers_that_cannot_be_read_are_refused_with_the_mend(instrument, answers, error, words):
    with pytest.raises(error, match=words):
        score(instrument, answers)


@pytest.mark.parametrize(
    ("instrument", "answers"),
    [
        ("phq-9", {**{str(item): 1 for item in range(1, 10)}, "total": 10}),
        ("phq-9", {"1": 3, "2": 3, "total": 5}),
        ("puf", {"symptom": 14, "bother": 7, "total": 20}),
    ],
)
def test_a_total_that_contradicts_its_items_is_refused(instrument, answers):
    with pytest.raises(AnswersRefused, match="does not agree with the items"):
        score(instrument, answers)


def test_a_total_that_agrees_with_all_items_is_taken_from_the_items():
    scored = score("phq-9", {**{str(item): 1 for item in range(1, 10)}, "total": 9})
    assert (scored.total, scored.how) == (9, "items")


def test_an_entered_total_beside_some_items_is_kept_as_entered():
    scored = score("phq-9", {"1": 3, "9": 0, "total": 9})
    assert (scored.total, scored.how, scored.missing) == (9, "entered", ())


def test_not_asked_declined_and_unanswered_stay_apart():
    scored = score("phq-9", {"1": "declined", "2": "not_asked", "3": None, "4": "not asked"})
    kept = {item: scored.unanswered[item] for item in "12345"}
    assert kept == {"1": "declined", "2": "not_asked", "3": "unanswered", "4": "not_asked", "5": "unanswered"}


def test_a_branch_that_was_not_reached_is_not_asked_and_not_missing():
    scored = score("asq", {"1": 0, "2": 0, "3": 0, "4": 0})
    assert (scored.unanswered, scored.missing) == ({"5": "not_asked"}, ())


def test_what_the_total_could_still_be_is_shown():
    scored = score("phq-9", {"1": 3, "2": 3, "9": 0})
    assert (scored.total, scored.bounds.least, scored.bounds.most) == (None, 6, 6 + 6 * 3)


def test_a_cut_off_is_settled_as_soon_as_no_answer_can_change_it():
    """Seven items at 2 make 14: at least 10 whatever the two others are; one at 3 leaves it open."""
    assert score("phq-9", {str(item): 2 for item in range(1, 8)}).cutoffs[0].reached is True
    assert score("phq-9", {"1": 3}).cutoffs[0].reached is None


def test_scoring_says_how_sure_its_rules_are():
    """The bands of the PHQ-9 were seen in the source, its rule for missing answers was not."""
    assert score("phq-9", ZEROS).certainty == "seen"
    assert score("phq-9", [None, *ZEROS[1:]]).certainty == "memory"
    assert score("madrs", {"total": 20}).certainty == "memory"


def test_an_unvalidated_instrument_says_so_and_has_no_number():
    for name in ("bladder-check", "crisis-plan", "cognition-tasks", "warning-signs"):
        scored = score(name, {})
        assert (scored.validated, scored.total, scored.band) == (False, None, None)
        assert scored.certainty == "default"
        assert "ot validated" in scored.notice or "not been tested" in scored.notice


def test_the_notice_of_free_wording_travels_with_the_score():
    assert "Pfizer Inc. No permission required" in score("phq-9", ZEROS).notice


def test_the_catalogue_lists_every_instrument_with_its_licence():
    entries = {entry.id: entry for entry in catalogue(load())}
    assert set(entries) == set(load().instruments)
    assert (entries["madrs"].licence, entries["madrs"].wording, entries["madrs"].form) == ("PERM", False, "scored")
    assert entries["audit-c"].given == {"sex": ["female", "male"]}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["phq-99", "--answers", "1"], "No instrument is called “phq-99”. Near: phq-9."),
        (["phq-9", "--answers", '{"1": 0,}'], "--answers line 1 column"),
        (["phq-9", "--answers", "missing.json"], "There is no file missing.json."),
        (["phq-9", "--answers", "deep/missing.json"], "is not a file with answers"),
        (["phq-9", "--answers", '{"1": 0, "1": 3}'], "“1” is answered twice"),
        (["phq-9", "--answers", "1=0,2"], "“2” names no item"),
        (["phq-9", "--answers", "[[0]]"], "an answer is a number, a word or null"),
        (["madrs", "--text"], "Keel holds no wording of the MADRS"),
        (["audit-c", "--answers", "0,,", "--given", "weather=fine"], "It takes sex=female|male"),
    ],
)
def test_bad_input_ends_with_one_line_and_exit_code_two(arguments, words):
    finished = keel_here("score", *arguments)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert words in finished.stderr
    assert len(finished.stderr.splitlines()) == 1


@pytest.mark.slow
def test_answers_may_come_from_a_file_with_a_byte_order_mark(tmp_path):
    path = tmp_path / "answers.json"
    path.write_text(json.dumps({"items": {"9": 1}, "total": 9}), encoding="utf-8-sig")
    finished = keel_here("score", "phq-9", "--answers", str(path), "--json")
    assert (json.loads(finished.stdout)["total"], finished.returncode) == (9, 0)


@pytest.mark.slow
def test_a_file_that_is_no_text_is_named(tmp_path):
    path = tmp_path / "answers.json"
    path.write_bytes(b"\xff\xfe{\x00")
    finished = keel_here("score", "phq-9", "--answers", str(path))
    assert finished.returncode == 2
    assert "is not UTF-8 text" in finished.stderr


@pytest.mark.slow
def test_list_text_and_description_print():
    listed = keel_here("score", "--list")
    assert "phq-9" in listed.stdout
    assert "written permission needed" in listed.stdout
    assert "Feeling tired or having little energy" in keel_here("score", "phq-9", "--text").stdout
    assert "misses disinhibition" in keel_here("score", "cadss").stdout

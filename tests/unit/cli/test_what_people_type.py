"""Answers, routes and questions as people type them: other ordinary ways of saying the same give the same answer."""

import json

import pytest

from keel.assessment.instruments import AnswerOutOfRange, score_instrument
from keel.knowledge import load
from keel.knowledge.evidence_search import search
from support.command import keel_here

WRITTEN = "1,1,2,0,1,0,2,0,0"
"""PHQ-9 answers that add up to 7."""


def total(text, instrument="phq-9"):
    finished = keel_here("score", instrument, "--answers", text, "--json")
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)["total"]


@pytest.mark.parametrize(
    "text",
    [
        WRITTEN,
        "1;1;2;0;1;0;2;0;0",
        "1 1 2 0 1 0 2 0 0",
        "112010200",
        "1=1; 2=1; 3=2; 4=0; 5=1; 6=0; 7=2; 8=0; 9=0",
        "1|1|2|0|1|0|2|0|0",
        "q1=1 q2=1 q3=2 q4=0 q5=1 q6=0 q7=2 q8=0 q9=0",
        "1:1, 2:1, 3:2, 4:0, 5:1, 6:0, 7:2, 8:0, 9:0",
    ],
)
def test_answers_are_read_by_commas_semicolons_spaces_and_in_one_run(text):
    assert total(text) == 7


def test_a_total_is_not_taken_for_a_run_of_answers():
    assert total("total=12") == 12


@pytest.mark.parametrize("word", ["NA", "99", "-9", "n/a"])
def test_a_code_for_missing_is_refused_with_what_to_write(word):
    with pytest.raises(AnswerOutOfRange) as refused:
        score_instrument("phq-9", [word, 1, 2, 0, 1, 0, 2, 0, 0], knowledge=load())
    assert "declined or not_asked" in str(refused.value)


def test_answers_counted_from_one_are_noticed():
    """PCL-5 items run 0 to 4; PCL-C and some forms number the same five answers 1 to 5."""
    with pytest.raises(AnswerOutOfRange) as refused:
        score_instrument("pcl-5", [5, *[1] * 19], knowledge=load())
    assert "take 1 from each" in str(refused.value)


def test_nothing_in_either_branch_of_the_qids_is_no_inconsistency():
    rules = [finding.rule for finding in score_instrument("qids-sr16", [0] * 16, knowledge=load()).findings]
    assert "qids-sr16/answered-out-of-branch" not in rules
    both = [0] * 5 + [2, 2] + [0] * 9
    assert "qids-sr16/answered-out-of-branch" in [
        finding.rule for finding in score_instrument("qids-sr16", both, knowledge=load()).findings
    ]


@pytest.mark.parametrize(("word", "route"), [("snorted", "insufflated"), ("by vein", "iv"), ("Under the skin", "sc")])
def test_a_route_is_understood_in_the_words_that_a_pattern_takes(word, route):
    typed, named = (
        keel_here("interactions", "theophylline", f"--route={one}", "--json").stdout for one in (word, route)
    )
    assert json.loads(typed) == json.loads(named)


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("does the bladder heal", "conflict-recovery"),
        ("how long until the bladder recovers", "conflict-recovery"),
        ("tablet antidepressant", "conflict-oral-antidepressant"),
        ("what is the half life", "conflict-half-life"),
        ("suicide line", "A21"),
    ],
)
def test_a_question_in_other_words_finds_what_is_on_file(question, wanted):
    assert wanted in [hit.id for hit in search(load(), question, 5)]


def test_what_held_once_comes_after_what_holds():
    """The lifeline's number before 16 July 2022 (claim A43)."""
    found = [hit.id for hit in search(load(), "suicide line", 20)]
    assert found.index("A21") < found.index("A43")

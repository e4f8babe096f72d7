"""`keel interactions` as a person runs it."""

import json

import pytest

from support.command import keel_here

pytestmark = pytest.mark.slow


def test_the_answer_says_severity_in_words_and_names_what_was_not_recognised():
    finished = keel_here(
        "interactions", "Valium, blorptanol, Unisom, amoxicillin, theophylline", "--substance=esketamine"
    )
    assert finished.returncode == 0
    for words in ("CONTRAINDICATED", "MAJOR", "NOT RECOGNISED", "WHICH ONE", "nothing on file"):
        assert words in finished.stdout
    assert "Not recognised and not checked: “blorptanol”" in " ".join(finished.stdout.split())
    assert "\x1b[" not in finished.stdout


def test_conflicts_are_shown_with_both_sides():
    shown = " ".join(keel_here("interactions", "diazepam").stdout.split())
    assert "Sources disagree: Are benzodiazepines forbidden with ketamine?" in shown
    assert "One side:" in shown
    assert "Other side:" in shown


def test_words_without_quotes_are_read_as_one_name():
    answer = json.loads(keel_here("interactions", "night", "nurse", "sertraline", "50", "mg", "--json").stdout)
    assert [item["input"] for item in answer["items"]] == ["night nurse", "sertraline"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("interactions", " "), "No medicine was typed"),
        (("interactions", "lithium", "--route", "mouth"), "not a route"),
        (("interactions", "lithium", "--substance", "petrol"), "not a form of ketamine"),
        (("interactions", "word " * 2001), "at most 2,000"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments, says):
    finished = keel_here(*arguments)
    assert finished.returncode == 2
    assert finished.stdout == ""
    assert says in finished.stderr
    assert len(finished.stderr.strip().splitlines()) == 1


def test_help_gives_an_example():
    finished = keel_here("interactions", "--help")
    assert finished.returncode == 0
    assert "Example" in finished.stdout

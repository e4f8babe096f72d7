"""The command line as its user meets it: one clear line for what is wrong, one JSON document for programs."""

import json

import pytest

from support.command import keel_here

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("exposure", "400 weekly"), "no unit"),
        (("exposure", ""), "is empty"),
        (("exposure",), "Missing argument"),
        (("assess", "there-is-no-such-file.json"), "no such file"),
        (("exposure", "35 mg weekly", "--at", "yesterday"), "is not a time"),
        (("score", "phq-99", "--answers", "1"), "Near: phq-9"),
        (("simulate", "--model", "m-xx", "--dose", "35 mg", "--route", "iv"), "No model is called"),
        (("interactions", "--route", "moon", "aspirin"), "is not a route"),
        (("knowledge", "show", "no-such-fact"), "no-such-fact"),
        (("setup",), "Say what to do"),
        (("setup", "--clinic", "quay"), "Give all three"),
        (("nonsense",), "No such command"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_two(arguments, says):
    finished = keel_here(*arguments)
    assert finished.returncode in (1, 2) if arguments[0] == "knowledge" else finished.returncode == 2
    assert finished.stdout == ""
    assert says in finished.stderr
    assert finished.stderr.count("\n") == 1
    assert "Traceback" not in finished.stderr


def test_json_is_the_only_thing_on_standard_output(tmp_path):
    record = {"person": {"id": "dana"}, "patterns": ["400 mg weekly"], "medicines": ["flibbertol"]}
    (tmp_path / "dana.json").write_text(json.dumps(record), encoding="utf-8")
    finished = keel_here("assess", "dana.json", "--json", folder=tmp_path)
    assert finished.returncode == 0
    assert json.loads(finished.stdout)["person"]["id"] == "dana"


def test_a_file_of_several_people_gives_a_list(tmp_path):
    people = {"people": [{"person": {"id": "dana"}}, {"person": {"id": "erin"}}]}
    (tmp_path / "people.json").write_text(json.dumps(people), encoding="utf-8")
    document = json.loads(keel_here("assess", "people.json", "--json", folder=tmp_path).stdout)
    assert [one["person"]["id"] for one in document["people"]] == ["dana", "erin"]


def test_the_terminal_view_says_what_matters_without_colour():
    finished = keel_here("exposure", "1 g twice a week for 3 years, snorted")
    assert "TAKE CARE" in finished.stdout
    assert "114 times" in finished.stdout  # evidence register B12: 1 g on two nights a week = 114x
    assert "\x1b[" not in finished.stdout


def test_a_score_comes_in_the_language_that_was_asked_for():
    """Title, questions and JSON are Spanish; an error offers the answers of the Spanish questionnaire."""
    answers = ("--answers", "1,2,0,1,0,2,1,0,1", "--language", "es")
    title = "Cuestionario sobre la salud del paciente, nueve preguntas (PHQ-9)"
    assert title in keel_here("score", "phq-9", *answers).stdout
    document = json.loads(keel_here("score", "phq-9", *answers, "--json").stdout)
    assert (document["title"], document["band"]) == (title, "leve")
    assert "Poco interés o placer en hacer cosas" in keel_here("score", "phq-9", "--text", "--language", "es").stdout
    assert "Ningún día" in keel_here("score", "phq-9", "--answers", "1=7", "--language", "es").stderr

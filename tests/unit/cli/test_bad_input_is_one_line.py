"""Bad input ends with one line that says how to fix it, and with exit code 2; never with a traceback."""

import json

import pytest

from support.command import keel_here
from support.sessions import base_session

RECORDS = {
    "an age in words": ({"person": {"age": "thirty"}}, "34 years"),
    "an age below zero": ({"person": {"age": -3}}, "“-3 years” is less than zero"),
    "a weight without its unit": ({"person": {"weight": "70"}}, "“70 kg”"),
    "a height in words": ({"person": {"height": "tall"}}, "“178 cm”"),
    "a laboratory value below zero": (
        {"measurements": [{"what": "ALT", "value": "-4 U/L", "at": "2026-11-01"}]},
        "less than zero",
    ),
    "a status that would drop a medicine from the check": (
        {"medicines": [{"text": "lorazepam", "status": "current"}]},
        "Write one of active",
    ),
}


def check(answer, words):
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert len(answer.stderr.splitlines()) == 1
    assert words in answer.stderr


@pytest.mark.parametrize(("record", "words"), RECORDS.values(), ids=list(RECORDS))
def test_a_mistake_in_a_record_is_one_line(tmp_path, record, words):
    file = tmp_path / "record.json"
    file.write_text(json.dumps(record), encoding="utf-8")
    check(keel_here("assess", str(file), "--at", "2026-11-21"), words)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--facts", '{"age_years": "thirty"}'], "Write a number in years."),
        (["--facts", '{"sbp": NaN}'], "Write a number in mmHg."),
        (["--facts", '{"sbp": 1e400}'], "Write a number in mmHg."),
        (["--phase", "pre_dose", "--facts", '{"vitals_age_min": NaN}'], "Write a number in min."),
        (["--facts", "{}", "--jurisdiction", "Germany"], "US, EU, UK"),
        (["--facts", "{}", "--route", "moon"], "Use one of iv."),
    ],
)
def test_a_mistake_in_a_screening_is_one_line(options, words):
    check(keel_here("screen", "--protocol", "iv-racemic", *options), words)


@pytest.mark.parametrize("text", ["a" * 342, "1 mg " * 80, "/" + "x" * 5000, "1" * 5000])
def test_a_pattern_longer_than_a_file_name_is_one_line(text):
    check(keel_here("exposure", text), "Write")


@pytest.mark.parametrize("year", ["0001", "1926", "2025", "9999"])
@pytest.mark.parametrize("kind", ["dose_started", "vitals_recorded", "started"])
def test_a_session_with_a_wrong_year_is_one_line(tmp_path, kind, year):
    """HZ-AVL-01: the schedule of a year at every five minutes took minutes, and grew with the square."""
    session = base_session("iv")
    event = next(one for one in session["events"] if one["type"] == kind)
    event["at"] = event["at"].replace("2026", year)
    file = tmp_path / "session.json"
    file.write_text(json.dumps(session), encoding="utf-8")
    at = "9998-12-31T23:59Z" if year == "9999" else "2026-11-21T12:00Z"
    answer = keel_here("session", str(file), "--at", at)
    if year == "9999":  # an event that has not happened yet counts for nothing, and is named
        assert answer.returncode in (0, 1)
    else:
        check(answer, "Check the year")


@pytest.mark.parametrize("at", ["9999-12-31T23:59Z", "0001-01-01"])
def test_a_time_at_the_end_of_the_calendar_is_one_line(tmp_path, at):
    file = tmp_path / "session.json"
    file.write_text(json.dumps(base_session("iv")), encoding="utf-8")
    check(keel_here("session", str(file), "--at", at), "is not a time")
    check(keel_here("exposure", "400 mg weekly", "--at", at), "is not a time")


def test_the_code_of_a_country_finds_the_rules_of_its_jurisdiction():
    answers = [
        json.loads(
            keel_here("screen", "--protocol", "iv-racemic", "--facts", "{}", "--jurisdiction", place, "--json").stdout
        )
        for place in ("GB", "UK", "de")
    ]
    assert [answer["jurisdiction"] for answer in answers] == ["UK", "UK", "EU"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"person": {"weight": "0 kg"}}, "session.json, $.person.weight: “0 kg”: weight cannot be 0 kg"),
        ({"person": {"sex": "f"}}, "Write one of female, male"),
        ({"last_dose_at": "yesterday"}, "“yesterday” is not a time"),
        ({"route": "ear"}, "Use one of iv."),
        ({"jurisdiction": "Germany"}, "US, EU, UK"),
        ({"medicines": [{"text": "lorazepam", "status": "current"}]}, "Write one of active"),
    ],
)
def test_a_mistake_in_a_session_is_one_line(tmp_path, change, words):
    file = tmp_path / "session.json"
    file.write_text(json.dumps(base_session("iv") | change), encoding="utf-8")
    check(keel_here("session", str(file), "--at", "2026-11-21T09:14+00:00"), words)


def test_a_total_beyond_its_scale_decides_no_level_of_care(tmp_path):
    file = tmp_path / "record.json"
    sitting = {"instrument": "phq-9", "total": 99, "at": "2026-11-01"}
    file.write_text(json.dumps({"answers": [sitting]}), encoding="utf-8")
    picture = json.loads(keel_here("assess", str(file), "--at", "2026-11-21", "--json").stdout)
    assert picture["care"]["level"] is None


def test_a_weight_that_was_taken_in_the_future_is_not_known(tmp_path):
    session = base_session("iv")
    session["person"]["weighed_on"] = "2030-01-01"
    file = tmp_path / "session.json"
    file.write_text(json.dumps(session), encoding="utf-8")
    state = json.loads(keel_here("session", str(file), "--at", "2026-11-21T09:14+00:00", "--json").stdout)
    assert "A-PRE-15" in [finding["rule"] for finding in state["reasons"]]


def test_the_four_asked_questions_of_the_asq_may_be_given_alone():
    answer = json.loads(keel_here("score", "asq", "--answers", "0,0,0,0", "--json").stdout)
    assert (answer["band"], answer["missing"]) == ("negative", [])
    answer = json.loads(keel_here("score", "asq", "--answers", "0,1,0,0", "--json").stdout)
    assert answer["missing"] == ["5"]


def test_the_command_alone_shows_its_help():
    answer = keel_here()
    assert answer.returncode == 2
    assert "\n  assess " in answer.stderr

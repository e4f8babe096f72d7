"""`keel assess` ends with 1 when a finding blocks or holds or a risk of suicide is moderate or higher, else with 0."""

import json

import pytest

from support.command import keel_here

WELL = {"age": 40, "sex": "male", "weight": "70 kg"}
NO = dict.fromkeys("123456", 0)
AT = "2026-11-21T16:00+00:00"


def ended(tmp_path, *people, say=("--json",)):
    file = tmp_path / "record.json"
    file.write_text(json.dumps(people[0] if len(people) == 1 else {"people": people}), encoding="utf-8")
    return keel_here("assess", str(file), "--at", AT, *say)


def person(items=None, instrument="c-ssrs-screener", name="dana", **more):
    answers = [{"instrument": instrument, "items": items, "at": "2026-11-21T09:00Z"}] if items else []
    return {"person": WELL | {"id": name}, "answers": answers} | more


@pytest.mark.parametrize(
    ("items", "code"),
    [
        (None, 0),
        (NO, 0),
        (NO | {"1": 1}, 1),  # low: its own finding holds (instruments reference, 3.1)
        (NO | {"2": 1, "3": 1}, 1),
        (NO | {"2": 1, "5": 1}, 1),
        (NO | {"5": "perhaps"}, 1),
    ],
)
@pytest.mark.parametrize("say", [("--json",), ()])
def test_a_record_ends_with_what_it_says(tmp_path, items, code, say):
    done = ended(tmp_path, person(items), say=say)
    assert (done.returncode, done.stderr) == (code, "")
    assert done.stdout


def test_of_several_people_one_is_enough(tmp_path):
    assert ended(tmp_path, person(NO), person(name="bo")).returncode == 0
    done = ended(tmp_path, person(NO), person(NO | {"2": 1, "5": 1}, name="bo"))
    assert done.returncode == 1
    assert len(json.loads(done.stdout)["people"]) == 2


def test_one_person_or_all_of_them_come_with_the_totals_of_the_reading(tmp_path):
    one = json.loads(ended(tmp_path, person(NO)).stdout)
    everyone = json.loads(ended(tmp_path, person(NO), say=("--json", "--all")).stdout)
    totals = {"read": 1, "understood": 1, "reported": 0}
    assert (one["totals"], everyone["totals"]) == (totals, totals)
    assert everyone["people"] == [{name: value for name, value in one.items() if name != "totals"}]


def test_a_level_told_without_any_answer_is_enough(tmp_path):
    told = {"code": "93374-7", "text": "Moderate", "at": "2026-11-21T09:00Z"}
    assert ended(tmp_path, person(measurements=[told])).returncode == 1
    assert ended(tmp_path, person(measurements=[told | {"text": "none"}])).returncode == 0


def test_a_medicine_that_holds_is_enough(tmp_path):
    assert ended(tmp_path, person(medicines=["oxycodone"], patterns=["35 mg every 2 weeks, iv"])).returncode == 1


@pytest.mark.parametrize(
    "change",
    [
        {"risk_assessments": [{"level": "slight", "at": AT}]},
        {"risk_assessments": [{"risk": "falls", "level": "low", "at": AT}]},
        {"answers": [{"instrument": "asq", "items": {"1": None}}]},
        {"risk_assesment": []},
    ],
)
def test_bad_input_ends_with_two_and_one_line(tmp_path, change):
    done = ended(tmp_path, person() | change)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1

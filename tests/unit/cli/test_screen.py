"""`keel screen` and `keel triage`: what goes in, what comes out, and how they end."""

import datetime as dt
import json
import re
from pathlib import Path

import pytest

from support.command import keel_here
from support.people import demonstration_files

FIXTURES = Path(__file__).parents[2] / "support" / "fixtures"
DANA = str(FIXTURES / "keel-dana.json")
AT = ("--at", "2026-11-21")


def test_without_a_protocol_all_are_listed():
    for asked in (("screen",), ("screen", "--protocol", "list")):
        done = keel_here(*asked)
        assert done.returncode == 0
        assert "iv-racemic" in done.stdout
        assert "use-disorder" in done.stdout


def test_a_list_as_json_names_the_phases_that_may_be_asked():
    (infusion,) = [one for one in json.loads(keel_here("screen", "--json").stdout) if one["id"] == "iv-racemic"]
    assert infusion["screening"] == ["selection", "contraindication"]
    assert {"pre_dose", "in_session", "discharge"} <= set(infusion["phases"])


@pytest.mark.parametrize("file", ["keel-dana.json", "journal-dana.json"])
def test_a_record_of_any_kind_is_screened(file):
    done = keel_here("screen", str(FIXTURES / file), "--protocol", "iv-racemic", "--json", *AT)
    found = json.loads(done.stdout)
    assert done.returncode == 1  # nobody was asked about a pregnancy, for one thing: what is missing holds
    assert set(found) >= {"protocol", "jurisdiction", "phases", "summary", "findings", "missing", "unread", "work_up"}
    assert [one["severity"] for one in found["findings"]] == sorted(
        (one["severity"] for one in found["findings"]), key=["block", "hold", "warn", "note"].index
    )


def test_a_folder_of_people_gives_people(tmp_path):
    people = {"people": [{"person": {"id": name, "age": 34}} for name in ("dana", "elif")]}
    file = tmp_path / "people.json"
    file.write_text(json.dumps(people), encoding="utf-8")
    for command in (("screen", str(file), "--protocol", "iv-racemic"), ("triage", str(file))):
        assert len(json.loads(keel_here(*command, "--json", *AT).stdout)["people"]) == 2


def test_answers_may_stand_in_a_file(tmp_path):
    file = tmp_path / "facts.json"
    file.write_text('{"facts": {"age": 17}, "questions": {"age": "How old?"}}', encoding="utf-8")
    done = keel_here("screen", "--protocol", "iv-racemic", "--facts", str(file), "--json", *AT)
    assert "A-SEL-01" in {one["rule"] for one in json.loads(done.stdout)["findings"]}


def test_what_is_printed_to_be_filled_in_is_read_back(tmp_path):
    file = tmp_path / "facts.json"
    file.write_text(keel_here("screen", "--protocol", "iv-racemic", "--questions", "--json").stdout, encoding="utf-8")
    done = keel_here("screen", "--protocol", "iv-racemic", "--facts", str(file), "--json", *AT)
    assert (done.returncode, done.stderr) == (1, "")
    assert "pregnant" in json.loads(done.stdout)["missing"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("screen", "--protocol", "iv-racemic"), "Name a record file"),
        (("screen", "--protocol", "nothing", "--facts", "{}"), "No protocol is called “nothing”"),
        (("screen", "--protocol", "iv-racemic", "--facts", "{}", "--phase", "breakfast"), "no rules of the phase"),
        (("screen", "--protocol", "iv-racemic", "--questions", "--phase", "breakfast"), "no rules of the phase"),
        (("screen", "--protocol", "iv-racemic", "--facts", '{"pregnat": true}'), "Near: pregnant"),
        (("screen", "--protocol", "iv-racemic", "--facts", '{"pregnant": "no"}'), "Write true, false, or null"),
        (("screen", "--protocol", "iv-racemic", "--facts", '{"sbp": 1400}'), "is not possible"),
        (("screen", "--protocol", "iv-racemic", "--facts", '{"age": 1, "age": 2}'), "stands there twice"),
        (("screen", "--protocol", "iv-racemic", "--facts", '{"age": [1]}'), "is not a single value"),
        (("screen", "--protocol", "iv-racemic", "--facts", "[1]"), "no names with values"),
        (("screen", "--protocol", "iv-racemic", "--facts", "{age: 1}"), "Fix the JSON"),
        (("screen", "--protocol", "iv-racemic", "--facts", "no.json"), "cannot be read"),
        (("screen", "--protocol", "iv-racemic", "--facts", '{"vitals_age_min": 5}'), "worked out by Keel"),
        (("screen", "no.json", "--protocol", "iv-racemic"), "no such file"),
        (("triage",), "Name a record file"),
        (("triage", "--facts", "{}", "--route", "by post"), "Write one of iv"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_code_2(arguments, says):
    done = keel_here(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_emergency_says_first_whom_to_call():
    """harms reference, section 11: chest pain is emergency care. directory.csv: 911 in the US, 999 in the UK."""
    for place, number in (("US", "911"), ("UK", "999")):
        done = keel_here("triage", "--facts", '{"chest_pain": true}', "--jurisdiction", place, *AT)
        assert done.returncode == 0
        first, *_ = [line for line in done.stdout.splitlines()[1:] if line.strip()]
        assert first.startswith("EMERGENCY")
        assert number in first


def test_an_emergency_for_want_of_answers_says_that_it_is_one():
    silent = keel_here("triage", "--facts", "{}", *AT).stdout
    told = keel_here("triage", "--facts", '{"overdose": true}', *AT).stdout
    assert "EMERGENCY, as long as the questions below have no answer" in silent
    assert "EMERGENCY. " in told


def test_an_emergency_without_a_country_still_says_to_call():
    first = keel_here("triage", "--facts", '{"chest_pain": true}', *AT).stdout.splitlines()[1]
    assert "call your emergency number" in first


def test_the_country_of_the_record_says_whom_to_call():
    found = json.loads(keel_here("triage", DANA, "--json", *AT).stdout)
    assert found["jurisdiction"] == "UK"
    assert found["help"][0]["phone"] == "999"


def test_what_nobody_answered_is_one_paragraph_a_verb_and_not_twenty():
    text = keel_here("triage", "--facts", "{}", *AT).stdout
    assert len(re.findall("Not answered, and so counted as triggered", text)) == 3  # block, warn, note


def test_the_state_of_the_bladder_stands_beside_the_level():
    """protocols reference, section 7, F5: pain is K2."""
    found = json.loads(keel_here("triage", "--facts", '{"bladder_pain": true}', "--json", *AT).stdout)
    assert found["bladder"]["level"] == "K2"


@pytest.mark.parametrize("number", ["H-1004", "H-1006", "H-1010"])
def test_whom_the_picture_holds_every_screening_holds(tmp_path, number):
    """HZ-GATE-08: item 9 answered yesterday; oxycodone, diazepam and alcohol; phenelzine."""
    at = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
    path = tmp_path / "record.json"
    path.write_text(json.dumps(demonstration_files(at)[number]))
    time = ("--at", at.isoformat())
    seen = json.loads(keel_here("assess", str(path), *time, "--json").stdout)
    severe = [one for one in seen["findings"] if one["severity"] in ("block", "hold")]
    found = keel_here("screen", str(path), "--protocol", "iv-racemic", *time, "--json")
    assert severe == json.loads(found.stdout)["findings"][: len(severe)] != []
    assert found.returncode == 1
    shown = keel_here("screen", str(path), "--protocol", "iv-racemic", *time)
    assert "Something blocks or holds." in shown.stdout
    assert severe[0]["summary"][:40] in shown.stdout

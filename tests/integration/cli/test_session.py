"""`keel session` as a person uses it: what it prints, what it answers with, and how it refuses."""

import json

import pytest

from support.command import keel_here
from support.sessions import base_session, changed, clock

pytestmark = pytest.mark.slow


@pytest.fixture
def file_of(tmp_path):
    def write(name, change=None):
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps(changed(base_session(name), change or {})), encoding="utf-8")
        return str(file)

    return write


def test_alarms_come_first_and_the_verdict_names_what_holds(file_of):
    done = keel_here("session", file_of("iv", {"set": {"e12": {"sbp": 181}}}), "--at", clock("09:36"))
    assert done.returncode == 1
    assert "The dose may not go on as it is. Held by: A-IN-01." in done.stdout
    assert done.stdout.index("Alarms") < done.stdout.index("Due") < done.stdout.index("Dose\n")
    assert "given 18.38 mg of 35 mg planned" in done.stdout  # 0.875 mg/min x 21 min
    assert "no alarm system" in done.stdout


def test_a_gate_that_lets_go_on_ends_with_zero(file_of):
    done = keel_here("session", file_of("iv"), "--at", clock("11:58"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "The person may leave." in done.stdout


def test_json_is_one_document_and_nothing_else(file_of):
    done = keel_here("session", file_of("iv"), "--at", clock("09:35"), "--json")
    state = json.loads(done.stdout)
    assert (state["phase"], state["given_mg"], done.stderr) == ("dosing", 17.5, "")
    assert set(state["predicted"]) >= {"ng_per_ml", "low", "high"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "keel: session.json, line 1, column 2: The JSON breaks off here."),
        ('{"protocol": "intravenous"}', "keel: No protocol is called “intravenous”. Use one of"),
        ('{"protocol": "iv", "events": [{"id": "1"}]}', "keel: session.json, $.events[0] (event “1”): "),
    ],
)
def test_what_cannot_be_read_is_one_clear_line_and_exit_two(tmp_path, text, message):
    file = tmp_path / "session.json"
    file.write_text(text, encoding="utf-8")
    done = keel_here("session", str(file), "--at", clock("09:35"))
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(message)
    assert done.stderr.count("\n") == 1


def test_a_file_that_is_not_there_is_exit_two(tmp_path):
    done = keel_here("session", str(tmp_path / "nowhere.json"))
    assert done.returncode == 2
    assert "nowhere.json cannot be read" in done.stderr


@pytest.mark.parametrize("protocol", ["iv-racemic", "esketamine-nasal-us", "oral-sublingual-home"])
def test_an_empty_session_to_fill_in_holds_at_every_question(tmp_path, protocol):
    made = keel_here("session", "--template", protocol)
    tree = json.loads(made.stdout)
    for event in tree["events"]:
        event["by"] = "bob"
    file = tmp_path / "new.json"
    file.write_text(json.dumps(tree), encoding="utf-8")
    state = json.loads(keel_here("session", str(file), "--at", clock("09:30"), "--json").stdout)
    assert state["may_start"] is False
    named = {reason["name"] for one in state["reasons"] for reason in one["why"] if reason["value"] is None}
    asked = {*tree["screening"], *tree["events"][1]["facts"]}
    assert asked & named
    assert not any(one["rule"] == "KEEL-NOT-UNDERSTOOD" for one in state["alarms"])


def test_the_schema_for_editors_is_printed():
    schema = json.loads(keel_here("knowledge", "show", "schema/session").stdout)
    assert set(schema["$defs"]["Session"]["properties"]) >= {"protocol", "person", "screening", "events"}


def test_an_overlay_confirms_and_tightens(tmp_path, file_of):
    folder = tmp_path / "clinic" / "protocols"
    folder.mkdir(parents=True)
    (folder / "iv-racemic.toml").write_text(
        'id = "iv-racemic"\n[cuts.start_sbp_guide]\nvalue = 120\n', encoding="utf-8"
    )
    done = keel_here("session", file_of("iv"), "--at", clock("09:14"), "--overlay", str(folder.parent), "--json")
    state = json.loads(done.stdout)
    assert "A-PRE-02" in {one["rule"] for one in state["reasons"]}
    assert done.returncode == 1


def test_an_overlay_that_loosens_is_refused_in_one_line(tmp_path, file_of):
    folder = tmp_path / "clinic" / "protocols"
    folder.mkdir(parents=True)
    (folder / "iv-racemic.toml").write_text(
        'id = "iv-racemic"\n[cuts.start_sbp_guide]\nvalue = 170\n', encoding="utf-8"
    )
    done = keel_here("session", file_of("iv"), "--at", clock("09:14"), "--overlay", str(folder.parent))
    assert done.returncode == 2
    assert "would loosen it" in done.stderr

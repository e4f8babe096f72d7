"""A session at every gate, by the call and by the command line. Expected values name their row of the reference."""

import datetime as dt
import json
import tomllib
from pathlib import Path

import msgspec
import pytest

from keel.assessment.session.fold import fold_session
from keel.knowledge import load
from keel.messages import encode_json
from support.command import keel, keel_here
from support.samples import one_of_each
from support.sessions import base_session, changed, clock, read_session

CASES = tomllib.loads((Path(__file__).parent / "protocols" / "sessions.toml").read_text(encoding="utf-8"))["case"]
AT_THE_TERMINAL = one_of_each(CASES, lambda case: (case["from"], case.get("phase"), case.get("may_start")))
IN_A_PROCESS = CASES[::100]


def tree_of(case):
    return changed(base_session(case["from"]), case)


def state_of(case):
    """The state as plain JSON values, as the command prints it."""
    at = dt.datetime.fromisoformat(clock(case["at"]))
    state = fold_session(read_session(tree_of(case)), at=at, knowledge=load())
    return msgspec.json.decode(encode_json(state))


def compare(case, state):
    spoken = {one["rule"]: one["severity"] for one in (*state["reasons"], *state["alarms"])}
    for key in ("phase", "may_start", "may_continue", "may_discharge"):
        if key in case:
            assert state[key] == case[key], (key, spoken)
    for wanted in case.get("rules", ()):
        rule, _, verb = wanted.partition("=")
        assert spoken.get(rule) == verb, spoken
    assert not set(case.get("absent", ())) & set(spoken), spoken
    if "given_mg" in case:
        assert state["given_mg"] == pytest.approx(case["given_mg"], abs=1e-9)
    if "since" in case:
        assert state["minutes_since_last_dose"] == pytest.approx(case["since"])
    if "from_first" in case:
        assert state["observation"]["minutes_from_first"] == pytest.approx(case["from_first"])
    if case.get("predicted") == "null":
        assert state["predicted"]["ng_per_ml"] is None
        assert state["predicted"]["unknown"]
    compare_lists(case, state)


def compare_lists(case, state):
    late = {one["rule"] for one in state["due"] if one["overdue"]}
    assert set(case.get("overdue", ())) <= late, state["due"]
    assert not set(case.get("not_overdue", ())) & late, state["due"]
    times = {f"{one['rule']} {one['due_at'][11:16]}" for one in state["due"]}
    assert set(case.get("due", ())) <= times, times
    assert not set(case.get("absent_due", ())) & {one["rule"] for one in state["due"]}, state["due"]
    assert set(case.get("passed", ())) <= {one["rule"] for one in state["passed"]}
    assert set(case.get("corrections", ())) <= {one["corrects"] for one in state["corrections"]}
    assert set(case.get("not_yet", ())) <= set(state["not_yet"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_session_stands_as_the_reference_says(case):
    state = state_of(case)
    compare(case, state)
    assert set(state) >= {"phase", "may_start", "may_discharge", "reasons", "due", "alarms", "given_mg", "predicted"}
    assert set(state["predicted"]) >= {"ng_per_ml", "low", "high"}
    assert all(set(one) >= {"what", "due_at", "overdue"} for one in state["due"])


@pytest.mark.parametrize("case", AT_THE_TERMINAL, ids=lambda case: case["name"])
def test_the_command_line_says_the_same(case, tmp_path):
    check_at_the_terminal(case, tmp_path, keel_here)


@pytest.mark.slow
@pytest.mark.parametrize("case", IN_A_PROCESS, ids=lambda case: case["name"])
def test_the_command_says_the_same_in_a_process_of_its_own(case, tmp_path):
    check_at_the_terminal(case, tmp_path, keel)


def check_at_the_terminal(case, tmp_path, run):
    file = tmp_path / "session.json"
    file.write_text(json.dumps(tree_of(case)), encoding="utf-8")
    done = run("session", str(file), "--at", clock(case["at"]), "--json")
    state = json.loads(done.stdout)
    compare(case, state)
    assert state == state_of(case)
    gates = {"planned": "may_start", "preparing": "may_start", "dosing": "may_continue", "paused": "may_continue"}
    assert done.returncode == (0 if state[gates.get(state["phase"], "may_discharge")] else 1)
    assert done.stderr == ""

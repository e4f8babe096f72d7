"""`keel session add`: one more event into a session file, whole or not at all."""

import json
import multiprocessing
import os
from typing import get_args

import pytest

from keel.assessment.session.events import Corrected, Plain
from keel.interop import read_session
from keel.knowledge import load
from support.command import keel_here
from support.sessions import base_session, clock

NOON = "2026-11-21T12:05:00+00:00"
EVERY_TYPE = {
    "started": ["--dose", "35 mg", "--over", "40 min", "--weight-basis", "ideal"],
    "checked": ["--escort-confirmed", "yes"],
    "held": ["--reason", "wait"],
    "overridden": [
        "--rule",
        "A-PRE-02",
        "--name",
        "Dr Alice",
        "--role",
        "prescriber",
        "--reason",
        "calm",
        "--in-person",
    ],
    "dose_started": ["--amount", "35 mg", "--over", "40 min"],
    "rate_changed": ["--rate", "50 mg/h"],
    "dose_paused": ["--reason", "nausea"],
    "dose_resumed": [],
    "dose_stopped": ["--given", "35 mg"],
    "device_given": ["--observed"],
    "vitals_recorded": ["--bp", "142/88", "--hr", "76", "--spo2", "97 %", "--symptoms", "none"],
    "sedation_scored": ["--moaas", "5"],
    "dissociation_scored": ["--cadss6", "0"],
    "adverse_event": ["--what", "vomiting", "--resolved", "no"],
    "note": ["--text", "asleep"],
    "criteria_checked": ["--oriented", "yes", "--aldrete", "10"],
    "risk_assessed": ["--level", "low", "--name", "Dr Alice", "--role", "prescriber", "--reason", "seen, plan made"],
    "discharged": ["--name", "Dr Alice"],
    "left_against_advice": ["--told", "no driving", "--contact-tried", "sister"],
    "transferred": ["--to", "the hospital", "--reason", "chest pain"],
    "handed_over": ["--to", "carol", "--severity", "stable", "--synthesis", "watch until noon"],
    "dose_checked": ["--amount", "35 mg", "--strength", "1 mg/mL"],
    "emergency_step": ["--card", "collapse", "--step", "called"],
    "alarm_acknowledged": ["--rule", "A-IN-05"],
    "alarm_paused": ["--rule", "A-IN-05", "--over", "2 min"],
    "alarm_raised": ["--rule", "A-IN-05", "--occurrence", "1", "--priority", "medium"],
    "alarm_worsened": [
        *("--rule", "A-IN-05-low", "--occurrence", "1", "--priority", "high"),
        *("--was", "A-IN-05", "--was-occurrence", "1"),
    ],
    "alarm_eased": [
        *("--rule", "A-IN-05", "--occurrence", "2", "--priority", "medium"),
        *("--was", "A-IN-05-low", "--was-occurrence", "1"),
    ],
    "alarm_escalated": ["--rule", "A-IN-05", "--occurrence", "1", "--to", "prescriber"],
    "alarm_cleared": ["--rule", "A-IN-05", "--occurrence", "1"],
    "self_tested": ["--is-running", "yes"],
    "corrected": ["--corrects", "e10", "--reason", "other person", "--remove"],
}


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "session.json"
    path.write_text(json.dumps(base_session("iv")), encoding="utf-8")
    return path


def add(file, *words):
    return keel_here("session", "add", str(file), *words)


def last_of(file):
    return json.loads(file.read_text(encoding="utf-8"))["events"][-1]


def test_the_types_of_the_schema_are_all_here():
    assert set(EVERY_TYPE) == {str(kind.__struct_config__.tag) for kind in (*get_args(Plain), Corrected)}


@pytest.mark.parametrize(("kind", "said"), EVERY_TYPE.items(), ids=EVERY_TYPE)
def test_an_event_of_every_type_is_added_and_read_again(file, kind, said):
    done = add(file, kind, *said, "--at", NOON, "--by", "bob")
    assert (done.returncode, done.stderr) == (0, "")
    event = read_session(file.read_bytes(), knowledge=load()).events[-1]
    assert (event.kind, event.by, event.at.isoformat()) == (kind, "bob", NOON)
    assert event.recorded_at is not None
    assert len(event.id) == 36


def test_what_was_typed_stands_in_the_file_as_it_was_typed(file):
    done = add(
        file, "vitals", "--sbp", "142", "--dbp=88", "--spo2", "97 %", "--at", "12:05", "--by", "bob", "--id", "x1"
    )
    assert done.returncode == 0
    said = {key: value for key, value in last_of(file).items() if key != "recorded_at"}
    head = {"id": "x1", "at": clock("12:05"), "by": "bob", "type": "vitals_recorded"}
    assert said == {**head, "sbp": 142, "dbp": 88, "spo2": "97 %"}
    done = add(file, "check", "hours_since_solids=8 h 10", "--escort", "no", "--by", "bob")
    assert last_of(file)["facts"] == {"hours_since_solids": "8 h 10", "escort_confirmed": False}


def test_without_a_time_it_is_now_and_without_a_name_who_is_signed_in(file, monkeypatch):
    monkeypatch.setenv("LOGNAME", "carol")
    assert add(file, "note").returncode == 0
    assert last_of(file)["by"] == "carol"
    assert "recorded_at" not in last_of(file)


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("11:30", "2026-11-21T11:30"),
        ("23:59", "2026-11-21T23:59"),
        ("00:10", "2026-11-22T00:10"),
        ("9:05", "2026-11-22T09:05"),
    ],
)
def test_a_time_of_day_is_the_one_nearest_to_the_newest_event(file, typed, means):
    late = ["note", "--at", "2026-11-21T23:50+00:00", "--by", "bob"]
    assert add(file, *(late if typed != "11:30" else ["note", "--at", "12:00", "--by", "bob"])).returncode == 0
    assert add(file, "note", "--at", typed, "--by", "bob").returncode == 0
    assert last_of(file)["at"] == f"{means}:00+00:00"


def test_a_group_is_denied_question_by_question(file):
    """Issue 10, item 14: each red flag that is denied is named."""
    assert add(file, "checked", "--all-no", "mind", "--at", "09:11", "--by", "bob").returncode == 0
    assert last_of(file)["denied"] == ["psychosis_current", "psychosis_history", "mania_current"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["vitals", "--sdp", "142"], "The key “sdp” is not known. Did you mean “sbp”?"),
        (["vitals", "--sbp", "1420"], "cannot be 1420 mmHg"),
        (["vitals", "--sbp", "1.4.2"], "“1.4.2” is not a number"),
        (["vitals", "--sbp", "142", "--systolic", "120"], "says the same as another key"),
        (["vitals", "--sbp", "142", "--sbp", "120"], "“sbp” stands twice"),
        (["vitalz"], "No event is called “vitalz”"),
        (["dose"], "No event is called “dose”. Write one of dose_started, dose_paused, dose_resumed, dose_stopped"),
        (["dose_started", "--amount", "35"], "“35” has no unit"),
        (["dose_started"], "The key “amount” is missing"),
        (["checked", "--escort-confirmd", "yes"], "Near: escort_confirmed"),
        (["checked", "--escort-confirmed", "maybe"], "Write true, false, or null"),
        (["checked", "--hours-since-solids", "8 bananas"], "Write a number in"),
        (["checked", "--all-no", "escort_confirmed"], "No group of questions is called “escort_confirmed”"),
        (["corrected", "--corrects", "e10", "--reason", "slip"], "does not say what should stand there"),
        (["vitals", "--sbp", "142", "--at", "yesterday"], "“yesterday” is not a time"),
        (["overridden", "--rule", "A-PRE-02", "--name", "Dr Alice"], "The key “reason” is missing"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line_and_the_file_stays_as_it_was(file, words, message):
    before = file.read_bytes()
    done = add(file, *words, "--by", "bob")
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def test_an_event_sent_twice_is_there_once_and_another_under_its_id_is_refused(file):
    words = ["vitals", "--sbp", "142", "--by", "bob", "--id", "x1", "--at", NOON, "--recorded-at", NOON]
    assert add(file, *words).returncode == 0
    before = file.read_bytes()
    assert add(file, *words).returncode == 0
    assert file.read_bytes() == before
    words[2] = "124"
    done = add(file, *words)
    assert "The id “x1” names another event" in done.stderr
    assert file.read_bytes() == before


@pytest.mark.parametrize("content", ["{", "[]", '{"person": {}}', ""])
def test_a_file_that_is_no_session_is_left_alone(tmp_path, content):
    path = tmp_path / "other.json"
    path.write_text(content, encoding="utf-8")
    assert add(path, "note").returncode == 2
    assert path.read_text(encoding="utf-8") == content


def test_a_file_that_is_not_there_is_not_made(tmp_path):
    done = add(tmp_path / "none.json", "note")
    assert done.returncode == 2
    assert "none.json cannot be written" in done.stderr
    assert not list(tmp_path.iterdir())


def test_the_rights_of_the_file_and_a_link_to_it_stay(file, tmp_path):
    file.chmod(0o640)
    link = tmp_path / "link.json"
    link.symlink_to(file)
    assert add(link, "note").returncode == 0
    assert link.is_symlink()
    assert (file.stat().st_mode & 0o777, last_of(file)["type"]) == (0o640, "note")


def test_a_write_that_fails_leaves_the_old_file(file, monkeypatch):
    before = file.read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    done = add(file, "note")
    assert "nothing was changed" in done.stderr
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def _note(path, number):
    add(path, "note", "--text", str(number), "--id", f"n{number}")


def test_two_who_add_at_once_both_get_in(file):
    workers = [multiprocessing.get_context("fork").Process(target=_note, args=(file, number)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    ids = {event["id"] for event in json.loads(file.read_text(encoding="utf-8"))["events"]}
    assert {f"n{number}" for number in range(4)} <= ids


def test_json_holds_the_event_and_the_state(file):
    told = json.loads(add(file, "vitals", "--sbp", "142", "--at", "12:05", "--by", "bob", "--json").stdout)
    assert told["added"]["sbp"] == 142
    assert told["state"]["phase"] == "discharged"


def test_a_plain_session_takes_no_unknown_option(file):
    done = keel_here("session", str(file), "--wat", "3")
    assert (done.returncode, done.stderr) == (2, "keel: “--wat” is not known here. Try --help.\n")


def test_the_doses_of_a_record_are_the_ledger(file, tmp_path):
    """HZ-CRS-01: `--record` counts as doses in the file do."""
    record = tmp_path / "record.json"
    doses = [
        {
            "substance": "racemic",
            "route": "iv",
            "amount": "35 mg",
            "setting": "clinic",
            "start": f"2026-11-{day:02}T10:00Z",
        }
        for day in (1, 8, 15)
    ]
    record.write_text(json.dumps({"person": {"id": "dana"}, "doses": doses}), encoding="utf-8")
    tree = base_session("iv")
    del tree["doses"]
    file.write_text(json.dumps(tree), encoding="utf-8")
    done = keel_here("session", str(file), "--record", str(record), "--at", clock("09:14"), "--json")
    found = {one["rule"] for one in json.loads(done.stdout)["reasons"]}
    assert "A-COURSE-MISSING" in found
    assert "KEEL-NO-LEDGER" not in {one["rule"] for one in json.loads(done.stdout)["alarms"]}
    record.write_text(json.dumps({"person": {"id": "charlie"}, "doses": doses}), encoding="utf-8")
    other = keel_here("session", str(file), "--record", str(record), "--at", clock("09:14"))
    assert "no single record of the person “dana”" in other.stderr

"""Files without offsets in the zone that is named, and answers as a QuestionnaireResponse."""

import json

import pytest

from support.command import keel_here
from support.fhir import administration, bundle, observation, patient, phq9_response, quantity

AT = "2026-12-01T12:00+00:00"


@pytest.fixture
def local(tmp_path):
    """A bundle whose times have no offsets; one of them was skipped when the clocks changed in Madrid."""
    given = administration(effectivePeriod={"start": "2026-11-01T09:00:00", "end": "2026-11-01T09:40"})
    skipped = observation("8480-6", quantity(120, "mm[Hg]"), effectiveDateTime="2026-03-29T02:30:00")
    file = tmp_path / "local.json"
    file.write_text(json.dumps(bundle(patient(), given, skipped)))
    return str(file)


def test_times_are_taken_in_the_zone_that_is_named(local):
    """HZ-IOP-03: a time that never was is reported all the same."""
    record = json.loads(keel_here("convert", local, "--timezone", "Europe/Madrid", "--at", AT).stdout)
    assert [dose["start"] for dose in record["doses"]] == ["2026-11-01T09:00:00+01:00"]
    assert "measurements" not in record
    assert "doses" not in json.loads(keel_here("convert", local, "--at", AT).stdout)


@pytest.mark.parametrize("command", ["assess", "triage", "exposure"])
def test_every_command_that_reads_a_record_takes_the_zone(local, command):
    assert keel_here(command, local, "--timezone", "Europe/Madrid", "--at", AT, "--json").returncode in (0, 1)
    refused = keel_here(command, local, "--timezone", "Nowhere", "--at", AT)
    assert refused.returncode == 2
    assert "“Nowhere” is not known" in refused.stderr


def test_a_table_and_a_record_take_it_too(tmp_path):
    table, own = tmp_path / "doses.csv", tmp_path / "own.json"
    table.write_text("date,time,drug,amount\n2026-11-01,09:00,ketamine,35 mg\n")
    own.write_text(json.dumps({"doses": [{"substance": "ketamine", "start": "2026-11-01T09:00"}]}))
    for file in (table, own):
        record = json.loads(keel_here("convert", str(file), "--timezone", "Europe/Madrid", "--at", AT).stdout)
        assert record["doses"][0]["start"] == "2026-11-01T09:00:00+01:00", file.name


def test_a_response_is_scored_without_its_subject(tmp_path):
    """8 × 1 + 2."""
    response = phq9_response([1] * 8 + [2])
    del response["subject"]
    file = tmp_path / "response.json"
    file.write_text(json.dumps(response))
    answer = json.loads(keel_here("score", "phq-9", "--answers", str(file), "--json").stdout)
    assert answer["total"] == 10
    assert {finding["rule"] for finding in answer["findings"]} >= {"phq-9/item-9"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (json.dumps(phq9_response([1] * 9)), "holds 0 sets of answers to the GAD-7"),
        ('{"resourceType": "Quest', "JSON"),
        ('{"items": {"resourceType": 1}}', "item"),
    ],
)
def test_what_is_no_answer_to_it_is_refused_in_one_line(tmp_path, text, problem):
    file = tmp_path / "response.json"
    file.write_text(text)
    refused = keel_here("score", "gad-7", "--answers", str(file))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert problem in refused.stderr

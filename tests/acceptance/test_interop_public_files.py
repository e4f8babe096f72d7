"""Public files that nobody here made: every resource or row is accounted for, and known figures come out."""

import csv
import datetime as dt
import json
import time
from collections import Counter
from typing import Any

import pytest

from keel.interop import Reading, read_path
from keel.knowledge import load
from support.reading import noted
from support.shared import shared_folder

pytestmark = pytest.mark.slow

AT = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)


def us_core() -> Reading:
    return read_path(shared_folder("data", "us-core-9.0.0-examples", "examples.ndjson"), at=AT, knowledge=load())


def resources(tree: dict[str, Any]) -> list[dict[str, Any]]:
    """A resource and, where it is a bundle, all that it holds."""
    inside = [entry["resource"] for entry in tree.get("entry", []) if "resource" in entry]
    return [tree, *(deeper for one in inside for deeper in resources(one))]


def test_every_resource_of_us_core_is_read_or_reported():
    path = shared_folder("data", "us-core-9.0.0-examples", "examples.ndjson")
    held = [one for line in path.read_text().splitlines() for one in resources(json.loads(line))]
    reading = us_core()
    assert reading.totals.read == len(held)
    counts = {what: count for what, count in noted(reading).items() if what.endswith(" resource")}
    assert sum(counts.values()) == reading.totals.reported
    # What is reported of a type is at most what the file holds of it.
    types = Counter(one["resourceType"] for one in held)
    assert all(count <= types[what.removesuffix(" resource")] for what, count in counts.items())


def test_each_patient_of_us_core_has_a_record():
    people = {record.person.id for record in us_core().records}
    assert people == {"example", "child-example", "infant-example", "deceased-example"}


def test_the_phq9_of_us_core_adds_up_to_the_total_that_the_file_states():
    amy = next(record for record in us_core().records if record.person.id == "example")
    (sitting,) = [one for one in amy.answers if one.instrument == "phq-9"]
    scored = [value for item, value in sitting.items.items() if item != "difficulty"]
    assert len(scored) == 9
    assert sum(value for value in scored if isinstance(value, int)) == 12  # Observation 44261-6 says “12”
    assert sitting.total == 12


def test_values_of_us_core_are_those_of_the_file():
    amy = next(record for record in us_core().records if record.person.id == "example")
    by_id = {one.id: one for one in amy.measurements}
    assert (by_id["blood-pressure"].value, by_id["blood-pressure.1"].value) == (109, 44)
    assert (by_id["bp-data-absent.1"].value, by_id["bp-data-absent.1"].absent) == (None, "unknown")
    assert (by_id["serum-creatinine"].value, by_id["serum-creatinine"].unit) == (1, "mg/dL")
    assert by_id["temperature"].value == 36.55556


def test_a_weight_of_1999_is_not_the_weight_of_today():
    amy = next(record for record in us_core().records if record.person.id == "example")
    assert amy.person.weight_kg is None
    assert any(one.code == "29463-7" and one.value == 20.09414 for one in amy.measurements)


def test_us_core_is_read_within_a_second():
    us_core()
    start = time.perf_counter()
    us_core()
    assert time.perf_counter() - start < 1.0


def test_every_participant_of_the_nimh_study_has_their_infusions_and_ratings():
    folder = shared_folder("data", "openneuro-ds005917")
    with (folder / "participants.tsv").open(newline="") as file:
        people = list(csv.DictReader(file, delimiter="\t"))
    with (folder / "phenotype.tsv").open(newline="") as file:
        visits = list(csv.DictReader(file, delimiter="\t"))
    reading = read_path(folder, at=AT, knowledge=load())
    assert [record.person.id for record in reading.records] == [row["participant_id"] for row in people]
    assert [len(record.doses) for record in reading.records] == [
        sum(row[column] == "d" for column in ("infusion_1", "infusion_2")) for row in people
    ]
    columns = ("MADRS_Total", "HAMD_Bech", "HAM17_Total")
    published = sum(row[column] != "n/a" for row in visits for column in columns)
    assert sum(len(record.answers) for record in reading.records) == published
    others = {file.name for file in folder.iterdir() if file.suffix != ".tsv"}
    assert reading.totals.read == len(people) + len(visits) + len(others)
    assert reading.totals.reported == len(others)  # named as files that were passed over

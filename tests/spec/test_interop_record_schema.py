"""The JSON Schema of a Keel record takes what the reader takes, and refuses what nobody should write."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from keel.interop import ReadError, record_schema, write_people, write_record
from support.loops import some
from support.reading import fixture, read, the_record

VALIDATOR = Draft202012Validator(record_schema())
DANA = json.loads(fixture("keel-dana.json"))


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(record_schema())


@pytest.mark.parametrize("tree", [DANA, {"people": [DANA]}, {"doses": []}], ids=["one", "several", "empty"])
def test_what_people_write_fits(tree: dict[str, Any]):
    assert read(tree).records
    assert VALIDATOR.is_valid(tree)


def test_what_keel_writes_fits():
    record = the_record(DANA)
    assert VALIDATOR.is_valid(json.loads(write_record(record)))
    assert VALIDATOR.is_valid(json.loads(write_people([record])))


@pytest.mark.parametrize(
    "tree",
    [
        {"doses": [{"substance": "ketamine", "start": "2026", "amount": 35}]},
        {"doses": [{"substance": "ketamine"}]},
        {"doses": [{"start": "2026"}]},
        {"doses": [{"substance": "ketamine", "start": "2026", "dosis": "35 mg"}]},
        {"doses": [{"substance": "ketamine", "start": "2026", "devices": 0}]},
        {"person": {"sex": "F"}},
        {"person": {"weight": 70}},
        {"medicines": [5]},
        {"people": {}},
    ],
)
def test_what_does_not_fit_is_refused_by_both(tree: dict[str, Any]):
    assert not VALIDATOR.is_valid(tree)
    with pytest.raises(ReadError):
        read(tree)


def test_every_key_is_described():
    for name, shape in some(record_schema()["$defs"].items()):
        assert shape.get("description") or shape.get("enum"), name

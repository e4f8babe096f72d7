"""fhir.resources as an independent judge of what R4 allows: what it refuses, Keel does not read.

The two decode different amounts of a resource, so faults are put only into elements that Keel reads.
"""

import copy
import importlib
from collections.abc import Iterator
from typing import Any

import pytest

from keel.interop.fhir.elements import ELEMENTS
from support.fhir import (
    administration,
    bundle,
    concept,
    condition,
    observation,
    patient,
    phq9_response,
    quantity,
    request,
    risk_assessment,
    statement,
    weight,
)
from support.reading import read

fhir_resources = pytest.importorskip("fhir.resources", reason="the oracle is not installed")

GOOD = [
    patient(),
    weight(70),
    observation(
        "85354-9",
        component=[
            {"code": concept("8480-6"), "valueQuantity": quantity(142, "mm[Hg]")},
            {"code": concept("8462-4"), "valueQuantity": quantity(88, "mm[Hg]")},
        ],
    ),
    administration(),
    statement(),
    request(),
    condition(verificationStatus=concept("confirmed", system="http://terminology.hl7.org/x")),
    phq9_response([1] * 9),
    risk_assessment(),
]
NOT_DECODED = ("informationSource",)
"""Elements of the examples that Keel allows by name and does not look into."""


def judged(resource: dict[str, Any]) -> bool:
    """Whether fhir.resources takes the resource as R4B, which is R4 for these types."""
    name = resource["resourceType"]
    shape = getattr(importlib.import_module(f"fhir.resources.R4B.{name.lower()}"), name)
    try:
        shape.model_validate(copy.deepcopy(resource))
    except ValueError:
        return False
    return True


def understood(resource: dict[str, Any]) -> bool:
    """Whether Keel reads the resource, beside its patient."""
    file = bundle(copy.deepcopy(resource)) if resource["resourceType"] == "Patient" else bundle(patient(), resource)
    return read(file).totals.reported == 0


def faults(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Places in a tree, each with a value that may not stand there."""
    for key, part in list(tree.items() if isinstance(tree, dict) else enumerate(tree)):
        if key in ("resourceType", "id", *NOT_DECODED):
            continue
        yield from (
            ((*path, key), odd) for odd in ([], {"odd": 1}, "20/11/2026", 5, True) if type(odd) is not type(part)
        )
        if isinstance(part, dict):
            yield (*path, key), part | {"unheardOf": 1}
        if isinstance(part, (dict, list)):
            yield from faults(part, (*path, key))


def with_fault(resource: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    copied = copy.deepcopy(resource)
    place: Any = copied
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return copied


@pytest.mark.parametrize("resource", GOOD, ids=lambda resource: resource["resourceType"])
def test_what_the_oracle_takes_is_read(resource: dict[str, Any]):
    assert judged(resource)
    assert understood(resource)


@pytest.mark.slow
def test_what_the_oracle_refuses_is_not_read():
    tried = [(one, path, value) for one in GOOD for path, value in faults(one)]
    refused = [case for case in tried if not judged(with_fault(*case))]
    assert len(refused) > 200
    read_all_the_same = [case[1:] for case in refused if understood(with_fault(*case))]
    assert read_all_the_same == []


@pytest.mark.parametrize("name", sorted(ELEMENTS))
def test_the_element_names_are_those_of_the_oracle(name: str):
    shape = getattr(importlib.import_module(f"fhir.resources.R4B.{name.lower()}"), name)
    theirs = {field.alias or key for key, field in shape.model_fields.items()} - {"fhir_comments"}
    theirs = {element for element in theirs if not element.startswith("_")} | {"resourceType"}
    assert set(ELEMENTS[name]) == theirs

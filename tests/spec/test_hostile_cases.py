"""Hostile cases: 100 situations, each entered in several ways, written from the reference alone.

The cases of an area are `hostile/AREA.jsonl`, their hazard (hazards.csv) and the reference's words stand in each.
`before` is how many ways failed when the cases were written. A way with `wrong` or `open` is not asserted, and says
why; one with `amended` asserts what stands there, and says why. The clean infusion sessions in `bases.json` were
given a ledger of doses and the answers on reasons to stop the course, which the gate has asked for since.
"""

from pathlib import Path
from typing import Any

import pytest

from support.hostile import failures, found, hostile_cases, patched, run_way

CASES = hostile_cases()


@pytest.mark.parametrize("case", CASES, ids=[f"{one['id']} {one.get('hazard', '')}".strip() for one in CASES])
def test_a_situation_gets_the_answer_of_the_reference_however_it_is_entered(
    case: dict[str, Any], tmp_path: Path
) -> None:
    wrong: dict[str, list[str]] = {}
    first: dict[str, object] = {}
    for way in case["ways"]:
        if "wrong" in way or "open" in way:
            continue
        run = run_way(case, way, tmp_path)
        bad = list(failures(case, way, run))
        for path in case.get("same", []):
            value = found(run["answer"], path) if run["answer"] is not None else None
            if first.setdefault(path, value) != value:
                bad.append(f"{path} is {value!r}, and {first[path]!r} in the first way")
        if bad:
            wrong[way["name"]] = bad
    assert not wrong, f"{case['title']} ({case['why']})"


def test_there_are_a_hundred_cases_and_each_way_says_what_it_asserts() -> None:
    assert len({case["id"] for case in CASES}) == 100
    ways = [(case, way) for case in CASES for way in case["ways"]]
    assert len(ways) == sum(case["before"]["ways"] for case in CASES) == 561
    silent = [
        (case["id"], way["name"])
        for case, way in ways
        if not (case.get("must") or case.get("must_not") or case.get("same"))
        and not (way.get("must") or way.get("must_not") or "wrong" in way or "open" in way)
    ]
    assert silent == []


def test_a_patch_removes_replaces_and_changes_rows_by_id() -> None:
    value = {"a": 1, "b": {"c": 2}, "rows": [{"id": "x", "n": 1}, {"id": "y", "n": 2}]}
    patch = {"a": "—", "b": {"=": {"d": 3}}, "rows": {"rows": {"x": "—", "y": {"n": 5}, "z": {"n": 6}}}}
    assert patched(value, patch) == {"b": {"d": 3}, "rows": [{"id": "y", "n": 5}, {"id": "z", "n": 6}]}

"""The hostile cases (`tests/spec/hostile`): how they are stored, run through the command line, and judged.

A way's `input` and `facts` are a `base` (bases.json) with a `patch`, or the `whole` value. In a patch “—” removes a
key, `rows` patches a list by the ids of its rows, and `=` replaces a value as it stands.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from support.command import keel_here

FOLDER = Path(__file__).parents[1] / "spec" / "hostile"
GONE = "—"
SEVERITIES = ("note", "warn", "hold", "block")
LEVELS = ("home", "office", "clinic", "emergency", "inpatient")
PAST = {"history", "passed", "corrections", "unconfirmed"}
"""Keys of an answer that speak of what was, and not of what stands."""
NOTHING = object()
Json = Any


@cache
def _bases() -> dict[str, Json]:
    return json.loads((FOLDER / "bases.json").read_text())


def hostile_cases() -> list[dict[str, Json]]:
    """Every case, in the order of its id."""
    lines = [line for path in FOLDER.glob("*.jsonl") for line in path.read_text().splitlines()]
    return sorted(map(json.loads, lines), key=lambda case: case["id"])


def patched(value: Json, patch: Json) -> Json:
    """A value with a patch of this file's kind."""
    if not isinstance(patch, dict):
        return patch
    if set(patch) == {"="}:
        return patch["="]
    if isinstance(value, list) and set(patch) == {"rows"}:
        changes = dict(patch["rows"])
        kept = {row["id"]: row for row in value if changes.get(row["id"]) != GONE}
        for name, change in changes.items():
            if change != GONE:
                kept[name] = patched(kept.get(name, {"id": name}), change)
        return list(kept.values())
    if not isinstance(value, dict):
        return patch
    whole = {name: one for name, one in value.items() if patch.get(name) != GONE}
    return whole | {name: patched(value.get(name), one) for name, one in patch.items() if one != GONE}


def _stored(entry: dict[str, Json]) -> Json:
    return entry["whole"] if "whole" in entry else patched(_bases()[entry["base"]], entry["patch"])


def run_way(case: dict[str, Json], way: dict[str, Json], folder: Path) -> dict[str, Json]:
    """What `keel DOOR` answers to one way: `exit`, `said` on either stream in lower case, and the JSON as `answer`."""
    door, command = case["door"], [case["door"]]
    if door == "exposure" and "text" in way:
        command.append(way["text"])
    elif "input" in way or "text" in way:
        file = folder / "case.json"
        file.write_text(way["text"] if "text" in way else json.dumps(_stored(way["input"]), ensure_ascii=False))
        command += ["--answers", str(file)] if door == "score" else [str(file)]
    command += way.get("arguments", case.get("arguments", []))
    facts = way.get("facts", case.get("facts"))
    if facts is not None:
        (folder / "facts.json").write_text(json.dumps(_stored(facts)))
        command += ["--facts", str(folder / "facts.json")]
    done = keel_here(*command, "--json")
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = None
    return {"exit": done.returncode, "said": (done.stdout + done.stderr).lower(), "answer": answer}


def failures(case: dict[str, Json], way: dict[str, Json], run: dict[str, Json]) -> Iterator[str]:
    """The assertions of a case and of a way that do not hold."""
    if run["exit"] not in (0, 1, 2):
        yield f"ends with {run['exit']}"
    is_amended = "amended" in way
    for one in [*([] if is_amended else case.get("must", [])), *way.get("must", [])]:
        if not holds(one, run):
            yield f"must {json.dumps(one, ensure_ascii=False)}"
    for one in [*case.get("must_not", []), *way.get("must_not", [])]:
        if holds(one, run):
            yield f"must not {json.dumps(one, ensure_ascii=False)}"


def holds(asked: dict[str, Json], run: dict[str, Json]) -> bool:
    """Whether an assertion holds for a run.

    `path` with is, in, has, near, at_least or at_most; `exit`; `says` any of the words; `any_finding`; a level of care
    with `level_at_least` or `level_at_most`; `any_of` and `all_of` of these.
    """
    if "any_of" in asked:
        return any(holds(one, run) for one in asked["any_of"])
    if "all_of" in asked:
        return all(holds(one, run) for one in asked["all_of"])
    if "exit" in asked:
        wanted = asked["exit"]
        return run["exit"] in (wanted if isinstance(wanted, list) else [wanted])
    if "says" in asked:
        return any(word.lower() in run["said"] for word in asked["says"])
    if run["answer"] is None:
        return False
    if "path" in asked:
        return _is_as_asked(found(run["answer"], asked["path"]), asked)
    if "any_finding" in asked:
        return any(_is_meant(one, asked["any_finding"]) for one in _findings(run["answer"], asked["any_finding"]))
    level = found(run["answer"], "care.level")
    if level not in LEVELS:
        return False
    at_least, at_most = asked.get("level_at_least"), asked.get("level_at_most")
    rank = LEVELS.index(level)
    return rank >= LEVELS.index(at_least) if at_least else rank <= LEVELS.index(at_most)


def found(value: Json, path: str) -> Json:
    """The value at a path such as `events.0.at`, or NOTHING."""
    for part in path.split("."):
        if isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, dict) and part in value:
            value = value[part]
        else:
            return NOTHING
    return value


def _is_as_asked(value: Json, asked: dict[str, Json]) -> bool:
    if value is NOTHING:
        return False
    if "is" in asked:
        return value == asked["is"] and isinstance(value, bool) == isinstance(asked["is"], bool)
    if "in" in asked:
        return value in asked["in"]
    if "has" in asked:
        return asked["has"].lower() in json.dumps(value, ensure_ascii=False).lower()
    if not isinstance(value, int | float):
        return False
    if "near" in asked:
        return abs(value - asked["near"][0]) <= asked["near"][1]
    return asked.get("at_least", value) <= value <= asked.get("at_most", value)


def _findings(value: Json, asked: dict[str, Json]) -> Iterator[dict[str, Json]]:
    """Every finding in an answer that speaks of now, below `under` where that is asked."""
    if "under" in asked:
        value = found(value, asked["under"])
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if "rule" in one and "severity" in one:
                yield one
            waiting += [inner for name, inner in one.items() if name not in PAST]
        elif isinstance(one, list):
            waiting += one


def _is_meant(finding: dict[str, Json], asked: dict[str, Json]) -> bool:
    """Whether a finding is as grave as asked and has any of the words; one that only misses a value counts if asked."""
    summary = str(finding.get("summary") or "")
    is_missing = "MISSING" in finding["rule"] or summary.startswith(("Not known", "Not answered"))
    if finding["rule"] == "KEEL-DEFAULTS" or (is_missing and not asked.get("missing_counts")):
        return False
    least = asked.get("severity_at_least", "note")
    if SEVERITIES.index(finding["severity"]) < SEVERITIES.index(least):
        return False
    why = json.dumps(finding.get("why") or "", ensure_ascii=False)
    said = f"{finding['rule']} {summary} {finding.get('next_step') or ''} {why}".lower()
    return any(word.lower() in said for word in asked.get("rule_or_words", [""]))

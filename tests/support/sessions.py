"""Session files of the specification, and small changes to them."""

import json
from pathlib import Path
from typing import Any

from keel import interop
from keel.assessment.session.events import Session
from keel.knowledge import load

FOLDER = Path(__file__).parents[1] / "spec" / "protocols" / "sessions"
DAY = "2026-11-21"


def read_session(tree: dict[str, Any]) -> Session:
    """The session in a tree that is written as JSON first."""
    return interop.read_session(json.dumps(tree).encode(), knowledge=load())


def base_session(name: str) -> dict[str, Any]:
    """A session of the specification as a tree: `iv`, `esketamine`, `home`."""
    tree: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return tree


def clock(text: str) -> str:
    """A time of day as a full time of the day of the sessions; a full time as it is."""
    return f"{DAY}T{text}:00+00:00" if len(text) == 5 else text


def changed(tree: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """The tree with dropped, changed and added events and answers; “null” stands for null, which TOML lacks."""
    events = [event for event in tree["events"] if event["id"] not in change.get("drop", ())]
    for event in events:
        _merge(event, change.get("set", {}).get(event["id"], {}))
    events += [_timed(_plain(event)) for event in change.get("add", ())]
    _merge(tree["screening"], change.get("screening", {}))
    _merge(tree["person"], change.get("person", {}))
    _merge(tree, change.get("session", {}))
    tree["events"] = [_timed(event) for event in events]
    return tree


def _merge(into: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        elif value == "null":
            into.pop(key, None)
        else:
            into[key] = value


def _plain(event: dict[str, Any]) -> dict[str, Any]:
    return {key: None if value == "null" else value for key, value in event.items()}


def _timed(event: dict[str, Any]) -> dict[str, Any]:
    timed = {key: clock(value) if key in ("at", "recorded_at") else value for key, value in event.items()}
    if isinstance(timed.get("event"), dict):
        timed["event"] = _timed(timed["event"])
    return timed

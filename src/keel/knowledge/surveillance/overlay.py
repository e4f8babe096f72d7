"""What a clinic's overlay may do to a schedule of surveillance: confirm, shorten, speak louder, add."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from keel.knowledge.overlay_guard import HEADER, RULE_KEYS, changed, cut_problems, signature_problems, verb_problems

RowProblems = Callable[[str, Mapping[str, Any], Mapping[str, Any]], Iterator[str]]


def surveillance_overlay_problems(below: Mapping[str, Any], above: Mapping[str, Any]) -> Iterator[str]:
    """What an overlay does to a schedule that it may not; empty where all of it is allowed."""
    for key, value in above.items():
        if key in HEADER or value == below.get(key):
            continue
        if key == "cuts":
            for name, change in value.items():
                yield from cut_problems(f"cuts.{name}", below.get("cuts", {}).get(name), change)
        elif key == "items":
            yield from _each(below, above, key, _item_problems)
        elif key in ("trends", "score_trends"):
            yield from _each(below, above, key, _trend_problems)
        elif key != "does_not_show" or not set(below.get(key, ())) <= set(value):
            yield f"“{key}” cannot be changed by an overlay. Confirm, tighten, or add an entry of your own."


def _each(below: Mapping[str, Any], above: Mapping[str, Any], key: str, problems: RowProblems) -> Iterator[str]:
    known = {row["id"]: row for row in below.get(key, ())}
    for change in above[key]:
        if change.get("id") in known:
            yield from problems(change["id"], known[change["id"]], change)


def _item_problems(name: str, old: Mapping[str, Any], change: Mapping[str, Any]) -> Iterator[str]:
    if foreign := changed(old, change, {"id", "each_session", "confirmed", "note"}):
        yield f"{name}: “{foreign[0]}” cannot be changed. Shorten its interval in `cuts`, or add an entry of your own."
    if old.get("each_session") and not change.get("each_session", True):
        yield f"{name}: it is asked at each session; asking less often would loosen it, which is not allowed."
    yield from signature_problems(f"{name}: confirmed", change.get("confirmed"))


def _trend_problems(name: str, old: Mapping[str, Any], change: Mapping[str, Any]) -> Iterator[str]:
    if foreign := changed(old, change, RULE_KEYS):
        yield f"{name}: “{foreign[0]}” cannot be changed. Move its number in `cuts`, or add a trend of your own."
        return
    yield from verb_problems(name, old, change)

"""What a clinic's overlay may do to the rules of a session: other words, a stronger verb, a confirmation."""

import string
from collections.abc import Iterator, Mapping
from typing import Any

from keel.knowledge.overlay_guard import HEADER, RULE_KEYS, changed, cut_problems, verb_problems

_WORDS = ("text", "next_step")


def session_overlay_problems(below: Mapping[str, Any], above: Mapping[str, Any]) -> Iterator[str]:
    """What an overlay does to the rules that it may not; empty where all of it is allowed."""
    known = {rule["id"]: rule for rule in below.get("rules", ())}
    for key, value in above.items():
        if key == "rules":
            for change in value:
                yield from _rule_problems(change.get("id", "?"), known.get(change.get("id")), change)
        elif key == "cuts":
            for name, change in value.items():
                yield from cut_problems(f"cuts.{name}", below.get("cuts", {}).get(name), change)
        elif key not in HEADER and value != below.get(key):
            yield f"“{key}” cannot be changed by an overlay. Change words, or make a verb stronger."


def _rule_problems(name: str, old: Mapping[str, Any] | None, change: Mapping[str, Any]) -> Iterator[str]:
    if old is None:
        yield f"rule {name}: a session notices nothing of that name. Use an id of session-rules/session.toml."
        return
    if foreign := changed(old, change, {*RULE_KEYS, *_WORDS}):
        yield f"rule {name}: “{foreign[0]}” cannot be changed."
        return
    for key in _WORDS:
        if old[key] and not change.get(key, old[key]).strip():
            yield f"rule {name}: `{key}` is empty. Say it in other words."
        if unknown := sorted(_places(change.get(key, "")) - _places(old["text"]) - _places(old["next_step"])):
            yield f"rule {name}: nothing fills {{{unknown[0]}}} in `{key}`. Use only names that stand there now."
    yield from verb_problems(f"rule {name}", old, change)


def _places(text: str) -> set[str]:
    """The names in braces of a text."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:  # a brace without its other half
        return {text}

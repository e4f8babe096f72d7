"""What a session says of its own events: texts and verbs, the shape of data/session-rules/*.toml."""

import string
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from keel.knowledge.documents import Document, Id
from keel.knowledge.overlay_guard import HEADER, RULE_KEYS, changed, verb_problems
from keel.knowledge.protocols.shape import Signature, Verb

_WORDS = ("text", "next_step")


class SessionRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing that the fold may say; names in braces are filled with what was found.

    `may_loosen_to`, `confirmed` and `set_by` are as in a rule of a protocol.
    """

    id: Id
    severity: Verb
    text: str
    next_step: str
    note: str = ""
    may_loosen_to: Verb | None = None
    confirmed: Signature | None = None
    set_by: Signature | None = None


class SessionRules(Document, frozen=True, kw_only=True):
    """The set of them. An overlay may change words, confirm, and make a verb stronger; weaker only where it may."""

    rules: tuple[SessionRule, ...]

    @staticmethod
    def overlay_problems(below: Mapping[str, Any], above: Mapping[str, Any]) -> Iterator[str]:
        """What an overlay does to the rules that it may not; empty where all of it is allowed."""
        known = {rule["id"]: rule for rule in below.get("rules", ())}
        for key, value in above.items():
            if key == "rules":
                for change in value:
                    yield from _rule_problems(change.get("id", "?"), known.get(change.get("id")), change)
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

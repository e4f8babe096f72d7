"""Every default that needs a clinician, in at most sixty decisions: of each protocol by topic, of the rest by topic."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from keel.knowledge.base import Knowledge
from keel.knowledge.defaults import UnconfirmedFact, unconfirmed
from keel.knowledge.protocols import Protocol
from keel.knowledge.protocols.shape import leaves
from keel.knowledge.topics import Topic

_LEFT_OVER = "gate"
"""The topic of a number of a protocol that no rule, schedule or dose names: it is read before each dose."""


class Decision(NamedTuple):
    """What is signed together: the defaults in it (`rows`). `digest` changes when one of them does, or its source."""

    id: str
    topic: Topic
    protocol: str
    """The id of the protocol; empty for what is decided once for all."""
    rows: tuple[UnconfirmedFact, ...]
    digest: str


def decisions(knowledge: Knowledge) -> tuple[Decision, ...]:
    """All of them, in the order of their ids. What an overlay of the knowledge has signed is in none."""
    found: dict[tuple[str, str], list[UnconfirmedFact]] = {}
    places = {name: _Places(protocol, knowledge.adoption_topics) for name, protocol in knowledge.protocols.items()}
    topics = knowledge.adoption_topics.values()
    by_place = {place: topic.id for topic in topics for place in (*topic.kinds, *topic.parts)}
    for row in unconfirmed(knowledge):
        if row.kind == "protocols":
            found.setdefault((row.id, places[row.id].topic_of(row.path)), []).append(row)
        else:
            topic = by_place.get(f"{row.kind}.{row.path}") or by_place[row.kind]
            found.setdefault(("", topic), []).append(row)
    return tuple(
        Decision(
            id="/".join(filter(None, (protocol, topic))),
            topic=knowledge.adoption_topics[topic],
            protocol=protocol,
            rows=tuple(rows),
            digest=_digest(rows, knowledge),
        )
        for (protocol, topic), rows in sorted(found.items())
    )


class _Places:
    """Where each default of one protocol belongs."""

    def __init__(self, protocol: Protocol, topics: Mapping[str, Topic]) -> None:
        self._rules = protocol.rules
        self._by_phase = {phase: topic.id for topic in topics.values() for phase in topic.phases}
        self._by_part = {part: topic.id for topic in topics.values() for part in topic.parts}
        self._of_cut: dict[str, str] = {}
        for rule in protocol.rules:
            for name in (*(leaf.cut for leaf in leaves(rule.when)), rule.repeat):
                self._of_cut.setdefault(name, self._by_phase[rule.phase])
        for part, named in (("dosing", _words(protocol.dosing)), ("slots", _words(protocol.slots))):
            for name in named:
                self._of_cut.setdefault(name, self._by_part[part])

    def topic_of(self, path: str) -> str:
        part, _, name = path.partition(".")
        if part == "rules":
            return self._by_phase[self._rules[int(name.partition(".")[0])].phase]
        if part == "cuts":
            return self._of_cut.get(name, _LEFT_OVER)
        return self._by_part[part]


def _words(tree: Any) -> set[str]:
    """Every text inside a tree of values."""
    if isinstance(tree, msgspec.Struct):
        return _words(msgspec.to_builtins(tree))
    if isinstance(tree, dict):
        return set().union(*map(_words, tree.values())) if tree else set()
    if isinstance(tree, list | tuple):
        return set().union(*map(_words, tree)) if tree else set()
    return {tree} if isinstance(tree, str) else set()


def _digest(rows: list[UnconfirmedFact], knowledge: Knowledge) -> str:
    """SHA-256 over the whole entries: value, words, sources, how sure."""
    entries = [(row.kind, row.id, row.path, msgspec.to_builtins(entry_of(row, knowledge))) for row in rows]
    return hashlib.sha256(json.dumps(entries, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def entry_of(row: UnconfirmedFact, knowledge: Knowledge) -> Any:
    """The number, rule or row itself."""
    found: Any = getattr(knowledge, row.kind)
    found = found[row.id] if isinstance(found, Mapping) and row.id in found else found
    for name in filter(None, row.path.split(".")):
        if isinstance(found, Mapping):
            found = found[name]
        else:
            found = found[int(name)] if name.isdigit() else getattr(found, name)
    return found

"""The rules under which a session runs: those of today when it begins, those of its beginning ever after.

The documents that decide are kept with the session (`RuleBook`): its protocol and the session rules. What is only
looked up (names of medicines, models, texts) is that of today; a session shows when the whole was another.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from keel import knowledge
from keel.knowledge import Knowledge
from keel.knowledge.base import KINDS
from keel.knowledge.protocols import Protocol
from keel.knowledge.sessions import SessionRules
from keel.web.clinic.models import Clinic
from keel.web.live.adoption import is_adopted, protocol_of, session_rules_of
from keel.web.live.models import RuleBook


class _Rules(Knowledge):
    """The knowledge of today with the protocol and the session rules of a rule book in their places."""

    def __init__(self, today: Knowledge, protocols: Mapping[str, Protocol], rules: Mapping[str, SessionRules]) -> None:
        super().__init__(today.overlays)
        self.today = today
        self.kept = {
            "protocols": {**today.protocols, **protocols},
            "session_rules": {**today.session_rules, **rules},
        }


def _from_today(name: str) -> property:
    return property(lambda self: self.kept.get(name) or getattr(self.today, name))


for _name in KINDS:  # what is read already is not read again for each rule book
    setattr(_Rules, _name, _from_today(_name))


def rules_today(clinic: Clinic) -> Knowledge:
    """The knowledge by which a session of this clinic begins now: with what it has confirmed and made stricter."""
    today = knowledge.load()
    protocols = {name: protocol_of(clinic, one) for name, one in today.protocols.items() if one.dosing.kind != "none"}
    return _Rules(today, protocols, session_rules_of(clinic, today.session_rules))


def may_open(clinic: Clinic, protocol: str) -> bool:
    """Whether this clinic may begin a session of the protocol: who adopted it may, and a demonstration."""
    return bool(clinic.is_demonstration) or is_adopted(clinic, protocol)


def rule_book(clinic: Clinic, protocol: str) -> RuleBook:
    """The row that keeps the rules of today for a protocol; the same row for the same rules."""
    today = rules_today(clinic)
    documents = {
        "protocol": msgspec.to_builtins(today.protocols[protocol]),
        "session_rules": msgspec.to_builtins(dict(today.session_rules)),
    }
    written = json.dumps(documents, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(f"{today.hash}\n{written}".encode()).hexdigest()
    book: RuleBook
    book, _made = RuleBook.objects.get_or_create(
        digest=digest, defaults={"knowledge_hash": today.hash, "documents": documents}
    )
    return book


def rules_of(book: RuleBook) -> Knowledge:
    """The knowledge by which a session with this rule book is read and folded."""
    return _restored(book.digest)


@lru_cache(maxsize=64)
def _restored(digest: str) -> Knowledge:
    documents: dict[str, Any] = RuleBook.objects.get(digest=digest).documents
    protocol = msgspec.convert(documents["protocol"], Protocol)
    rules = msgspec.convert(documents["session_rules"], dict[str, SessionRules])
    return _Rules(knowledge.load(), {protocol.id: protocol}, rules)

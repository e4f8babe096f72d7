"""The rules under which a session runs: those of its beginning ever after (`adoption.py` has those of today).

The documents that decide are kept with the session (`RuleBook`): its protocol and the session rules. What is only
looked up (names of medicines, models, texts) is that of today; a session shows when the whole was another.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from keel import knowledge
from keel.knowledge import Knowledge
from keel.knowledge.base import KINDS
from keel.knowledge.protocols import Protocol
from keel.knowledge.sessions import SessionRules
from keel.messages.json import BUILDS_SHAPES
from keel.web.live.models import RuleBook


class Rules(Knowledge):
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
    setattr(Rules, _name, _from_today(_name))


def rules_of(book: RuleBook) -> Knowledge:
    """The knowledge by which a session with this rule book is read and folded."""
    return _restored(book.digest)


@lru_cache(maxsize=64)
def _restored(digest: str) -> Knowledge:
    documents: dict[str, Any] = RuleBook.objects.get(digest=digest).documents
    with BUILDS_SHAPES:
        protocol = msgspec.convert(documents["protocol"], Protocol)
        rules = msgspec.convert(documents["session_rules"], dict[str, SessionRules])
    return Rules(knowledge.load(), {protocol.id: protocol}, rules)

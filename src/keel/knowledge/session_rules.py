"""What a session says of its own events: texts and verbs, the shape of data/session-rules/*.toml."""

import msgspec

from keel.knowledge.documents import Document, Id
from keel.knowledge.protocols import Verb


class SessionRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that the fold may say; names in braces are filled with what was found."""

    id: Id
    severity: Verb
    text: str
    next_step: str


class SessionRules(Document, frozen=True, kw_only=True):
    """The set of them."""

    rules: tuple[SessionRule, ...]

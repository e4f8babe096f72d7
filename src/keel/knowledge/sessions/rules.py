"""What a session says of its own events: texts and verbs, the shape of data/session-rules/*.toml."""

import msgspec

from keel.knowledge.conditions import Verb
from keel.knowledge.documents import Document, Id
from keel.knowledge.protocols.shape import Alarm, Cut, Signature


class SessionRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing that the fold may say; names in braces are filled with what was found.

    `alarm`, `may_loosen_to`, `confirmed` and `set_by` are as in a rule of a protocol.
    """

    id: Id
    severity: Verb
    text: str
    next_step: str
    note: str = ""
    alarm: Alarm = ""
    may_loosen_to: Verb | None = None
    confirmed: Signature | None = None
    set_by: Signature | None = None


class SessionRules(Document, frozen=True, kw_only=True):
    """The set of them. An overlay may change words, confirm, and make a verb stronger; weaker only where it may.

    `cuts` are the numbers of the session itself. `escalates_to` are the roles to which an alarm goes that nobody
    acknowledges, one after another; it is for the nurse of the room first.
    """

    cuts: dict[str, Cut] = msgspec.field(default_factory=dict)
    escalates_to: tuple[str, ...] = ()
    rules: tuple[SessionRule, ...]

"""Harms beyond the bladder as rules over a record: the shape of data/harms/*.toml, one file a subject.

Each file says which answers and listed conditions make its facts, what Keel says when facts come together, and which
silence matters enough to be named.
"""

import msgspec

from keel.knowledge.certainty import Certainty
from keel.knowledge.conditions import Condition, Verb
from keel.knowledge.criteria.bands import AnswerFact, ConditionFact
from keel.knowledge.documents import Document, Id, Number


class HarmFact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the rules may ask about, and its name in words: a row of harm-facts.csv."""

    id: Id
    label: str


class PrintedFact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fact that is printed with a finding where it is known, and the sources that stand behind it then."""

    fact: str
    unit: str = ""
    sources: tuple[str, ...] = ()


class HarmRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is said when a condition is met. Of one `topic` the first rule that is met speaks, and no other.

    `claims` are those whose figures the summary prints or rests on; `certainty` is that of the rule itself, and a
    finding is no surer than its cuts and claims.
    """

    id: Id
    topic: Id
    severity: Verb
    when: Condition
    summary: str
    next_step: str
    shows: tuple[PrintedFact, ...] = ()
    claims: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    certainty: Certainty = Certainty.DEFAULT


class Silence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that was not asked or measured and is worth naming where the condition holds."""

    id: Id
    when: Condition
    says: str


class Harms(Document, frozen=True, kw_only=True):
    """One subject: its cuts, where its facts come from, its rules in order, and its silences."""

    cuts: dict[str, Number] = msgspec.field(default_factory=dict)
    answers: tuple[AnswerFact, ...] = ()
    conditions: tuple[ConditionFact, ...] = ()
    rules: tuple[HarmRule, ...]
    silences: tuple[Silence, ...] = ()

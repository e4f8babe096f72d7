"""Rule sets that sort a history into bands, and the course that exposure is measured against.

The shapes of data/criteria/*.toml and data/courses/*.toml.
"""

from typing import Literal

import msgspec

from keel.knowledge.certainty import Certainty
from keel.knowledge.conditions import Condition
from keel.knowledge.documents import Document, Id, Number


class BandDefinition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A class of an exposure history: what it is called, where it stands, what it prompts.

    `rank` orders bands over both lanes, highest first to act on; `severity` is that of its finding; `sources` stand
    behind the summary.
    """

    id: Id
    name: str
    rank: int
    lane: str
    severity: str
    summary: str
    next_step: str
    prompts: tuple[str, ...]
    sources: tuple[str, ...] = ()


class BandRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule: the band it gives, the condition, and the sentence that is printed when it fires."""

    id: Id
    band: str
    lane: str
    when: Condition
    says: str
    note: str = ""
    certainty: Certainty = Certainty.SEEN


class AnswerFact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which answers of an instrument make a fact of the rules: a “yes” to any of the items does.

    `fact` is urinary_symptoms or red_flags; `says` is the words of a red flag, `within` how soon it needs care: “day”
    (today or at once) or “week”.
    """

    instrument: str
    items: tuple[str, ...]
    fact: str
    says: str = ""
    within: Literal["day", "week"] = "day"


class ConditionFact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which concepts in a listed condition make a fact of the rules; `says` and `within` as in `AnswerFact`."""

    concepts: tuple[str, ...]
    fact: str
    says: str = ""
    within: Literal["day", "week"] = "day"


class BandSet(Document, frozen=True, kw_only=True):
    """A banding: named cuts with their sources, bands, and rules in order; in a lane the first rule that is met wins.

    `cautions` are printed with every band; `beside` are claims whose figures are printed next to it.
    """

    cuts: dict[str, Number]
    bands: tuple[BandDefinition, ...]
    rules: tuple[BandRule, ...]
    answers: tuple[AnswerFact, ...]
    conditions: tuple[ConditionFact, ...]
    cautions: tuple[str, ...]
    beside: tuple[str, ...]


class Course(Document, frozen=True, kw_only=True):
    """A course of treatment that other exposures are compared with: amount, sessions a year, and their product."""

    substance: str
    form: str
    route: str
    dose: Number
    sessions_per_year: Number
    mg_per_year: Number
    rule: str

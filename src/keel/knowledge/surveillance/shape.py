"""What is watched in treatment or use, how often, and what a change means: the shape of data/surveillance/*.toml."""

from typing import Literal

import msgspec

from keel.knowledge.certainty import Certainty
from keel.knowledge.conditions import Condition, Verb
from keel.knowledge.documents import Document, Id
from keel.knowledge.protocols.shape import Cut, Signature


class WatchInterval(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An interval, named by its cut, and the condition under which it applies; without one it applies always."""

    cut: str
    when: Condition | None = None


class WatchItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing to look at again.

    `bands` limits it to exposure bands. It is done by a measurement that a code says is one of `measures`, or with one
    of `names` in it, or by a sitting of one of `instruments`. `each_session` asks for it on every day of a dose;
    otherwise the first of `every` whose condition holds is the interval, and the first time is before the first dose
    (`baseline`). `confirmed` is a clinic's signature under a default.
    """

    id: Id
    domain: str
    what: str
    bands: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    each_session: bool = False
    every: tuple[WatchInterval, ...] = ()
    sources: tuple[str, ...] = ()
    certainty: Certainty = Certainty.SEEN
    conflicts: tuple[str, ...] = ()
    note: str = ""
    confirmed: Signature | None = None


class TrendRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """When a change of a measurement is worth saying.

    `measure` is times_upper_limit (of the laboratory), ratio or difference (newest against the first on record), rise
    (of a score, any), level (the newest at or above the cut), or reference_change: a rise beyond chance, where `cut` is
    the variation within a person and `assay` that of the test, both in per cent. `measures` are what is measured,
    `instruments` of the score. `may_loosen_to`, `confirmed` and `set_by` are as in a rule of a protocol.
    """

    id: Id
    domain: str
    measure: Literal["times_upper_limit", "ratio", "difference", "rise", "reference_change", "level"]
    cut: str = ""
    assay: str = ""
    measures: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    severity: Verb
    text: str
    next_step: str
    sources: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    certainty: Certainty = Certainty.SEEN
    note: str = ""
    may_loosen_to: Verb | None = None
    confirmed: Signature | None = None
    set_by: Signature | None = None


class ScoreTrend(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a worsening beyond the published change of an instrument means, by domain of the instrument."""

    id: Id
    domain: str
    severity: Verb
    text: str
    next_step: str
    certainty: Certainty = Certainty.DEFAULT
    note: str = ""
    may_loosen_to: Verb | None = None
    confirmed: Signature | None = None
    set_by: Signature | None = None


class LeastQuestion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A question that doses beside scores may ask, and what has to be so for it (`asks`)."""

    id: Id
    asks: Literal["holds", "wears-off", "lower-dose", "no-response"]
    text: str
    sources: tuple[str, ...] = ()
    certainty: Certainty = Certainty.SEEN


class Surveillance(Document, frozen=True, kw_only=True):
    """One schedule. `lane` is medical or non_medical; `does_not_show` belongs to every view of dose and response.

    An overlay may shorten an interval, make a trend speak louder, ask for something at each session, confirm and add.
    """

    lane: Literal["medical", "non_medical"]
    cuts: dict[str, Cut]
    items: tuple[WatchItem, ...]
    trends: tuple[TrendRule, ...] = ()
    score_trends: tuple[ScoreTrend, ...] = ()
    does_not_show: tuple[str, ...] = ()
    questions: tuple[LeastQuestion, ...] = ()

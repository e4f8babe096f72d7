"""The parts of which an instrument is made: rights, items, scales, bands, rules, change, facts, codes.

Each is a table of the instrument's TOML file. What they mean together is in `instruments.py`.
"""

from enum import StrEnum

import msgspec

from keel.knowledge.certainty import Certainty
from keel.knowledge.documents import Id, Number


class LicenceClass(StrEnum):
    """What the owner of an instrument allows; a missing class is an error, never a permission."""

    PD = "PD"
    CCBY = "CCBY"
    OWN = "OWN"
    NC = "NC"
    REG = "REG"
    PERM = "PERM"
    PAID = "PAID"
    UNK = "UNK"

    @property
    def frees_wording(self) -> bool:
        """Whether item text may be in this repository."""
        return self in (LicenceClass.PD, LicenceClass.CCBY, LicenceClass.OWN)

    @property
    def label(self) -> str:
        """What the class means, in words for people."""
        return {
            LicenceClass.PD: "public domain, or no permission needed",
            LicenceClass.CCBY: "open licence with attribution",
            LicenceClass.OWN: "Keel's own words",
            LicenceClass.NC: "free for non-commercial use only",
            LicenceClass.REG: "free after registration, wording fixed",
            LicenceClass.PERM: "written permission needed",
            LicenceClass.PAID: "licence fee",
            LicenceClass.UNK: "terms not established, treated as not free",
        }[self]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Anything in an instrument that came from somewhere: its sources and how sure it is."""

    sources: tuple[str, ...] = ()
    certainty: Certainty = Certainty.SEEN


class Rights(Part, frozen=True, kw_only=True):
    """Who owns the instrument and what may be done with its words.

    `notice` is printed wherever the wording is; `terms` says in our words what the owner allows; `needs` what is still
    wanted before a release.
    """

    licence_class: LicenceClass = msgspec.field(name="class")
    holder: str
    notice: str = ""
    terms: str
    needs: str = ""


class Recall(Part, frozen=True, kw_only=True):
    """The time that the questions are about. More than one period means that the one used must be stored."""

    periods: tuple[str, ...]


class LookBack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long a danger told in a safety item stands, whatever is answered later, unless a clinician closes it.

    `risk` is what a clinician's assessment must be of to close it; `time` is in days, from the sitting on.
    """

    risk: str
    time: Number


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One possible answer: its number, its label where the wording is free, its LOINC answer code where seen.

    `also` are other words that programs send for it, which are read and never shown.
    """

    value: float
    label: str = ""
    loinc: str = ""
    also: tuple[str, ...] = ()


class AnswerSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Choices that several items share."""

    id: Id
    choices: tuple[Choice, ...]


class Clause(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One test on `items` or on a `scale`, on facts `given` with the answers (such as sex), or on both together.

    On items it holds when at least `count` of them pass. `state` tests how an item stands instead of its value:
    answered, missing (asked without an answer), declined or not_asked.
    """

    items: tuple[str, ...] = ()
    scale: str = ""
    given: dict[str, str] = {}
    at_least: float | None = None
    at_most: float | None = None
    equals: float | None = None
    state: str = ""
    count: int = 1


class Condition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All clauses of `all`, at least one of `any` where there are some, and none of `none`."""

    all: tuple[Clause, ...] = ()
    any: tuple[Clause, ...] = ()
    none: tuple[Clause, ...] = ()

    def clauses(self) -> tuple[Clause, ...]:
        """Every clause, whatever its place."""
        return self.all + self.any + self.none


class ItemKind(StrEnum):
    """How an item is answered."""

    CHOICE = "choice"
    NUMBER = "number"
    TEXT = "text"


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question. `text` is official wording and needs a licence that frees it; `theme` is a word of ours.

    `asked_when` is the branch that leads to it; `applies_when` the persons whom it concerns. A `safety` item prompts
    whatever the total and is never estimated from others.
    """

    id: Id
    text: str = ""
    theme: str = ""
    kind: ItemKind = ItemKind.CHOICE
    answers: str = ""
    least: float | None = None
    most: float | None = None
    safety: bool = False
    reverse: bool = False
    weight: float = 1
    asked_when: Condition | None = None
    applies_when: Condition | None = None
    loinc: str = ""


class Method(StrEnum):
    """How the parts of a scale become one number."""

    SUM = "sum"
    COUNT = "count"


class Scale(Part, frozen=True, kw_only=True):
    """A number computed from items or from other scales; the one called `total` is the instrument's total.

    `items` names items; a list inside the list counts as one part, its highest item. `count` counts parts at
    `threshold` or more (`thresholds` for items that differ). Up to `missing_allowed` parts may be missing: then the
    mean of the others times the number of parts, rounded half up. A scale without items is entered as a number.
    """

    id: Id
    title: str
    items: tuple[str | tuple[str, ...], ...] = ()
    scales: tuple[str, ...] = ()
    method: Method = Method.SUM
    threshold: float = 1
    thresholds: dict[str, float] = {}
    multiply: float = 1
    missing_allowed: int = 0
    missing_certainty: Certainty = Certainty.SEEN
    least: float | None = None
    most: float | None = None

    def parts(self) -> tuple[tuple[str, ...], ...]:
        """The items, each part as the tuple of items of which it is the highest."""
        return tuple((part,) if isinstance(part, str) else part for part in self.items)

    def item_ids(self) -> tuple[str, ...]:
        """Every item that enters, in order."""
        return tuple(item for part in self.parts() for item in part)


class ScoreBand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A named stretch of a scale, both ends included."""

    name: str
    least: float = msgspec.field(name="from")
    most: float | None = msgspec.field(name="to", default=None)

    def holds(self, number: float) -> bool:
        """Whether a number lies in the band; one without an upper end is open."""
        return self.least <= number and (self.most is None or number <= self.most)


class Banding(Part, frozen=True, kw_only=True):
    """The bands of a scale; with `given`, for people of whom those facts are known."""

    id: Id
    scale: str = "total"
    given: dict[str, str] = {}
    bands: tuple[ScoreBand, ...]


class Cutoff(Part, frozen=True, kw_only=True):
    """A published cut on a scale and what it was found to separate; never a diagnosis."""

    id: Id
    scale: str = "total"
    at_least: float | None = None
    at_most: float | None = None
    given: dict[str, str] = {}
    means: str
    accuracy: str = ""


class Rule(Part, frozen=True, kw_only=True):
    """What Keel says when the condition holds; `band` names the outcome of an instrument that has levels, not totals.

    Rules with a band are levels, highest first: only the first that holds speaks, and it names the band unless a
    missing answer leaves a higher level open. `subject` is what it is about where that is not the person: “scoring”.
    `under_protocol` is its verb at the gate of a treatment, where that is another one: a clinician is there.
    """

    id: Id
    subject: str = ""
    when: Condition
    severity: str
    under_protocol: str = ""
    summary: str
    next_step: str = ""
    band: str = ""
    conflicts: tuple[str, ...] = ()


class ChangeKind(StrEnum):
    """What a change rule decides."""

    IMPORTANT = "important"
    """The smallest difference that people notice (minimal important change)."""
    RELIABLE = "reliable"
    """More than the instrument's own noise."""
    RESPONSE = "response"
    REMISSION = "remission"
    SIGNIFICANT = "significant"
    """Clinically significant: the score has come down to where people without the condition are."""


class Measure(StrEnum):
    """On what a change rule is read."""

    POINTS = "points"
    PERCENT = "percent"
    SCORE_AT_MOST = "score_at_most"


class ChangeRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A published size of change. Rules that disagree stand side by side and are all reported.

    `at_baseline` limits a rule to people who started in one of those bands.
    """

    id: Id
    kind: ChangeKind
    measure: Measure
    value: Number
    scale: str = "total"
    at_baseline: tuple[str, ...] = ()
    note: str = ""


class Fact(Part, frozen=True, kw_only=True):
    """Something to know when reading a score: an anchor, a limit, a known error in print."""

    id: Id
    text: str
    numbers: tuple[Number, ...] = ()


class Loinc(Part, frozen=True, kw_only=True):
    """LOINC codes of the whole; items carry their own. Empty where none was found."""

    panel: str = ""
    total: str = ""
    wrong_names: tuple[str, ...] = ()
    """Names of other things under which the codes are in print: one that comes so is not scored."""
    note: str = ""


class Code(Part, frozen=True, kw_only=True):
    """A code of another system with its meaning."""

    system: str
    code: str
    means: str

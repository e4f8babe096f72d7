"""Questionnaires and scales: structure, scoring, meaning and rights, each one a TOML file of data/instruments.

An instrument has `items` (what is asked), `scales` (how items become numbers), `bandings` and `cutoffs` (what a
number is called), `rules` (what an answer makes Keel say) and `change` (what a difference means). Adding one touches
data only.

The licence is a gate: `wording_problems` names every official word that the rights do not free, and loading refuses it.
"""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from keel.knowledge.certainty import Certainty
from keel.knowledge.documents import Document, Id, Number


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


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One possible answer: its number, its label where the wording is free, its LOINC answer code where seen."""

    value: float
    label: str = ""
    loinc: str = ""


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


class Band(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
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
    bands: tuple[Band, ...]


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
    missing answer leaves a higher level open.
    """

    id: Id
    when: Condition
    severity: str
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
    note: str = ""


class Code(Part, frozen=True, kw_only=True):
    """A code of another system with its meaning."""

    system: str
    code: str
    means: str


class Direction(StrEnum):
    """Which way a score improves."""

    LOWER = "lower"
    HIGHER = "higher"
    NONE = "none"


class Form(StrEnum):
    """How much of an instrument Keel holds."""

    SCORED = "scored"
    """Items are entered and scored."""
    TOTALS = "totals"
    """Only totals are entered."""
    UNSCORED = "unscored"
    """Items are entered and read, without a number."""
    NAMED = "named"
    """Named and described, nothing is entered."""


class Instrument(Document, frozen=True, kw_only=True):
    """One questionnaire or scale. `conflicts` are ids of evidence/conflicts.csv: sources that disagree about it."""

    name: str
    domain: str
    rater: str
    purpose: str
    rights: Rights
    recall: Recall
    better: Direction = Direction.NONE
    validated: bool = True
    item_count: int | None = None
    item_count_certainty: Certainty = Certainty.SEEN
    instructions: str = ""
    stem: str = ""
    answer_sets: tuple[AnswerSet, ...] = ()
    items: tuple[Item, ...] = ()
    scales: tuple[Scale, ...] = ()
    bandings: tuple[Banding, ...] = ()
    cutoffs: tuple[Cutoff, ...] = ()
    rules: tuple[Rule, ...] = ()
    change: tuple[ChangeRule, ...] = ()
    facts: tuple[Fact, ...] = ()
    loinc: Loinc = Loinc()
    codes: tuple[Code, ...] = ()
    conflicts: tuple[str, ...] = ()

    @property
    def form(self) -> Form:
        """How much of it Keel holds, from what the file has."""
        if not self.items:
            return Form.TOTALS if self.scales else Form.NAMED
        return Form.SCORED if self.scales or any(rule.band for rule in self.rules) else Form.UNSCORED

    def facts_used(self) -> dict[str, set[str]]:
        """The facts beside the answers on which something here depends, with the values that it names."""
        conditions = [rule.when for rule in self.rules]
        conditions += [c for item in self.items for c in (item.asked_when, item.applies_when) if c is not None]
        named = [clause.given for condition in conditions for clause in condition.clauses()]
        named += [banding.given for banding in self.bandings] + [cutoff.given for cutoff in self.cutoffs]
        used: dict[str, set[str]] = {}
        for given in named:
            for fact, value in given.items():
                used.setdefault(fact, set()).add(value)
        return used

    @property
    def has_wording(self) -> bool:
        """Whether the questions themselves are here."""
        return any(item.text for item in self.items)

    def choices(self, item: Item) -> tuple[Choice, ...]:
        """The choices of an item; empty for one answered by a number or by words."""
        return next((answers.choices for answers in self.answer_sets if answers.id == item.answers), ())

    def label(self, item: Item, choice: Choice) -> str:
        """The words of a choice: its own, yes and no for a bare 1 and 0, else none."""
        if choice.label or {other.value for other in self.choices(item)} != {0, 1}:
            return choice.label
        return "yes" if choice.value == 1 else "no"

    def limits(self, item: Item) -> tuple[float | None, float | None]:
        """The lowest and the highest answer of an item, None where it has no such end."""
        values = [choice.value for choice in self.choices(item)]
        return (min(values), max(values)) if values else (item.least, item.most)


def wording_problems(instrument: Instrument) -> list[str]:
    """The licence gate: every official word that the rights of the instrument do not free, one line each.

    Empty when all is well. Free wording also needs its notice, so that it is never printed without.
    """
    rights = instrument.rights
    worded = [where for where, words in _wording(instrument) if words]
    if worded and not rights.licence_class.frees_wording:
        return [
            f"{instrument.id}: {where} holds wording, and its licence ({rights.licence_class}: "
            f"{rights.licence_class.label}) does not free it. Remove the words; keep `theme` in words of your own."
            for where in worded
        ]
    if worded and not rights.notice:
        return [f"{instrument.id}: the wording is printed with a notice, and `rights.notice` is empty. Add it."]
    return []


def _wording(instrument: Instrument) -> Iterator[tuple[str, str]]:
    yield "instructions", instrument.instructions
    yield "stem", instrument.stem
    for item in instrument.items:
        yield f"item {item.id}", item.text
    for answers in instrument.answer_sets:
        for choice in answers.choices:
            yield f"answer {answers.id}/{choice.value:g}", choice.label

"""Questionnaires and scales: structure, scoring, meaning and rights, each one a TOML file of data/instruments.

An instrument has `items` (what is asked), `scales` (how items become numbers), `bandings` and `cutoffs` (what a
number is called), `rules` (what an answer makes Keel say) and `change` (what a difference means). Adding one touches
data only.

The licence is a gate: `wording_problems` names every official word that the rights do not free, and loading refuses it.
"""

from collections.abc import Iterator
from enum import StrEnum

from keel.knowledge.certainty import Certainty
from keel.knowledge.documents import Document
from keel.knowledge.instruments.parts import (
    AnswerSet,
    Banding,
    ChangeRule,
    Choice,
    Code,
    Cutoff,
    Fact,
    Item,
    Loinc,
    LookBack,
    Recall,
    Rights,
    Rule,
    Scale,
)


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
    look_back: LookBack | None = None
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
    def safety_items(self) -> tuple[str, ...]:
        """The items that ask about safety."""
        return tuple(item.id for item in self.items if item.safety)

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

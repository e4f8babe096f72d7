"""Texts for people: what they cite may be shown, figures carry denominators, languages agree, help is near.

The same rules hold for pages, strategy cards and tools, packaged or from an overlay.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from keel.knowledge.base import Knowledge
from keel.knowledge.catalogues import ENGLISH
from keel.knowledge.errors import UnknownId
from keel.knowledge.evidence.shape import Claim, Use
from keel.knowledge.problem import Problem, error
from keel.knowledge.texts.shape import Text, cited, plain, sections_of

_NUMBER = re.compile(r"\d+(?:[.,\u00a0\u202f ]\d{3})*(?:[.,]\d+)?")
# What stands in the population of a claim and counts nobody: years, doses, ages.
_NOT_PEOPLE = re.compile(
    r"(?:19|20)\d\d(?:-\d+)?|\d+(?:[.,]\d+)?\s*(?:mg|kg|g|mL|ng/mL|y|years?)\b|aged \d+|\d+(?:\.\d+)?%"
)


class Passage(NamedTuple):
    """Words in one language at one place: a paragraph, an item, a card."""

    where: str
    text: str


def page_problems(knowledge: Knowledge) -> Iterator[Problem]:
    """Every problem of the texts for people."""
    for said in passages(knowledge):
        yield from _never_reused(knowledge, said)
        yield from _denominators(knowledge, said)
    for name, text in knowledge.pages.items():
        yield from _ending(knowledge, name, text)
    for lang, texts in knowledge.texts.items():
        yield from _parity(lang, texts, knowledge.texts[ENGLISH])


def passages(knowledge: Knowledge) -> Iterator[Passage]:
    """Every string that people read in pages, strategy cards and tools, with its place."""
    for name, text in knowledge.pages.items():
        for said in text.sentences:
            yield Passage(f"pages/{name}", said)
    for strategy in knowledge.strategies.values():
        for lang, words in strategy.words.items():
            for said in words.sentences:
                yield Passage(f"strategies/{strategy.id} words.{lang}", said)
    for tool in knowledge.tools.values():
        for lang, written in tool.words.items():
            for said in written.sentences:
                yield Passage(f"tools/{tool.id} words.{lang}", said)


def _never_reused(knowledge: Knowledge, said: Passage) -> Iterator[Problem]:
    for name in cited(said.text):
        claim = knowledge.claims.get(name)
        if claim is not None and claim.use is Use.NEVER:
            yield error("pages", said.where, f"rests on {name}, which is marked “do not reuse”. Leave it out.")


def _denominators(knowledge: Knowledge, said: Passage) -> Iterator[Problem]:
    for name in cited(said.text):
        claim = knowledge.claims.get(name)
        if claim is not None and lacks_denominator(plain(said.text), claim):
            yield error("pages", said.where, f"gives the figure of {name} without “of {'/'.join(_shown(claim))}”.")


def lacks_denominator(text: str, claim: Claim) -> bool:
    """Whether a text prints the figure of a claim and none of the numbers of people that it comes from.

    A claim without a number of people in `of` or `population` asks for nothing.
    """
    wanted = denominators(claim)
    found = numbers_in(text)
    figures = {claim.value} if claim.value is not None else set()
    if claim.unit == "%" and claim.value is not None:
        figures |= {round(claim.value), 100 - claim.value}
    return bool(wanted) and bool(found & figures) and not found & wanted


def denominators(claim: Claim) -> set[float]:
    """The numbers of people (or papers, infusions) behind a claim: its `of`, and those named in its population."""
    named = {
        number for number in numbers_in(_NOT_PEOPLE.sub("", claim.population)) if number >= 5 and number.is_integer()
    }
    return {float(claim.of)} if claim.of is not None else named


def _shown(claim: Claim) -> list[str]:
    return [f"{number:,.0f}" for number in sorted(denominators(claim))]


def numbers_in(text: str) -> set[float]:
    """The numbers that a text prints, whichever way thousands and decimals are set apart.

    >>> sorted(numbers_in("26,6 % (340 of 1,285), 18 802 and 0.5 mg"))
    [0.5, 26.6, 340.0, 1285.0, 18802.0]
    """
    found = set()
    for match in _NUMBER.finditer(text):
        digits = re.sub(r"[.,\u00a0\u202f ](?=\d{3}(?!\d))", "", match.group())
        found.add(float(digits.replace(",", ".")))
    return found


def _ending(knowledge: Knowledge, name: str, text: Text) -> Iterator[Problem]:
    """One action, one contact that the directory knows, and sections that are there."""
    where = f"pages/{name}"
    if not text.action or not text.contact:
        yield error("pages", where, "needs an `action` and a `contact`: every page ends with one of each.")
    if text.need not in knowledge.needs:
        yield error("pages", where, f"need “{text.need}” is not in needs.csv.")
    try:
        sections_of(text, knowledge.texts[text.lang])
    except UnknownId as unknown:
        yield error("pages", where, f"reuses what is not there: {unknown}")


def _parity(lang: str, texts: Mapping[str, Text], mother: Mapping[str, Text]) -> Iterator[Problem]:
    for name in sorted(set(mother) - set(texts)):
        yield error("languages", f"pages/{lang}/{name}", f"is missing; {ENGLISH} has it.")
    for name in sorted(set(texts) - set(mother)):
        yield error("languages", f"pages/{lang}/{name}", f"has no twin in {ENGLISH}.")
    for name in sorted(set(texts) & set(mother)):
        for what, ours, theirs in _compared(texts[name], mother[name]):
            if ours != theirs:
                yield error("languages", f"pages/{lang}/{name}", f"{what} are {ours}, in {ENGLISH} {theirs}.")


def _compared(ours: Text, theirs: Text) -> Iterator[tuple[str, object, object]]:
    yield "topic, order and need", (ours.topic, ours.order, ours.need), (theirs.topic, theirs.order, theirs.need)
    yield "sections", [one.id for one in ours.sections], [one.id for one in theirs.sections]
    yield "judged statements", sorted(ours.judges), sorted(theirs.judges)
    yield "reused sections", ours.reuses, theirs.reuses
    yield "cited ids", sorted(ours.cites), sorted(theirs.cites)
    for mine, twin in zip(ours.sections, theirs.sections, strict=False):
        yield f"parts of {mine.id}", _shape(mine), _shape(twin)
    if ours.table is not None and theirs.table is not None:
        yield "columns", [one.id for one in ours.table.columns], [one.id for one in theirs.table.columns]
        rows, their_rows = ([(one.id, one.yours) for one in table.rows] for table in (ours.table, theirs.table))
        yield "rows", rows, their_rows
    yield "tables", ours.table is None, theirs.table is None


def _shape(section: object) -> tuple[int, int, bool]:
    paragraphs, items, step = (getattr(section, name) for name in ("paragraphs", "items", "next_step"))
    return len(paragraphs), len(items), bool(step)

"""From one read stretch of text to its item in the answer."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from keel.assessment.interactions.names import Meaning, Names
from keel.assessment.interactions.rate import Rated, Rater
from keel.assessment.interactions.recognise import Read
from keel.assessment.interactions.report import Item, Match, Status
from keel.assessment.interactions.spelling import Near
from keel.findings import Finding, Reason, worst_first
from keel.knowledge.interactions import ClassWord, Danger

MOST_CHOICES = 5
"""Names that are offered to choose from."""


class Answer(NamedTuple):
    """An item, and the rated classes behind it that take part in stacking."""

    item: Item
    rated: tuple[Rated, ...] = ()


def answer(read: Read, names: Names, rater: Rater) -> Answer:
    """The item of one stretch: an interaction, nothing on file, a question, or not recognised."""
    if read.near:
        return Answer(_misspelt(read, names, rater))
    if read.meaning is None:
        message = rater.texts.not_recognised.format(input=read.typed)
        return Answer(Item(input=read.typed, status=Status.NOT_RECOGNISED, message=message))
    if read.meaning.group:
        return _group(read, read.meaning.group, rater)
    if read.meaning.to_confirm:
        return Answer(_ambiguous(read, read.meaning, rater))
    return _recognised(read, read.meaning, names, rater)


def _recognised(read: Read, meaning: Meaning, names: Names, rater: Rater) -> Answer:
    rated = tuple(each for name in meaning.substances for each in rater.rate(names.rows_of(name)))
    message = "" if rated else _nothing_on_file(read.typed, meaning, rater)
    if read.topical and rated:
        rated = tuple(_as_topical(each, read.topical) for each in rated)
        message = rater.texts.topical.format(word=read.topical)
    item = Item(
        input=read.typed,
        status=Status.INTERACTION if rated else Status.NOTHING_ON_FILE,
        substances=meaning.substances,
        how=meaning.how,
        severity=Danger.worst([each.danger for each in rated]),
        findings=_findings(rated),
        message=message,
    )
    return Answer(item, rated)


def _nothing_on_file(typed: str, meaning: Meaning, rater: Rater) -> str:
    names = "" if meaning.substances == (typed.lower(),) else f" ({', '.join(meaning.substances)})"
    return rater.texts.nothing_on_file.format(input=typed, names=names)


def _as_topical(rated: Rated, word: str) -> Rated:
    finding = rated.finding
    return rated._replace(finding=msgspec.structs.replace(finding, why=(*finding.why, Reason("typed with", word))))


def _ambiguous(read: Read, meaning: Meaning, rater: Rater) -> Item:
    return Item(
        input=read.typed,
        status=Status.AMBIGUOUS,
        how=meaning.how,
        did_you_mean=meaning.substances,
        message=rater.texts.ambiguous.format(input=read.typed, choices=_either(meaning.substances)),
    )


def _misspelt(read: Read, names: Names, rater: Rater) -> Item:
    """Names that were nearly typed; of a brand the message also says what it contains."""
    choices = _choices(read.near, names)
    shown = (_with_contents(choice, names.find(choice)) for choice in choices)
    return Item(
        input=read.typed,
        status=Status.AMBIGUOUS,
        how=Match.FUZZY,
        did_you_mean=choices,
        message=rater.texts.misspelt.format(input=read.typed, choices=_either(shown)),
    )


def _choices(near: Iterable[Near], names: Names) -> tuple[str, ...]:
    """The nearest name of each medicine, nearest first; at the same distance the generic name goes first."""
    found = [(one, names.find(one.name)) for one in near]
    found.sort(key=lambda pair: (pair[0].edits, pair[1] is not None and pair[1].how is not Match.EXACT))
    by_contents: dict[tuple[str, ...], str] = {}
    for one, meaning in found:
        by_contents.setdefault(meaning.substances if meaning and meaning.substances else (one.name,), one.name)
    return tuple(by_contents.values())[:MOST_CHOICES]


def _with_contents(name: str, meaning: Meaning | None) -> str:
    contents = ", ".join(meaning.substances) if meaning else ""
    return f"{name} ({contents})" if contents and contents != name else name


def _group(read: Read, group: ClassWord, rater: Rater) -> Answer:
    """A word for a whole class asks which one; it counts at once where every member belongs to the class."""
    rated = tuple(rater.rate_group(read.typed, group.classes))
    text = rater.texts.group if group.counts else rater.texts.mixed_group
    item = Item(
        input=read.typed,
        status=Status.AMBIGUOUS,
        did_you_mean=group.examples,
        severity=Danger.worst([each.danger for each in rated]) if group.counts else None,
        findings=_findings(rated) if group.counts else (),
        message=text.format(
            input=read.typed,
            classes=", ".join(f"{each.rule.label}: {each.danger}" for each in rated),
            choices=_either(group.examples),
        ),
    )
    return Answer(item, rated if group.counts else ())


def _findings(rated: Iterable[Rated]) -> tuple[Finding, ...]:
    return worst_first(each.finding for each in rated)


def _either(choices: Iterable[str]) -> str:
    """Choices as words: "a", "a or b", "a, b or c"."""
    *some, last = choices
    return f"{', '.join(some)} or {last}" if some else last

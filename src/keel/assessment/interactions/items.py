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
from keel.messages import EMPTY, Message, Name, either, listed

MOST_CHOICES = 5
"""Names that are offered to choose from."""


class Answer(NamedTuple):
    """An item, and the rated classes behind it that take part in stacking."""

    item: Item
    rated: tuple[Rated, ...] = ()


def answer(read: Read, names: Names, rater: Rater) -> Answer:
    """The item of one stretch: an interaction, nothing on file, a question, or not recognised."""
    if read.near:
        return Answer(_misspelt(read, names))
    if read.meaning is None:
        message = Message(
            "“{input}” was not recognised, so nothing was checked for it. That says nothing about whether it may "
            "be combined.",
            input=read.typed,
        )
        return Answer(Item(input=read.typed, status=Status.NOT_RECOGNISED, message=message))
    if read.meaning.group:
        return _group(read, read.meaning.group, rater)
    if read.meaning.to_confirm:
        return Answer(_ambiguous(read, read.meaning))
    return _recognised(read, read.meaning, names, rater)


def _recognised(read: Read, meaning: Meaning, names: Names, rater: Rater) -> Answer:
    rated = tuple(each for name in meaning.substances for each in rater.rate(names.rows_of(name)))
    message = EMPTY if rated else _nothing_on_file(read.typed, meaning)
    if read.topical and rated:
        rated = tuple(_as_topical(each, read.topical) for each in rated)
        message = Message(
            "Typed with “{word}”: the finding is about the medicine in the whole body. Less of it gets there from "
            "skin, eye or ear; ask a pharmacist.",
            word=read.topical,
        )
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


def _nothing_on_file(typed: str, meaning: Meaning) -> Message:
    is_as_typed = meaning.substances == (typed.lower(),)
    contents = listed(Name(name) for name in meaning.substances)
    return Message(
        "“{input}”{names} was recognised. Keel holds nothing on it with ketamine; that is no proof that nothing "
        "happens. Ask a pharmacist when unsure.",
        input=typed,
        names=EMPTY if is_as_typed else Message(" ({names})", names=contents),
    )


def _as_topical(rated: Rated, word: str) -> Rated:
    finding = rated.finding
    return rated._replace(
        finding=msgspec.structs.replace(finding, why=(*finding.why, Reason(Message("typed with"), word)))
    )


def _ambiguous(read: Read, meaning: Meaning) -> Item:
    return Item(
        input=read.typed,
        status=Status.AMBIGUOUS,
        how=meaning.how,
        did_you_mean=meaning.substances,
        message=Message(
            "“{input}” may mean {choices}. It was not checked: say which one.",
            input=read.typed,
            choices=either(Name(name) for name in meaning.substances),
        ),
    )


def _misspelt(read: Read, names: Names) -> Item:
    """Names that were nearly typed; of a brand the message also says what it contains."""
    choices = _choices(read.near, names)
    shown = (_with_contents(choice, names.find(choice)) for choice in choices)
    return Item(
        input=read.typed,
        status=Status.AMBIGUOUS,
        how=Match.FUZZY,
        did_you_mean=choices,
        message=Message(
            "“{input}” is not a name on file. Did you mean {choices}? It was not checked: say which one.",
            input=read.typed,
            choices=either(shown),
        ),
    )


def _choices(near: Iterable[Near], names: Names) -> tuple[str, ...]:
    """The nearest name of each medicine, nearest first; at the same distance the generic name goes first."""
    found = [(one, names.find(one.name)) for one in near]
    found.sort(key=lambda pair: (pair[0].edits, pair[1] is not None and pair[1].how is not Match.EXACT))
    by_contents: dict[tuple[str, ...], str] = {}
    for one, meaning in found:
        by_contents.setdefault(meaning.substances if meaning and meaning.substances else (one.name,), one.name)
    return tuple(by_contents.values())[:MOST_CHOICES]


def _with_contents(name: str, meaning: Meaning | None) -> Message:
    contents = listed(Name(substance) for substance in meaning.substances) if meaning else EMPTY
    if contents in ("", name):
        return Name(name)
    return Message("{name} ({label})", name=Name(name), label=contents)


def _group(read: Read, group: ClassWord, rater: Rater) -> Answer:
    """A word for a whole class asks which one; it counts at once where every member belongs to the class."""
    rated = tuple(rater.rate_group(read.typed, group.classes))
    slots = {
        "input": read.typed,
        "classes": listed(
            Message("{label}: {danger}", label=Message(each.rule.label), danger=Message(each.danger.value))
            for each in rated
        ),
        "choices": either(Name(name) for name in group.examples),
    }
    if group.counts:
        message = Message("“{input}” names a group ({classes}). Which one? For example {choices}.", **slots)
    else:
        message = Message(
            "“{input}” names a group whose members differ: {classes}. It was not checked: say which one, for example "
            "{choices}.",
            **slots,
        )
    item = Item(
        input=read.typed,
        status=Status.AMBIGUOUS,
        did_you_mean=group.examples,
        severity=Danger.worst([each.danger for each in rated]) if group.counts else None,
        findings=_findings(rated) if group.counts else (),
        message=message,
    )
    return Answer(item, rated if group.counts else ())


def _findings(rated: Iterable[Rated]) -> tuple[Finding, ...]:
    return worst_first(each.finding for each in rated)

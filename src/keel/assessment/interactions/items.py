"""From one read stretch of text to its item in the answer."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import msgspec

from keel.assessment.interactions.names import NONE, Meaning, Names, TypedName
from keel.assessment.interactions.rate import ClassRating, Rater
from keel.assessment.interactions.report import Item, Match, Status
from keel.assessment.interactions.spelling import Neighbour
from keel.assessment.interactions.typed_list import name_key
from keel.findings import Finding, Reason, worst_first
from keel.knowledge.interactions import ClassWord, Danger
from keel.messages import EMPTY, Message, Name, either, listed

MOST_CHOICES = 5
"""Names that are offered to choose from."""


class Answer(NamedTuple):
    """An item, and the rated classes behind it that take part in stacking."""

    item: Item
    rated: tuple[ClassRating, ...] = ()


def answer(read: TypedName, names: Names, rater: Rater) -> Answer:
    """The item of one stretch: an interaction, nothing on file, a question, or not recognised."""
    if read.near:
        return Answer(_misspelt(read, names, rater))
    if read.taken.says == NONE:
        message = Message("“{input}” was read as: no medicines.", input=read.typed)
        return Answer(Item(input=read.typed, status=Status.NOT_TAKEN, message=message))
    if read.meaning is None:
        message = Message(
            "“{input}” was not recognised, so nothing was checked for it. That says nothing about whether it may "
            "be combined.",
            input=read.typed,
        )
        return Answer(Item(input=read.typed, status=Status.NOT_RECOGNISED, message=message))
    if read.taken.says:
        return Answer(_not_plainly_taken(read, read.meaning, names, rater))
    if read.meaning.family:
        return Answer(_other_product(read, read.meaning, names, rater))
    if read.meaning.group:
        return _group(read, read.meaning.group, rater)
    if read.meaning.to_confirm:
        return Answer(_ambiguous(read, read.meaning, names, rater))
    return _recognised(read, read.meaning, names, rater)


def _recognised(read: TypedName, meaning: Meaning, names: Names, rater: Rater) -> Answer:
    rated = tuple(each for name in meaning.substances for each in rater.rate(names.rows_of(name)))
    message = EMPTY if rated else _nothing_on_file(read.typed, meaning)
    if read.topical and rated:
        rated = tuple(_as_topical(each, read.topical) for each in rated)
        message = Message(
            "Typed with “{word}”: the finding is about the medicine in the whole body. Less of it gets there from "
            "skin, eye or ear; ask a pharmacist.",
            word=read.topical,
        )
    status = Status.INTERACTION if rated else Status.NOTHING_ON_FILE
    if read.unmatched:
        status = Status.PARTIAL
        message = Message(
            "Only “{input}” was recognised, not “{rest}” behind it: it may be another product with other contents. "
            "Look at the box.",
            input=read.typed,
            rest=read.unmatched,
        )
    item = Item(
        input=read.typed,
        status=status,
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


def _as_topical(rated: ClassRating, word: str) -> ClassRating:
    finding = rated.finding
    return rated._replace(
        finding=msgspec.structs.replace(finding, why=(*finding.why, Reason(Message("typed with"), word)))
    )


def _ambiguous(read: TypedName, meaning: Meaning, names: Names, rater: Rater) -> Item:
    could_be = _dangers(meaning.substances, names, rater)
    slots = {
        "input": read.typed,
        "choices": either(Name(name) for name in meaning.substances),
        "possible": _possible(could_be),
    }
    if meaning.is_unconfirmed:
        message = Message(
            "“{input}” is a brand, and no source that was read says what it contains; it may be {choices}. Look at the "
            "box and write what it contains.{possible}",
            **slots,
        )
    else:
        message = Message("“{input}” may mean {choices}. It was not checked: say which one.{possible}", **slots)
    return Item(
        input=read.typed,
        status=Status.CONTENTS_NOT_KNOWN if meaning.is_unconfirmed else Status.AMBIGUOUS,
        how=meaning.how,
        did_you_mean=meaning.substances,
        could_be=Danger.worst(list(could_be.values())),
        message=message,
    )


def _dangers(choices: Iterable[str], names: Names, rater: Rater) -> dict[str, Danger]:
    """The names to choose from that have an interaction on file, with how serious it would be."""
    rated = {name: _danger(names.find(name_key(name)), names, rater) for name in choices}
    return {name: danger for name, danger in rated.items() if danger}


def _danger(meaning: Meaning | None, names: Names, rater: Rater) -> Danger | None:
    if meaning is None:
        return None
    if meaning.group:
        return Danger.worst([each.danger for each in rater.rate_group(meaning.name, meaning.group.classes)])
    rows = [row for name in meaning.substances for row in names.rows_of(name)]
    return Danger.worst([each.danger for each in rater.rate(rows)])


def _possible(could_be: Mapping[str, Danger]) -> Message:
    """What the most serious choices would mean: " If you meant alprazolam: major."."""
    worst = Danger.worst(list(could_be.values()))
    if worst is None:
        return EMPTY
    choices = either(Name(name) for name, danger in could_be.items() if danger is worst)
    return Message(" If you meant {choices}: {worst}.", choices=choices, worst=Message(worst.value))


def _not_plainly_taken(read: TypedName, meaning: Meaning, names: Names, rater: Rater) -> Item:
    """A name with "no", "allergic to" or "stopped": not taken, unless it is unclear or goes on counting."""
    says, when = read.taken
    goes_on = _after_stopping(meaning, names, rater) if says == "stopped" and when != "long-ago" else 0
    asks = says == "unclear" or goes_on or (says == "stopped" and when == "recently")
    if not asks:
        return Item(input=read.typed, status=Status.NOT_TAKEN, message=_SAID[says](read.typed))
    danger = _danger(meaning, names, rater)
    choices = meaning.group.examples if meaning.group else meaning.substances or meaning.family
    if says == "unclear":
        message = Message("Is “{input}” taken? What stands beside it can be read both ways.", input=read.typed)
    elif goes_on:
        message = Message(
            "When was “{input}” stopped? It goes on counting for about {days} days after the last dose.",
            input=read.typed,
            days=goes_on,
        )
    else:
        message = Message("When was “{input}” last taken? It may still count.", input=read.typed)
    if danger:
        message = Message("{message} If it counts: {worst}.", message=message, worst=Message(danger.value))
    return Item(
        input=read.typed, status=Status.AMBIGUOUS, how=meaning.how, did_you_mean=choices, could_be=danger,
        message=message,
    )  # fmt: skip


_SAID: dict[str, Callable[[str], Message]] = {
    "no": lambda typed: Message("“{input}” was read as not taken.", input=typed),
    "allergic": lambda typed: Message(
        "“{input}” was read as an allergy or intolerance, not as taken. Tell whoever treats you of it.", input=typed
    ),
    "stopped": lambda typed: Message("“{input}” was read as stopped, not as taken now.", input=typed),
}


def _after_stopping(meaning: Meaning, names: Names, rater: Rater) -> int:
    """For how many days after the last dose a class behind a name goes on counting; 0 where none does."""
    classes = {name for substance in meaning.substances for row in names.rows_of(substance) for name in row.classes}
    classes |= set(meaning.group.classes) if meaning.group else set()
    return max((row.days for row in rater.knowledge.after_stopping.values() if row.id in classes), default=0)


def _other_product(read: TypedName, meaning: Meaning, names: Names, rater: Rater) -> Item:
    could_be = _dangers(meaning.family, names, rater)
    return Item(
        input=read.typed,
        status=Status.CONTENTS_NOT_KNOWN,
        how=meaning.how,
        did_you_mean=meaning.family,
        could_be=Danger.worst(list(could_be.values())),
        message=Message(
            "What “{input}” contains is not on file; a brand with another word behind it often contains something "
            "else. Look at the box and write what it contains.{possible}",
            input=read.typed,
            possible=_possible(could_be),
        ),
    )


def _misspelt(read: TypedName, names: Names, rater: Rater) -> Item:
    """Names that were nearly typed; of a brand the message also says what it contains."""
    choices = _choices(read.near, names)
    shown = (_with_contents(choice, names.find(choice)) for choice in choices)
    could_be = _dangers(choices, names, rater)
    return Item(
        input=read.typed,
        status=Status.AMBIGUOUS,
        how=Match.FUZZY,
        did_you_mean=choices,
        could_be=Danger.worst(list(could_be.values())),
        message=Message(
            "“{input}” is not a name on file. Did you mean {choices}? It was not checked: say which one.{possible}",
            input=read.typed,
            choices=either(shown),
            possible=_possible(could_be),
        ),
    )


def _choices(near: Iterable[Neighbour], names: Names) -> tuple[str, ...]:
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


def _group(read: TypedName, group: ClassWord, rater: Rater) -> Answer:
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
        could_be=Danger.worst([each.danger for each in rated]),
        findings=_findings(rated) if group.counts else (),
        message=message,
    )
    return Answer(item, rated if group.counts else ())


def _findings(rated: Iterable[ClassRating]) -> tuple[Finding, ...]:
    return worst_first(each.finding for each in rated)

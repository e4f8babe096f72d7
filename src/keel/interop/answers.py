"""Answers to the items of questionnaires as files write them: by code, in words, as a number, or none with a reason."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from keel.assessment.instruments import find_item
from keel.knowledge import Knowledge
from keel.knowledge.instruments import Choice, Instrument, Item, ItemKind
from keel.knowledge.reading import CodeKind
from keel.record.selection import NOT_UNDERSTOOD

LOINC = "http://loinc.org"
STATES = {
    "asked-declined": "declined",
    "not-asked": "not_asked",
    "not-applicable": "not_asked",
    "not-performed": "not_asked",
    "error": NOT_UNDERSTOOD,
}
"""Reasons for having no answer that are more than “unanswered”: FHIR's data-absent-reason to Keel's state."""
OWN_STATES = ("declined", "not_asked", "unanswered", NOT_UNDERSTOOD)
"""What stands in a record in the place of an answer."""
_YES_NO = {0, 1}
_LONGEST_LABEL = 500
_PRINTED_NUMBER = re.compile(
    r"^[(\[]?\d{1,3}[)\]]?\s*[-–—:=.)]\s*(?=\D)|^[(\[]\d{1,3}[)\]]\s*(?=\D)|(?<=\D)\s*[(\[=:]\s*\d{1,3}\s*[)\]]?$"
)
_SMALL_WORDS = frozenset(("a", "an", "of", "the", "in", "on", "or", "de", "del", "la", "las", "el", "los"))
"""Words that say nothing in the label of an answer: “more than half of the days”."""


class AnswerSent(NamedTuple):
    """One answer as it came: codes (system and code), words, a number, or why there is none."""

    codes: tuple[tuple[str, str], ...] = ()
    words: tuple[str, ...] = ()
    number: float | None = None
    absent: str = ""


def own_items(
    instrument: Instrument, written: Mapping[str, bool | int | str], knowledge: Knowledge
) -> tuple[dict[str, int | str], dict[str, bool | int | str]]:
    """Answers under the item's own id with the item's own value, and those that were not understood, as written.

    A name that is neither an item nor a scale stays as it is, for the scoring to refuse.
    """
    items: dict[str, int | str] = {}
    unread: dict[str, bool | int | str] = {}
    known = {item.id: item for item in instrument.items}
    for key, answer in written.items():
        name = find_item(instrument, key) or key
        # Two names of one item are two answers: the second stays under its own name, and the scoring refuses it.
        name = key if name in items else name
        item = known.get(name)
        state = answer.strip().casefold().replace(" ", "_").replace("-", "_") if isinstance(answer, str) else ""
        if item is None or state in OWN_STATES:
            items[name] = state if state in OWN_STATES else answer
            continue
        value = answer_to(instrument, item, _written(answer), knowledge)
        if value is None:
            unread[name], value = answer, NOT_UNDERSTOOD
        items[name] = value
    return items, unread


def _written(answer: bool | int | str) -> AnswerSent:
    if isinstance(answer, bool):
        return AnswerSent(words=("yes" if answer else "no",), number=float(answer))
    if isinstance(answer, int):
        return AnswerSent(number=float(answer))
    return AnswerSent(codes=(("", answer.strip()),), words=(answer,))


def answer_to(instrument: Instrument, item: Item, said: AnswerSent, knowledge: Knowledge) -> int | str | None:
    """The item's own value for what was said; None where it is not one of its answers.

    A code decides, then the label of a choice, then yes or no for an item that takes them, then a number within the
    item's range.
    """
    if said.absent:
        return STATES.get(said.absent, "unanswered")
    if item.kind is ItemKind.TEXT:
        return next(iter(said.words), None)
    choices = instrument.choices(item)
    labels = {_label(word) for word in said.words}
    for choice in choices:
        if choice.loinc and {(LOINC, choice.loinc), ("", choice.loinc)} & set(said.codes):
            return whole(choice.value)
    for choice in labelled(instrument, item, knowledge):
        if any(_label(label) in labels for label in (choice.label, *choice.also) if label):
            return whole(choice.value)
    if {choice.value for choice in choices} == _YES_NO and (is_yes := yes_or_no(said, knowledge)) is not None:
        return int(is_yes)
    number = _number(instrument, item, said)
    least, most = instrument.limits(item)
    if number is None or (choices and number not in [choice.value for choice in choices]):
        return None
    inside = (least is None or number >= least) and (most is None or number <= most)
    return whole(number) if inside else None


def labelled(instrument: Instrument, item: Item, knowledge: Knowledge) -> tuple[Choice, ...]:
    """The choices of an item with their labels in every language in which they are held."""
    languages = (words.lang for words in knowledge.instrument_words.values() if words.id == instrument.id)
    held = (knowledge.instrument_in(instrument.id, lang) for lang in languages)
    return tuple(choice for one in (instrument, *held) for choice in one.choices(item))


def in_numbers(instrument: Instrument, typed: Mapping[str, Any] | Sequence[Any], knowledge: Knowledge) -> Any:
    """Typed answers with each word for yes or no as 1 or 0 where all items take just these; others as they are."""
    values = {choice.value for item in instrument.items for choice in instrument.choices(item)}
    if values != _YES_NO:
        return typed

    def number(answer: Any) -> Any:
        known = yes_or_no(AnswerSent(words=(answer,)), knowledge) if isinstance(answer, str) else None
        return answer if known is None else int(known)

    if isinstance(typed, Mapping):
        return {name: number(answer) for name, answer in typed.items()}
    return [number(answer) for answer in typed]


def yes_or_no(said: AnswerSent, knowledge: Knowledge) -> bool | None:
    """Whether a yes or a no was said, by code or in words; None where it is neither, or both."""
    table = knowledge.reading_codes
    coded = [table.coded(CodeKind.YES_NO, system or LOINC, code) for system, code in said.codes]
    known = {row.means for row in coded if row} or {
        row.means for word in said.words if (row := table.named(CodeKind.YES_NO, word.strip(" .!")))
    }
    return None if len(known) != 1 else known == {"yes"}


def _number(instrument: Instrument, item: Item, said: AnswerSent) -> float | None:
    """The number that was said, or that a code is: of Keel's own system (`fhir_questionnaire` writes them), or of a
    sender's where no words beside it could say that it counts otherwise.
    """
    is_bare = _as_number(said.words) is not None or not said.words
    own = f":{instrument.id}:{item.answers}"
    codes = (code for system, code in said.codes if system.endswith(own) or (is_bare and system != LOINC))
    return said.number if said.number is not None else _as_number([*codes, *said.words])


def _label(word: str) -> str:
    """The letters of an answer, without small words and the number that a form prints beside it: “0 - Not at all”."""
    words = re.findall(r"\w+|[^\w\s]", _PRINTED_NUMBER.sub("", word.strip()[:_LONGEST_LABEL]).casefold())
    said = [one for one in words if one not in _SMALL_WORDS]
    return "".join(said or words).strip(".")


def whole(value: float) -> int | None:
    """The number where it is a whole one."""
    return int(value) if value == int(value) else None


def _as_number(words: Iterable[str]) -> float | None:
    for word in words:
        if word.strip().isdecimal() and len(word.strip()) < 10:
            return float(word)
    return None

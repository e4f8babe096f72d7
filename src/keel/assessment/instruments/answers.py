"""Answers as they arrive, read against an instrument: each item ends as a value or as a reason for having none."""

import math
import re
from collections.abc import Mapping, Sequence

from keel.assessment.instruments.errors import AnswerOutOfRange, NothingToScore, UnknownItem, WordingNotHeld
from keel.assessment.instruments.sheet import ItemState, Response, Sheet
from keel.knowledge.instruments import Form, Instrument, Item, ItemKind, Scale
from keel.messages import EMPTY, Message, Name, Numeral, either, listed

Answer = float | int | str | bool | None
"""A number, the label or LOINC code of a choice, the words of a text item, None, or one of the states."""


_STATES = {
    "": ItemState.UNANSWERED,
    "unanswered": ItemState.UNANSWERED,
    "not_answered": ItemState.UNANSWERED,
    "declined": ItemState.DECLINED,
    "not_asked": ItemState.NOT_ASKED,
    "not_understood": ItemState.NOT_UNDERSTOOD,
}
_YES_NO = {"yes": 1.0, "no": 0.0, "true": 1.0, "false": 0.0}


def read_answers(
    instrument: Instrument, answers: Mapping[str, Answer] | Sequence[Answer], given: Mapping[str, str] | None = None
) -> Sheet:
    """The sheet of some answers.

    A mapping names items by id (`"9"`, also `"q9"`, `"item 9"` or the item's LOINC code) and scales by id for numbers
    that were totalled elsewhere. A sequence holds the items in order. What is not mentioned is not answered.
    Raises UnknownItem, AnswerOutOfRange, WordingNotHeld or NothingToScore.
    """
    if instrument.form is Form.NAMED:
        raise NothingToScore(
            Message(
                "{instrument} is named in Keel and not entered: {licence}. `keel score {id}` says what is known of it.",
                instrument=Name(instrument.name),
                licence=Message(instrument.rights.licence_class.label),
                id=instrument.id,
            )
        )
    named = dict(answers.items()) if isinstance(answers, Mapping) else _in_order(instrument, answers)
    items = {item.id: item for item in instrument.items}
    scales = {scale.id: scale for scale in instrument.scales}
    responses = {name: Response(ItemState.UNANSWERED) for name in items}
    entered: dict[str, float] = {}
    disputed: set[str] = set()
    seen: dict[str, str] = {}
    for key, answer in named.items():
        name = _resolve(instrument, str(key))
        if name in seen:
            raise UnknownItem(
                Message(
                    "{instrument}: “{one}” and “{other}” are the same item. Keep one of them.",
                    instrument=Name(instrument.name),
                    one=seen[name],
                    other=str(key),
                )
            )
        seen[name] = str(key)
        if name in items:
            responses[name] = _response(instrument, items[name], answer)
        elif answer == ItemState.NOT_UNDERSTOOD:
            disputed.add(name)
        elif answer is not None:
            entered[name] = _entered(instrument, scales[name], answer)
    return Sheet(responses, entered, dict(given or {}), frozenset(disputed))


def _in_order(instrument: Instrument, answers: Sequence[Answer]) -> dict[str, Answer]:
    ids = [item.id for item in instrument.items]
    scored = [item for item in ids if any(item in scale.item_ids() for scale in instrument.scales)]
    # What is asked after some answers only may be left off at the end.
    last = max((place for place, item in enumerate(instrument.items, 1) if item.asked_when is None), default=0)
    always = ids[:last]
    for order in (ids, scored, always):
        if len(answers) == len(order) > 0:
            return dict(zip(order, answers, strict=True))
    if not ids and len(answers) == len(instrument.scales) == 1:
        return {instrument.scales[0].id: answers[0]}
    if not ids and len(answers) == 1 and any(scale.id == "total" for scale in instrument.scales):
        return {"total": answers[0]}
    counts = sorted({len(order) for order in (ids, scored, always) if order})
    raise UnknownItem(
        Message(
            "{instrument} has {counts} items in order, and the list holds {count}. Leave the place of an item without "
            "an answer empty (null in JSON), or name the items.",
            instrument=Name(instrument.name),
            counts=either(counts or [0]),
            count=len(answers),
        )
    )


def find_item(instrument: Instrument, key: str) -> str | None:
    """The id of the item or scale that a key names: its id, “q9”, “item 9”, a LOINC code; None where there is none."""
    known = [item.id for item in instrument.items] + [scale.id for scale in instrument.scales]
    if key in known:
        return key
    by_code = {item.loinc: item.id for item in instrument.items if item.loinc}
    bare = re.sub(r"^(?:question|item|q)[ _.-]*(?=\d)", "", key.strip().strip("/").lower())
    candidates = (bare, by_code.get(bare, ""), "total" if bare and bare == instrument.loinc.total else "")
    return next((candidate for candidate in candidates if candidate in known), None)


def _resolve(instrument: Instrument, key: str) -> str:
    if name := find_item(instrument, key):
        return name
    known = [item.id for item in instrument.items] + [scale.id for scale in instrument.scales]
    raise UnknownItem(
        Message(
            "{instrument} has no item called “{name}”. It has: {known}.",
            instrument=Name(instrument.name),
            name=key,
            known=listed(known),
        )
    )


def _response(instrument: Instrument, item: Item, answer: Answer) -> Response:
    word = answer.strip().lower().replace(" ", "_").replace("-", "_") if isinstance(answer, str) else None
    if answer is None or word in _STATES:
        return Response(_STATES[word or ""])
    if item.kind is ItemKind.TEXT:
        return Response(ItemState.ANSWERED, text=str(answer))
    number = _number(answer)
    if number is None:
        number = _by_label(instrument, item, str(answer))
    return Response(ItemState.ANSWERED, _within(instrument, item, number))


def _number(answer: Answer) -> float | None:
    try:
        number = float(answer)  # type: ignore[arg-type]  # None never comes here
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _by_label(instrument: Instrument, item: Item, words: str) -> float:
    choices = instrument.choices(item)
    if {choice.value for choice in choices} == {0, 1} and words.strip().lower() in _YES_NO:
        return _YES_NO[words.strip().lower()]
    for choice in choices:
        if words.strip().lower() in (choice.label.lower(), choice.loinc.lower()) and words.strip():
            return choice.value
    if not any(choice.label for choice in choices):
        raise WordingNotHeld(
            Message(
                "{instrument} item {item}: “{words}” is not a number. Keel holds no wording for this item ({licence}); "
                "enter a number. {offer}.",
                instrument=Name(instrument.name),
                item=item.id,
                words=words,
                licence=Message(instrument.rights.licence_class.label),
                offer=_offer(instrument, item),
            )
        )
    raise _not_offered(instrument, item, Message("“{text}”", text=words))


def _within(instrument: Instrument, item: Item, number: float) -> float:
    choices = [choice.value for choice in instrument.choices(item)]
    least, most = instrument.limits(item)
    low, high = (-math.inf if least is None else least), (math.inf if most is None else most)
    if (
        (choices and number not in choices)
        or not low <= number <= high
        or (item.kind is ItemKind.CHOICE and number % 1)
    ):
        raise _not_offered(instrument, item, Numeral(f"{number:g}"))
    return number


def _not_offered(instrument: Instrument, item: Item, answer: Message | Numeral) -> AnswerOutOfRange:
    return AnswerOutOfRange(
        Message(
            "{instrument} item {item}: {answer} is not a valid answer. {offer}.{from_one} For no answer leave its "
            "place empty, or write declined or not_asked.",
            instrument=Name(instrument.name),
            item=item.id,
            answer=answer,
            offer=_offer(instrument, item),
            from_one=_counted_from_one(instrument, item, answer),
        )
    )


def _counted_from_one(instrument: Instrument, item: Item, answer: Message | Numeral) -> Message | Numeral:
    """What to do where a form numbers its answers from 1 and the instrument from 0: the answer is one too many."""
    values = [choice.value for choice in instrument.choices(item)]
    if not values or min(values) != 0 or str(answer) != f"{max(values) + 1:g}":
        return EMPTY
    return Message(
        " Some forms number these answers from 1 to {most}: then take 1 from each.",
        most=Numeral(f"{max(values) + 1:g}"),
    )


def _offer(instrument: Instrument, item: Item) -> Message:
    choices = instrument.choices(item)
    if not choices:
        return Message("It takes {span}", span=span_text(*instrument.limits(item)))
    labelled = any(choice.label for choice in choices)
    numbers = [f"{choice.value:g}" + (f" ({choice.label})" if labelled else "") for choice in choices]
    return Message("Choose {answers}", answers=listed(numbers))


def span_text(least: float | None, most: float | None) -> Message | Numeral:
    """A range in words: “0 to 6”, “0 or more”, “any number”."""
    if least is None:
        return Message("any number")
    return (
        Message("{count} or more", count=Numeral(f"{least:g}")) if most is None else Numeral(f"{least:g} to {most:g}")
    )


def _entered(instrument: Instrument, scale: Scale, answer: Answer) -> float:
    number = _number(answer)
    low = -math.inf if scale.least is None else scale.least
    high = math.inf if scale.most is None else scale.most
    if number is None or not low <= number <= high:
        raise AnswerOutOfRange(
            Message(
                "{instrument} {scale}: “{answer}” is not a valid score. It takes {span}.",
                instrument=Name(instrument.name),
                scale=scale.id,
                answer=str(answer),
                span=span_text(scale.least, scale.most),
            )
        )
    return number

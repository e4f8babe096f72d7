"""A questionnaire as fields of a form, as a page shows it, and the answers that were given in it."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django import forms
from django.forms.boundfield import BoundField

from keel.knowledge.instruments import Instrument, Item, ItemKind
from keel.web.language.words import gettext as _


class Question(NamedTuple):
    """One question: its number, its field, how it is answered (`choice`, `number`, `text`).

    `branch` says in words after which answer it is asked; it then has no number.
    """

    number: str
    field: BoundField
    kind: str
    branch: str


class Questionnaire(NamedTuple):
    """A questionnaire and its questions; `answered` counts those with an answer."""

    instrument: Instrument
    questions: tuple[Question, ...]
    answered: int


def questionnaire_of(form: forms.Form, instrument: Instrument) -> Questionnaire:
    """The questions of an instrument with the fields of this form."""
    questions = tuple(_questions(form, instrument))
    return Questionnaire(instrument, questions, sum(_has_value(question.field) for question in questions))


def _questions(form: forms.Form, instrument: Instrument) -> Iterator[Question]:
    number = 0
    for item in instrument.items:
        branch = _branch(item)
        number += 0 if branch else 1
        field = form[answer_name(instrument.id, item.id)]
        yield Question("" if branch else str(number), field, ItemKind(item.kind).value, branch)


def _branch(item: Item) -> str:
    if item.asked_when is None:
        return ""
    return _("if any of these is yes") if item.asked_when.any else _("if yes")


def _has_value(field: Any) -> bool:
    return field.value() not in (None, "")


def answer_name(instrument: str, item: str) -> str:
    """The name of the field that holds the answer to an item."""
    return f"{instrument}.{item}"


def answer_field(instrument: Instrument, item: Item) -> forms.Field:
    """The field for an item: choices, a whole number, or words; never required."""
    if item.kind is ItemKind.CHOICE:
        options = [
            (f"{choice.value:g}", instrument.label(item, choice).capitalize()) for choice in instrument.choices(item)
        ]
        return forms.ChoiceField(label=item.text, required=False, choices=options, widget=forms.RadioSelect)
    if item.kind is ItemKind.NUMBER:
        return forms.IntegerField(label=item.text, required=False, min_value=int(item.least or 0), max_value=5000)
    return forms.CharField(label=item.text, required=False, max_length=300)


def answers_in(cleaned: Mapping[str, Any], instrument: Instrument) -> dict[str, int | str]:
    """The answers to an instrument in the cleaned fields of a form, by item; what has no answer is left out."""
    given = {item.id: cleaned.get(answer_name(instrument.id, item.id)) for item in instrument.items}
    return {
        item: int(value) if str(value).isdecimal() else str(value)
        for item, value in given.items()
        if value not in (None, "")
    }

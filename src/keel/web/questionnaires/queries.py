"""A questionnaire as a page shows it: each question with its field, the first answer that opens it, and its notice."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django import forms
from django.forms.boundfield import BoundField

from keel.knowledge.instruments import Instrument, Item, ItemKind
from keel.web.check.forms import answer_name
from keel.web.language.words import gettext as _


class Question(NamedTuple):
    """One question: its number, its field, how it is answered (`choice`, `number`, `text`).

    `branch` says in words after which answer it is asked; it then has no number.
    """

    number: str
    field: BoundField
    kind: str
    branch: str


class Asked(NamedTuple):
    """A questionnaire and its questions; `answered` counts those with an answer."""

    instrument: Instrument
    questions: tuple[Question, ...]
    answered: int


def asked(form: forms.Form, instrument: Instrument) -> Asked:
    """The questions of an instrument with the fields of this form."""
    questions = tuple(_questions(form, instrument))
    return Asked(instrument, questions, sum(_has_value(question.field) for question in questions))


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

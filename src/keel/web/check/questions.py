"""A questionnaire as a page shows it: each question with its field, the first answer that opens it, and its notice."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django import forms
from django.forms.boundfield import BoundField

from keel.knowledge.instruments import Instrument, ItemKind
from keel.web.check.forms import answer_name


class Question(NamedTuple):
    """One question: its number where it has one, its field, and how it is answered (`choice`, `number`, `text`)."""

    number: str
    field: BoundField
    kind: str
    is_branch: bool


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
        is_branch = item.asked_when is not None
        number += 0 if is_branch else 1
        field = form[answer_name(instrument.id, item.id)]
        yield Question("" if is_branch else str(number), field, ItemKind(item.kind).value, is_branch)


def _has_value(field: Any) -> bool:
    return field.value() not in (None, "")

"""The fields of a form with their answers, and what a session answers of its treatment in every form and report."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from keel.assessment.session.events import DeviceGiven
from keel.assessment.session.view import SessionView
from keel.knowledge.certainty import Certainty
from keel.knowledge.sessions import FormField

Answer = str | float | bool | None


class FieldAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a form with its answer; None where nobody has answered it.

    `by_hand` where neither session nor record answers it, so that somebody writes it in.
    """

    id: str
    moment: str
    section: str
    label: str
    kind: str
    choices: tuple[str, ...]
    value: Answer
    required: bool
    by_hand: bool
    certainty: Certainty


def filled(
    fields: Iterable[FormField], answers: Mapping[str, Answer], written: Mapping[str, Answer]
) -> tuple[FieldAnswer, ...]:
    """Fields with what is known by the name of their `answer`, else with what was written in by their id."""
    return tuple(_field(one, answers, written) for one in fields)


def _field(field: FormField, answers: Mapping[str, Answer], written: Mapping[str, Answer]) -> FieldAnswer:
    known = answers.get(field.answer) if field.answer else None
    return FieldAnswer(
        id=field.id,
        moment=field.moment,
        section=field.section,
        label=field.label,
        kind=field.kind,
        choices=field.choices,
        value=written.get(field.id) if known is None else known,
        required=field.required,
        by_hand=known is None,
        certainty=field.certainty,
    )


def treatment_day(view: SessionView) -> dt.date | None:
    """The day of the first device where the clinic is; None before it."""
    return None if view.dose.first_at is None else _day(view.dose.first_at, view)


def treatment_answers(view: SessionView) -> Iterator[tuple[str, Answer]]:
    """Day, dose and lots of a session; nothing before the first device."""
    day = treatment_day(view)
    if day is not None:
        yield "treatment_date", day.isoformat()
        yield "dose_mg", view.dose.given_mg
        yield "lots", ", ".join(dict.fromkeys(one.lot for one in _devices(view) if one.lot)) or None


def _devices(view: SessionView) -> Iterator[DeviceGiven]:
    return (event for event in view.events if isinstance(event, DeviceGiven))


def _day(moment: dt.datetime, view: SessionView) -> dt.date:
    return moment.astimezone(view.at.tzinfo).date()

"""A letter to another service, a fact each step: written, sent, answered, withdrawn; silence becomes overdue."""

import datetime as dt
from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from keel.assessment.course.steps import Name, Text
from keel.knowledge import Knowledge


class _Step(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="step"
):
    letter: Name


class LetterPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a letter in words: a heading and its lines."""

    heading: str
    lines: tuple[str, ...]


class Written(_Step, frozen=True, kw_only=True, tag="written"):
    """A letter as it was written: `template` names the service, `parts` by language are what the record said then.

    `is_agreed` is whether the person agreed that it goes there.
    """

    template: Name
    to: Name
    address: Text = ""
    on: dt.date
    by: Name
    is_urgent: bool = False
    is_agreed: bool = False
    question: Text = ""
    parts: dict[str, tuple[LetterPart, ...]] = {}


class Sent(_Step, frozen=True, kw_only=True, tag="sent"):
    """It went out: on which day, how, by whom."""

    on: dt.date
    how: Name
    by: Name


class Answered(_Step, frozen=True, kw_only=True, tag="answered"):
    """An answer came in: what it says, and what follows from it."""

    on: dt.date
    by: Name
    text: Annotated[str, Meta(min_length=1, max_length=2000)]


class Withdrawn(_Step, frozen=True, kw_only=True, tag="withdrawn"):
    """Nobody waits for it any more, and why."""

    on: dt.date
    by: Name
    reason: Annotated[str, Meta(min_length=1, max_length=2000)]


LetterStep = Written | Sent | Answered | Withdrawn


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter at a time; `answer_due` is the day on which an answer is expected, None before it was sent."""

    id: str
    written: Written
    sent: Sent | None = None
    answered: Answered | None = None
    withdrawn: Withdrawn | None = None
    answer_due: dt.date | None = None

    @property
    def is_closed(self) -> bool:
        """Whether nobody waits for anything."""
        return self.answered is not None or self.withdrawn is not None

    def standing(self, day: dt.date) -> Literal["written", "sent", "overdue", "answered", "withdrawn"]:
        """How it stands on a day."""
        if self.answered is not None:
            return "answered"
        if self.withdrawn is not None:
            return "withdrawn"
        if self.sent is None:
            return "written"
        return "overdue" if self.answer_due is not None and self.answer_due < day else "sent"


def letters_of(steps: Iterable[LetterStep], *, knowledge: Knowledge) -> tuple[Letter, ...]:
    """Every letter, the newest first; a step of a letter that nobody wrote is left out."""
    found: dict[str, dict[str, LetterStep]] = {}
    for step in steps:
        found.setdefault(step.letter, {})[str(type(step).__struct_config__.tag)] = step
    letters = [
        msgspec.structs.replace(Letter(id=name, **own), answer_due=_answer_due(own, knowledge))  # type: ignore[arg-type]
        for name, own in found.items()
        if "written" in own
    ]
    return tuple(reversed(letters))


def _answer_due(steps: dict[str, LetterStep], knowledge: Knowledge) -> dt.date | None:
    written, sent = steps["written"], steps.get("sent")
    if not isinstance(written, Written) or not isinstance(sent, Sent) or written.template not in knowledge.letters:
        return None
    template = knowledge.letters[written.template]
    days = template.urgent_days if written.is_urgent else template.answer_days
    return sent.on + dt.timedelta(days=days.value)

"""Steps of care in words, times of the clinic, and the diary of a day, for the pages of therapy and the programme."""

import datetime as dt
from collections.abc import Iterable

import msgspec
from django import template

from keel.assessment.recovery.steps import DayNoted
from keel.assessment.tasks import Step
from keel.knowledge.care import DiaryItem
from keel.web.clinic.care_words import WORDS, step_said, step_text, step_value

register = template.Library()


@register.filter
def step_words(step: Step, field: str = "") -> str:
    """A step in a line, or one field of it."""
    entry = msgspec.to_builtins(step)
    return step_value(entry["step"], field, entry[field]) if field else step_text(entry)


@register.filter
def step_fields(step: Step) -> str:
    """What a step says, without what it is."""
    return step_said(msgspec.to_builtins(step))


@register.filter
def clinic_time(moment: dt.datetime, now: dt.datetime) -> dt.datetime:
    """A moment at the place of `now`."""
    return moment.astimezone(now.tzinfo)


@register.filter
def care_word(word: str) -> str:
    """The word of a choice."""
    return str(WORDS[word])


@register.filter
def diary_values(day: DayNoted, diary: Iterable[DiaryItem]) -> list[float | None]:
    """What was noted of a day, in the order of the diary; None where nobody asked."""
    return [day.values.get(item.id) for item in diary]

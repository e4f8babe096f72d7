"""What the pages of a course say of its state, its steps, its letters."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import template

from keel.assessment.course.letters import Letter
from keel.assessment.course.state import Course, Standing
from keel.knowledge.schedules import Phase
from keel.web.clinic.course_words import step_text
from keel.web.language.words import gettext as _

register = template.Library()
register.filter("step_words", step_text)


@register.filter
def standing_words(course: Course) -> str:
    """How a course stands."""
    if course.stopped is not None:
        return _("ended")
    if course.started is None:
        return _("screened, not begun")
    told = {"given": len(course.given), "planned": len(course.sessions)}
    return _("under way: %(given)d given, %(planned)d planned in all") % told


@register.filter
def session_words(standing: Standing) -> str:
    """How a session stands."""
    return {
        Standing.PLANNED: _("planned"),
        Standing.GIVEN: _("given"),
        Standing.MISSED: _("missed"),
        Standing.SETTLED: _("missed, decided"),
    }[standing]


@register.filter
def letter_words(letter: Letter, today: dt.date) -> str:
    """How a letter stands."""
    return {
        "written": _("written, not sent"),
        "sent": _("sent, no answer yet"),
        "overdue": _("sent, the answer is overdue"),
        "answered": _("answered"),
        "withdrawn": _("withdrawn"),
    }[letter.standing(today)]


@register.filter
def domain_words(domain: str) -> str:
    """What is watched, in a word."""
    return {
        "bladder": _("bladder"),
        "liver": _("liver"),
        "kidney": _("kidneys"),
        "pressure": _("blood pressure"),
        "cognition": _("memory and thinking"),
        "misuse": _("misuse"),
        "suicide": _("suicide risk"),
        "mood": _("mood"),
        "weight": _("weight"),
    }.get(domain, domain)


@register.filter
def answer_words(value: object) -> str:
    """An answer as it is read: yes, no, a number, a word."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return f"{value:g}" if isinstance(value, float) else str(value).replace("_", " ")


@register.filter
def of(held: Mapping[str, Any], name: str) -> Any:
    """What a mapping holds under a name; None where nothing is."""
    return held.get(name)


@register.filter
def ends(phases: Sequence[Phase]) -> bool:
    """Whether the last of some phases has an end."""
    return phases[-1].cycles is not None

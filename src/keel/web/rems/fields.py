"""Fields of a form for the page: what somebody wrote in them, read back, and an answer in words."""

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from django.utils.formats import date_format

from keel.assessment.rems.steps import Value
from keel.assessment.session.form_fields import Answer, FieldAnswer
from keel.web.clinic.errors import FactRefused
from keel.web.language.rendering import plain
from keel.web.language.words import gettext as _

LONGEST_ANSWER = 1000
"""Characters of what is written into one field."""


def read_answers(
    fields: Iterable[FieldAnswer], told: Mapping[str, str], before: Mapping[str, Answer]
) -> dict[str, Value]:
    """What was written into the fields that are open to it, where it differs from `before`; null takes it out.

    FactRefused names the field that cannot be read.
    """
    found: dict[str, Value] = {}
    for one in fields:
        if not one.by_hand or one.id not in told:
            continue
        value = _read(one, told[one.id].strip())
        if value != before.get(one.id):
            found[one.id] = value
    return found


def _read(field: FieldAnswer, typed: str) -> Value:
    if not typed:
        return None
    try:
        match field.kind:
            case "yes_no":
                return {"yes": True, "no": False}[typed]
            case "number":
                value = float(typed.replace(",", "."))
                if not math.isfinite(value) or value < 0:
                    raise ValueError
                return int(value) if value.is_integer() else value
            case "date":
                return dt.date.fromisoformat(typed).isoformat()
            case "choice" if typed not in field.choices:
                raise ValueError
            case _ if len(typed) > LONGEST_ANSWER:
                raise ValueError
    except (ValueError, KeyError):
        label = plain(field.label)
        raise FactRefused(_("“%(text)s” cannot stand in: %(label)s") % {"text": typed[:60], "label": label}) from None
    return typed


def sections(fields: Iterable[FieldAnswer]) -> list[tuple[str, list[FieldAnswer]]]:
    """The fields by section, in the order of the form."""
    return [(name, list(some)) for name, some in groupby(fields, key=lambda one: one.section)]


def section_words(section: str) -> str:
    """The heading of a section."""
    return {
        "patient": _("Patient"),
        "concomitant": _("Other medicines"),
        "clinician": _("Clinician"),
        "setting": _("Setting"),
        "session": _("Treatment"),
        "vitals": _("Vital signs"),
        "sedation": _("Sedation"),
        "dissociation": _("Dissociation"),
        "breathing": _("Breathing"),
        "events": _("Adverse events"),
        "case": _("The report"),
        "reporter": _("Who reports"),
        "event": _("What happened"),
        "seriousness": _("Why it is serious"),
        "course": _("Course and outcome"),
        "drug": _("The medicine"),
    }.get(section, section)


def moment_words(moment: str) -> str:
    """When a field can be filled."""
    return {
        "record": _("from the record"),
        "before": _("before the dose"),
        "device": _("at the device"),
        "after": _("after the dose"),
        "leaving": _("at the end"),
    }.get(moment, moment)


def answer_words(field: FieldAnswer) -> str:
    """The answer in a field in words; not answered is not no."""
    value: Any = field.value
    if value is not None and field.kind == "date":
        return str(date_format(dt.date.fromisoformat(value)))
    if value is None:
        return _("not answered")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return f"{value:g}" if isinstance(value, float) else plain(str(value))

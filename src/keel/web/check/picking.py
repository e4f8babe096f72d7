"""A pattern picked by fields, written as the line that somebody would have typed.

One way of reading patterns is enough: fields become words, and `parse_pattern` reads them. What it has no words for, an
amount without how often, is marked at the end of the line and read here.
"""

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import msgspec

from keel.exposure import AmbiguousNumber, ExposureError, PatternError, parse_pattern
from keel.knowledge import Knowledge
from keel.record import UsePattern
from keel.web.language import texts as pages
from keel.web.language.words import gettext as _

OFTEN_UNKNOWN = "how often not known"
"""Stands at the end of a line that says how much and not how often."""


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _range(low: float | None, high: float | None) -> str:
    given = [_number(value) for value in (low, high) if value is not None]
    return "-".join(dict.fromkeys(given))


def line_of(picked: Mapping[str, Any]) -> str:
    """The line for what was picked; empty where nothing was. PatternError where the fields contradict themselves."""
    amount = _range(picked.get("amount_low"), picked.get("amount_high"))
    days = _range(picked.get("days"), picked.get("days_most"))
    per, unit = picked.get("days_per") or "week", picked.get("amount_unit") or "g"
    most = {"week": 7, "month": 31, "year": 365}[per]
    if any((picked.get(name) or 0) > most for name in ("days", "days_most")):
        periods = {"week": _("week"), "month": _("month"), "year": _("year")}
        raise PatternError(_("A %(period)s has %(most)d days at most.") % {"period": periods[per], "most": most})
    parts = [f"{amount} {unit}" if amount else "", f"{days} days a {per}" if days else ""]
    if picked.get("long"):
        parts.append(f"for {_number(picked['long'])} {picked.get('long_unit') or 'years'}")
    parts += [picked.get("way") or "", picked.get("place") or ""]
    if picked.get("ago"):
        parts.append(f"stopped {_number(picked['ago'])} {picked.get('ago_unit') or 'years'} ago")
    if any(parts) and not days:
        parts.append(OFTEN_UNKNOWN)
    return ", ".join(part for part in parts if part)


def read_line(line: str, *, at: dt.datetime, knowledge: Knowledge) -> tuple[UsePattern, ...]:
    """The patterns of one line, typed or picked; ExposureError says what was not understood."""
    text = line.strip()
    if not text.endswith(OFTEN_UNKNOWN):
        return _in_either_language(text, at=at, knowledge=knowledge)
    known = text.removesuffix(OFTEN_UNKNOWN).strip(" ,")
    if not known:
        raise ExposureError(_("Write at least how much, or how often."))
    # Once a year stands in for the number of days while the rest is read, and is taken out again.
    read = parse_pattern(f"{known}, once a year", at=at, knowledge=knowledge)
    return tuple(msgspec.structs.replace(one, text=text, sessions_per_year=None, mg_per_year=None) for one in read)


def _in_either_language(text: str, *, at: dt.datetime, knowledge: Knowledge) -> tuple[UsePattern, ...]:
    """The patterns of a line in the language of the page, or in English: what was picked is written in English."""
    language = pages.language() if pages.language() in knowledge.phrases else pages.FIRST_LANGUAGE
    try:
        return parse_pattern(text, at=at, knowledge=knowledge, language=language)
    except AmbiguousNumber:
        raise  # “1.000 mg” is one milligram to the English reading
    except PatternError:
        if language == pages.FIRST_LANGUAGE:
            raise
        with suppress(PatternError):
            return parse_pattern(text, at=at, knowledge=knowledge)
        raise

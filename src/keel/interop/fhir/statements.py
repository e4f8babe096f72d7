"""Statements of repeated use as patterns: “400 mg every 1 weeks for 36 months”.

The pattern is written in the words of `parse_pattern` and read by it, so that a record reads back the same.
"""

import datetime as dt
from typing import NamedTuple

from keel.exposure import ExposureError, parse_pattern
from keel.interop.dose_amount import DoseAmount
from keel.interop.fhir.moments import When, moment_of
from keel.interop.fhir.resources import Dosage, Repeat
from keel.knowledge import Knowledge
from keel.quantities import Interval, QuantityError
from keel.record import UsePattern

DAYS_IN = {"h": 1 / 24, "d": 1.0, "wk": 7.0, "mo": 365 / 12, "a": 365.0}
NAMES = {"d": "days", "wk": "weeks", "mo": "months", "a": "years"}
DAYS_A_MONTH = 365 / 12


def pattern_of(
    dosage: Dosage, amount: DoseAmount, time: When, *, at: dt.datetime, knowledge: Knowledge, is_over: bool
) -> UsePattern | None:
    """The pattern of a dosage that repeats, without substance and route; None where it does not say how often."""
    repeat = dosage.timing.repeat if dosage.timing else None
    if dosage.as_needed_boolean or dosage.as_needed_codeable_concept:
        return None  # the frequency is then the most that is allowed, not what was taken
    often = _often(repeat) if repeat else None
    if repeat is None or often is None:
        return None
    bounds = repeat.bounds_period
    start = time.start or moment_of(bounds.start if bounds else None)
    end = time.end or moment_of(bounds.end if bounds else None)
    words = [
        _amount(amount.mg, often.doses_a_day),
        often.words,
        _length(start.at if start else None, end.at if end else None, at, is_over),
    ]
    try:
        (pattern,) = parse_pattern(" ".join(word for word in words if word), at=at, knowledge=knowledge)
    except (ExposureError, QuantityError, ValueError):
        return None
    return pattern


class _Often(NamedTuple):
    words: str
    doses_a_day: float


def _often(repeat: Repeat) -> _Often | None:
    """How often, as using days; several doses a day are one session of their sum."""
    frequency, period, unit = repeat.frequency or 1, repeat.period, repeat.period_unit
    is_open = repeat.frequency_max or repeat.period_max or (repeat.day_of_week and not repeat.frequency)
    if period is None or period <= 0 or frequency <= 0 or unit not in DAYS_IN or is_open:
        return None
    doses_a_day = frequency / (period * DAYS_IN[unit])
    if doses_a_day >= 1:
        return _Often("every 1 days", doses_a_day)
    return _Often(f"every {period / frequency:.6g} {NAMES[unit]}", 1.0) if unit in NAMES else None


def _amount(mg: Interval | None, doses_a_day: float) -> str:
    if mg is None:
        return ""
    low, high = mg.low * doses_a_day, mg.high * doses_a_day
    return f"{low:.6f} mg" if low == high else f"{low:.6f}-{high:.6f} mg"


def _length(start: dt.datetime | None, end: dt.datetime | None, at: dt.datetime, is_over: bool) -> str:
    last = min(end, at) if end else at
    words = f"for {max(0.0, (last - start).total_seconds() / 86400 / DAYS_A_MONTH):.3f} months" if start else ""
    if end and end <= at:
        return f"{words} stopped {(at - end).total_seconds() / 86400:.0f} days ago"
    return f"{words} stopped 0 days ago" if is_over else words

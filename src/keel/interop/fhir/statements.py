"""Statements of repeated use as patterns: “400 mg every 7 days for 1096 days”.

The pattern is written in the words of `parse_pattern` and read by it, so that a record reads back the same.
"""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from keel.exposure import ExposureError, parse_pattern
from keel.interop.dose_amount import DoseAmount
from keel.interop.fhir.datatypes import Quantity
from keel.interop.fhir.moments import When, moment_of
from keel.interop.fhir.resources import Dosage, Repeat
from keel.knowledge import Knowledge
from keel.messages import Message
from keel.quantities import Interval, QuantityError, UnitError, convert
from keel.record import UsePattern

DAYS_IN = {"h": 1 / 24, "d": 1.0, "wk": 7.0, "mo": 365 / 12, "a": 365.0}
NAMES = {"d": "days", "wk": "days", "mo": "months", "a": "years"}
_CODED = {
    **{
        code: (times, 1, "d")
        for times, codes in ((1, "QD AM PM BED"), (2, "BID"), (3, "TID"), (4, "QID"))
        for code in codes.split()
    },
    **{f"Q{hours}H": (1, hours, "h") for hours in (1, 2, 3, 4, 6, 8)},
    **{"QOD": (1, 2, "d"), "WK": (1, 1, "wk"), "MO": (1, 1, "mo")},
}
"""Codes of a timing (HL7 GTS abbreviations) as how often, in how many, of which unit."""
EVERY_DAY = "every 1 days"


def pattern_of(
    dosages: Sequence[Dosage],
    amounts: Sequence[DoseAmount],
    time: When,
    *,
    at: dt.datetime,
    knowledge: Knowledge,
    is_over: bool,
) -> UsePattern | None:
    """The pattern of dosages that repeat, without substance and route; None where they do not say how often.

    Several dosages of every day are one day's use of their sum; others cannot be told from steps that follow one
    another, and give None. Bounds, a duration and a count of the timing limit the pattern.
    """
    each = [_repeated(dosage) for dosage in dosages]
    repeats = [repeat for repeat in each if repeat is not None]
    oftens = [often for repeat in repeats if (often := _often(repeat)) is not None]
    if not oftens or len(oftens) < len(dosages):
        return None
    if len(oftens) > 1 and (_are_steps(dosages, repeats) or not _are_parts_of_a_day(oftens, repeats, amounts)):
        return None
    bounds = repeats[0].bounds_period
    start = time.start or moment_of(bounds.start if bounds else None)
    end = time.end or moment_of(bounds.end if bounds else None)
    try:
        lasts = _lasts(repeats[0])
        words = [
            _amount(amounts, oftens),
            oftens[0].words,
            _length(start.at if start else None, end.at if end else None, lasts, at, is_over),
        ]
        (pattern,) = parse_pattern(" ".join(word for word in words if word), at=at, knowledge=knowledge)
    except (ExposureError, QuantityError, ValueError, OverflowError):
        return None
    return pattern


def has_unknown_end(dosages: Sequence[Dosage], time: When) -> bool:
    """Whether neither the time nor the timing of a statement says when the use ended."""
    repeat = _repeated(dosages[0]) if dosages else None
    bounds = repeat.bounds_period if repeat else None
    return time.end is None and not (bounds and bounds.end) and not (repeat and _is_limited(repeat))


def _repeated(dosage: Dosage) -> Repeat | None:
    """How often a dosage repeats; None for “as needed”: the frequency is then the most that is allowed."""
    timing = dosage.timing
    if dosage.as_needed_boolean or dosage.as_needed_codeable_concept or timing is None:
        return None
    repeat = timing.repeat or Repeat()
    coded = [_CODED[one.code] for one in timing.code.coding if one.code in _CODED] if timing.code else []
    times = len(repeat.time_of_day) or len(repeat.when)
    if repeat.day_of_week and repeat.period == 1 and repeat.period_unit == "d":  # daily, on these days of the week
        frequency = len(repeat.day_of_week) * (repeat.frequency or times or 1)
        return msgspec.structs.replace(repeat, frequency=frequency, period_unit="wk", day_of_week=())
    if repeat.period is None and not repeat.frequency:
        if repeat.day_of_week:
            each = (len(repeat.day_of_week) * max(1, times), 1, "wk")
        elif times:
            each = (times, 1, "d")
        elif coded:
            each = coded[0]
        else:
            return timing.repeat
        frequency, period, unit = each
        return msgspec.structs.replace(repeat, frequency=frequency, period=period, period_unit=unit)
    return timing.repeat


def _are_steps(dosages: Sequence[Dosage], repeats: Sequence[Repeat]) -> bool:
    """Whether dosages follow one another: each has another number in R4 then, and none a time of day of its own."""
    times = {(*repeat.when, *repeat.time_of_day) for repeat in repeats} - {()}
    return len({dosage.sequence for dosage in dosages}) > 1 and len(times) < len(dosages)


def _are_parts_of_a_day(oftens: "Sequence[_Often]", repeats: Sequence[Repeat], amounts: Sequence[DoseAmount]) -> bool:
    is_daily = all(often.words == EVERY_DAY for often in oftens)
    return is_daily and all(amount.mg for amount in amounts) and not any(_is_limited(repeat) for repeat in repeats)


def _is_limited(repeat: Repeat) -> bool:
    return bool(repeat.bounds_duration or repeat.bounds_range or repeat.count)


def _lasts(repeat: Repeat) -> Interval | None:
    """Days for which it goes on by its duration, range or count; None where nothing limits it.

    QuantityError for a limit that cannot be read: use that ends some time is not use that goes on.
    """
    ends = [repeat.bounds_duration] if repeat.bounds_duration else []
    if repeat.bounds_range:
        ends = [end for end in (repeat.bounds_range.low, repeat.bounds_range.high) if end]
    if ends:
        return Interval.of(*sorted((_days(ends[0]), _days(ends[-1]))))
    if repeat.count and repeat.period and repeat.period_unit in DAYS_IN:
        gap = repeat.period * DAYS_IN[repeat.period_unit] / (repeat.frequency or 1)
        return Interval.of(repeat.count * gap, max(repeat.count, repeat.count_max or 0) * gap)
    return None


def _days(length: Quantity) -> float:
    if length.value is None or length.value <= 0 or length.comparator:
        raise UnitError(Message("the length cannot be read"))
    return convert(length.value, length.ucum, "d")


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
        return _Often(EVERY_DAY, doses_a_day)
    if unit not in NAMES:
        return None
    # Weeks go as days: the words of patterns count 52 of them a year.
    gap = period * 7 if unit == "wk" else period
    return _Often(f"every {gap / frequency:.6g} {NAMES[unit]}", 1.0)


def _amount(amounts: Sequence[DoseAmount], oftens: "Sequence[_Often]") -> str:
    known = [amount.mg * often.doses_a_day for amount, often in zip(amounts, oftens, strict=True) if amount.mg]
    if not known:
        return ""
    low, high = sum(one.low for one in known), sum(one.high for one in known)
    return f"{low:.6f} mg" if low == high else f"{low:.6f}-{high:.6f} mg"


def _length(
    start: dt.datetime | None, end: dt.datetime | None, lasts: Interval | None, at: dt.datetime, is_over: bool
) -> str:
    """For how long and until when. What is over without an end may have ended at any time since it began."""
    if lasts and start:
        limited = start + dt.timedelta(days=lasts.high)
        end = min(end, limited) if end else limited
    elif lasts:
        return f"for {_either(lasts.low, lasts.high)} days{' stopped 0 days ago' if is_over else ''}"
    if start is None:
        words = ""
    elif end is None and is_over:
        words = f"for {_either(0.0, _days_between(start, at))} days"
    else:
        most = _days_between(start, min(end, at) if end else at)
        least = min(most, lasts.low) if lasts else most
        words = f"for {_either(least, most)} days"
    if end and end <= at:
        return f"{words} stopped {(at.astimezone(dt.UTC).date() - end.astimezone(dt.UTC).date()).days} days ago"
    return f"{words} stopped 0 days ago" if is_over else words


def _days_between(start: dt.datetime, end: dt.datetime) -> float:
    return max(0.0, (end - start).total_seconds() / 86400)


def _either(low: float, high: float) -> str:
    return f"{low:.3f}" if f"{low:.3f}" == f"{high:.3f}" else f"{low:.3f}-{high:.3f}"

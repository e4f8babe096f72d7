"""The fold of told patterns: phases that follow one another become a year, a lifetime and a weekly rate.

Phases of one text follow one another; patterns of different texts run side by side. 52 weeks or 365 days make a year.
A course without a date is taken as current, and says so.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Literal, NamedTuple

from keel.messages import Message, joined
from keel.quantities import Figure, Interval
from keel.record import UsePattern

WEEKS_A_YEAR = 52.0
MONTHS_A_YEAR = 12.0
RECENT_WEEKS = 26.0

End = Literal["low", "mid", "high"]
ENDS: tuple[End, End, End] = ("low", "mid", "high")


class Taken(NamedTuple):
    """What milligrams are kept apart by."""

    substance: str
    route: str


class Year(NamedTuple):
    """What a year comes to: sessions, milligrams and the sum in words; None where the words leave them open.

    Milligrams and sums stand by substance and route.
    """

    sessions: Interval | None
    mg: dict[Taken, Interval | None]
    arithmetic: dict[Taken, Message]


def _sorted(values: list[float]) -> Interval:
    low, mid, high = sorted(values)
    return Interval(low, mid, high)


def weeks_of(phase: UsePattern, end: End) -> float | None:
    """How many weeks a phase lasts; None where nobody said."""
    return None if phase.months is None else float(getattr(phase.months, end)) * WEEKS_A_YEAR / MONTHS_A_YEAR


def weekly_rate(phase: UsePattern, end: End) -> float | None:
    """Using days a week, at most 7; None where nobody said."""
    return None if phase.sessions_per_year is None else min(7.0, getattr(phase.sessions_per_year, end) / WEEKS_A_YEAR)


def year(phases: Sequence[UsePattern]) -> Year:
    """A year of a sequence from its first day on; a single phase counts as if it went on for the whole year.

    A course of a given number of sessions (“8 x 56 mg”) counts once. In a sequence the last phase fills what is left.
    """
    spans = [_spans(phases, end) for end in ENDS]
    sessions = None
    if all(count is not None for span in spans for count in span):
        sessions = _sorted([sum(count for count in span if count is not None) for span in spans])
    amounts = [
        [_phase_mg(phase, count, end) for phase, count in zip(phases, span, strict=True)]
        for end, span in zip(ENDS, spans, strict=True)
    ]
    mg, sums = dict[Taken, Interval | None](), dict[Taken, Message]()
    for taken, places in _places(phases).items():
        total = mg[taken] = _total([[row[place] for place in places] for row in amounts])
        if total is not None:
            own = [[span[place] for place in places] for span in spans]
            sums[taken] = _arithmetic([phases[place] for place in places], own, total)
    return Year(sessions, mg, sums)


def _places(phases: Sequence[UsePattern]) -> dict[Taken, list[int]]:
    """Where in a sequence each substance was taken by each route."""
    places: dict[Taken, list[int]] = {}
    for place, phase in enumerate(phases):
        places.setdefault(Taken(phase.substance, phase.route), []).append(place)
    return places


def _total(rows: Sequence[Sequence[float | None]]) -> Interval | None:
    """The sums of a low, a middle and a high row; None where an amount in one of them is not known."""
    known = [[amount for amount in row if amount is not None] for row in rows]
    if any(len(some) < len(row) for some, row in zip(known, rows, strict=True)):
        return None
    return _sorted([sum(row) for row in known])


def _spans(phases: Sequence[UsePattern], end: End) -> list[float | None]:
    """Sessions of each phase within its first year."""
    left, counts = WEEKS_A_YEAR, list[float | None]()
    for position, phase in enumerate(phases):
        weeks, is_last = weeks_of(phase, end), position == len(phases) - 1
        if phase.course_sessions is not None:
            counts.append(float(phase.course_sessions))
            left -= min(left, weeks or 0.0)
            continue
        span = left if is_last or weeks is None else min(left, weeks)
        per_year = phase.sessions_per_year
        counts.append(None if per_year is None else getattr(per_year, end) * span / WEEKS_A_YEAR)
        left -= span
    return counts


def _phase_mg(phase: UsePattern, sessions: float | None, end: End) -> float | None:
    if phase.mg_per_year is not None:
        return float(getattr(phase.mg_per_year, end))
    if phase.mg_per_session is None or sessions is None:
        return None
    return float(getattr(phase.mg_per_session, end)) * sessions


def _arithmetic(phases: Sequence[UsePattern], spans: Sequence[Sequence[float | None]], mg: Interval) -> Message:
    """“400 mg × 52 = 20,800 mg a year”, with ranges where there are any."""
    terms = []
    for phase, counts in zip(phases, zip(*spans, strict=True), strict=True):
        known = [count for count in counts if count is not None]
        if phase.mg_per_session is None or len(known) < len(counts):
            terms.append(Message("{mg} mg", mg=Figure(mg)))
        else:
            one, count = Figure(phase.mg_per_session), Figure(_sorted(known), 4)
            terms.append(Message("{mg} mg × {count}", mg=one, count=count))
    return Message("{sum} = {mg} mg a year", sum=joined(" + ", terms), mg=Figure(mg))


def lifetime_mg(phases: Sequence[UsePattern]) -> dict[Taken, Interval | None]:
    """Milligrams over all phases, by substance and route; None where a length or an amount is not known."""
    return {
        taken: _total([[_lifetime_of(phases[place], end) for place in places] for end in ENDS])
        for taken, places in _places(phases).items()
    }


def _lifetime_of(phase: UsePattern, end: End) -> float | None:
    if phase.course_sessions is not None:
        return _phase_mg(phase, float(phase.course_sessions), end)
    if phase.months is None:
        return None
    years = float(getattr(phase.months, end)) / MONTHS_A_YEAR
    if phase.mg_per_year is not None:
        return float(getattr(phase.mg_per_year, end)) * years
    sessions = None if phase.sessions_per_year is None else getattr(phase.sessions_per_year, end) * years
    return _phase_mg(phase, sessions, end)


def is_recent(phases: Sequence[UsePattern], at: dt.datetime, days: int = 180) -> bool:
    """Whether a sequence reaches into the last `days` days; one without an end, or without any date, does."""
    last = phases[-1]
    return last.is_current or last.end is None or last.end > at.date() - dt.timedelta(days=days)


def recent_days_per_week(phases: Sequence[UsePattern]) -> Interval | None:
    """Using days a week over the last 26 weeks of a sequence, or over its whole length where it is shorter."""
    rates = []
    for end in ENDS:
        left, days, weeks_counted = RECENT_WEEKS, 0.0, 0.0
        for phase in reversed(phases):
            rate, weeks = weekly_rate(phase, end), weeks_of(phase, end)
            if rate is None:
                return None
            span = left if weeks is None else min(left, weeks)
            days, weeks_counted, left = days + rate * span, weeks_counted + span, left - span
            if left <= 0:
                break
        rates.append(days / weeks_counted if weeks_counted else 0.0)
    return _sorted(rates)

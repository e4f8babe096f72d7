"""The fold of told patterns: phases that follow one another become a year, a lifetime and a weekly rate.

Phases of one sequence follow one another, and sequences run side by side. 52 weeks or 365 days make a year. What holds
now is the last phase, 0 where it is over; only a schedule of treatment whose last phase is open (“twice a week for 4
weeks, then weekly”) is counted as the year from its first session. A course without a date is taken as current.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec

from keel.messages import Message, joined
from keel.quantities import Figure, Interval
from keel.record import UsePattern

WEEKS_A_YEAR = 52.0
MONTHS_A_YEAR = 12.0
DAYS_A_YEAR = 365.0

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


def _sorted(values: list[float], phases: Sequence[UsePattern] = ()) -> Interval:
    low, mid, high = sorted(values)
    told = [
        one
        for phase in phases
        for one in (phase.mg_per_session, phase.mg_per_year, phase.sessions_per_year, phase.months)
    ]
    return Interval(low, mid, high, any(one is not None and one.open_above for one in told))


def is_schedule(phases: Sequence[UsePattern]) -> bool:
    """Whether phases are a schedule of treatment that is seen from its first session on.

    That is a course that goes over into something, or phases of medical use, with lengths, before one without.
    """
    *before, last = phases
    if not before or not last.is_current or last.months is not None or any(phase.end for phase in before):
        return False
    is_treatment = all(phase.setting.is_medical for phase in phases) or before[0].course_sessions is not None
    lengths = [weeks_of(phase, "high") for phase in before]
    is_short = sum(length or 0.0 for length in lengths) < WEEKS_A_YEAR
    return (
        is_treatment
        and is_short
        and all(length is not None or phase.course_sessions for length, phase in zip(lengths, before, strict=True))
    )


def is_over(phases: Sequence[UsePattern]) -> bool:
    """Whether nothing of a sequence goes on: its last phase ended, and is not a course that nobody dated."""
    last = phases[-1]
    return not last.is_current and not (last.course_sessions is not None and last.end is None)


def current(phases: Sequence[UsePattern]) -> Sequence[UsePattern]:
    """The phases that make up what holds now: all of a schedule, the last phase otherwise, none where it is over."""
    if is_over(phases):
        return ()
    return phases if is_schedule(phases) else phases[-1:]


class Stretch(NamedTuple):
    """When a phase was, in days before now; None where nobody said. `began` is the larger number."""

    began: float | None
    ended: float | None


def stretches(phases: Sequence[UsePattern], at: dt.datetime, end: End = "mid") -> list[Stretch]:
    """When each phase of a sequence was, counted back from its end or from now."""
    found: list[Stretch] = []
    for phase in reversed(phases):
        if phase.end is not None:
            ended: float | None = float(max(0, (at.date() - phase.end).days))
        elif found:
            ended = found[-1].began
        else:
            ended = None if is_over(phases) else 0.0
        weeks = weeks_of(phase, end)
        began = None if ended is None or weeks is None else ended + weeks * DAYS_A_YEAR / WEEKS_A_YEAR
        found.append(Stretch(began, ended))
    return found[::-1]


def year_now(phases: Sequence[UsePattern]) -> Year:
    """What a year comes to as it is now; nothing, and 0 of each substance and route, where it is over."""
    none = {taken: Interval.exactly(0.0) for taken in _places(phases)}
    holding = current(phases)
    if not holding:
        return Year(Interval.exactly(0.0), dict(none), {})
    now = year(holding)
    return now._replace(mg={**none, **now.mg})


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
        is_open = any(phase.sessions_per_year and phase.sessions_per_year.open_above for phase in phases)
        sessions = msgspec.structs.replace(sessions, open_above=is_open)
    amounts = [
        [_phase_mg(phase, count, end) for phase, count in zip(phases, span, strict=True)]
        for end, span in zip(ENDS, spans, strict=True)
    ]
    mg, sums = dict[Taken, Interval | None](), dict[Taken, Message]()
    for taken, places in _places(phases).items():
        total = mg[taken] = _total(
            [[row[place] for place in places] for row in amounts], [phases[one] for one in places]
        )
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


def _total(rows: Sequence[Sequence[float | None]], phases: Sequence[UsePattern]) -> Interval | None:
    """The sums of a low, a middle and a high row; None where an amount in one of them is not known."""
    known = [[amount for amount in row if amount is not None] for row in rows]
    if any(len(some) < len(row) for some, row in zip(known, rows, strict=True)):
        return None
    return _sorted([sum(row) for row in known], phases)


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
        taken: _total(
            [[_lifetime_of(phases[place], end) for place in places] for end in ENDS],
            [phases[place] for place in places],
        )
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

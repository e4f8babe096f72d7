"""Now, peak and ever: three figures of one history, which a single number a year cannot hold.

Now is what holds today, the peak the heaviest pattern or the heaviest 365 days of dated doses, ever the total.
"""

import datetime as dt
from collections.abc import Sequence

import msgspec

from keel.exposure.ledger import UsingDay
from keel.exposure.phases import is_over, is_schedule, stretches, year
from keel.quantities import Interval
from keel.record import UsePattern

DAYS_A_YEAR = 365


class Now(msgspec.Struct, frozen=True, kw_only=True):
    """What a year comes to as it is now; 0 where it is over, None where not known."""

    mg_per_year: Interval | None
    sessions_per_year: float | None
    multiple_of_reference: float | None


class Peak(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """What a year of the heaviest pattern comes to, and when that was, as far as it is known."""

    mg_per_year: Interval | None
    sessions_per_year: float | None
    multiple_of_reference: float | None
    from_: dt.date | None = None
    to: dt.date | None = None


class Ever(msgspec.Struct, frozen=True):
    """The milligrams of a lifetime; None where a length or an amount is not known."""

    cumulative_mg: Interval | None


def peak_of(
    sequences: Sequence[Sequence[UsePattern]],
    days: Sequence[UsingDay],
    now: Now,
    reference_mg: float,
    *,
    at: dt.datetime,
) -> Peak | None:
    """The heaviest of all phases, of any 365 days of dated doses, and of now; None where nothing is known.

    Phases that went side by side count by themselves, unless they are what holds now. `reference_mg` a year is 1.
    """
    found = [_of_now(now)] if now.mg_per_year or now.sessions_per_year else []
    for phases in sequences:
        for place, (phase, stretch) in enumerate(zip(phases, stretches(phases, at), strict=True)):
            total = year([phase])
            mg = next(iter(total.mg.values()))
            goes_on = place == len(phases) - 1 and not is_over(phases) and not is_schedule(phases)
            found.append(
                Peak(
                    mg_per_year=mg,
                    sessions_per_year=total.sessions.mid if total.sessions else None,
                    multiple_of_reference=mg.mid / reference_mg if mg else None,
                    from_=_day(at, stretch.began),
                    to=None if goes_on else _day(at, stretch.ended),
                )
            )
    found += _of_days(days, reference_mg)
    weights = [((one.mg_per_year.mid if one.mg_per_year else 0.0), one.sessions_per_year or 0.0) for one in found]
    return max(zip(weights, reversed(range(len(found))), found, strict=True))[2] if any(map(any, weights)) else None


def _of_now(now: Now) -> Peak:
    return Peak(
        mg_per_year=now.mg_per_year,
        sessions_per_year=now.sessions_per_year,
        multiple_of_reference=now.multiple_of_reference,
    )


def _of_days(days: Sequence[UsingDay], reference_mg: float) -> list[Peak]:
    """The heaviest 365 days of dated doses, where all were of one substance by one route."""
    taken = {each for day in days for each in day.mg}
    if len(taken) != 1:
        return []
    only = taken.pop()
    first, best = 0, (Interval.exactly(0.0), 0, days[0].day, days[0].day)
    amounts = [day.mg.get(only, Interval.exactly(0.0)) for day in days]
    sums = [0.0, 0.0, 0.0]
    for last, day in enumerate(days):
        for end, name in enumerate(("low", "mid", "high")):
            sums[end] += getattr(amounts[last], name)
        while (day.day - days[first].day).days >= DAYS_A_YEAR:
            for end, name in enumerate(("low", "mid", "high")):
                sums[end] -= getattr(amounts[first], name)
            first += 1
        if sums[1] > best[0].mid:
            low, mid, high = sorted(sums)
            best = (Interval(low, mid, high), last - first + 1, days[first].day, day.day)
    mg, count, began, ended = best
    return [
        Peak(
            mg_per_year=mg,
            sessions_per_year=float(count),
            multiple_of_reference=mg.mid / reference_mg,
            from_=began,
            to=ended,
        )
    ]


def _day(at: dt.datetime, ago: float | None) -> dt.date | None:
    return None if ago is None else (at - dt.timedelta(days=round(ago))).date()


def stopped_at(sequences: Sequence[Sequence[UsePattern]], *, is_dated: bool) -> dt.date | None:
    """When all told use was over; None where any goes on, where nobody said when, and beside dated doses."""
    ends = [phases[-1].end if is_over(phases) else None for phases in sequences]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) and not is_dated else None


def together(held: Sequence[tuple[Sequence[UsePattern], Interval | None]]) -> Interval | None:
    """Using days a year of patterns side by side; None where one of them is not known.

    Days of different weekdays, or in and out of treatment, are different days and are added. Others may be the same
    days: the low end is then the larger of the two.
    """
    if not held:
        return None
    if any(days is None for _, days in held):
        return None
    groups: list[tuple[Sequence[UsePattern], Interval]] = []
    for phases, days in held:
        assert days is not None  # noqa: S101 - for the type checker
        for place, (others, sum_of) in enumerate(groups):
            if _may_coincide(phases, others):
                both = sum_of + days
                least = max(sum_of.low, days.low)
                groups[place] = (others, msgspec.structs.replace(both, low=least).each(_in_a_year))
                break
        else:
            groups.append((phases, days))
    total = groups[0][1]
    for _, days in groups[1:]:
        total = total + days
    return total


def _in_a_year(days: float) -> float:
    return min(days, float(DAYS_A_YEAR))


def _may_coincide(phases: Sequence[UsePattern], others: Sequence[UsePattern]) -> bool:
    """Whether two patterns of one text can fall on the same days: no weekdays tell them apart, and no setting."""
    if len(phases) != 1 or len(others) != 1 or phases[0].text != others[0].text:
        return False
    one, other = phases[0], others[0]
    if one.setting != other.setting or one.route != other.route:
        return False
    return not (one.weekdays and other.weekdays and not set(one.weekdays) & set(other.weekdays))

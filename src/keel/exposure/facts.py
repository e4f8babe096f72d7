"""What the band rules ask about a history: one set of facts for each lane (non-medical, medical).

Use whose setting nobody stated is banded as non-medical, the stricter lane. Rates are the higher of the last 28 days
and the last 26 weeks, and amounts are those of the heaviest day, so that one more dose can never lower a band.
"""

import datetime as dt
from collections.abc import Sequence

import msgspec

from keel.exposure.ledger import Ledger, UsingDay
from keel.exposure.phases import WEEKS_A_YEAR, is_recent, recent_days_per_week, weekly_rate, weeks_of
from keel.findings import Fact
from keel.quantities import Interval
from keel.record import Setting, UsePattern
from keel.record.selection import told_sequences

DAYS_A_MONTH = 365 / 12


class SymptomFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What was said of symptoms: None means not asked, which is not “no”."""

    urinary_symptoms: bool | None = None
    known_uropathy: bool | None = None
    red_flags: tuple[str, ...] = ()


Cases = tuple[dict[str, Fact], ...]
"""The facts of a lane, once for each way in which an amount told for a whole week or month could be spread."""


def lanes_of(
    patterns: Sequence[UsePattern], ledger: Ledger, *, at: dt.datetime, symptoms: SymptomFacts
) -> dict[str, Cases]:
    """The facts of each lane in which something was taken; red flags open the non-medical lane where nothing was."""
    lanes: dict[str, Cases] = {}
    for lane, is_medical in (("non_medical", False), ("medical", True)):
        told = told_sequences(patterns, medical=is_medical)
        days = tuple(day for day in ledger.days if (day.is_medical if is_medical else day.is_non_medical))
        if told or days:
            lanes[lane] = _cases(told, days, symptoms, at)
    if symptoms.red_flags and not lanes:
        lanes["non_medical"] = _cases([], (), symptoms, at)
    return lanes


def _cases(
    told: Sequence[Sequence[UsePattern]], days: Sequence[UsingDay], symptoms: SymptomFacts, at: dt.datetime
) -> Cases:
    return tuple(
        _facts(spread, days, at) | _symptoms(symptoms) | _medical(spread, days, at) for spread in _spreads(told)
    )


def _spreads(told: Sequence[Sequence[UsePattern]]) -> list[Sequence[Sequence[UsePattern]]]:
    """The told patterns with amounts of a whole period (“3 g a week”) spread over few days, and over more."""
    open_phases = [phase for phases in told for phase in phases if phase.periods_per_year and phase.mg_per_year]
    if not open_phases:
        return [told]
    fewest = max(phase.periods_per_year or 0.0 for phase in open_phases) / WEEKS_A_YEAR
    weekly = [fewest, *(days for days in range(1, 8) if days > fewest)]
    return [[[_spread(phase, days) for phase in phases] for phases in told] for days in weekly]


def _spread(phase: UsePattern, days_per_week: float) -> UsePattern:
    if not phase.periods_per_year or phase.mg_per_year is None:
        return phase
    sessions = days_per_week * WEEKS_A_YEAR
    return msgspec.structs.replace(
        phase, sessions_per_year=Interval.exactly(sessions), mg_per_session=phase.mg_per_year / sessions
    )


def _symptoms(symptoms: SymptomFacts) -> dict[str, Fact]:
    return {
        "urinary_symptoms": symptoms.urinary_symptoms,
        "known_uropathy": symptoms.known_uropathy,
        "red_flags": symptoms.red_flags,
    }


def _recent(days: Sequence[UsingDay], at: dt.datetime, length: int) -> list[UsingDay]:
    first = at.date() - dt.timedelta(days=length - 1)
    return [day for day in days if day.day >= first]


def _facts(told: Sequence[Sequence[UsePattern]], days: Sequence[UsingDay], at: dt.datetime) -> dict[str, Fact]:
    current = [phases for phases in told if is_recent(phases, at)]
    recent_days = _recent(days, at, 180)
    return {
        "used_in_6_months": bool(current or recent_days) if told or days else None,
        "days_per_week": _days_per_week(current, days, at),
        "g_per_using_day": _heaviest_g(current, recent_days),
        "months_at_3_a_week": _months_at_3_a_week(current, days, at),
    }


def _days_per_week(
    current: Sequence[Sequence[UsePattern]], days: Sequence[UsingDay], at: dt.datetime
) -> Interval | None:
    """Using days a week. 26 weeks are 182 days, so that each day of the week falls in them equally often."""
    dated = max(len(_recent(days, at, 28)) / 4, len(_recent(days, at, 182)) / 26)
    rate = Interval.exactly(dated)
    for phases in current:
        often = recent_days_per_week(phases)
        if often is None:
            return None
        rate = rate + often
    return Interval(*(min(7.0, value) for value in (rate.low, rate.mid, rate.high)))


def _heaviest_g(current: Sequence[Sequence[UsePattern]], days: Sequence[UsingDay]) -> Interval | None:
    """Grams on the heaviest using day, by whatever route. Substances are not added; the largest of them counts.

    None where no amount is known. Where some are known and some not, it is the known ones: a rule that they do not
    meet is then not met, and the totals say “at least”.
    """
    amounts = [mg for day in days for mg in day.mg_as_taken().values()]
    amounts += [phase.mg_per_session for phases in current for phase in phases if phase.mg_per_session]
    if not amounts:
        return None
    return Interval(*(max(getattr(mg, end) for mg in amounts) / 1000 for end in ("low", "mid", "high")))


def _months_at_3_a_week(
    current: Sequence[Sequence[UsePattern]], days: Sequence[UsingDay], at: dt.datetime
) -> Interval | None:
    """Months for which 3 or more days a week have gone on without a break; None where a length is not known."""
    longest = Interval.exactly(_dated_months(days, at))
    for phases in current:
        rate = weekly_rate(phases[-1], "mid")
        if rate is None or (rate >= 3 and phases[-1].months is None):
            return None
        months = phases[-1].months
        if rate >= 3 and months is not None:
            longest = Interval(*(max(getattr(longest, end), getattr(months, end)) for end in ("low", "mid", "high")))
    return longest


def _dated_months(days: Sequence[UsingDay], at: dt.datetime) -> float:
    """Blocks of 28 days back from now, each with 12 or more using days, in months."""
    dates = {day.day for day in days}
    blocks = 0
    while True:
        end = at.date() - dt.timedelta(days=28 * blocks)
        if sum((end - dt.timedelta(days=back)) in dates for back in range(28)) < 12:
            return blocks * 28 / DAYS_A_MONTH
        blocks += 1


def _medical(told: Sequence[Sequence[UsePattern]], days: Sequence[UsingDay], at: dt.datetime) -> dict[str, Fact]:
    """Density and length of treatment, by calendar weeks counted from the first session."""
    weeks: dict[int, int] = {}
    first = days[0].day if days else None
    for day in days:
        week = (_monday(day.day) - _monday(days[0].day)).days // 7
        weeks[week] = weeks.get(week, 0) + 1
    densest = [float(max(weeks.values(), default=0))]
    late = [float(max((count for week, count in weeks.items() if week >= 8), default=0))]
    months = [(at.date() - first).days / DAYS_A_MONTH if first else 0.0]
    settings = {setting for day in days for setting in day.settings}
    settings |= {phase.setting for phases in told for phase in phases}
    is_length_known = True
    for phases in told:
        rates = [rate for phase in phases if (rate := weekly_rate(phase, "high")) is not None]
        densest += rates
        late += _late_rates(phases)
        lengths = [weeks_of(phase, "high") for phase in phases]
        is_length_known &= all(length is not None for length in lengths)
        months.append(sum(length or 0.0 for length in lengths) * 12 / 52)
    return {
        "home_dosing": Setting.PRESCRIBED_HOME in settings,
        "most_sessions_in_a_week": max(densest),
        "most_sessions_in_a_week_after_week_8": max(late),
        "maintenance_months": max(months) if is_length_known else None,
    }


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def _late_rates(phases: Sequence[UsePattern]) -> list[float]:
    """Weekly rates of the phases that reach past week 8; one of unknown length does."""
    rates, start = [], 0.0
    for phase in phases:
        weeks, rate = weeks_of(phase, "high"), weekly_rate(phase, "high")
        reaches = weeks is None or start + weeks > 8
        if reaches and rate is not None and phase.course_sessions is None:
            rates.append(rate)
        start += weeks or 0.0
    return rates

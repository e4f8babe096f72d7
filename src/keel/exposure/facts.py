"""What the band rules ask about a history: one set of facts for each lane (non-medical, medical).

Use whose setting nobody stated is banded as non-medical, the stricter lane. Rates are the higher of the last 28 days
and the last 26 weeks, and amounts are those of the heaviest day, so that one more dose can never lower a band.
"""

import datetime as dt
from collections.abc import Sequence
from itertools import product
from math import prod

import msgspec

from keel.exposure.ledger import Ledger, UsingDay
from keel.exposure.phases import WEEKS_A_YEAR, is_recent, stretches, weekly_rate, weeks_of
from keel.findings import Fact
from keel.quantities import Interval
from keel.record import Setting, UsePattern
from keel.record.selection import told_sequences

DAYS_A_MONTH = 365 / 12
RECENT_DAYS = 180
"""A stop or a cut less than this ago does not lower the band (harms reference 10.3, note iii)."""
MOST_WAYS = 64


class SymptomFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What was said of symptoms: None means not asked, which is not “no”."""

    urinary_symptoms: bool | None = None
    known_uropathy: bool | None = None
    red_flags: tuple[str, ...] = ()


Run = tuple[UsePattern, ...]
"""A phase that is looked at, last, with the phases before it."""
Cases = tuple[dict[str, Fact], ...]
"""The facts of a pattern, once for each way in which an amount told for a whole week or month could be spread."""
Lane = tuple[tuple[Cases, ...], ...]
"""The readings of a lane; of each the patterns held in the last 180 days, the heaviest of which makes the band."""


def lanes_of(
    patterns: Sequence[UsePattern], ledger: Ledger, *, at: dt.datetime, symptoms: SymptomFacts
) -> dict[str, Lane]:
    """The facts of each lane in which something was taken; red flags open the non-medical lane where nothing was."""
    lanes: dict[str, Lane] = {}
    for name, is_medical in (("non_medical", False), ("medical", True)):
        told = told_sequences(patterns, medical=is_medical)
        days = tuple(day for day in ledger.days if (day.is_medical if is_medical else day.is_non_medical))
        if told or days:
            lanes[name] = _lane(told, days, symptoms, at)
    if symptoms.red_flags and not lanes:
        lanes["non_medical"] = _lane([], (), symptoms, at)
    return lanes


def heaviest(lane: Lane) -> dict[str, Fact]:
    """The facts of the pattern with the most days a week, of what surely reaches into the last 180 days."""

    def days(facts: dict[str, Fact]) -> float:
        often = facts["days_per_week"]
        return often.mid if isinstance(often, Interval) else -1.0

    return max((cases[0] for cases in lane[0]), key=days)


def _lane(
    told: Sequence[Sequence[UsePattern]], days: Sequence[UsingDay], symptoms: SymptomFacts, at: dt.datetime
) -> Lane:
    """Every reading of a lane: what surely reaches into the last 180 days, and with it what perhaps does."""
    said = _symptoms(symptoms)
    surely = [_recent_phases(phases, at, perhaps=False) for phases in told]
    perhaps = [_recent_phases(phases, at, perhaps=True) for phases in told]
    readings = [surely, perhaps] if surely != perhaps else [surely]
    return tuple(
        tuple(
            tuple(
                _facts(spread, days, at, is_told=bool(told)) | said | _medical(told, days, at)
                for spread in _spreads(pattern)
            )
            for pattern in _at_once(reading)
        )
        for reading in readings
    )


def _recent_phases(phases: Sequence[UsePattern], at: dt.datetime, *, perhaps: bool) -> tuple[Run, ...]:
    """The phases of a sequence that reach into the last 180 days, each with those before it.

    One of which nobody said when it ended does so perhaps; the last one surely, as nobody said that it is long over.
    """
    if not is_recent(phases, at):
        return ()
    found = []
    for place, stretch in enumerate(stretches(phases, at)):
        is_last = place == len(phases) - 1
        is_in = perhaps if stretch.ended is None else stretch.ended < RECENT_DAYS
        if is_last or is_in:
            found.append(tuple(phases[: place + 1]))
    return tuple(found)


def _at_once(sequences: Sequence[Sequence[Run]]) -> list[tuple[Run, ...]]:
    """One phase of each sequence at a time, in every way; the heaviest of them makes the band.

    With very many ways the phases of a sequence are all taken as held at once, which cannot lower a band.
    """
    held = [runs for runs in sequences if runs]
    if prod(len(runs) for runs in held) > MOST_WAYS:
        return [tuple(run for runs in held for run in runs)]
    return list(product(*held))


def _spreads(pattern: Sequence[Run]) -> list[tuple[Run, ...]]:
    """The told patterns with amounts of a whole period (“3 g a week”) spread over few days, and over more."""
    open_phases = [run[-1] for run in pattern if run[-1].periods_per_year and run[-1].mg_per_year]
    if not open_phases:
        return [tuple(pattern)]
    fewest = max(phase.periods_per_year or 0.0 for phase in open_phases) / WEEKS_A_YEAR
    weekly = [fewest, *(days for days in range(1, 8) if days > fewest)]
    return [tuple((*run[:-1], _spread(run[-1], days)) for run in pattern) for days in weekly]


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


def _facts(pattern: Sequence[Run], days: Sequence[UsingDay], at: dt.datetime, *, is_told: bool) -> dict[str, Fact]:
    recent_days = _recent(days, at, RECENT_DAYS)
    return {
        "used_in_6_months": bool(pattern or recent_days) if is_told or days else None,
        "days_per_week": _days_per_week(pattern, days, at),
        "g_per_using_day": _heaviest_g(pattern, recent_days),
        "months_at_3_a_week": _months_at_3_a_week(pattern, days, at),
    }


def _days_per_week(pattern: Sequence[Run], days: Sequence[UsingDay], at: dt.datetime) -> Interval | None:
    """Using days a week. 26 weeks are 182 days, so that each day of the week falls in them equally often."""
    dated = max(len(_recent(days, at, 28)) / 4, len(_recent(days, at, 182)) / 26)
    rate = Interval.exactly(dated)
    for run in pattern:
        often = run[-1].sessions_per_year
        if often is None:
            return None
        rate = rate + often / WEEKS_A_YEAR
    return rate.each(lambda days: min(7.0, days))


def _heaviest_g(pattern: Sequence[Run], days: Sequence[UsingDay]) -> Interval | None:
    """Grams on the heaviest using day, by whatever route. Substances are not added; the largest of them counts.

    None where no amount is known. Where some are known and some not, it is the known ones: a rule that they do not
    meet is then not met, and the totals say “at least”.
    """
    amounts = [mg for day in days for mg in day.mg_as_taken().values()]
    amounts += [run[-1].mg_per_session for run in pattern if run[-1].mg_per_session]
    if not amounts:
        return None
    return Interval(*(max(getattr(mg, end) for mg in amounts) / 1000 for end in ("low", "mid", "high")))


def _months_at_3_a_week(pattern: Sequence[Run], days: Sequence[UsingDay], at: dt.datetime) -> Interval | None:
    """Months for which 3 or more days a week have gone on without a break; None where a length is not known."""
    longest = Interval.exactly(_dated_months(days, at))
    for run in pattern:
        months = Interval.exactly(0.0)
        for phase in reversed(run):
            rate = weekly_rate(phase, "mid")
            if rate is None and phase is run[-1]:
                return None
            if rate is None or rate < 3:
                break
            if phase.months is None:
                return None
            months = months + phase.months
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
        kept = [
            length or 0.0 for length, phase in zip(lengths, phases, strict=True) if not _is_induction(phase, phases)
        ]
        months.append(sum(kept) * 12 / 52)
    return {
        "home_dosing": Setting.PRESCRIBED_HOME in settings,
        "most_sessions_in_a_week": max(densest),
        "most_sessions_in_a_week_after_week_8": max(late),
        "maintenance_months": max(months) if is_length_known else None,
    }


def _is_induction(phase: UsePattern, phases: Sequence[UsePattern]) -> bool:
    """Whether a phase leads to a less frequent one: it does not count towards maintenance past 12 months."""
    later = phases[phases.index(phase) + 1 :]
    if not later:
        return False
    rate, after = weekly_rate(phase, "mid"), weekly_rate(later[-1], "mid")
    return phase.course_sessions is not None or (rate is not None and after is not None and rate > after)


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

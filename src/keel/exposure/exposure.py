"""The exposure of a person: totals, the multiple of the reference course, the band, and what is not known.

Told patterns and dated doses are both counted, each substance and route by itself (`totals.py`). `mg_per_year` of a
pattern is what a year of it comes to as it is now, 0 where it is over; of dated doses it is what the last 12 months
came to. The peak and the total stand beside it (`history.py`), and the band looks back 180 days. The arithmetic is
given in words, so that a reader can check it.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from keel.exposure.banding import Band, band_of
from keel.exposure.facts import RECENT_DAYS, SymptomFacts, lanes_of
from keel.exposure.history import Ever, Now, Peak, peak_of, stopped_at, together
from keel.exposure.ledger import WINDOWS, Ledger, UsingDay, Window, fold
from keel.exposure.multiples import REFERENCE, Reference, multiple_findings, reference_of
from keel.exposure.phases import Taken, Year, current, is_over, is_recent, lifetime_mg, stretches, weekly_rate, year_now
from keel.exposure.totals import (
    Absorbed,
    RouteTotal,
    SubstanceTotal,
    assumption,
    route_text,
    route_totals,
    substance_text,
    substance_totals,
)
from keel.findings import Finding, Reason, Severity, worst_first
from keel.knowledge import Knowledge
from keel.messages import FactName, Message, both, joined, plural
from keel.quantities import Figure, Form, Interval
from keel.record import Record, UsePattern
from keel.record.selection import day_of, told_sequences


class Exposure(msgspec.Struct, frozen=True, kw_only=True):
    """Where a person stands in exposure, as of a time.

    Milligrams are of base where the salt was stated, and as taken otherwise. `mg_per_session`, `mg_per_year`,
    `cumulative_mg` and `multiple_of_reference` are None where not known, and where substances or routes differ that
    must not be added: then `by_route` has a total for each. `absorbed` is what reaches the blood of one substance by
    all its routes, `assumption` says on what routes were added, or why they were not. `unknown` says in words what was
    missing; `arithmetic` how totals came about. The figures are those of now, `now` has them once more beside the
    heaviest pattern ever (`peak`) and the total (`ever`); `stopped_at` is when use ended, None where it goes on or
    nobody said. A session is a using day: `days_per_year` is their number, `doses_per_day` how often on one.
    """

    sessions_per_year: float | None
    sessions_per_year_range: Interval | None
    days_per_year: float | None
    doses_per_day: float | None
    now: Now
    peak: Peak | None
    ever: Ever
    stopped_at: dt.date | None
    mg_per_session: Interval | None
    mg_per_year: Interval | None
    cumulative_mg: Interval | None
    multiple_of_reference: float | None
    multiple_range: Interval | None
    reference: Reference
    days_in_28: float | None
    band: Band | None
    unknown: tuple[Message, ...]
    findings: tuple[Finding, ...]
    by_substance: tuple[SubstanceTotal, ...]
    by_route: tuple[RouteTotal, ...]
    absorbed: Absorbed | None
    assumption: Message | None
    windows: tuple[Window, ...]
    arithmetic: tuple[Message, ...]
    longest_gap_days: int | None
    shortest_gap_days: int | None

    @property
    def is_over(self) -> bool:
        """Whether a year as it is now comes to nothing, though something was told."""
        return self.mg_per_year is not None and self.mg_per_year.high == 0 and self.peak is not None

    @property
    def peak_multiple(self) -> Interval | None:
        """How many times the reference course the heaviest pattern was; None where not known."""
        times = self.peak.multiple_of_reference if self.peak else None
        return None if times is None else Interval.exactly(times)


def summarise(
    record: Record, *, at: dt.datetime, knowledge: Knowledge, symptoms: SymptomFacts | None = None
) -> Exposure:
    """The exposure of a record at a time; an empty record gives no numbers and no band, and says so."""
    ledger = fold(record.doses, at=at, knowledge=knowledge, weight_kg=record.person.weight_kg)
    record = _weighed(record)
    told = [(phases, year_now(phases)) for phases in told_sequences(record.patterns)]
    windows = tuple(ledger.window(name, at) for name in WINDOWS)
    course = knowledge.courses[REFERENCE]
    reference = reference_of(course, knowledge)
    yearly, lifetime = _amounts(told, windows)
    sessions_mg = _per_session(told, ledger.within(365, at) or ledger.days)
    totals = route_totals(yearly, lifetime, sessions_mg, course, knowledge)
    by_substance = substance_totals(totals, course)
    one = by_substance[0] if len(by_substance) == 1 else None
    sessions = _sessions(told, windows)
    banded = band_of(lanes_of(record.patterns, ledger, at=at, symptoms=symptoms or SymptomFacts()), knowledge)
    of_totals = multiple_findings(totals, by_substance, reference, knowledge, is_medical=_is_medical(record))
    findings = [*([banded[1]] if banded else []), *of_totals, *_counted_twice(record)]
    sequences = [phases for phases, _ in told]
    multiple = one.multiple_of_reference.mid if one and one.multiple_of_reference else None
    now = Now(
        mg_per_year=one.mg_per_year if one else None,
        sessions_per_year=sessions.mid if sessions else None,
        multiple_of_reference=multiple,
    )
    peak = peak_of(sequences, ledger.days, now, course.mg_per_year.value, at=at)
    findings += [
        *_looking_back(sequences, banded[0] if banded else None, at),
        *(_at_the_peak(peak, now, reference) if not _is_medical(record) else ()),
    ]
    return Exposure(
        sessions_per_year=sessions.mid if sessions else None,
        sessions_per_year_range=sessions,
        days_per_year=sessions.mid if sessions else None,
        doses_per_day=_doses_per_day(sequences),
        now=now,
        peak=peak,
        ever=Ever(one.cumulative_mg if one else None),
        stopped_at=stopped_at(sequences, is_dated=bool(ledger.days)),
        mg_per_session=next(iter(sessions_mg.values())) if len(sessions_mg) == 1 else None,
        mg_per_year=one.mg_per_year if one else None,
        cumulative_mg=one.cumulative_mg if one else None,
        multiple_of_reference=multiple,
        multiple_range=one.multiple_of_reference if one else None,
        reference=reference,
        days_in_28=_days_in_28(told, windows, at),
        band=banded[0] if banded else None,
        unknown=tuple(dict.fromkeys(_unknowns(record, told, ledger, by_substance, at, knowledge))),
        findings=worst_first(findings),
        by_substance=by_substance,
        by_route=totals,
        absorbed=one.absorbed if one else None,
        assumption=assumption(totals, by_substance, knowledge),
        windows=windows,
        arithmetic=tuple(_arithmetic(told, windows, totals, reference, knowledge)),
        longest_gap_days=max(_gaps(ledger.days), default=None),
        shortest_gap_days=min(_gaps(ledger.days), default=None),
    )


PhaseYears = list[tuple[tuple[UsePattern, ...], Year]]


def _add(have: Interval | None, more: Interval | None) -> Interval | None:
    return more if have is None else have if more is None else have + more


def _amounts(
    told: PhaseYears, windows: tuple[Window, ...]
) -> tuple[dict[Taken, Interval | None], dict[Taken, Interval | None]]:
    """A year and a lifetime of each substance and route; a lifetime with an unknown part is unknown as a whole."""
    twelve_months, ever = windows[2].amounts(), windows[3].amounts()
    yearly: dict[Taken, Interval | None] = {taken: twelve_months.get(taken, Interval.exactly(0)) for taken in ever}
    lifetime: dict[Taken, Interval | None] = dict(ever)
    open_lifetimes: set[Taken] = set()
    for phases, total in told:
        so_far = lifetime_mg(phases)
        for taken, mg in total.mg.items():
            yearly[taken] = _add(yearly.get(taken), mg)
            lifetime[taken] = _add(lifetime.get(taken), so_far[taken])
            if so_far[taken] is None:
                open_lifetimes.add(taken)
    return yearly, lifetime | dict.fromkeys(open_lifetimes)


def _sessions(told: PhaseYears, windows: tuple[Window, ...]) -> Interval | None:
    """Using days a year over all patterns; those that may fall on the same days are counted as from one to both."""
    sessions = Interval.exactly(windows[2].using_days) if windows[3].using_days else None
    of_told = together([(current(phases), total.sessions) for phases, total in told])
    return None if told and of_told is None else _add(sessions, of_told)


def _weighed(record: Record) -> Record:
    """The record with amounts told per kilogram in milligrams, where the body weight is known."""
    kg = record.person.weight_kg
    if kg is None or not any(pattern.per_kg for pattern in record.patterns):
        return record
    patterns = [
        msgspec.structs.replace(one, mg_per_session=one.per_kg * kg, per_kg=None) if one.per_kg else one
        for one in record.patterns
    ]
    return msgspec.structs.replace(record, patterns=tuple(patterns))


def _doses_per_day(sequences: Sequence[Sequence[UsePattern]]) -> float | None:
    """Doses on one using day; None where nobody said, and where patterns differ."""
    held = {
        phase.doses_per_day.mid if phase.doses_per_day else None for phases in sequences for phase in current(phases)
    }
    return held.pop() if len(held) == 1 else None


def _looking_back(sequences: Sequence[Sequence[UsePattern]], band: Band | None, at: dt.datetime) -> Iterable[Finding]:
    """That a stop or a cut of less than 180 days ago does not lower the band (harms reference 10.3, note iii)."""
    if band is None or band.id == "U":
        return
    for phases in sequences:
        if not is_recent(phases, at):
            continue
        heaviest = max(phases, key=lambda phase: (weekly_rate(phase, "mid") or 0.0) * _mid(phase))
        holding = current(phases)
        placed = dict(zip(phases, stretches(phases, at), strict=True))
        ended = placed[heaviest].ended
        if heaviest in holding or (ended is not None and ended >= RECENT_DAYS):
            continue
        yield Finding(
            rule="exposure-last-180-days",
            severity=Severity.NOTE,
            subject="band",
            summary=Message(
                "The band looks back 180 days: a stop or a cut that is more recent, or whose date is not known, does "
                "not lower it yet."
            ),
            next_step=Message("Look again once 180 days have passed."),
        )
        return


def _mid(phase: UsePattern) -> float:
    return phase.mg_per_session.mid if phase.mg_per_session else 1.0


def _at_the_peak(peak: Peak | None, now: Now, reference: Reference) -> Iterable[Finding]:
    """What the heaviest pattern came to, where it is heavier than what holds now."""
    if peak is None or peak.mg_per_year is None or peak.multiple_of_reference is None:
        return
    if now.mg_per_year is not None and now.mg_per_year.mid >= peak.mg_per_year.mid:
        return
    yield Finding(
        rule="exposure-peak",
        severity=Severity.NOTE,
        subject="multiple",
        summary=Message(
            "At the peak it was {mg} mg a year, {times} times the reference course ({rule}).",
            mg=Figure(peak.mg_per_year),
            times=Figure(Interval.exactly(peak.multiple_of_reference), 3),
            rule=Message(reference.rule),
        ),
        why=(Reason(FactName("mg_per_year"), peak.mg_per_year.mid, "mg/a"),),
        sources=reference.sources,
    )


def _per_session(told: PhaseYears, days: Iterable[UsingDay]) -> dict[Taken, Interval | None]:
    """The smallest, the mean and the largest amount of a session, of each substance and route."""
    amounts: dict[Taken, list[tuple[Interval, float]]] = {}
    for day in days:
        for taken, mg in day.mg.items():
            amounts.setdefault(taken, []).append((mg, 1.0))
    for phases, total in told:
        weight = (total.sessions.mid if total.sessions else 1.0) or 1.0
        for phase in current(phases) or phases[-1:]:
            if phase.mg_per_session:
                own = amounts.setdefault(Taken(phase.substance, phase.route), [])
                own.append((phase.mg_per_session, weight))
    return {taken: _spread(own) for taken, own in amounts.items()}


def _spread(amounts: Sequence[tuple[Interval, float]]) -> Interval:
    mean = sum(mg.mid * weight for mg, weight in amounts) / sum(weight for _, weight in amounts)
    low, high = min(mg.low for mg, _ in amounts), max(mg.high for mg, _ in amounts)
    # The mean of equal amounts can lie a rounding error outside them.
    return Interval(low, min(max(mean, low), high), high, any(mg.open_above for mg, _ in amounts))


def _days_in_28(told: PhaseYears, windows: tuple[Window, ...], at: dt.datetime) -> float | None:
    if not told and not windows[3].using_days:
        return None
    days = float(windows[0].using_days)
    for phases, _ in told:
        if not is_recent(phases, at, days=28):
            continue
        rate = weekly_rate(phases[-1], "mid")
        if rate is None or (is_over(phases) and phases[-1].end is None):
            return None
        days += rate * 4
    return min(28.0, round(days, 2))


def _gaps(days: tuple[UsingDay, ...]) -> list[int]:
    return [(later.day - earlier.day).days for earlier, later in pairwise(days)]


def _arithmetic(
    told: PhaseYears,
    windows: tuple[Window, ...],
    totals: tuple[RouteTotal, ...],
    reference: Reference,
    knowledge: Knowledge,
) -> Iterable[Message]:
    for phases, told_year in told:
        for taken, sums in told_year.arithmetic.items():
            if len(told_year.mg) == 1:
                yield Message("“{pattern}”: {sum}", pattern=phases[0].text, sum=sums)
            else:
                route = route_text(taken.route, knowledge)
                yield Message("“{pattern}”, {route}: {sum}", pattern=phases[0].text, route=route, sum=sums)
    for taken, mg in windows[2].amounts().items():
        yield plural(
            "Dated doses, last 12 months: {mg} mg ({substance}, {route}); used on {count} day",
            "Dated doses, last 12 months: {mg} mg ({substance}, {route}); used on {count} days",
            count=windows[2].using_days,
            mg=Figure(mg),
            substance=substance_text(taken.substance),
            route=route_text(taken.route, knowledge),
        )
    for total in totals:
        if total.mg_per_year and total.mg_per_year.high and total.multiple_of_reference:
            yield Message(
                "{mg} mg ÷ {reference} mg of the reference course = {times}",
                mg=Figure(total.mg_per_year),
                reference=reference.mg_per_year,
                times=Figure(total.multiple_of_reference, 3),
            )
    for total in totals if len(totals) > 1 else ():
        if total.mg_per_year and total.absorbed and total.absorbed.mg_per_year and total.absorbed.fraction:
            yield Message(
                "{mg} mg × {fraction} that reaches the blood {route} = {absorbed} mg absorbed",
                mg=Figure(total.mg_per_year),
                fraction=Figure(total.absorbed.fraction, 3),
                route=route_text(total.route, knowledge),
                absorbed=Figure(total.absorbed.mg_per_year),
            )


def _unknowns(
    record: Record,
    told: PhaseYears,
    ledger: Ledger,
    totals: tuple[SubstanceTotal, ...],
    at: dt.datetime,
    knowledge: Knowledge,
) -> Iterable[Message]:
    if not record.doses and not record.patterns:
        yield Message("No dose and no pattern of use was given: exposure is not known. That is not the same as none.")
    for phases, total in told:
        pattern = phases[0].text
        if any(phase.per_kg for phase in phases):
            yield Message(
                "Body weight: “{pattern}” is per kilogram and cannot be turned into milligrams.", pattern=pattern
            )
        elif None in total.mg.values() and any(
            phase.mg_per_session is None and phase.mg_per_year is None for phase in phases
        ):
            yield Message(
                "How much a session in “{pattern}”: milligrams and grams cannot be computed.", pattern=pattern
            )
        if total.sessions is None:
            yield Message("On how many days in “{pattern}”: sessions cannot be counted.", pattern=pattern)
        if None in lifetime_mg(phases).values() and any(
            phase.months is None and phase.course_sessions is None for phase in phases
        ):
            yield Message("How long “{pattern}” has gone on: a lifetime total cannot be computed.", pattern=pattern)
        if any(phase.form in (Form.NOT_STATED, Form.POWDER) and phase.mg_per_session for phase in phases):
            yield Message("Purity, and whether milligrams are of salt or base: counted at face value.")
        for phase in phases:
            yield from (joined("", [assumed.capital(), "."]) for assumed in phase.assumed)
    if unknown := sum(day.unknown_doses for day in ledger.days):
        yield plural(
            "{count} dose has no known amount: totals in milligrams are at least what is shown.",
            "{count} doses have no known amount: totals in milligrams are at least what is shown.",
            count=unknown,
        )
    if record.person.weight_kg is None and any(dose.per_kg and not dose.amount_mg for dose in record.doses):
        yield Message("Body weight: doses written per kilogram cannot be turned into milligrams.")
    for dose, why in ledger.left_out:
        yield Message(
            "A dose on {date} is left out because {cause}.", date=day_of(dose.start, at).isoformat(), cause=why
        )
    if len(totals) > 1:
        names = both(substance_text(total.substance) for total in totals)
        yield Message("One total over {substances}: different substances are not added.", substances=names)
    for one in totals:
        if len(one.routes) > 1:
            routes = both(route_text(route, knowledge) for route in one.routes)
            yield Message("One total as taken over {routes}: different routes are not added.", routes=routes)
    if any(total.substance == "unknown" for total in totals):
        yield Message("Which ketamine it was (racemic or esketamine).")


def _counted_twice(record: Record) -> Iterable[Finding]:
    if record.patterns and record.doses:
        yield Finding(
            rule="exposure-told-and-dated",
            severity=Severity.NOTE,
            subject="exposure",
            summary=Message(
                "Both a told pattern and dated doses are counted. If they are the same use, it is counted twice."
            ),
            why=(Reason(Message("patterns"), len(record.patterns)), Reason(Message("doses"), len(record.doses))),
            next_step=Message("Keep one of the two."),
        )


def _is_medical(record: Record) -> bool:
    settings = [dose.setting for dose in record.doses] + [pattern.setting for pattern in record.patterns]
    return all(setting.is_medical for setting in settings)

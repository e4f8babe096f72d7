"""The exposure of a person: totals, the multiple of the reference course, the band, and what is not known.

Told patterns and dated doses are both counted. `mg_per_year` of a pattern is what a year of it comes to; of dated doses
it is what the last 12 months came to. The arithmetic is given in words, so that a reader can check it.
"""

import datetime as dt
from collections.abc import Iterable
from itertools import pairwise

import msgspec

from keel.exposure.banding import Band, band_of
from keel.exposure.facts import SymptomFacts, lanes_of
from keel.exposure.ledger import WINDOWS, Ledger, UsingDay, Window, fold
from keel.exposure.phases import Year, is_recent, lifetime_mg, recent_days_per_week, year
from keel.findings import Finding, Reason, Severity, worst_first
from keel.knowledge import Certainty, Knowledge
from keel.knowledge.criteria import Course
from keel.messages import FactName, Message, Slot, both, joined, plural
from keel.quantities import Figure, Form, Interval, interval_text
from keel.record import Record, UsePattern
from keel.record.selection import day_of, told_sequences

REFERENCE = "reference"
SLOGAN = "B11"
"""The claim that a year of weekend use easily reaches 100 times a medical course; shown beside any smaller multiple."""


def substance_text(substance: str) -> Message:
    """The words for a substance id: “racemic”, “esketamine”, “ketamine, kind not stated”."""
    return Message("ketamine, kind not stated") if substance == "unknown" else Message(substance)


class Reference(msgspec.Struct, frozen=True):
    """The course that exposure is measured against: its milligrams a year and the sum behind them."""

    mg_per_year: float
    rule: str
    title: str
    sources: tuple[str, ...]


class SubstanceTotal(msgspec.Struct, frozen=True, kw_only=True):
    """A year and a lifetime of one substance; None where not known."""

    substance: str
    mg_per_year: Interval | None
    cumulative_mg: Interval | None
    multiple_of_reference: Interval | None


class Exposure(msgspec.Struct, frozen=True, kw_only=True):
    """Where a person stands in exposure, as of a time.

    Milligrams are of base where the salt was stated, and as taken otherwise. `mg_per_year`, `cumulative_mg` and
    `multiple_of_reference` are None where not known, and where substances differ that must not be added: then
    `by_substance` has a total for each. `unknown` says in words what was missing; `arithmetic` how totals came about.
    """

    sessions_per_year: float | None
    sessions_per_year_range: Interval | None
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
    windows: tuple[Window, ...]
    arithmetic: tuple[Message, ...]
    longest_gap_days: int | None
    shortest_gap_days: int | None


def summarise(
    record: Record, *, at: dt.datetime, knowledge: Knowledge, symptoms: SymptomFacts | None = None
) -> Exposure:
    """The exposure of a record at a time; an empty record gives no numbers and no band, and says so."""
    ledger = fold(record.doses, at=at, knowledge=knowledge, weight_kg=record.person.weight_kg)
    told = [(phases, year(phases)) for phases in told_sequences(record.patterns)]
    windows = tuple(ledger.window(name, at) for name in WINDOWS)
    reference = _reference(knowledge.courses[REFERENCE], knowledge)
    totals = _by_substance(told, windows, reference)
    one = totals[0] if len(totals) == 1 else None
    sessions = _sessions(told, windows)
    banded = band_of(lanes_of(record.patterns, ledger, at=at, symptoms=symptoms or SymptomFacts()), knowledge)
    findings = [*([banded[1]] if banded else []), *_findings(record, ledger, totals, reference)]
    return Exposure(
        sessions_per_year=sessions.mid if sessions else None,
        sessions_per_year_range=sessions,
        mg_per_session=_per_session(told, ledger.within(365, at) or ledger.days),
        mg_per_year=one.mg_per_year if one else None,
        cumulative_mg=one.cumulative_mg if one else None,
        multiple_of_reference=one.multiple_of_reference.mid if one and one.multiple_of_reference else None,
        multiple_range=one.multiple_of_reference if one else None,
        reference=reference,
        days_in_28=_days_in_28(told, windows, at),
        band=banded[0] if banded else None,
        unknown=tuple(dict.fromkeys(_unknowns(record, told, ledger, totals, at))),
        findings=worst_first(findings),
        by_substance=totals,
        windows=windows,
        arithmetic=tuple(_arithmetic(told, windows, totals, reference)),
        longest_gap_days=max(_gaps(ledger.days), default=None),
        shortest_gap_days=min(_gaps(ledger.days), default=None),
    )


def _reference(course: Course, knowledge: Knowledge) -> Reference:
    claim = knowledge.claims.get(course.mg_per_year.claim or "")
    return Reference(course.mg_per_year.value, course.rule, course.title, claim.sources if claim else ())


PhaseYears = list[tuple[tuple[UsePattern, ...], Year]]


def _add(have: Interval | None, more: Interval | None) -> Interval | None:
    return more if have is None else have if more is None else have + more


def _by_substance(told: PhaseYears, windows: tuple[Window, ...], reference: Reference) -> tuple[SubstanceTotal, ...]:
    """Totals of each substance; a lifetime with an unknown part is unknown, not the known part."""
    yearly: dict[str, Interval | None] = {}
    lifetime: dict[str, Interval | None] = {}
    open_lifetimes: set[str] = set()
    twelve_months, ever = windows[2], windows[3]
    for substance, mg in ever.mg.items():
        yearly[substance] = twelve_months.mg.get(substance, Interval.exactly(0))
        lifetime[substance] = mg
    for phases, total in told:
        substance = phases[0].substance
        yearly[substance] = _add(yearly.get(substance), total.mg)
        so_far = lifetime_mg(phases)
        lifetime[substance] = _add(lifetime.get(substance), so_far)
        if so_far is None:
            open_lifetimes.add(substance)
    return tuple(
        SubstanceTotal(
            substance=substance,
            mg_per_year=mg,
            cumulative_mg=None if substance in open_lifetimes else lifetime[substance],
            multiple_of_reference=mg / reference.mg_per_year if mg else None,
        )
        for substance, mg in sorted(yearly.items())
    )


def _sessions(told: PhaseYears, windows: tuple[Window, ...]) -> Interval | None:
    sessions = Interval.exactly(windows[2].using_days) if windows[3].using_days else None
    for _, total in told:
        if total.sessions is None:
            return None
        sessions = _add(sessions, total.sessions)
    return sessions


def _per_session(told: PhaseYears, days: Iterable[UsingDay]) -> Interval | None:
    """The smallest, the mean and the largest amount of a session, where all are of one substance."""
    amounts = [(mg, 1.0) for day in days if len(day.mg) == 1 for mg in day.mg.values()]
    for phases, total in told:
        weight = total.sessions.mid if total.sessions else 1.0
        amounts += [(phase.mg_per_session, weight) for phase in phases if phase.mg_per_session]
    if not amounts:
        return None
    mean = sum(mg.mid * weight for mg, weight in amounts) / sum(weight for _, weight in amounts)
    low, high = min(mg.low for mg, _ in amounts), max(mg.high for mg, _ in amounts)
    # The mean of equal amounts can lie a rounding error outside them.
    return Interval(low, min(max(mean, low), high), high)


def _days_in_28(told: PhaseYears, windows: tuple[Window, ...], at: dt.datetime) -> float | None:
    if not told and not windows[3].using_days:
        return None
    days = float(windows[0].using_days)
    for phases, _ in told:
        if not is_recent(phases, at, days=28):
            continue
        rate = recent_days_per_week(phases[-1:])
        if rate is None:
            return None
        days += rate.mid * 4
    return min(28.0, round(days, 2))


def _gaps(days: tuple[UsingDay, ...]) -> list[int]:
    return [(later.day - earlier.day).days for earlier, later in pairwise(days)]


def _arithmetic(
    told: PhaseYears, windows: tuple[Window, ...], totals: tuple[SubstanceTotal, ...], reference: Reference
) -> Iterable[Message]:
    for phases, told_year in told:
        if told_year.arithmetic:
            yield Message("“{pattern}”: {sum}", pattern=phases[0].text, sum=told_year.arithmetic)
    for substance, mg in windows[2].mg.items():
        yield plural(
            "Dated doses, last 12 months: {mg} mg ({substance}); used on {count} day",
            "Dated doses, last 12 months: {mg} mg ({substance}); used on {count} days",
            count=windows[2].using_days,
            mg=Figure(mg),
            substance=substance_text(substance),
        )
    for total in totals:
        if total.mg_per_year and total.multiple_of_reference:
            yield Message(
                "{mg} mg ÷ {reference} mg of the reference course = {times}",
                mg=Figure(total.mg_per_year),
                reference=reference.mg_per_year,
                times=Figure(total.multiple_of_reference, 3),
            )


def _unknowns(
    record: Record, told: PhaseYears, ledger: Ledger, totals: tuple[SubstanceTotal, ...], at: dt.datetime
) -> Iterable[Message]:
    if not record.doses and not record.patterns:
        yield Message("No dose and no pattern of use was given: exposure is not known. That is not the same as none.")
    for phases, total in told:
        pattern = phases[0].text
        if total.mg is None:
            yield Message(
                "How much a session in “{pattern}”: milligrams and grams cannot be computed.", pattern=pattern
            )
        if total.sessions is None:
            yield Message("On how many days in “{pattern}”: sessions cannot be counted.", pattern=pattern)
        if lifetime_mg(phases) is None:
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
    if any(total.substance == "unknown" for total in totals):
        yield Message("Which ketamine it was (racemic or esketamine).")


def _findings(
    record: Record, ledger: Ledger, totals: tuple[SubstanceTotal, ...], reference: Reference
) -> Iterable[Finding]:
    for total in totals:
        if total.multiple_of_reference and total.mg_per_year:
            finding = _multiple_finding(total, total.mg_per_year, total.multiple_of_reference, reference)
            slogan = total.multiple_of_reference.high < 100 and _has_non_medical(record)
            yield msgspec.structs.replace(finding, conflicts=(SLOGAN,)) if slogan else finding
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


def _has_non_medical(record: Record) -> bool:
    settings = [dose.setting for dose in record.doses] + [pattern.setting for pattern in record.patterns]
    return not all(setting.is_medical for setting in settings)


def _multiple_finding(total: SubstanceTotal, mg: Interval, multiple: Interval, reference: Reference) -> Finding:
    slots: dict[str, Slot] = {"mg": Figure(mg), "times": Figure(multiple, 3), "rule": Message(reference.rule)}
    if interval_text(multiple, 3) == "1":
        summary = Message("{mg} mg a year is the same as the reference course ({rule}).", **slots)
    else:
        summary = Message("{mg} mg a year is {times} times the reference course ({rule}).", **slots)
    if total.substance not in ("racemic", "unknown"):
        caveat = Message(
            "The reference course is racemic, this is {substance}.", substance=substance_text(total.substance)
        )
        summary = joined(" ", [summary, caveat])
    return Finding(
        rule=f"exposure-multiple:{total.substance}",
        subject="multiple",
        severity=Severity.NOTE,
        summary=summary,
        why=(
            Reason(FactName("mg_per_year"), mg.mid, "mg/a"),
            Reason(FactName("reference_mg_per_year"), reference.mg_per_year, "mg/a"),
        ),
        sources=reference.sources,
        confidence=Certainty.SEEN,
    )

"""Dose beside response over a course: numbers only, with what they do not show. It advises no dose."""

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

import msgspec

from keel.assessment.surveillance.due import MEDICAL
from keel.assessment.surveillance.trends import totals
from keel.exposure import amount_of
from keel.knowledge import Knowledge
from keel.messages import Message
from keel.quantities import significant
from keel.record import Dose, Record
from keel.record.selection import day_of, doses_taken


class SessionPoint(msgspec.Struct, frozen=True, kw_only=True):
    """One day of doses and the scores around it; None where not known.

    `score_before` is the newest total in the days before, `score_after` the last one before the next dose;
    `change_from_baseline_percent` compares `score_after` with the baseline of the course.
    """

    day: dt.date
    substance: str
    route: str
    mg: float | None
    mg_per_kg: float | None
    days_since_last: int | None
    score_before: float | None
    score_after: float | None
    change_from_baseline_percent: float | None


class DoseLevel(msgspec.Struct, frozen=True, kw_only=True):
    """Sessions of one amount of one substance by one route: how many, with a score after, and the change then."""

    substance: str
    route: str
    mg: float
    sessions: int
    with_score: int
    median_change_percent: float | None
    lowest_change_percent: float | None
    highest_change_percent: float | None


class DoseResponse(msgspec.Struct, frozen=True, kw_only=True):
    """Doses and scores of a course side by side.

    `baseline` is the last total before the first dose, and None where there is none: then no change is computed.
    `does_not_show` belongs to every print of this.
    """

    instrument: str
    baseline: float | None
    sessions: tuple[SessionPoint, ...]
    by_dose: tuple[DoseLevel, ...]
    unknown: tuple[Message, ...]
    does_not_show: tuple[Message, ...]


def dose_response(record: Record, *, at: dt.datetime, knowledge: Knowledge, instrument: str = "phq-9") -> DoseResponse:
    """The supervised and prescribed doses of a record up to `at`, each with the scores before and after it.

    Milligrams are of base. Several doses of one substance and route on a day are one session; substances are not added.
    """
    schedule = knowledge.surveillance[MEDICAL]
    scores = [(day_of(when, at), total) for when, total in totals(record, instrument, at, knowledge)]
    days = _days(record, at)
    first = days[0][0] if days else None
    baseline = _last_before(scores, first) if first is not None else None
    near = dt.timedelta(days=schedule.cuts["near_days"].value)
    points = tuple(_points(days, scores, baseline, near, record, knowledge))
    return DoseResponse(
        instrument=instrument,
        baseline=baseline,
        sessions=points,
        by_dose=_levels(points),
        unknown=tuple(_unknown(points, baseline)),
        does_not_show=tuple(map(Message, schedule.does_not_show)),
    )


Day = tuple[dt.date, str, str, tuple[Dose, ...]]
Scores = Sequence[tuple[dt.date, float]]


def _days(record: Record, at: dt.datetime) -> list[Day]:
    grouped: dict[tuple[dt.date, str, str], list[Dose]] = {}
    for dose in doses_taken(record, at, medical=True):
        grouped.setdefault((day_of(dose.start, at), dose.substance, dose.route), []).append(dose)
    return [(*key, tuple(doses)) for key, doses in sorted(grouped.items())]


def _last_before(scores: Scores, day: dt.date) -> float | None:
    return next((total for when, total in reversed(scores) if when <= day), None)


def _points(
    days: Sequence[Day],
    scores: Scores,
    baseline: float | None,
    near: dt.timedelta,
    record: Record,
    knowledge: Knowledge,
) -> "list[SessionPoint]":
    points = []
    gaps = [None, *((later[0] - earlier[0]).days for earlier, later in pairwise(days))]
    for position, (day, substance, route, doses) in enumerate(days):
        following = next((other[0] for other in days[position + 1 :] if other[0] > day), dt.date.max)
        amounts = [amount_of(dose, knowledge, record.person.weight_kg) for dose in doses]
        mg = significant(sum(one.mid for one in amounts if one)) if all(amounts) else None
        weight = record.person.weight_kg
        # A score on the day of a dose is asked before it, as the gate asks for it.
        before = [total for when, total in scores if when <= day and day - when <= near]
        after = [total for when, total in scores if day < when <= following]
        after_total = after[-1] if after else None
        points.append(
            SessionPoint(
                day=day,
                substance=substance,
                route=route,
                mg=mg,
                mg_per_kg=significant(mg / weight) if mg is not None and weight else None,
                days_since_last=gaps[position],
                score_before=before[-1] if before else None,
                score_after=after_total,
                change_from_baseline_percent=_percent(after_total, baseline),
            )
        )
    return points


def _percent(now: float | None, baseline: float | None) -> float | None:
    return significant((now - baseline) / baseline * 100) if now is not None and baseline else None


def _levels(points: Sequence[SessionPoint]) -> tuple[DoseLevel, ...]:
    grouped: dict[tuple[str, str, float], list[SessionPoint]] = {}
    for point in points:
        if point.mg is not None:
            grouped.setdefault((point.substance, point.route, point.mg), []).append(point)
    levels = []
    for (substance, route, mg), those in sorted(grouped.items()):
        changes = [one.change_from_baseline_percent for one in those if one.change_from_baseline_percent is not None]
        levels.append(
            DoseLevel(
                substance=substance,
                route=route,
                mg=mg,
                sessions=len(those),
                with_score=len(changes),
                median_change_percent=significant(median(changes)) if changes else None,
                lowest_change_percent=min(changes) if changes else None,
                highest_change_percent=max(changes) if changes else None,
            )
        )
    return tuple(levels)


def _unknown(points: Sequence[SessionPoint], baseline: float | None) -> "list[Message]":
    said = []
    if not points:
        said.append(Message("No supervised or prescribed dose with a date is on record."))
    elif baseline is None:
        said.append(Message("No score before the first dose is on record, so no change from baseline is computed."))
    missing = sum(point.mg is None for point in points)
    if missing:
        said.append(Message("{count} of {all} sessions have no known amount.", count=missing, all=len(points)))
    unscored = sum(point.score_after is None for point in points)
    if points and unscored:
        said.append(
            Message("{count} of {all} sessions have no score before the next dose.", count=unscored, all=len(points))
        )
    return said

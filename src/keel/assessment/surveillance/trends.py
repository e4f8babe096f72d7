"""What has changed, or stands too high: laboratory values, pressures and scores.

The rules stand in data/surveillance; a score changes by what its instrument published. A number without a source is a
default and says so.
"""

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from itertools import groupby

from keel.assessment.instruments.change import Change, Course, change
from keel.assessment.instruments.errors import AnswersRefused
from keel.assessment.instruments.lookup import find_instrument
from keel.assessment.instruments.scoring import score_sitting
from keel.assessment.surveillance.due import MEDICAL
from keel.findings import Finding, Reason, Severity, worst_first
from keel.knowledge import Certainty, Knowledge, UnknownId
from keel.knowledge.instruments import ChangeKind, Direction
from keel.knowledge.surveillance import ScoreTrend, Surveillance, TrendRule
from keel.messages import Message
from keel.record import Answers, Measurement, Record
from keel.record.selection import measured_as, sittings

_OF_SIZE = (ChangeKind.IMPORTANT, ChangeKind.RELIABLE)


def trends(record: Record, *, at: dt.datetime, knowledge: Knowledge) -> tuple[Finding, ...]:
    """Findings on changes up to `at`, worst first.

    Where the laboratory's upper limit did not come with a value, a rule in multiples of it says that it cannot be read.
    """
    schedule = knowledge.surveillance[MEDICAL]
    found: list[Finding] = []
    for rule in schedule.trends:
        for measure in rule.measures:
            found += _measured(rule, measure, _series(record, measure, at, knowledge), schedule)
        for instrument in rule.instruments:
            found += _risen(rule, totals(record, instrument, at, knowledge))
    for instrument in dict.fromkeys(sitting.instrument for sitting in record.answers):
        found += _scored(instrument, record, at, knowledge, schedule)
    return worst_first(found)


def reference_change_percent(cv_analytical: float, cv_within: float, z: float = 1.96) -> float:
    """The change in per cent beyond which two results differ by more than chance: √2 z √(CVa² + CVi²).

    CVs are per cent, of the assay and within a person.

    >>> round(reference_change_percent(5.0, 10.0), 1)
    31.0
    """
    return math.sqrt(2) * z * math.sqrt(cv_analytical**2 + cv_within**2)


def _series(record: Record, measure: str, at: dt.datetime, knowledge: Knowledge) -> list[Measurement]:
    """The numbers of one measure up to `at`, oldest first, all in the unit of the newest."""
    dated = measured_as(record, at, measure, knowledge)
    return [one for one in dated if one.unit == dated[-1].unit]


def _measured(
    rule: TrendRule, measure: str, series: Sequence[Measurement], schedule: Surveillance
) -> Iterator[Finding]:
    if not series:
        return
    newest, first = series[-1], series[0]
    cut = schedule.cuts[rule.cut]
    now, then = newest.number or 0.0, first.number or 0.0
    if rule.measure == "times_upper_limit":
        limit = newest.upper_limit
        if limit is None:
            yield _finding(
                rule,
                Message(
                    "{test}: the laboratory's upper limit is not on record, so this rule cannot be read.",
                    test=newest.name or measure,
                ),
                Severity.NOTE,
            )
            return
        if now > cut.value * limit:
            upper = Reason(Message("upper limit"), limit, newest.unit)
            why = (Reason(newest.name or measure, now, newest.unit), upper, Reason(Message("times"), cut.value, "1"))
            yield _finding(rule, Message(rule.text), Severity(rule.severity), why)
        return
    if rule.measure == "level" and now >= cut.value:
        said = (Reason(newest.name or measure, now, newest.unit), Reason(Message("at or above"), cut.value, cut.unit))
        yield _finding(rule, Message(rule.text), Severity(rule.severity), said)
    limit = _limit(rule, schedule)
    if len(series) > 1 and _is_beyond(rule, now, then, limit):
        why = (
            Reason(newest.name or measure, now, newest.unit),
            Reason(Message("first value"), then, first.unit),
            Reason(Message(rule.measure.replace("_", " ")), round(limit, 1), cut.unit),
        )
        yield _finding(rule, Message(rule.text), Severity(rule.severity), why)


def _limit(rule: TrendRule, schedule: Surveillance) -> float:
    """Where a change begins to count: the cut, or the change in per cent that chance would not explain."""
    value = schedule.cuts[rule.cut].value
    return reference_change_percent(schedule.cuts[rule.assay].value, value) if rule.assay else value


def _is_beyond(rule: TrendRule, now: float, then: float, limit: float) -> bool:
    if rule.measure == "ratio":
        return then > 0 and now / then >= limit
    if rule.measure == "reference_change":
        return then > 0 and (now - then) / then * 100 > limit
    return rule.measure == "difference" and now - then >= limit


def totals(record: Record, instrument: str, at: dt.datetime, knowledge: Knowledge) -> list[tuple[dt.datetime, float]]:
    """Totals of an instrument up to `at`, oldest first; a sitting without a total is left out.

    Sittings of one moment are one, the worst of them: what differs between them is no change.
    """
    dated = [(one.at, _total(one, record, knowledge)) for one in sittings(record, at, instrument) if one.at is not None]
    known = sorted((when, total) for when, total in dated if total is not None)
    shape = knowledge.instruments.get(instrument)
    worst = min if shape is not None and shape.better is Direction.HIGHER else max
    by_moment = groupby(known, key=lambda each: each[0])
    return [(when, worst(total for _, total in same)) for when, same in by_moment]


def _total(sitting: Answers, record: Record, knowledge: Knowledge) -> float | None:
    try:
        score = score_sitting(sitting, sex=record.person.sex, knowledge=knowledge)
    except (AnswersRefused, UnknownId):
        return None
    return None if score.total is None else float(score.total)


def _risen(rule: TrendRule, series: Sequence[tuple[dt.datetime, float]]) -> Iterator[Finding]:
    if rule.measure == "rise" and len(series) > 1 and series[-1][1] > series[0][1]:
        why = (
            Reason(Message("score"), series[-1][1], "{score}"),
            Reason(Message("first score"), series[0][1], "{score}"),
        )
        yield _finding(rule, Message(rule.text), Severity(rule.severity), why)


def _scored(
    instrument: str, record: Record, at: dt.datetime, knowledge: Knowledge, schedule: Surveillance
) -> Iterator[Finding]:
    try:
        domain = find_instrument(instrument, knowledge).domain
    except UnknownId:
        return
    rule = next((one for one in schedule.score_trends if one.domain == domain), None)
    series = totals(record, instrument, at, knowledge)
    if rule is None or len(series) < 2:
        return
    moved = change(instrument, series[0][1], series[-1][1], knowledge)
    verdicts = [one for one in moved.verdicts if one.kind in _OF_SIZE and one.met]
    if moved.course is Course.WORSE and verdicts:
        yield _worse(rule, moved, [one.rule for one in verdicts], [one.certainty for one in verdicts], _sources(moved))


def _sources(moved: Change) -> tuple[str, ...]:
    return tuple(dict.fromkeys(source for verdict in moved.verdicts if verdict.met for source in verdict.sources))


def _worse(
    rule: ScoreTrend, moved: Change, rules: list[Message], marks: list[Certainty], sources: tuple[str, ...]
) -> Finding:
    return Finding(
        rule=rule.id,
        subject="change",
        severity=Severity(rule.severity),
        summary=Message(rule.text),
        why=(
            Reason(Message("{instrument} before", instrument=moved.instrument), moved.before, "{score}"),
            Reason(Message("{instrument} now", instrument=moved.instrument), moved.after, "{score}"),
            *(Reason(Message("published change"), text) for text in rules),
        ),
        sources=sources,
        confidence=Certainty.weakest([rule.certainty, *marks]),
        conflicts=moved.conflicts,
        next_step=Message(rule.next_step),
    )


def _finding(rule: TrendRule, text: Message, severity: Severity, why: tuple[Reason, ...] = ()) -> Finding:
    return Finding(
        rule=rule.id,
        subject="change",
        severity=severity,
        summary=text,
        why=why,
        sources=rule.sources,
        confidence=rule.certainty,
        conflicts=rule.conflicts,
        next_step=Message("Enter the upper limit of the laboratory.")
        if severity is Severity.NOTE
        else Message(rule.next_step),
    )

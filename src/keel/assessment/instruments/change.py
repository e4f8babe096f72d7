"""What the difference between two scores of one instrument means, by every published rule side by side."""

from enum import StrEnum

import msgspec

from keel.assessment.instruments.bands import band_of
from keel.assessment.instruments.errors import AnswersRefused
from keel.assessment.instruments.lookup import find_instrument
from keel.assessment.instruments.scales import whole
from keel.assessment.instruments.score import Score, Whole
from keel.knowledge import Certainty, Knowledge
from keel.knowledge.instruments import ChangeKind, ChangeRule, Direction, Instrument, Measure
from keel.messages import Message, Name, either, joined


class Course(StrEnum):
    """Which way a score went."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    UNKNOWN = "unknown"
    """The instrument does not say which way is better."""


class ChangeVerdict(msgspec.Struct, frozen=True):
    """One rule read on the two scores.

    `met` is None where the rule does not apply (another baseline, a percentage of zero, an end score that was reached
    before). For a size of change, `course` says which way it went; a response, a remission or a clinically significant
    end score is always for the better.
    """

    id: str
    kind: ChangeKind
    rule: Message
    met: bool | None
    course: Course
    note: Message
    certainty: Certainty
    sources: tuple[str, ...]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Two scores compared. `difference` is after minus before; `percent` is of before, None where before is zero.

    `rules_disagree` is true where one rule for an important change is met and another is not; all are in `verdicts`.
    `conflicts` are ids of evidence/conflicts.csv.
    """

    instrument: str
    version: str
    before: Whole
    after: Whole
    difference: Whole
    percent: float | None
    course: Course
    band_before: str | None
    band_after: str | None
    verdicts: tuple[ChangeVerdict, ...]
    rules_disagree: bool
    conflicts: tuple[str, ...]
    statement: Message


def change(instrument: str, before: Score | float, after: Score | float, knowledge: Knowledge) -> Change:
    """What moving from one total to another means.

    Takes totals or scores. Raises AnswersRefused where a total is missing or the two are not of one instrument and
    scoring version, UnknownId for an unknown instrument.

    >>> from keel import knowledge
    >>> moved = change("phq-9", 20, 9, knowledge.load())
    >>> moved.difference, moved.percent, [verdict.id for verdict in moved.verdicts if verdict.met][0]
    (-11, -55.0, 'response')
    """
    shape = find_instrument(instrument, knowledge)
    first, second = _total(shape, before), _total(shape, after)
    course = _course(shape, second - first)
    percent = round((second - first) / first * 100, 1) if first else None
    band = band_of(shape, first)
    verdicts = tuple(_verdict(shape, rule, first, second, band) for rule in shape.change if rule.scale == "total")
    return Change(
        instrument=shape.id,
        version=shape.version,
        before=whole(first),
        after=whole(second),
        difference=whole(second - first),
        percent=percent,
        course=course,
        band_before=band,
        band_after=band_of(shape, second),
        verdicts=verdicts,
        rules_disagree=len({v.met for v in verdicts if v.kind is ChangeKind.IMPORTANT and v.met is not None}) > 1,
        conflicts=shape.conflicts,
        statement=_statement(shape, course, verdicts),
    )


def _total(shape: Instrument, score: Score | float) -> float:
    if not isinstance(score, Score):
        scale = next((scale for scale in shape.scales if scale.id == "total"), None)
        low = scale.least if scale and scale.least is not None else float("-inf")
        high = scale.most if scale and scale.most is not None else float("inf")
        if scale is None or not low <= score <= high:
            raise AnswersRefused(
                Message("{instrument}: {score} is not a valid total of it.", instrument=Name(shape.name), score=score)
            )
        return float(score)
    if (score.instrument, score.version) != (shape.id, shape.version):
        raise AnswersRefused(
            Message(
                "{instrument} version {version} is not compared with {other} version {other_version}. Score both "
                "sets of answers with the same version.",
                instrument=Name(shape.name),
                version=shape.version,
                other=score.instrument,
                other_version=score.version,
            )
        )
    if score.total is None:
        raise AnswersRefused(
            Message("{instrument}: one of the two has no total, so nothing is compared.", instrument=Name(shape.name))
        )
    return float(score.total)


def _course(shape: Instrument, difference: float) -> Course:
    if difference == 0:
        return Course.SAME
    if shape.better is Direction.NONE:
        return Course.UNKNOWN
    return Course.BETTER if (difference < 0) == (shape.better is Direction.LOWER) else Course.WORSE


def _verdict(shape: Instrument, rule: ChangeRule, before: float, after: float, band: str | None) -> ChangeVerdict:
    course = _course(shape, after - before)
    met: bool | None = None
    if not rule.at_baseline or band in rule.at_baseline:
        met = _met(rule, before, after, course)
    return ChangeVerdict(
        rule.id,
        rule.kind,
        _in_words(rule),
        met,
        course,
        joined("; ", [Message(part) for part in (rule.note, rule.value.note) if part]),
        rule.value.certainty,
        rule.value.sources,
    )


def _met(rule: ChangeRule, before: float, after: float, course: Course) -> bool | None:
    size = abs(after - before)
    if rule.measure is Measure.SCORE_AT_MOST:
        is_there_already = rule.kind is ChangeKind.SIGNIFICANT and before <= rule.value.value
        return None if is_there_already else after <= rule.value.value
    if rule.measure is Measure.PERCENT:
        if before == 0:
            return None
        # Multiplied out, so that half of an odd score is not lost to rounding.
        is_reached = size * 100 >= rule.value.value * abs(before)
    else:
        is_reached = size >= rule.value.value
    return is_reached and (rule.kind is not ChangeKind.RESPONSE or course is Course.BETTER)


def _in_words(rule: ChangeRule) -> Message:
    value, is_response = rule.value.value, rule.kind is ChangeKind.RESPONSE
    if rule.measure is Measure.SCORE_AT_MOST:
        size = Message("a score of {value} or less", value=value)
    elif rule.measure is Measure.POINTS and is_response:
        size = Message("an improvement of {value} points or more", value=value)
    elif rule.measure is Measure.POINTS:
        size = Message("a change of {value} points or more", value=value)
    elif is_response:
        size = Message("an improvement of {value} % or more", value=value)
    else:
        size = Message("a change of {value} % or more", value=value)
    if not rule.at_baseline:
        return size
    return Message("{size}, for people who start {bands}", size=size, bands=either(map(Message, rule.at_baseline)))


def _statement(shape: Instrument, course: Course, verdicts: tuple[ChangeVerdict, ...]) -> Message:
    name = Name(shape.name)
    if not verdicts:
        return Message(
            "No rule for change on the {instrument} was found in the sources read; only the numbers are shown.",
            instrument=name,
        )
    kinds = {
        ChangeKind.RELIABLE: Message("reliable change"),
        ChangeKind.IMPORTANT: Message("important change"),
        ChangeKind.RESPONSE: Message("response"),
        ChangeKind.REMISSION: Message("remission"),
        ChangeKind.SIGNIFICANT: Message("clinically significant end score"),
    }
    parts: list[Message] = []
    for kind, label in kinds.items():
        of_kind = [verdict for verdict in verdicts if verdict.kind is kind and verdict.met is not None]
        if of_kind:
            met = sum(verdict.met is True for verdict in of_kind)
            label = label if parts else label.capital()
            parts.append(Message("{label}: {verdict}", label=label, verdict=_by_rules(met, len(of_kind))))
    return Message("{moved}. {verdicts}.", moved=_moved(course, name), verdicts=joined("; ", parts))


def _moved(course: Course, instrument: Name) -> Message:
    return {
        Course.BETTER: Message("{instrument} improved", instrument=instrument),
        Course.WORSE: Message("{instrument} worsened", instrument=instrument),
        Course.SAME: Message("{instrument} did not change", instrument=instrument),
        Course.UNKNOWN: Message("{instrument} changed", instrument=instrument),
    }[course]


def _by_rules(met: int, of: int) -> Message:
    if of == 1:
        return Message("yes") if met else Message("no")
    if met == of:
        return Message("yes by all {count} rules", count=of)
    if met == 0:
        return Message("no by all {count} rules", count=of)
    return Message("yes by {met} of {count} rules, which disagree", met=met, count=of)

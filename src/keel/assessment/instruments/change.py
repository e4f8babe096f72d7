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


class Course(StrEnum):
    """Which way a score went."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    UNKNOWN = "unknown"
    """The instrument does not say which way is better."""


class ChangeVerdict(msgspec.Struct, frozen=True):
    """One rule read on the two scores.

    `met` is None where the rule does not apply (another baseline, or a percentage of zero). For a size of change,
    `course` says which way it went; a response or a remission is always for the better.
    """

    id: str
    kind: ChangeKind
    rule: str
    met: bool | None
    course: Course
    note: str
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
    statement: str


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
            raise AnswersRefused(f"{shape.name}: {score:g} is no total of it.")
        return float(score)
    if (score.instrument, score.version) != (shape.id, shape.version):
        raise AnswersRefused(
            f"{shape.name} version {shape.version} is not compared with {score.instrument} version {score.version}. "
            "Score both sets of answers with the same version."
        )
    if score.total is None:
        raise AnswersRefused(f"{shape.name}: one of the two has no total, so nothing is compared.")
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
        "; ".join(part for part in (rule.note, rule.value.note) if part),
        rule.value.certainty,
        rule.value.sources,
    )


def _met(rule: ChangeRule, before: float, after: float, course: Course) -> bool | None:
    size = abs(after - before)
    if rule.measure is Measure.SCORE_AT_MOST:
        return after <= rule.value.value
    if rule.measure is Measure.PERCENT:
        if before == 0:
            return None
        # Multiplied out, so that half of an odd score is not lost to rounding.
        is_reached = size * 100 >= rule.value.value * abs(before)
    else:
        is_reached = size >= rule.value.value
    return is_reached and (rule.kind is not ChangeKind.RESPONSE or course is Course.BETTER)


def _in_words(rule: ChangeRule) -> str:
    value = f"{rule.value.value:g}"
    what = "an improvement" if rule.kind is ChangeKind.RESPONSE else "a change"
    size = {
        Measure.POINTS: f"{what} of {value} points or more",
        Measure.PERCENT: f"{what} of {value} % or more",
        Measure.SCORE_AT_MOST: f"a score of {value} or less",
    }[rule.measure]
    return f"{size}, for people who start {' or '.join(rule.at_baseline)}" if rule.at_baseline else size


def _statement(shape: Instrument, course: Course, verdicts: tuple[ChangeVerdict, ...]) -> str:
    if not verdicts:
        return f"No rule for change on the {shape.name} was found in the sources read; only the numbers are shown."
    kinds = {
        ChangeKind.RELIABLE: "reliable change",
        ChangeKind.IMPORTANT: "important change",
        ChangeKind.RESPONSE: "response",
        ChangeKind.REMISSION: "remission",
    }
    parts = []
    for kind, name in kinds.items():
        of_kind = [verdict for verdict in verdicts if verdict.kind is kind and verdict.met is not None]
        if of_kind:
            met = sum(verdict.met is True for verdict in of_kind)
            parts.append(f"{name}: {_by_rules(met, len(of_kind))}")
    return f"{shape.name} {_moved(course)}. " + "; ".join(parts).capitalize() + "."


def _moved(course: Course) -> str:
    return {
        Course.BETTER: "improved",
        Course.WORSE: "worsened",
        Course.SAME: "did not change",
        Course.UNKNOWN: "changed",
    }[course]


def _by_rules(met: int, of: int) -> str:
    if of == 1:
        return "yes" if met else "no"
    if met in (0, of):
        return f"{'yes' if met else 'no'} by all {of} rules"
    return f"yes by {met} of {of} rules, which disagree"

"""What every reader checks of the facts: values that cannot be, amounts beyond belief, doses alike, the body's size."""

import datetime as dt
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

from keel.interop.reading import Notebook
from keel.interop.times import BEFORE_ALL
from keel.knowledge import Knowledge, Number
from keel.knowledge.reading import CodeKind, CodeTable, ReadingCode, ReadingLimits
from keel.messages import EMPTY, Message, Name, Numeral
from keel.quantities import convert, written_unit
from keel.record import Dose, Measurement, Person, Precision, Record


def why_impossible(means: str, value: float, limits: ReadingLimits, *, title: str = "", unit: str = "") -> Message:
    """Why a value cannot be, as a sentence; empty where it can.

    `means` is an id of the table of possible ranges, in whose unit the value is; what has no row there cannot be less
    than zero when its `unit` is that of an amount.
    """
    known, name, told = limits.possible.get(means), Name(title or means), Numeral(f"{value:g}")
    if known is not None:
        if known.low <= value <= known.high:
            return EMPTY
        return Message(
            "{name} cannot be {value} {unit}: what is possible lies between {low} and {high} {unit}.",
            name=name,
            value=told,
            unit=written_unit(known.unit),
            low=Numeral(f"{known.low:g}"),
            high=Numeral(f"{known.high:g}"),
        )
    if value < 0 and unit not in ("", "Cel"):
        return Message("{name} cannot be {value}: it is less than zero.", name=name, value=told)
    return EMPTY


def impossible_measure(
    value: float | str | bool | None, unit: str, row: ReadingCode | None, limits: ReadingLimits
) -> Message:
    """Why a measured value cannot be; empty where it can, is in words, or stayed in a unit that cannot be converted."""
    if row is None or not isinstance(value, float) or unit != row.unit:
        return EMPTY
    return why_impossible(row.means, value, limits, title=row.title, unit=unit)


def question_doses(doses: Iterable[Dose], notes: Notebook, limits: ReadingLimits) -> None:
    """Notes on doses that may be a slip: more in a day than `most_a_day`, and doses alike to the minute.

    They stay in the record; only the person who wrote them knows.
    """
    limit_mg = limits.most_a_day.value * convert(1, "g", "mg")
    by_day: dict[dt.date, float] = defaultdict(float)
    alike: Counter[tuple[object, ...]] = Counter()
    for dose in doses:
        if dose.amount_mg is None or dose.precision not in (Precision.MINUTE, Precision.DAY):
            continue
        by_day[dose.start.astimezone(dt.UTC).date()] += dose.amount_mg.mid
        if dose.precision is Precision.MINUTE:
            alike[dose.substance, dose.route, dose.start, dose.amount_mg] += 1
    for day, total in sorted(by_day.items()):
        if total > limit_mg:
            reason = Message(
                "more than {most} g; kept, please confirm amounts and units",
                most=Numeral(f"{limits.most_a_day.value:g}"),
            )
            what = Message("day with a very large amount")
            notes.note(what, where=f"{day}: {total / 1000:g} g", reason=reason)
    for (_, _, start, _), times in alike.items():
        if times > 1 and isinstance(start, dt.datetime):
            reason = Message("each was counted; give one an id of its own or remove it if it is a repeat")
            what = Message("doses alike in time and amount")
            notes.note(what, where=start.isoformat(), reason=reason, count=times)


def with_body_size(
    person: Person,
    measurements: Sequence[Measurement],
    *,
    at: dt.datetime,
    knowledge: Knowledge,
    notes: Notebook,
) -> Person:
    """The person with the newest measured weight and height, where none was told and the value still holds."""
    found: dict[str, float] = {}
    limits = knowledge.reading_limits
    _question_jumps(measurements, notes, knowledge)
    for field, means, holds in (
        ("weight_kg", Message("weight"), limits.weight_holds),
        ("height_cm", Message("height"), limits.height_holds),
    ):
        newest = _newest(measurements, means, knowledge.reading_codes)
        if getattr(person, field) is not None or newest is None or newest.at is None:
            continue
        if newest.at < at - _time(holds):
            reason = Message(
                "older than {years} years: kept as a measurement, not taken as the {measure} now",
                years=Numeral(f"{holds.value:g}"),
                measure=means,
            )
            what = Message("{measure} too old to use", measure=means)
            notes.note(what, where=newest.at.date().isoformat(), reason=reason)
        elif isinstance(newest.value, float) and newest.value > 0:
            found[field] = newest.value
    return msgspec.structs.replace(person, **found)


def _question_jumps(measurements: Sequence[Measurement], notes: Notebook, knowledge: Knowledge) -> None:
    """Notes on a weight or height far from the one before it: both stay, only the sender knows which is a slip."""
    limits = knowledge.reading_limits
    for means, name, most in (
        ("weight", Message("weight"), limits.weight_jump),
        ("height", Message("height"), limits.height_jump),
    ):
        series = sorted(
            (one.at, one.number)
            for one in measurements
            if one.at and one.number and _is(one, means, knowledge.reading_codes)
        )
        for (before, first), (after, second) in pairwise(series):
            share = abs(second - first) / min(first, second) * 100
            if share > most.value and after - before <= _time(limits.jump_within):
                reason = Message(
                    "{second} after {first} {unit} on {day}; both are kept, please confirm",
                    first=Numeral(f"{first:g}"),
                    second=Numeral(f"{second:g}"),
                    unit=limits.possible[means].unit,
                    day=before.date().isoformat(),
                )
                notes.note(
                    Message("jump of the {measure}", measure=name), where=after.date().isoformat(), reason=reason
                )


def without_derived_size(record: Record, *, at: dt.datetime, knowledge: Knowledge) -> Record:
    """The record without a weight or height taken from a measurement: it stays one, and grows old as it did."""
    person = record.person
    bare = msgspec.structs.replace(person, weight_kg=None, height_cm=None)
    derived = with_body_size(bare, record.measurements, at=at, knowledge=knowledge, notes=Notebook())
    kept = {
        name: None if getattr(derived, name) == getattr(person, name) else getattr(person, name)
        for name in ("weight_kg", "height_cm")
    }
    return msgspec.structs.replace(record, person=msgspec.structs.replace(person, **kept))


class Weights:
    """The body weights measured in a record, to find the one at the time of a dose."""

    def __init__(self, measurements: Iterable[Measurement], knowledge: Knowledge) -> None:
        codes, self._within = knowledge.reading_codes, _time(knowledge.reading_limits.weight_holds)
        self._sorted = sorted(
            (one.at, one.value)
            for one in measurements
            if one.at and isinstance(one.value, float) and one.value > 0 and _is(one, "weight", codes)
        )

    def near(self, time: dt.datetime) -> float | None:
        """Kilograms: the weight measured nearest to the time, None where none was within the limit."""
        place = bisect_left(self._sorted, time, key=lambda weight: weight[0])
        near = self._sorted[max(0, place - 1) : place + 1]
        gap, kilograms = min(((abs(at - time), kilograms) for at, kilograms in near), default=(self._within, None))
        return kilograms if gap <= self._within else None


def _is(measurement: Measurement, means: str, codes: CodeTable) -> bool:
    """Whether the measurement is a number of that meaning, in the unit in which it is kept."""
    row = codes.coded(CodeKind.MEASURE, measurement.system, measurement.code)
    return bool(row and row.means == means and row.unit == measurement.unit and isinstance(measurement.value, float))


def _newest(measurements: Sequence[Measurement], means: str, codes: CodeTable) -> Measurement | None:
    """The latest measurement of that meaning with a number in its proper unit."""
    fitting = [measurement for measurement in measurements if _is(measurement, means, codes)]
    return max(fitting, key=lambda measurement: measurement.at or BEFORE_ALL, default=None)


def _time(number: Number) -> dt.timedelta:
    return dt.timedelta(minutes=convert(number.value, number.unit, "min"))

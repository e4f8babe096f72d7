"""Amounts of a Keel record as people write them; `quantities` reads them, this module adds the place to its errors."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from keel.interop.dose_amount import DoseAmount
from keel.interop.errors import ReadError, shown
from keel.interop.plausibility import why_impossible
from keel.interop.record_file.shape import AmountRange
from keel.knowledge.reading import ReadingLimits
from keel.messages import Message, text_of
from keel.quantities import (
    Interval,
    QuantityError,
    parse_age_years,
    parse_amount_interval_mg,
    parse_amount_mg,
    parse_duration_min,
    parse_height_cm,
    parse_quantity,
    parse_unit,
    parse_weight_kg,
)

T = TypeVar("T")

_PER_KG = parse_unit("mg/kg").dimension


def dose_amount(written: str | AmountRange | None, weight_kg: float | None, *, where: str) -> DoseAmount:
    """The amount as written: text, low and high, or None for an unknown amount."""
    if written is None:
        return DoseAmount()
    if isinstance(written, str):
        return _at(where, lambda: _amount(written, weight_kg))
    low = _at(f"{where}.low", lambda: _amount(written.low, weight_kg))
    high = _at(f"{where}.high", lambda: _amount(written.high, weight_kg))
    mid = _at(f"{where}.mid", lambda: _amount(written.mid or "", weight_kg)) if written.mid else DoseAmount()
    return DoseAmount(_between(low.mg, mid.mg, high.mg, where), _between(low.per_kg, mid.per_kg, high.per_kg, where))


class Body(NamedTuple):
    """Age in years, weight in kilograms, height in centimetres; None where nobody said."""

    age_years: float | None
    weight_kg: float | None
    height_cm: float | None


def body(age: float | str | None, weight: str | None, height: str | None, *, limits: ReadingLimits, where: str) -> Body:
    """The age and size of a person as written; ReadError where a unit is missing or the value is not possible."""

    def read(name: str, written: float | str | None, parse: Callable[[str], float]) -> float | None:
        if written is None:
            return None
        place = f"{where}.{name}"
        value = _at(place, lambda: parse(written if isinstance(written, str) else f"{written:.15g} years"))
        if problem := why_impossible(name, value, limits):
            told = Message("{text}: {problem}", text=shown(written), problem=problem)
            raise ReadError(told, where=place, fix=Message("Check it, or leave it out."))
        return value

    return Body(
        read("age", age, parse_age_years),
        read("weight", weight, parse_weight_kg),
        read("height", height, parse_height_cm),
    )


def duration_min(written: str, *, where: str) -> float:
    """Minutes."""
    return _at(where, lambda: parse_duration_min(written))


def _amount(text: str, weight_kg: float | None) -> DoseAmount:
    try:
        quantity = parse_quantity(text)
    except QuantityError:
        return DoseAmount(parse_amount_interval_mg(text))
    if quantity.unit.dimension != _PER_KG:
        return DoseAmount(Interval.exactly(parse_amount_mg(text)))
    if quantity.value < 0:
        raise QuantityError(Message("“{input}” is less than zero.", input=text.strip()))
    return DoseAmount.of_weight(quantity.to("mg/kg"), weight_kg)


def _between(low: Interval | None, mid: Interval | None, high: Interval | None, where: str) -> Interval | None:
    if low is None and high is None:
        return None
    if low is None or high is None:
        problem = Message("One end is per kilogram and the other is not.")
        raise ReadError(problem, where=where, fix=Message("Write both in one unit."))
    middle = mid.mid if mid else (low.low + high.high) / 2
    if not low.low <= middle <= high.high:
        fix = Message("Write low, mid and high from least to most.")
        raise ReadError(Message("The amounts are out of order."), where=where, fix=fix)
    return Interval(low.low, middle, high.high)


def _at(where: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except QuantityError as error:
        raise ReadError(text_of(error), where=where) from None

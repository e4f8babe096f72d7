"""Amounts of a Keel record as people write them; `quantities` reads them, this module adds the place to its errors."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from keel.interop.errors import ReadError, shown
from keel.interop.record_file.shape import AmountRange
from keel.quantities import (
    Interval,
    QuantityError,
    parse_amount_interval_mg,
    parse_amount_mg,
    parse_duration_min,
    parse_quantity,
    parse_unit,
    parse_weight_kg,
)

T = TypeVar("T")

_PER_KG = parse_unit("mg/kg").dimension


class DoseAmount(NamedTuple):
    """The amount of a dose: milligrams, or milligrams per kilogram where the weight is not known, or neither."""

    mg: Interval | None = None
    per_kg: Interval | None = None


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


def age_years(written: float | str | None, *, where: str) -> float | None:
    """Years; a number, or text with or without the word."""
    if written is None:
        return None

    def read() -> float:
        if isinstance(written, (int, float)):
            return float(written)
        text = written if written.strip()[-1:].isalpha() else f"{written} years"
        return parse_quantity(text, example="34 years").to("a")

    years = _at(where, read)
    if not 0 <= years < 150:
        typed = written if isinstance(written, str) else f"{written:g}"
        raise ReadError(f"{shown(typed)} is no age.", where=where, mend="Write completed years, for example 34.")
    return years


def weight_kg(written: str | None, *, where: str) -> float | None:
    """Kilograms; zero is refused."""
    return None if written is None else _above_zero(_at(where, lambda: parse_weight_kg(written)), written, where)


def height_cm(written: str | None, *, where: str) -> float | None:
    """Centimetres; zero is refused."""
    if written is None:
        return None
    return _above_zero(_at(where, lambda: parse_quantity(written, example="178 cm").to("cm")), written, where)


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
    per_kg = Interval.exactly(quantity.to("mg/kg"))
    if per_kg.low < 0:
        raise QuantityError(f"{shown(text)} is less than zero.")
    return DoseAmount(None, per_kg) if weight_kg is None else DoseAmount(per_kg * weight_kg)


def _between(low: Interval | None, mid: Interval | None, high: Interval | None, where: str) -> Interval | None:
    if low is None and high is None:
        return None
    if low is None or high is None:
        raise ReadError("One end is per kilogram and the other is not.", where=where, mend="Write both in one unit.")
    middle = mid.mid if mid else (low.low + high.high) / 2
    if not low.low <= middle <= high.high:
        raise ReadError(
            "The amounts are out of order.", where=where, mend="Write low, mid and high from least to most."
        )
    return Interval(low.low, middle, high.high)


def _above_zero(value: float, written: str, where: str) -> float:
    if value <= 0:
        raise ReadError(f"{shown(written)} is not more than zero.", where=where, mend="Mend it, or leave it out.")
    return value


def _at(where: str, read: Callable[[], T]) -> T:
    try:
        return read()
    except QuantityError as error:
        raise ReadError(str(error), where=where) from None

"""Values with units, for every reader: brought to the unit in which a measure is kept, where units allow it."""

import re
from typing import NamedTuple

from keel.knowledge.reading import ReadingCode
from keel.messages import Message
from keel.quantities import QuantityError, UnitError, convert, parse_number, parse_unit

_VALUE = re.compile(r"\s*([-+]?\d+(?:[.,]\d+)*(?:[eE][-+]?\d+)?)\s*(.*)", re.DOTALL)


class UnitValue(NamedTuple):
    """A number in a UCUM unit; `unit_known` says whether Keel can convert it."""

    value: float
    unit: str
    unit_known: bool


def in_kept_unit(value: float, unit: str, row: ReadingCode | None) -> UnitValue:
    """The value in the unit of `row` where that is a matter of units, else as it came.

    UnitError where the unit is of another kind than that of the row, such as a weight in centimetres. A molar
    concentration stays molar.
    """
    if row and (unit == row.unit or unit.casefold() in row.unit_words):
        return UnitValue(value, row.unit, True)
    if not unit:
        return UnitValue(value, unit, not (row and row.unit))
    try:
        code = parse_unit(unit).code
    except UnitError:
        return UnitValue(value, unit, False)
    if row is None or not row.unit:
        return UnitValue(value, code, True)
    if (code, row.unit) == ("1", "%"):  # UCUM: a fraction of one
        return UnitValue(value * 100, row.unit, True)
    try:
        return UnitValue(convert(value, code, row.unit), row.unit, True)
    except UnitError:
        kinds = {part for part in parse_unit(code).kind.split() if part != "per"}
        if "substance" in kinds:
            return UnitValue(value, code, True)
        raise UnitError(
            Message(
                "“{unit}” is not a unit of {measure}. Use {wanted}.",
                unit=unit,
                measure=Message(row.title),
                wanted=row.unit,
            )
        ) from None


def split_value(text: str) -> tuple[float, str] | None:
    """The number at the beginning of `text` and what follows; None where it begins with none or goes on as “/80”."""
    match = _VALUE.fullmatch(text)
    if match is None or re.match(r"[/\d:-]\s*\d", match.group(2)):
        return None
    try:
        return parse_number(match.group(1)), match.group(2).strip()
    except QuantityError:
        return None

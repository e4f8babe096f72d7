"""A number with its unit, as people write it: “0.5 mg/kg”, “1 h 30 min”, “1-2 g”, “½ gram”.

A number without a unit is refused, and so is a number that two countries read differently (“1,000 mg”).
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from keel.messages import Message
from keel.quantities.amounts import Interval
from keel.quantities.errors import QuantityError, UnitError
from keel.quantities.limits import refuse_long
from keel.quantities.units import Unit, convert, parse_unit

# Possessive quantifiers (`++`) never give back what they took, so no text makes a pattern try again and again.
NUMBER = r"[-+]?(?:\d++(?:[.,]\d++)*+(?:[eE][-+]?\d++)?+|[.,]\d++)(?:\s*+/\s*+\d++)?+"
_LEADING = re.compile(rf"\s*({NUMBER})\s*")
_TO = r"(?:-|–|—|\bto\b|\band\b)"
_RANGE = re.compile(rf"^\s*+({NUMBER})\s*+([^\d\s–—-].*?)?\s*{_TO}\s*({NUMBER})\s*(.*)$", re.IGNORECASE)
_WORDS = {"a": "1", "an": "1", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "half": "0.5"}
_HEDGES = re.compile(r"^\s*(?:about|around|approximately|approx\.?|roughly|circa|ca\.?|~|≈)\s*", re.IGNORECASE)


class Quantity(NamedTuple):
    """A value and the unit it was written in."""

    value: float
    unit: Unit

    def to(self, unit: str) -> float:
        """The bare number in another unit of the same kind; UnitError where the kinds differ."""
        return convert(self.value, self.unit.code, unit)

    def __str__(self) -> str:
        return f"{self.value:g} {self.unit.code}"


def parse_number(text: str) -> float:
    """The number in `text`: decimal point or comma, fractions; QuantityError where it is ambiguous.

    >>> parse_number("1,5"), parse_number("1/2"), parse_number("2.5e3")
    (1.5, 0.5, 2500.0)
    """
    refuse_long(text, example="35")
    written = text.strip().replace("\u2212", "-")  # the minus sign of typesetting
    if "/" in written:
        above, below = (parse_number(part) for part in written.split("/", 1))
        if below == 0:
            raise QuantityError(Message("“{input}” divides by zero.", input=text.strip()))
        return above / below
    if re.fullmatch(r"[-+]?[1-9]\d{0,2},\d{3}", written):
        plain = written.replace(",", "")
        raise QuantityError(
            Message(
                "“{number}” can be read as {plain} or {decimal}. Write {plain} or the decimal point.",
                number=written,
                plain=plain,
                decimal=written.replace(",", "."),
            )
        )
    if re.fullmatch(r"[-+]?\d{1,3}(,\d{3}){2,}(\.\d+)?|[-+]?\d{1,3}(,\d{3})+\.\d+", written):
        written = written.replace(",", "")
    try:
        value = float(written.replace(",", "."))
    except ValueError:
        raise QuantityError(Message("“{input}” is not a number.", input=text.strip())) from None
    if not -1e300 < value < 1e300:
        raise QuantityError(Message("“{input}” is too large a number.", input=text.strip()))
    return value


def _mixed(match: re.Match[str]) -> str:
    whole, sign = match.group(1) or "0", match.group(2)
    part = unicodedata.numeric(sign) if len(sign) == 1 else parse_number(sign)
    return f"{int(whole) + part:.10g} "


def _normalised(text: str) -> str:
    refuse_long(text)
    # Fractions first: compatibility folding would turn “1½” into “11/2”.
    folded = re.sub(r"(\d+)?\s*([¼½¾⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞])\s*", _mixed, text)
    folded = re.sub(r"\b(\d+)\s+(\d+/\d+)", _mixed, folded)
    folded = unicodedata.normalize("NFKC", folded.replace("µ", "u").replace("μ", "u"))
    folded = _HEDGES.sub("", folded)
    folded = re.sub(r"^\s*half\s+(?:an?|of\s+an?)\s+", "0.5 ", folded, flags=re.IGNORECASE)
    first, _, rest = folded.strip().partition(" ")
    return f"{_WORDS[first.lower()]} {rest}" if rest and first.lower() in _WORDS else folded


@lru_cache(maxsize=2048)  # a record writes the same few amounts thousands of times
def parse_quantity(text: str, *, example: str = "35 mg") -> Quantity:
    """The value and unit of `text`; UnitError where there is no unit or it is unknown, with `example` as the fix.

    >>> parse_quantity("0.5 mg/kg")
    Quantity(value=0.5, unit=Unit(code='mg/kg', factor=1.0, dimension=(('body weight', -1), ('mass', 1))))
    """
    written = _normalised(text)
    match = _LEADING.match(written)
    if not match:
        raise QuantityError(
            Message("“{input}” has no number. Write for example “{example}”.", input=text.strip(), example=example)
        )
    rest = written[match.end() :].strip()
    if not rest:
        fix = f"{match.group(1)} {example.partition(' ')[2]}"
        raise UnitError(
            Message("“{input}” has no unit. Write for example “{example}”.", input=text.strip(), example=fix)
        )
    return Quantity(parse_number(match.group(1)), parse_unit(rest))


def _parse_as(text: str, unit: str, what: Message, example: str) -> float:
    quantity = parse_quantity(text, example=example)
    try:
        value = quantity.to(unit)
    except UnitError:
        raise UnitError(
            Message(
                "“{input}” is not {what}. Write for example “{example}”.",
                input=text.strip(),
                what=what,
                example=example,
            )
        ) from None
    if value < 0:
        raise QuantityError(Message("“{input}” is less than zero.", input=text.strip()))
    return value


def parse_amount_mg(text: str) -> float:
    """Milligrams in `text`; less than zero is refused."""
    return _parse_as(text, "mg", Message("an amount"), "35 mg")


def parse_dose_mg(text: str, *, weight_kg: float | None = None) -> float:
    """Milligrams of a dose, which may be written per kilogram where the weight is known."""
    quantity = parse_quantity(text)
    if quantity.unit.dimension == parse_unit("mg/kg").dimension:
        if weight_kg is None:
            raise QuantityError(
                Message(
                    "“{input}” is per kilogram and the weight is not known. Give the weight, or the dose in mg.",
                    input=text.strip(),
                )
            )
        return _parse_as(text, "mg/kg", Message("a dose per weight"), "0.5 mg/kg") * weight_kg
    return parse_amount_mg(text)


def parse_weight_kg(text: str) -> float:
    """Kilograms of body weight."""
    return _parse_as(text, "kg", Message("a weight"), "70 kg")


def parse_height_cm(text: str) -> float:
    """Centimetres of body height."""
    return _parse_as(text, "cm", Message("a height"), "178 cm")


def parse_age_years(text: str) -> float:
    """Years of age, with or without the word.

    >>> parse_age_years("34 years"), parse_age_years("34")
    (34.0, 34.0)
    """
    return _parse_as(text if text.strip()[-1:].isalpha() else f"{text} years", "a", Message("an age"), "34 years")


def parse_concentration_ng_per_ml(text: str) -> float:
    """ng/mL; molar concentrations need a molar mass and are refused here."""
    return _parse_as(text, "ng/mL", Message("a concentration"), "185 ng/mL")


def parse_rate_mg_per_min(text: str, *, weight_kg: float | None = None) -> float:
    """mg/min of an infusion, which may be written per kilogram where the weight is known."""
    if parse_quantity(text).unit.dimension == parse_unit("mg/kg/min").dimension:
        if weight_kg is None:
            raise QuantityError(
                Message(
                    "“{input}” is per kilogram and the weight is not known. Give the weight, or the rate in mg/min.",
                    input=text.strip(),
                )
            )
        return _parse_as(text, "mg/kg/min", Message("a rate"), "0.0125 mg/kg/min") * weight_kg
    return _parse_as(text, "mg/min", Message("a rate"), "0.875 mg/min")


def parse_strength_mg_per_ml(text: str) -> float:
    """mg/mL of a solution."""
    return _parse_as(text, "mg/mL", Message("a strength"), "10 mg/mL")


def parse_volume_ml(text: str) -> float:
    """Millilitres."""
    return _parse_as(text, "mL", Message("a volume"), "50 mL")


def parse_duration_min(text: str) -> float:
    """Minutes; several parts add up, and what follows hours without a unit is minutes.

    >>> parse_duration_min("20 min"), parse_duration_min("1 h 30 min"), parse_duration_min("1 h 10")
    (20.0, 90.0, 70.0)
    """
    written = re.sub(r"(\bh|\dh|hours?|hrs?)\s*([0-5]?\d)\s*$", r"\1 \2 min", _normalised(text), flags=re.IGNORECASE)
    part = rf"{NUMBER}\s*[^\d\s,]+"
    parts = re.findall(part, written)
    if len(parts) > 1 and not re.sub(rf"{part}|,|\band\b", "", written).strip():
        return sum(_parse_as(one, "min", Message("a time"), "40 min") for one in parts)
    return _parse_as(written, "min", Message("a time"), "40 min")


def parse_number_in(text: str, unit: str) -> float:
    """The number in `text` in a unit (UCUM), which may stand behind it or be left out; a time may have several parts.

    >>> parse_number_in("142", "mm[Hg]"), parse_number_in("142 mmHg", "mm[Hg]"), parse_number_in("1 h 30", "h")
    (142.0, 142.0, 1.5)
    """
    try:
        return parse_number(text)
    except QuantityError:
        if not any(letter.isalpha() or letter == "%" for letter in text):
            raise
    if unit and parse_unit(unit).dimension == parse_unit("min").dimension:
        return convert(parse_duration_min(text), "min", unit)
    return parse_quantity(text).to(unit or "1")


def parse_amount_interval_mg(text: str) -> Interval:
    """Milligrams as an interval: one amount, or two with “-” or “to” between them.

    >>> parse_amount_interval_mg("1-2 g")
    Interval(low=1000.0, mid=1500.0, high=2000.0)
    """
    try:
        return Interval.exactly(parse_amount_mg(text))
    except UnitError:
        match = _RANGE.match(_normalised(text))
        if not match:
            raise
    low_text, low_unit, high_text, unit = match.groups()
    low = parse_amount_mg(f"{low_text} {low_unit or unit}")
    high = parse_amount_mg(f"{high_text} {unit}")
    if low > high:
        raise QuantityError(
            Message("“{input}” begins with more than it ends with. Write the smaller amount first.", input=text.strip())
        )
    return Interval.of(low, high)

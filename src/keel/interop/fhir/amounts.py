"""Amounts of doses in FHIR: quantities, ranges, rates over a time, volumes of a known strength."""

import re
from collections.abc import Iterable
from typing import NamedTuple, Self

from keel.interop.dose_amount import DoseAmount
from keel.interop.errors import shown
from keel.interop.fhir.datatypes import Quantity, Range, Ratio
from keel.interop.fhir.moments import When
from keel.interop.fhir.own import told
from keel.interop.fhir.resources import AdministrationDosage, Dosage
from keel.messages import Message, Numeral
from keel.quantities import Interval, QuantityError, UnitError, convert, parse_number, parse_unit
from keel.record import Precision

_LONGEST = 300
_MIXTURE = re.compile(
    r"(?<![\d.,])(\d{1,6}(?:[.,]\d{1,4})?)\s*(mg|g|mcg|µg|ug)\s*"
    r"(?:(?:in|with|ad)\b|(?:[/+]|\band\b)(?!\s*\d|\s*ml\b))"
    r"(?:[^\d/]|\d+(?:[.,]\d+)?\s*%){1,80}?(\d{1,6}(?:[.,]\d{1,4})?)\s*ml\b",
    re.IGNORECASE,
)
"""“50 mg in sodium chloride 0.9 % 50 mL”: a drug and the volume that it was made up to."""
_EACH = re.compile(r"\s*(?:/|\bper\b)\s*\{?dose\}?$", re.IGNORECASE)
"""“mg/kg/dose” is what is given at a time, as every dose is."""


class Strength(NamedTuple):
    """Milligrams in each millilitre, or in each `piece`; `is_of_name` where only the name of the mixture says so."""

    mg_in_each: float
    is_of_name: bool = False
    piece: str = ""

    @classmethod
    def of(cls, ratio: Ratio) -> Self | None:
        """From an ingredient's strength; None where it is not a mass per volume or per piece."""
        above, below = ratio.numerator, ratio.denominator
        if above is None or below is None or not above.value or not below.value or above.value < 0 or below.value < 0:
            return None
        try:
            mg = convert(above.value, above.ucum, "mg")
            return cls(mg / convert(below.value, below.ucum, "mL"))
        except UnitError:
            piece = _piece(below.ucum)
        try:
            return cls(convert(above.value, above.ucum, "mg") / below.value, piece=piece) if piece else None
        except UnitError:
            return None

    @classmethod
    def in_words(cls, texts: Iterable[str]) -> Self | None:
        """From the words for a mixture: “50 mg in sodium chloride 0.9 % 50 mL”, “50 mg + NaCl 50 mL”.

        None where they say none, or two that differ; and for “50 mg/mL”, which a vial has before it is diluted.
        """
        try:
            found = [
                convert(parse_number(mass), unit, "mg") / parse_number(volume)
                for text in texts
                for mass, unit, volume in _MIXTURE.findall(text[:_LONGEST])
            ]
        except (QuantityError, ZeroDivisionError):
            return None
        is_one = bool(found) and 0 < max(found) <= min(found) * (1 + 1e-6)
        return cls(found[0], is_of_name=True) if is_one else None


def amount_given(
    dosage: AdministrationDosage | None, time: When, strength: Strength | None, weight_kg: float | None
) -> DoseAmount:
    """The amount of an administration: its dose, else its rate over the time that it took."""
    if dosage is None:
        return DoseAmount(why_unknown=Message("no dosage was sent"), is_told=False)
    if dosage.dose is not None:
        return _of_quantity(dosage.dose, strength, weight_kg)
    if dosage.rate_quantity is not None and dosage.rate_ratio is not None:
        return DoseAmount(why_unknown=Message("two of {name}[x] are there", name="rate"))
    if dosage.rate_quantity is not None and dosage.rate_quantity.value is not None:
        return _of_rate(dosage.rate_quantity.value, dosage.rate_quantity.ucum, time, strength, weight_kg)
    if dosage.rate_ratio is not None:
        above, below = dosage.rate_ratio.numerator, dosage.rate_ratio.denominator
        if above and below and above.value is not None and below.value:
            return _of_rate(above.value / below.value, f"{above.ucum}/{below.ucum}", time, strength, weight_kg)
    words = Message("its dosage is words only") if dosage.text else Message("no amount was sent")
    return DoseAmount(why_unknown=words, is_told=False)


def amount_stated(dosage: Dosage, strength: Strength | None, weight_kg: float | None) -> DoseAmount:
    """The amount at a time that a statement tells."""
    for part in dosage.dose_and_rate:
        if part.dose_quantity is not None:
            return _of_quantity(part.dose_quantity, strength, weight_kg)
        if part.dose_range is not None:
            return _of_range(part.dose_range, strength, weight_kg)
    words = Message("its dosage is words only") if dosage.text else Message("no amount was told")
    return DoseAmount(why_unknown=words, is_told=False)


def _of_range(told_range: Range, strength: Strength | None, weight_kg: float | None) -> DoseAmount:
    ends = [_of_quantity(end, strength, weight_kg) for end in (told_range.low, told_range.high) if end is not None]
    if len(ends) < 2:
        return DoseAmount(why_unknown=Message("only one end of the amount was told"))
    first, last = ends
    mid = told(told_range.extension, "mid", otherwise=None)
    if first.mg and last.mg and first.mg.low <= last.mg.high:
        return DoseAmount(mg=_between(first.mg.low, mid, last.mg.high))
    if first.per_kg and last.per_kg and first.per_kg.low <= last.per_kg.high:
        return DoseAmount(per_kg=_between(first.per_kg.low, mid, last.per_kg.high))
    unfit = Message("the ends of the amount do not fit")
    return DoseAmount(why_unknown=first.why_unknown or last.why_unknown or unfit)


def _between(low: float, mid: float | None, high: float) -> Interval:
    """From the lowest to the highest, with Keel's own middle where it was written."""
    return Interval.of(low, high) if mid is None or not low <= mid <= high else Interval(low, mid, high)


def _of_quantity(quantity: Quantity, strength: Strength | None, weight_kg: float | None) -> DoseAmount:
    value = quantity.value
    if value is None:
        reason = quantity.absent_reason
        why = Message("the sender has no amount: {reason}", reason=reason)
        return DoseAmount(why_unknown=why if reason else Message("the sender has no amount"), is_told=bool(reason))
    if value < 0:
        return DoseAmount(why_unknown=Message("the amount is less than zero"))
    if quantity.comparator:
        bound = Numeral(f"{quantity.comparator} {value:g}")
        return DoseAmount(why_unknown=Message("the amount is only known as “{bound}”", bound=bound))
    if not quantity.ucum:
        return DoseAmount(why_unknown=Message("the amount has no unit"))
    written = _written(quantity.ucum)
    if strength is not None and strength.piece and strength.piece in (_piece(quantity.ucum), _piece(quantity.unit)):
        return DoseAmount(mg=Interval.exactly(value * strength.mg_in_each))
    try:
        unit = parse_unit(written)
    except UnitError:
        return DoseAmount(why_unknown=Message("the unit {unit} is not known", unit=shown(quantity.ucum)))
    if unit.dimension == parse_unit("mg").dimension:
        return DoseAmount(mg=Interval.exactly(convert(value, written, "mg")))
    if unit.dimension == parse_unit("mg/kg").dimension:
        return DoseAmount.of_weight(convert(value, written, "mg/kg"), weight_kg)
    if unit.dimension == parse_unit("mL").dimension and strength is not None and not strength.piece:
        return _of_volume(convert(value, written, "mL"), strength)
    return DoseAmount(why_unknown=Message("the unit {unit} is not a mass", unit=shown(quantity.ucum)))


def _written(unit: str) -> str:
    """The unit of one dose as it is looked up; one in capitals only, as old systems print it, in small letters."""
    plain = _EACH.sub("", unit[:_LONGEST]).replace("(s)", "")
    try:
        parse_unit(plain)
    except UnitError:
        return plain.lower() if plain.isupper() else plain
    return plain


def _piece(unit: str) -> str:
    """What is counted, as “tablet” of “{tablets}”; empty for a mere number."""
    name = unit.strip("{}[] ").casefold().removesuffix("(s)").removesuffix("s")
    return name if re.fullmatch(r"[a-z][a-z ]{1,30}", name) else ""


def _of_volume(millilitres: float, strength: Strength) -> DoseAmount:
    return DoseAmount(mg=Interval.exactly(millilitres * strength.mg_in_each), is_estimate=strength.is_of_name)


def _of_rate(rate: float, unit: str, time: When, strength: Strength | None, weight_kg: float | None) -> DoseAmount:
    """A rate over the time from start to end; both must be known to the minute."""
    start, end = time
    if start is None or end is None or {start.precision, end.precision} != {Precision.MINUTE}:
        return DoseAmount(why_unknown=Message("a rate was sent without the times at which it began and ended"))
    if rate < 0:
        return DoseAmount(why_unknown=Message("the rate is less than zero"))
    minutes = (end.at - start.at).total_seconds() / 60
    try:
        dimension = parse_unit(unit).dimension
    except UnitError:
        return DoseAmount(why_unknown=Message("the unit of the rate {unit} is not known", unit=shown(unit)))
    if dimension == parse_unit("mg/min").dimension:
        return DoseAmount(mg=Interval.exactly(convert(rate, unit, "mg/min") * minutes))
    if dimension == parse_unit("mg/kg/min").dimension:
        return DoseAmount.of_weight(convert(rate, unit, "mg/kg/min") * minutes, weight_kg)
    if strength is None or strength.piece:
        return DoseAmount(why_unknown=Message("the unit of the rate {unit} is not a mass per time", unit=shown(unit)))
    if dimension == parse_unit("mL/min").dimension:
        return _of_volume(convert(rate, unit, "mL/min") * minutes, strength)
    if dimension == parse_unit("mL/kg/min").dimension:
        return DoseAmount.of_weight(convert(rate, unit, "mL/kg/min") * minutes * strength.mg_in_each, weight_kg)
    return DoseAmount(why_unknown=Message("the unit of the rate {unit} is not a mass per time", unit=shown(unit)))

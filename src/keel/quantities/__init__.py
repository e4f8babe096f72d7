"""Amounts, rates, times and concentrations: the only place that parses and converts units.

Knows how people and UCUM write units; imports nothing of Keel.
Start at `quantity.py` (a value with its unit), then `units.py` (the vocabulary) and `amounts.py` (intervals, and
amounts of a substance, which refuse to be added to another substance).

>>> parse_amount_mg("2 g")
2000.0
>>> parse_dose_mg("0.5 mg/kg", weight_kg=70)
35.0
>>> parse_duration_min("1 h 30 min")
90.0
"""

from keel.quantities.amounts import Form, Interval, SubstanceAmount, base_mg
from keel.quantities.errors import IncompatibleAmounts, QuantityError, UnitError
from keel.quantities.printing import interval_text, number_text
from keel.quantities.quantity import (
    Quantity,
    parse_age_years,
    parse_amount_interval_mg,
    parse_amount_mg,
    parse_concentration_ng_per_ml,
    parse_dose_mg,
    parse_duration_min,
    parse_height_cm,
    parse_number,
    parse_quantity,
    parse_rate_mg_per_min,
    parse_weight_kg,
)
from keel.quantities.units import Unit, convert, parse_unit
from keel.quantities.written import written_unit, written_value

__all__ = [
    "Form",
    "IncompatibleAmounts",
    "Interval",
    "Quantity",
    "QuantityError",
    "SubstanceAmount",
    "Unit",
    "UnitError",
    "base_mg",
    "convert",
    "interval_text",
    "number_text",
    "parse_age_years",
    "parse_amount_interval_mg",
    "parse_amount_mg",
    "parse_concentration_ng_per_ml",
    "parse_dose_mg",
    "parse_duration_min",
    "parse_height_cm",
    "parse_number",
    "parse_quantity",
    "parse_rate_mg_per_min",
    "parse_unit",
    "parse_weight_kg",
    "written_unit",
    "written_value",
]

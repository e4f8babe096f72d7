"""Amounts, rates, times and concentrations: the only place that parses and converts units.

Knows how people and UCUM write units; may import `messages`.
Start at `quantity.py` (a value with its unit), then `units.py` (the vocabulary) and `amounts.py` (intervals,
and what milligrams are milligrams of).

>>> parse_amount_mg("2 g")
2000.0
>>> parse_dose_mg("0.5 mg/kg", weight_kg=70)
35.0
>>> parse_duration_min("1 h 30 min")
90.0
"""

from keel.messages import number_text
from keel.quantities.amounts import Form, Interval, base_mg, significant
from keel.quantities.errors import QuantityError, UnitError
from keel.quantities.limits import LONGEST
from keel.quantities.printing import Figure, interval_text
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
    parse_number_in,
    parse_quantity,
    parse_rate_mg_per_min,
    parse_strength_mg_per_ml,
    parse_volume_ml,
    parse_weight_kg,
)
from keel.quantities.unit_words import written_unit, written_value
from keel.quantities.units import Unit, convert, parse_unit

__all__ = [
    "LONGEST",
    "Figure",
    "Form",
    "Interval",
    "Quantity",
    "QuantityError",
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
    "parse_number_in",
    "parse_quantity",
    "parse_rate_mg_per_min",
    "parse_strength_mg_per_ml",
    "parse_unit",
    "parse_volume_ml",
    "parse_weight_kg",
    "significant",
    "written_unit",
    "written_value",
]

"""Units as people read them: “mmHg” for the UCUM code `mm[Hg]`, “years” for `a`."""

_WORDS = {
    "1": "",
    "a": "years",
    "mo": "months",
    "wk": "weeks",
    "d": "days",
    "/a": "a year",
    "/mo": "a month",
    "/wk": "a week",
    "/d": "a day",
    "/h": "an hour",
    "/min": "a minute",
    "d/wk": "days a week",
    "g/d": "g a day",
    "g/wk": "g a week",
    "mg/a": "mg a year",
    "mg/d": "mg a day",
    "mg/wk": "mg a week",
    "mm[Hg]": "mmHg",
    "Cel": "°C",
    "[in_i]": "inches",
    "10*3/uL": "thousand per µL",
    "10*9/L": "×10⁹/L",
    "kg/m2": "kg/m²",
    "mL/min/{1.73_m2}": "mL/min/1.73 m²",
    "ng.h/mL": "ng·h/mL",
    "ug": "µg",
    "{score}": "points",
    "{criterion}": "criteria",
    "{person}": "people",
    "{dose}/wk": "doses a week",
    "{session}/wk": "sessions a week",
    "{void}/d": "voids a day",
}
_ONE = {"years": "year", "months": "month", "weeks": "week", "days": "day", "points": "point", "inches": "inch"}


def written_unit(code: str) -> str:
    """The unit of a UCUM code in words or signs; a code that needs none comes back as it is, a bare number as nothing.

    >>> written_unit("mm[Hg]"), written_unit("mg/kg"), written_unit("{session}"), written_unit("1")
    ('mmHg', 'mg/kg', 'sessions', '')
    """
    if code in _WORDS:
        return _WORDS[code]
    if code.startswith("{") and code.endswith("}"):
        return f"{code[1:-1]}s"
    return code


def written_value(value: float, code: str) -> str:
    """A number with its unit, as people write it.

    >>> written_value(140, "mm[Hg]"), written_value(1, "mo"), written_value(26.6, "%"), written_value(2, "1")
    ('140 mmHg', '1 month', '26.6%', '2')
    """
    number, unit = f"{value:,.10g}", written_unit(code)
    if value == 1:
        first, space, rest = unit.partition(" ")
        unit = f"{_ONE.get(first, first.removesuffix('s') if code.startswith('{') else first)}{space}{rest}"
    return f"{number}{unit}" if unit == "%" else f"{number} {unit}".rstrip()

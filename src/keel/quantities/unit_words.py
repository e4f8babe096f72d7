"""Units as people read them: “mmHg” for the UCUM code `mm[Hg]`, “years” for `a`."""

from keel.messages import EMPTY, Message, Name, Numeral

_WORDS: dict[str, Message] = {
    "1": EMPTY,
    "x": Message("times"),
    "a": Message("years"),
    "mo": Message("months"),
    "wk": Message("weeks"),
    "d": Message("days"),
    "/a": Message("a year"),
    "/mo": Message("a month"),
    "/wk": Message("a week"),
    "/d": Message("a day"),
    "/h": Message("an hour"),
    "/min": Message("a minute"),
    "d/wk": Message("days a week"),
    "g/d": Message("g a day"),
    "g/wk": Message("g a week"),
    "mg/a": Message("mg a year"),
    "mg/d": Message("mg a day"),
    "mg/wk": Message("mg a week"),
    "mm[Hg]": Name("mmHg"),
    "Cel": Name("°C"),
    "[in_i]": Message("inches"),
    "10*3/uL": Message("thousand per µL"),
    "10*9/L": Name("×10⁹/L"),
    "kg/m2": Name("kg/m²"),
    "mL/min/{1.73_m2}": Name("mL/min/1.73 m²"),
    "ng.h/mL": Name("ng·h/mL"),
    "ug": Name("µg"),
    "{case}": Message("cases"),
    "{criterion}": Message("criteria"),
    "{death}": Message("deaths"),
    "{dose}": Message("doses"),
    "{dose}/wk": Message("doses a week"),
    "{person}": Message("people"),
    "{score}": Message("points"),
    "{session}": Message("sessions"),
    "{session}/wk": Message("sessions a week"),
    "{substance}": Message("substances"),
    "{void}/d": Message("voids a day"),
}
_ONE: dict[str, Message] = {
    "a": Message("year"),
    "mo": Message("month"),
    "wk": Message("week"),
    "d": Message("day"),
    "d/wk": Message("day a week"),
    "[in_i]": Message("inch"),
    "{case}": Message("case"),
    "{criterion}": Message("criterion"),
    "{death}": Message("death"),
    "{dose}": Message("dose"),
    "{dose}/wk": Message("dose a week"),
    "{person}": Message("person"),
    "{score}": Message("point"),
    "{session}": Message("session"),
    "{session}/wk": Message("session a week"),
    "{substance}": Message("substance"),
    "{void}/d": Message("void a day"),
}
"""Of a single one."""


def written_unit(code: str, count: int = 2) -> Message:
    """The unit of a UCUM code in words or signs; a code that needs none comes back as it is, a bare number as nothing.

    >>> written_unit("mm[Hg]"), written_unit("mg/kg"), written_unit("{session}"), written_unit("1")
    ('mmHg', 'mg/kg', 'sessions', '')
    """
    found = (_ONE.get(code) if count == 1 else None) or _WORDS.get(code)
    if found is None and code.startswith("{") and code.endswith("}"):
        return Name(code[1:-1] if count == 1 else f"{code[1:-1]}s")
    return Name(code) if found is None else found


def written_value(value: float, code: str) -> Message:
    """A number with its unit, as people write it.

    >>> written_value(140, "mm[Hg]"), written_value(1, "mo"), written_value(26.6, "%"), written_value(2, "1")
    ('140 mmHg', '1 month', '26.6%', '2')
    """
    number, unit = Numeral(f"{value:,.10g}"), written_unit(code, 1 if value == 1 else 2)
    return Message("{number} {unit}" if unit and unit != "%" else "{number}{unit}", number=number, unit=unit)

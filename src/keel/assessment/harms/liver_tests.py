"""The liver tests of a record as facts: how far above the limit of the laboratory, and ALP in its own unit."""

import datetime as dt

from keel.findings import Fact
from keel.knowledge import Knowledge
from keel.quantities import UnitError, convert
from keel.record import Measurement, Record
from keel.record.selection import day_of, measured_as

ALP = "alp"
TESTS = {
    "alt": "ALT",
    "ast": "AST",
    ALP: "ALP",
    "ggt": "GGT",
    "bilirubin": "bilirubin",
}
"""Measures of the tests that are compared with the laboratory's upper limit of normal."""
ALP_UNIT = "U/L"


def liver_facts(record: Record, at: dt.datetime, knowledge: Knowledge) -> dict[str, Fact]:
    """`liver_tested`, `liver_times` and `liver_test` (the highest multiple, and of which test), `alp_u_per_l`.

    The newest value of each test up to `at` counts. A multiple is known only where the limit came with the value.
    """
    newest = {code: values[-1] for code in TESTS if (values := measured_as(record, at, code, knowledge))}
    times = {code: one for code, measurement in newest.items() if (one := _times(measurement)) is not None}
    highest = max(times, key=lambda code: times[code], default=None)
    return {
        "liver_tested": bool(newest),
        "liver_times": times[highest] if highest else None,
        "liver_test": _described(highest, newest[highest], at) if highest else None,
        "alp_u_per_l": _alp(newest[ALP]) if ALP in newest else None,
    }


def _times(measurement: Measurement) -> float | None:
    number, limit = measurement.number, measurement.upper_limit
    return number / limit if number is not None and limit is not None and limit > 0 else None


def _described(code: str, measurement: Measurement, at: dt.datetime) -> str:
    """“ALP 240 U/L (≤ 120 U/L), 2026-11-01”."""
    day = day_of(measurement.at, at).isoformat() if measurement.at else ""
    unit = measurement.unit
    return f"{TESTS[code]} {measurement.number:g} {unit} (≤ {measurement.upper_limit:g} {unit}), {day}"


def _alp(measurement: Measurement) -> float | None:
    try:
        return convert(measurement.number or 0.0, measurement.unit, ALP_UNIT)
    except UnitError:
        return None

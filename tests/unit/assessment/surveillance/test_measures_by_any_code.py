"""A blood pressure is one under any of its codes: the due list and the trends ask what is measured, not by which code.

Codes: reading/codes.csv (LOINC 8480-6, 8459-0 sitting, 8462-4, 85354-9; SNOMED 271649006; IEEE 11073 150021).
"""

import csv
import datetime as dt
from pathlib import Path

import pytest

import keel.knowledge
from keel.assessment.surveillance.due import due_list
from keel.assessment.surveillance.trends import trends
from keel.knowledge import load
from keel.record import Dose, Measurement, Record, Setting

AT = dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC)
LOINC, SNOMED, IEEE = "http://loinc.org", "http://snomed.info/sct", "urn:iso:std:iso:11073:10101"
SYSTOLIC = [
    (LOINC, "8480-6"),
    (LOINC, "8459-0"),
    (LOINC, "8460-8"),
    (SNOMED, "271649006"),
    (IEEE, "150021"),
    ("", "8480-6"),
]
OTHERS = [(LOINC, "8867-4"), (LOINC, "8462-4"), (SNOMED, "8480-6"), ("urn:own", "8480-6")]


def measured(system, code, value, days=1):
    at = AT - dt.timedelta(days=days)
    return Measurement(code=code, system=system, name="", value=value, unit="mm[Hg]", at=at)


def record(*measurements):
    dose = Dose(substance="racemic", route="iv", start=AT - dt.timedelta(days=2), setting=Setting.CLINIC)
    return Record(doses=(dose,), measurements=measurements)


def pressure(told):
    return next(one for one in due_list(told, at=AT, knowledge=load()) if one.id == "W-PRESSURE")


@pytest.mark.parametrize(("system", "code"), [*SYSTOLIC, (LOINC, "85354-9"), (SNOMED, "75367002"), (IEEE, "150020")])
def test_a_pressure_under_any_code_was_measured(system, code):
    assert pressure(record(measured(system, code, 120.0))).last_done == AT.date() - dt.timedelta(days=1)


@pytest.mark.parametrize(("system", "code"), OTHERS)
def test_what_no_code_says_is_a_systolic_pressure_is_none(system, code):
    assert pressure(record(measured(system, code, 190.0))).last_done is None
    assert "W-PRESSURE-SYSTOLIC" not in {
        one.rule for one in trends(record(measured(system, code, 190.0)), at=AT, knowledge=load())
    }


@pytest.mark.parametrize(("system", "code"), SYSTOLIC)
def test_it_is_compared_with_the_first_under_another_code(system, code):
    """W-PRESSURE-SYSTOLIC at 180 and above; W-PRESSURE-RISE at 20 above the first."""
    for first, now, said in ((160, 179, set()), (160, 180, {"SYSTOLIC", "RISE"}), (161, 180, {"SYSTOLIC"})):
        told = record(measured(LOINC, "8480-6", float(first), 30), measured(system, code, float(now)))
        found = {one.rule.removeprefix("W-PRESSURE-") for one in trends(told, at=AT, knowledge=load())}
        assert found == said, (first, now)


def test_what_is_watched_is_something_that_a_code_can_say():
    table = Path(keel.knowledge.__file__).parent / "data" / "reading" / "codes.csv"
    rows = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    means = {row["means"] for row in rows if row["kind"] == "measure"}
    schedules = load().surveillance.values()
    watched = {name for one in schedules for rule in (*one.items, *one.trends) for name in rule.measures}
    assert watched
    assert watched <= means

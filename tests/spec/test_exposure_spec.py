"""Told patterns against the arithmetic of the evidence register and the band table; by call and by command line."""

import csv
import datetime as dt
import json
from pathlib import Path

import pytest

from keel.exposure import parse_pattern, summarise
from keel.knowledge import load
from keel.record import Record
from support.command import keel_here

AT = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
TABLE = Path(__file__).parent / "exposure" / "patterns.csv"
CASES = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))


def number(cell):
    return float(cell) if cell else None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["pattern"][:50])
def test_a_told_pattern_gives_the_published_arithmetic(case):
    patterns = parse_pattern(case["pattern"], at=AT, knowledge=load())
    exposure = summarise(Record(patterns=patterns), at=AT, knowledge=load())
    got = {
        "sessions_per_year": exposure.sessions_per_year,
        "mg_per_year_low": exposure.mg_per_year.low if exposure.mg_per_year else None,
        "mg_per_year_high": exposure.mg_per_year.high if exposure.mg_per_year else None,
        "cumulative_mg": exposure.cumulative_mg.mid if exposure.cumulative_mg else None,
        "multiple": exposure.multiple_of_reference,
    }
    for name, value in got.items():
        wanted = number(case[name])
        assert value is None if wanted is None else value == pytest.approx(wanted, rel=1e-4), name
    assert exposure.band is not None
    assert exposure.band.id == case["band"]


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES[:3], ids=lambda case: case["pattern"][:50])
def test_the_command_line_gives_the_same_answer(case):
    finished = keel_here("exposure", case["pattern"], "--at", "2026-11-21T12:00", "--json")
    answer = json.loads(finished.stdout)
    assert answer["multiple_of_reference"] == pytest.approx(number(case["multiple"]), rel=1e-4)
    assert answer["band"]["id"] == case["band"]
    assert set(answer) >= {
        "sessions_per_year",
        "mg_per_session",
        "mg_per_year",
        "cumulative_mg",
        "multiple_of_reference",
        "reference",
        "days_in_28",
        "band",
        "unknown",
        "findings",
    }

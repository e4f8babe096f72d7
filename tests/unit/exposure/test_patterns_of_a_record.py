"""HZ-CHK-01: a pattern in a record file means what it means when typed, in any language, with the person's weight."""

import datetime as dt
import json

import pytest

from keel.exposure import AmbiguousNumber, ExposureError, parse_pattern, summarise
from keel.interop import read_records
from keel.interop.record_file import write_record
from keel.knowledge import load

AT = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)


def record_of(pattern, **person):
    data = json.dumps({"person": {"id": "dana", **person}, "patterns": [pattern]}).encode()
    return read_records(data, at=AT, knowledge=load()).records[0]


@pytest.mark.parametrize(
    ("text", "weight", "mg"),
    [
        ("0.5 mg/kg IV weekly", "70 kg", 35 * 52),
        ("0.5 mg/kg IV weekly", None, None),
        ("0.5 mg/kg IV weekly, 80 kg", "70 kg", 40 * 52),  # what was told of the dose stands before the record
        ("0,5 mg/kg iv cada semana", "70 kg", 35 * 52),
    ],
)
def test_milligrams_per_kilogram_take_the_weight_of_the_text_or_the_record(text, weight, mg):
    found = summarise(record_of(text, **({"weight": weight} if weight else {})), at=AT, knowledge=load())
    assert (found.mg_per_year.mid if found.mg_per_year else None) == (pytest.approx(mg) if mg else None)
    assert any("Body weight" in line for line in found.unknown) is (mg is None)


@pytest.mark.parametrize(
    "text", ["1 g los viernes y 2 g los sábados", "used to take 2 g daily for 2 years, now 0.5 g weekly for 3 months"]
)
def test_a_record_writes_and_reads_a_pattern_back_the_same(text):
    record = record_of(text)
    again = read_records(write_record(record), at=AT, knowledge=load()).records[0]
    assert again.patterns == record.patterns
    assert [one.sequence for one in record.patterns] in ([0, 1], [0, 0])


def test_the_language_that_knows_the_most_words_reads():
    spanish = parse_pattern("1 g cada sábado durante 2 años", at=AT, knowledge=load())
    assert spanish == parse_pattern("1 g cada sábado durante 2 años", at=AT, knowledge=load(), language="es")
    with pytest.raises(AmbiguousNumber):
        parse_pattern("1.000 mg cada semana", at=AT, knowledge=load())
    with pytest.raises(ExposureError):
        parse_pattern("1 g cada sábado", at=AT, knowledge=load(), language="en")

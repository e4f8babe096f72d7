"""The page on formats says what the readers do: its example is read, and every resource that is read is named."""

import re
from pathlib import Path

from keel.interop import Format
from keel.interop.fhir.resources import READ
from keel.knowledge import load
from support.reading import the_record

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "formats.md").read_text(encoding="utf-8")


def test_the_example_of_a_record_is_read():
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, flags=re.DOTALL)
    record = the_record(example)
    assert (len(record.doses), len(record.patterns), len(record.measurements)) == (3, 1, 2)


def test_every_resource_that_is_read_is_named():
    table = PAGE.split("## FHIR R4")[1].split("- **Status.**")[0]
    assert {name for name in READ if name not in table} == set()


def test_the_limits_on_the_page_are_those_of_the_data():
    limits = load().reading_limits
    assert f"{limits.largest_file.value / 1e6:.0f} MB" in PAGE
    assert f"more than {limits.most_a_day.value:g} g on one day".casefold() in PAGE.casefold()
    for known in limits.possible.values():
        assert f"{known.low:g} to {known.high:g}" in PAGE
    assert limits.weight_holds.value == 2
    assert "within two years" in PAGE


def test_every_format_has_a_chapter():
    chapters = re.findall(r"^## (.+)$", PAGE, flags=re.MULTILINE)
    assert len(Format) == 10
    assert {
        *("Keel record", "FHIR R4", "Journal export", "Tables of OpenNeuro ds005917", "Table of doses"),
        *("Tables of OMOP", "C-CDA document"),
    } <= set(chapters)

"""HZ-CHK-01: a pattern means on the page, in either language, what it means on the command line."""

import csv
import datetime as dt
from pathlib import Path

import pytest
from django.utils import translation

from keel.exposure import ExposureError, parse_pattern
from keel.knowledge import load
from keel.web.check.queries import read_line

AT = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)
FOLDER = Path(__file__).parents[2] / "spec" / "exposure"
TYPED = [
    row["text"]
    for name in ("field.csv", "otherwise.csv")
    for row in csv.DictReader((FOLDER / name).read_text(encoding="utf-8").splitlines())
]


def reading(read, text):
    """The patterns, or that it was refused."""
    try:
        return read(text, at=AT, knowledge=load())
    except ExposureError:
        return "refused"


@pytest.mark.parametrize("page", ["en", "es"])
@pytest.mark.parametrize("text", TYPED, ids=lambda text: text[:60])
def test_the_page_reads_a_pattern_as_the_command_line_does(text, page):
    with translation.override(page):
        assert reading(read_line, text) == reading(parse_pattern, text)

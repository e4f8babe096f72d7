"""Brands: what a service may set, and what is refused before the server starts."""

import pytest

from keel.web.brands import contrast, read, stylesheet
from keel.web.errors import WebError

GOOD = """
[[brands]]
id = "harbour"
name = "Harbour Drug Service"
hosts = ["https://harbour.example"]
accent = "#0b5d4b"
accent_dark = "#7fd6c0"
"""


def _file(tmp_path, text):
    path = tmp_path / "brands.toml"
    path.write_text(text)
    return str(path)


def test_no_file_means_no_brand():
    assert read("") == {}


def test_a_brand_brings_its_colours(tmp_path):
    brand = read(_file(tmp_path, GOOD))["harbour"]
    assert "--accent:#0b5d4b" in stylesheet(brand)
    assert "--accent:#7fd6c0" in stylesheet(brand)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("#0b5d4b", "#9ad0c3", "4.5 to 1"),  # light green on paper
        ("#0b5d4b", "red;} body{display:none", "#rrggbb"),
        ("https://harbour.example", "https://harbour.example/path", "not a valid origin"),
        ("https://harbour.example", "*", "not a valid origin"),
        ('id = "harbour"', 'id = "Harbour <b>"', "small letters"),
        ('name = "Harbour Drug Service"', "nome = 1", "cannot be read"),
    ],
)
def test_what_could_not_be_read_or_trusted_is_refused(tmp_path, old, new, says):
    with pytest.raises(WebError, match=says):
        read(_file(tmp_path, GOOD.replace(old, new)))


def test_contrast_is_that_of_the_standard():
    # WCAG 2.2 gives 21 for black on white; #767676 on white is the well-known lightest grey at 4.54
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)

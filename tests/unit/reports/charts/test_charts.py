"""Drawings say what the figures say, in a form that a page with a strict policy can hold."""

import datetime as dt
import re
from math import log10

import msgspec
import pytest

from keel import knowledge
from keel.assessment.curve import curve_of
from keel.exposure import parse_pattern, summarise
from keel.messages import Message
from keel.quantities import Interval
from keel.record import Dose, Person, Record
from keel.reports import charts
from keel.reports.charts.render import ChartError

AT = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


def _exposure(text):
    facts = knowledge.load()
    return summarise(Record(patterns=parse_pattern(text, at=AT, knowledge=facts)), at=AT, knowledge=facts)


def _infusion():
    start = AT - dt.timedelta(days=1)
    dose = Dose(
        substance="racemic",
        route="iv",
        start=start,
        end=start + dt.timedelta(minutes=40),
        amount_mg=Interval.exactly(35),
    )
    return curve_of(Record(doses=(dose,), person=Person(weight_kg=70, age_years=40)), at=AT, knowledge=knowledge.load())


def test_the_scale_places_amounts_by_their_logarithm():
    """The line runs from 100 mg to 1 kg: 910 mg lies at log10(9.1)/4 of it, 20,800 mg at log10(208)/4."""
    svg = charts.exposure_scale_svg(_exposure("400 mg every Saturday"))
    assert f'x1="{100 * log10(9.1) / 4:.2f}%"' in svg
    assert f'cx="{100 * log10(208) / 4:.2f}%"' in svg
    assert "× 22.9" in svg


def test_the_scale_reaches_as_far_as_the_amount():
    """50 g a day is 18 kg a year: the line then ends at 100 kg, and the mark stands on it."""
    svg = charts.exposure_scale_svg(_exposure("50 g daily"))
    place = float(re.search(r'cx="([\d.]+)%"', svg).group(1))
    assert ">100 kg<" in svg
    assert 50 < place < 100


def test_a_range_is_a_bar_between_its_ends():
    svg = charts.exposure_scale_svg(_exposure("1-2 g every week"))
    low, width = (100 * log10(value) / 4 for value in (520, 2))  # 52,000 to 104,000 mg a year
    assert f'<rect x="{low:.2f}%" width="{width:.2f}%"' in svg


def test_without_a_total_there_is_no_scale():
    assert charts.exposure_scale_svg(_exposure("every week")) == ""


def test_a_label_cannot_smuggle_markup():
    exposure = _exposure("400 mg weekly, esketamine")
    total = msgspec.structs.replace(exposure.by_route[0], name=Message("<script>"))
    odd = msgspec.structs.replace(exposure, by_route=(total, total))
    assert "<script" not in charts.exposure_scale_svg(odd)


def test_the_words_of_a_scale_have_its_figures():
    words = charts.exposure_scale_words(_exposure("400 mg every Saturday"))
    assert "20,800 mg a year" in words
    assert "910 mg" in words
    assert "22.9 times" in words


@pytest.mark.slow
def test_the_curve_is_drawn_without_style_script_or_links():
    svg = charts.spec_to_svg(charts.concentration_spec(_infusion(), width=400))
    assert svg.startswith("<svg")
    assert not re.search(r"style=|<style|<script|href=|http://(?!www\.w3\.org)", svg)
    assert "var(--curve-1)" in svg  # one drawing for light and dark
    assert ">ketamine<" in svg


def test_a_drawing_with_a_link_is_refused(monkeypatch):
    class Converter:
        @staticmethod
        def vegalite_to_svg(spec, vl_version):
            return '<svg><a xlink:href="https://example.org">x</a></svg>'

    monkeypatch.setattr("keel.reports.charts.render._converter", Converter)
    with pytest.raises(ChartError):
        charts.spec_to_svg({})


@pytest.mark.slow
def test_the_table_gives_the_values_of_the_curve():
    curve = _infusion()
    head, rows = charts.concentration_rows(curve)
    parent = dict(curve.series[0]["points"])
    by_time = {row[0]: row[1:] for row in rows}
    assert head == ["Time after the start", "ketamine, ng/mL", "norketamine, ng/mL"]
    assert float(by_time["1 h"][0]) == pytest.approx(parent[60.0], abs=0.5)
    assert by_time["0 min"][0] == "0.0"


@pytest.mark.slow
def test_the_words_of_a_curve_name_model_site_and_peak():
    words = charts.concentration_words(_infusion())
    assert "model m-rac" in words
    assert "venous plasma" in words
    assert "at 40 minutes" in words  # the end of the infusion

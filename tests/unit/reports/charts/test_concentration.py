"""A chart of concentrations shows what the simulation found, and says in words and rows what it draws."""

import json

import numpy as np
import pytest

from keel.knowledge import load
from keel.pharmacology import (
    DoseInput,
    Observation,
    Person,
    VirtualPeople,
    compare_models,
    estimate,
    models_for,
    simulate,
    simulate_population,
)
from keel.reports import charts
from keel.reports.charts.frame import frame_of, nice_low, nice_top, place_labels
from keel.reports.charts.look import PAPER

FACTS = load()
INFUSION = [DoseInput(amount_mg=35, route="iv", duration_min=40)]
ADULT = Person(weight_kg=70, age_years=40)
MINUTES = np.arange(0.0, 1441.0)


def _curve(model="m-rac", doses=INFUSION, minutes=MINUTES):
    return simulate(FACTS.models[model], doses, ADULT, minutes)


def _chart(drawn, **more):
    return charts.Chart(drawn, FACTS, **more)


def _comparison(minutes=MINUTES):
    return compare_models(models_for(FACTS.models, "iv", "racemic"), INFUSION, ADULT, minutes)


def _cells(chart):
    head, rows = chart.table()
    return head, {row[0]: [float(cell.replace(",", "")) for cell in row[1:]] for row in rows}


# Reference outputs computed apart from this code: M-RAC, 35 mg racemate over 40 min, 70 kg.
REFERENCE = {"20 min": (99.1, 14.5), "40 min": (159.9, 44.0), "2 h": (58.3, 68.7), "4 h": (27.8, 48.7)}


@pytest.mark.slow
def test_the_table_has_the_reference_values_of_the_model():
    _, rows = _cells(_chart(charts.of_simulation(_curve())))
    for time, (ketamine, norketamine) in REFERENCE.items():
        # Half a per cent as the reference allows, and the rounding of three figures.
        assert rows[time] == pytest.approx([ketamine, norketamine], rel=0.01)


@pytest.mark.slow
def test_the_table_equals_the_simulation():
    found = _curve()
    head, rows = _cells(_chart(charts.of_simulation(found)))
    assert head == ["Time after the start", "ketamine, ng/mL", "norketamine, ng/mL"]
    for time, minute in (("40 min", 40), ("1 h", 60), ("8 h", 480)):
        assert rows[time][0] == pytest.approx(found["ketamine"][minute], rel=0.005)


@pytest.mark.slow
def test_the_drawing_has_the_points_of_the_simulation():
    found = _curve()
    spec = _chart(charts.of_simulation(found)).spec()
    lines = [layer for layer in spec["layer"] if layer["mark"]["type"] == "line"]
    assert len(lines) == 2
    for point in lines[0]["data"]["values"]:
        exact = found["ketamine"][round(point["hours"] * 60)]
        assert point["ng"] == pytest.approx(exact, rel=1e-3, abs=1e-9)


@pytest.mark.slow
def test_few_times_that_were_asked_for_are_all_in_the_table():
    """Otto 2021, 10 mg over 30 min at 68 kg: M-S gives 50.9 and 27.3 ng/mL at 0.5 and 1 h (calibration table)."""
    doses = [DoseInput(amount_mg=10, route="iv", duration_min=30, substance="esketamine")]
    found = simulate(FACTS.models["m-s"], doses, Person(weight_kg=68, age_years=30), [30, 60, 600])
    _, rows = _cells(_chart(charts.of_simulation(found), hours=10))
    assert rows["30 min"][0] == pytest.approx(50.9, rel=0.005)
    assert rows["1 h"][0] == pytest.approx(27.3, rel=0.005)
    assert set(rows) == {"30 min", "1 h", "10 h"}


@pytest.mark.slow
@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("outside", [False, True])
def test_altair_accepts_the_specification(log, outside):
    """Altair checks every key against Vega-Lite's own schema."""
    altair = pytest.importorskip("altair")
    chart = _chart(charts.of_comparison(_comparison(MINUTES[::60]), outside=outside), log=log)  # each point costs time
    for spec in (chart.spec(), charts.on_paper(chart.spec(width=390, caption=True))):
        assert altair.Chart.from_dict(spec).to_dict()["layer"]


@pytest.mark.slow
def test_the_same_specification_serves_page_and_paper():
    spec = _chart(charts.of_simulation(_curve())).spec()
    paper = charts.on_paper(spec)
    assert "var(--curve-1)" in json.dumps(spec)
    assert "var(" not in json.dumps(paper)
    assert PAPER["--curve-1"] in json.dumps(paper)
    assert [layer["data"] for layer in paper["layer"]] == [layer["data"] for layer in spec["layer"]]


@pytest.mark.slow
def test_the_words_name_model_site_dose_and_peak():
    """Peak 160 ng/mL at the end of the infusion: reference output of M-RAC."""
    words = _chart(charts.of_simulation(_curve())).alt()
    assert "35 mg racemic ketamine by vein over 40 min" in words
    assert "M-RAC, venous plasma: ketamine peaks at 160 ng/mL at 40 min" in words


@pytest.mark.slow
def test_the_caption_names_model_site_certainty_and_sources():
    caption = _chart(charts.of_simulation(_curve())).caption()
    for part in ("M-RAC", "venous plasma", "weakest number unverified", "Otto 2021", "Henthorn 2018"):
        assert part in caption


@pytest.mark.slow
def test_an_overlay_says_how_far_models_lie_apart():
    """160 ng/mL in venous and 253 in arterial plasma: reference outputs of M-RAC and M-ART."""
    chart = _chart(charts.of_comparison(_comparison()))
    assert "Peaks range from 160 to 253 ng/mL" in chart.alt()
    assert "Left out, not valid here: Clements" in chart.caption()


@pytest.mark.slow
def test_a_model_that_does_not_hold_is_dotted_and_labelled():
    chart = _chart(charts.of_simulation(_curve(doses=[DoseInput(amount_mg=35, route="iv")])))
    lines = [layer["mark"] for layer in chart.spec()["layer"] if layer["mark"]["type"] == "line"]
    assert {tuple(mark["strokeDash"]) for mark in lines} == {(1, 5)}
    assert "ketamine (not valid here)" in chart.names()
    assert "not valid here: M-RAC does not hold in the first 15 min" in chart.alt()


@pytest.mark.slow
def test_curves_differ_by_dash_or_number_and_not_by_colour_alone():
    several = _chart(charts.of_comparison(_comparison(), outside=True))
    assert several.is_keyed
    texts = json.dumps(several.spec()["layer"])
    assert all(f'"name": "{number}"' in texts for number in range(1, len(several.traces) + 1))
    three = _chart(charts.of_comparison(_comparison())).spec()
    dashes = [tuple(layer["mark"]["strokeDash"]) for layer in three["layer"] if "strokeDash" in layer["mark"]]
    assert len(set(dashes)) == len(dashes) == 3


@pytest.mark.slow
def test_anchors_are_the_published_ranges_of_the_substance_that_was_given():
    """Bowdle 1998: 50 to 200 ng/mL; Idvall 1979: awakening 640 +- 210, anaesthesia 2211 +- 190; all racemic."""
    bands = {one.effect: one.band for one in _chart(charts.of_simulation(_curve()), log=True).anchors}
    assert bands["Perception changes in proportion"] == (50, 200)
    assert bands["Awakening"] == (430, 850)
    assert bands["Surgical anaesthesia"] == (2021, 2401)
    esketamine = [DoseInput(amount_mg=28, route="iv", duration_min=40, substance="esketamine")]
    assert _chart(charts.of_simulation(_curve("m-s", esketamine))).anchors == ()


@pytest.mark.slow
def test_the_bands_hold_half_and_nine_tenths_of_a_population():
    times = np.arange(0.0, 241.0, 20.0)
    people = VirtualPeople(weight_kg=70, age_years=40)
    found = simulate_population(FACTS.models["m-rac"], INFUSION, subjects=400, people=people, times_min=times, seed=3)
    chart = _chart(charts.of_population(found))
    shares = [band.share for band in chart.traces[0].bands]
    assert shares == [0.9, 0.5]
    head, rows = _cells(chart)
    assert head[1:] == ["ketamine, ng/mL", "ketamine, low of the 90% band", "ketamine, high of the 90% band"]
    middle, low, high = rows["40 min"]
    assert (low, middle, high) == pytest.approx([found.concentrations[q, 0, 2] for q in (0, 2, 4)], rel=0.005)
    assert "the median of 400 virtual people" in chart.caption()
    areas = [layer for layer in chart.spec()["layer"] if layer["mark"]["type"] == "area"]
    assert len(areas) == 2


@pytest.mark.slow
def test_an_update_is_marked_as_an_estimate_with_its_interval_and_the_points():
    dose = [DoseInput(amount_mg=28, route="iv", duration_min=40, substance="esketamine")]
    seen = [Observation(40, "S-ketamine", 150.0)]
    found = estimate(FACTS.models["m-s"], dose, ADULT, seen, MINUTES[::10], rng=np.random.default_rng(1))
    chart = _chart(charts.of_estimate(found), observed=seen)
    assert "an estimate from the measurements" in chart.caption()
    points = [layer for layer in chart.spec()["layer"] if layer["mark"]["type"] == "point"]
    assert points[0]["data"]["values"] == [{"hours": 0.6667, "ng": 150.0, "analyte": "S-ketamine"}]


@pytest.mark.slow
def test_every_peak_of_many_doses_stays_in_the_drawing():
    """Thinning must not cut peaks: with doses three days apart each peak is the first one, to within the leftover."""
    starts = [4320.0 * number for number in range(8)]
    doses = [DoseInput(amount_mg=84, route="nasal", start_min=t, substance="esketamine", devices=3) for t in starts]
    found = _curve("m-in", doses, np.arange(0.0, 8 * 4320.0, 10.0))
    line = next(
        one for one in _chart(charts.of_simulation(found), hours=576).spec()["layer"] if one["mark"]["type"] == "line"
    )
    peaks = [max(point["ng"] for point in line["data"]["values"] if 0 <= point["hours"] - t / 60 < 72) for t in starts]
    assert peaks == pytest.approx([peaks[0]] * 8, rel=0.02)


def test_round_ends_of_axes():
    assert [nice_top(value) for value in (0.7, 163, 260, 1000)] == [0.8, 200, 300, 1000]
    assert [nice_low(value) for value in (0.87, 1, 34)] == [0.5, 1, 20]


def test_labels_keep_off_curves_and_off_each_other():
    frame = frame_of(400, 200, 8.0, (0.0, 100.0), log=False)
    hours = np.linspace(0, 8, 50)
    curves = [(hours, 90 * np.exp(-hours)), (hours, np.full(50, 60.0))]
    (x1, y1), (x2, y2) = place_labels(frame, curves, [(60, 16), (60, 16)], on_curve=False)
    assert abs(x1 - x2) > 60 or abs(y1 - y2) > 16
    assert abs(y2 - float(frame.down(60.0))) > 8


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["svg", "png"])
def test_a_file_is_drawn_in_full_with_its_words(ending, tmp_path):
    path = tmp_path / f"curve.{ending}"
    charts.spec_to_file(_chart(charts.of_simulation(_curve())).spec(caption=True), path)
    if ending == "svg":
        text = path.read_text(encoding="utf-8")
        assert 'role="img" aria-label="Concentration in ng/mL over 8 hours' in text
        assert "var(" not in text
        assert "Otto 2021" in text
    else:
        assert path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(charts.ChartError, match=r"\.svg nor \.png"):
        charts.spec_to_file({}, tmp_path / "curve.pdf")

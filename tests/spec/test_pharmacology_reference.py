"""Typical values of each model against numbers computed apart from Keel.

They come from an independent implementation (ODE solvers on re-coded equations) that reported on a grid of 0.3 min, so
that “20 min” there is 20.1 min and “40 min” is 39.9 min. Allowed: 0.5%, the rounding of three printed digits included.
"""

import pytest

from keel.knowledge import load
from keel.pharmacology import DoseInput, Person, simulate
from support.loops import some

ADULT = Person(weight_kg=70, age_years=45)
CHILD = Person(weight_kg=32.5, age_years=8)
S = "esketamine"


def dose(amount, route="iv", over=0.0, substance="racemic"):
    return DoseInput(amount_mg=amount, route=route, duration_min=over, substance=substance)


def on_their_grid(minutes):
    """The grid point that the reference printed under this time: `round(t / 0.3)` counts, ties as NumPy breaks them."""
    return round(minutes / 0.3) * 0.3


# model, dose, person, analytes, {minutes: values in ng/mL}
CURVES = [
    (
        "m-s", dose(35, over=40, substance=S), ADULT, ("S-ketamine", "S-norketamine"),
        {20: (98.3, 15.6), 40: (157.8, 46.9), 60: (103.8, 68.5), 80: (78.7, 74.4), 120: (55.1, 71.7),
         240: (25.2, 49.5), 480: (7.73, 25.7), 1440: (1.10, 4.68)},
    ),
    (
        "m-rac", dose(35, over=40), ADULT, ("S-ketamine", "R-ketamine", "ketamine", "norketamine"),
        {20: (49.2, 49.9, 99.1, 14.5), 40: (78.9, 81.0, 159.9, 44.0), 80: (39.3, 42.5, 81.9, 70.6),
         120: (27.6, 30.8, 58.3, 68.7), 240: (12.6, 15.2, 27.8, 48.7), 1440: (0.55, 0.78, 1.33, 4.93)},
    ),
    (
        "m-art", dose(35, over=40), ADULT, ("ketamine",),
        {5.1: (110.6,), 9.9: (153.9,), 20.1: (198.6,), 39.9: (252.8,), 60: (95.9,), 80.1: (73.7,), 120: (49.9,),
         240: (25.6,), 480: (10.1,)},
    ),
    ("m-art", dose(70), ADULT, ("ketamine",), {5.1: (1024,), 30: (216,), 60: (145,)}),
    ("domino-1982", dose(35, over=40), ADULT, ("ketamine",), {20: (209.8,), 40: (240.2,), 60: (55.1,), 120: (35.8,)}),
    ("m-ped", dose(32.5), CHILD, ("ketamine",), {9.9: (514,), 30: (240,), 60: (172,), 120: (91.7,)}),
    (
        "m-in", dose(28, "nasal", substance=S), ADULT, ("S-ketamine", "S-norketamine"),
        {10: (26.9, 1.16), 20: (39.2, 6.77), 36: (43.9, 23.1), 60: (39.2, 47.0), 120: (22.0, 57.3), 240: (9.53, 32.9),
         480: (3.93, 16.4)},
    ),
    (
        "m-in", dose(84, "nasal", substance=S), ADULT, ("S-ketamine", "S-norketamine"),
        {60: (94.7, 145.9), 120: (55.9, 173.2)},
    ),
    (
        "m-in", dose(28, over=40, substance=S), ADULT, ("S-ketamine", "S-norketamine"),
        {40: (99.7, 21.5), 60: (70.3, 42.6), 120: (32.3, 57.3), 240: (14.4, 37.6)},
    ),
    (
        "m-in", dose(84, "oral", substance=S), ADULT, ("S-ketamine", "S-norketamine"),
        {60: (23.2, 137), 120: (23.7, 160.5), 240: (12.0, 88.8)},
    ),
    (
        "m-otf", dose(50, "sublingual", substance=S), ADULT, ("S-ketamine", "S-norketamine", "S-hydroxynorketamine"),
        {20: (84.6, 28.7, 5.4), 40: (63.8, 165, 45.2), 60: (45.3, 251, 87.3), 120: (18.1, 129, 82.9),
         240: (8.0, 72.8, 67.1)},
    ),
    (
        "m-otf", dose(20, over=20, substance=S), ADULT, ("S-ketamine", "S-norketamine", "S-hydroxynorketamine"),
        {20: (259.9, 29.8, 6.8), 30: (79.4, 49.0, 14.3), 60: (41.6, 37.5, 16.6)},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("model", "given", "person", "analytes", "expected"), CURVES)
def test_a_curve_is_that_of_an_independent_implementation(model, given, person, analytes, expected):
    times = sorted(on_their_grid(minutes) for minutes in expected)
    curve = simulate(load().models[model], [given], person, times)
    for column, minutes in some(enumerate(sorted(expected))):
        for analyte, value in some(zip(analytes, expected[minutes], strict=True)):
            half_of_last_digit = 0.5 * 10 ** -len(str(value).partition(".")[2])
            assert curve[analyte][column] == pytest.approx(value, rel=0.005, abs=half_of_last_digit), (analyte, minutes)


METRICS = [
    # model, dose, analyte, peak ng/mL, its minute, area to 24 h in ng*h/mL
    ("m-s", dose(35, over=40, substance=S), "S-ketamine", None, None, 356),
    ("m-s", dose(35, over=40, substance=S), "S-norketamine", 74.8, 88, 558),
    ("m-rac", dose(35, over=40), "ketamine", None, None, 383),
    ("m-art", dose(35, over=40), "ketamine", None, None, 415.5),
    ("m-in", dose(28, "nasal", substance=S), "S-ketamine", 43.9, 36, 146.9),
    ("m-in", dose(28, "nasal", substance=S), "S-norketamine", 59.2, 99, 387),
    ("m-in", dose(84, "nasal", substance=S), "S-ketamine", 102.2, 40, 360.8),
    ("m-in", dose(84, "nasal", substance=S), "S-norketamine", 180.8, 97, 1105),
    ("m-in", dose(28, over=40, substance=S), "S-ketamine", None, None, 236),
    ("m-in", dose(84, "oral", substance=S), "S-ketamine", 25.8, 87, None),
]


@pytest.mark.parametrize(("model", "given", "analyte", "cmax", "tmax", "area"), METRICS)
def test_peak_time_and_area_are_those_of_an_independent_implementation(model, given, analyte, cmax, tmax, area):
    curve = simulate(load().models[model], [given], ADULT, [0, 1440])
    found = next(metric for metric in curve.metrics if metric.analyte == analyte)
    if cmax is not None:
        assert found.cmax == pytest.approx(cmax, rel=0.005)
        assert found.tmax_min == pytest.approx(tmax, abs=1)
    if area is not None:
        assert found.auc_ng_h_per_ml == pytest.approx(area, rel=0.005)


def test_the_nasal_model_gives_the_derived_constants_of_its_paper():
    """Abstract of Perez-Ruixo 2021: steady-state volume 752 L, oral bioavailability 0.186, clearance 114 L/h."""
    p = {name: parameter.value for name, parameter in load().models["m-in"].parameters.items()}
    extraction = p["VH"] * (p["KEL"] + p["KMET"]) / (p["QH"] + p["VH"] * (p["KEL"] + p["KMET"]))
    assert p["VC"] + p["VP1"] + p["VP2"] == 752
    assert p["QH"] * extraction == pytest.approx(114, rel=0.05)
    assert p["FGUT"] * (1 - extraction) == pytest.approx(0.186, rel=0.05)

"""`keel estimate` as a person types it, held against the simulation that its measurements come from."""

import json
import math

import numpy as np
import pytest

from keel.knowledge import load
from keel.pharmacology import DoseInput, Observation, Person, estimate, simulate
from support.command import keel_here

MODEL = load().models["m-s"]
DOSE = [DoseInput(amount_mg=20, route="iv", duration_min=40, substance="esketamine")]
ADULT = Person(weight_kg=70, age_years=40)
WORDS = ["--model", "m-s", "--dose", "20 mg", "--route", "iv", "--over", "40 min", "--weight", "70 kg", "--age", "40"]
TIMES = [20.0, 40.0, 60.0, 90.0, 120.0, 180.0, 240.0, 360.0, 480.0, 600.0]


def answer(*words, code=0):
    done = keel_here("estimate", *WORDS, *words)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout) if "--json" in words else done.stdout


def measured(curve):
    """The curve's own values as somebody would type them, each analyte at each time."""
    return [
        word
        for analyte in curve.analytes
        for minutes, value in zip(TIMES, curve[analyte], strict=True)
        for word in ("--measured", f"{analyte} {float(value):.12g} ng/mL at {minutes:g} min")
    ]


@pytest.mark.slow
def test_measurements_simulated_from_known_parameters_bring_these_nearer():
    """The person who was simulated lies within the interval, and the estimate nearer to it than the typical value."""
    etas = {"eta_V1": 0.2, "eta_CL": -0.25}
    known = simulate(MODEL, DOSE, ADULT, TIMES, etas=etas)
    typical = simulate(MODEL, DOSE, ADULT, TIMES)
    found = answer(*measured(known), "--at", "40,120,600 min", "--json")
    parameters = {one["name"]: one for one in found["parameters"]}
    for name in ("V1", "CL"):
        one, true = parameters[name], known.parameters[name]
        assert one["typical"] == pytest.approx(typical.parameters[name])
        assert one["low"] < true < one["high"]
        assert abs(math.log(one["value"] / true)) < 0.35 * abs(math.log(one["typical"] / true))
        assert one["unit"] == {"V1": "L", "CL": "L/h"}[name]
    assert "a posteriori" in found["kind"]
    assert (found["model"], found["valid"], len(found["measured"])) == ("m-s", True, 20)


@pytest.mark.slow
def test_the_command_and_the_python_call_agree():
    seen = [Observation(40, "S-ketamine", 150.0), Observation(120, "S-norketamine", 45.0)]
    direct = estimate(MODEL, DOSE, ADULT, seen, [40, 120, 600], rng=np.random.default_rng(1))
    shown = ("--at", "40,120,600 min", "--json")
    found = answer("--measured", "150 ng/mL at 40 min", "--measured", "S-norketamine 0.045 mg/L at 2 h", *shown)
    assert found == {**direct.to_dict(), "warnings": found["warnings"]}
    assert any("S-ketamine was taken" in warning for warning in found["warnings"])
    together = answer("--measured", "150 ng/mL at 40 min, 45 ug/L S-norketamine at 120 min", *shown)
    assert together["parameters"] == found["parameters"]
    points = found["series"][0]["points"]
    assert [point["minutes"] for point in points] == [40, 120, 600]
    assert all(point["low"] < point["value"] < point["high"] for point in points)


@pytest.mark.slow
def test_the_terminal_says_that_it_is_an_estimate_and_shows_what_was_measured():
    shown = answer("--measured", "S-ketamine 150 ng/mL at 40 min")
    assert "estimate from measurements" in " ".join(shown.split())
    assert "measured ng/mL" in shown
    assert "90% interval" in shown


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "--measured"),
        (["--measured", "150 at 40 min"], "“150” has no unit"),
        (["--measured", "150 ng/mL"], "“150 ng/mL” is not a measurement. Write for example"),
        (["--measured", "gabapentin 5 ng/mL at 2 h"], "this model has S-ketamine, S-norketamine"),
        (["--measured", "<5 ng/mL at 2 h"], "“<5 ng/mL at 2 h” is not a measurement"),
        (["--measured", "600 nmol/L at 40 min"], "“600 nmol/L” is not a concentration"),
        (["--measured", "5 ng/mL at 0 min"], "before anything was given"),
        (["--measured", "0 ng/mL at 1 h"], "above zero"),
        (["--measured", "150 ng/mL at 40 min", "--model", "m-art", "--substance", "racemic"], "no published residual"),
        (["--measured", "150 ng/mL at 40 min", "--model", "all"], "An estimate needs one model"),
    ],
)
def test_bad_input_is_one_line(words, says):
    done = keel_here("estimate", *WORDS, *words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert says in done.stderr


@pytest.mark.slow
def test_a_drawing_is_written(tmp_path):
    path = tmp_path / "curve.svg"
    done = keel_here("estimate", *WORDS, "--measured", "S-ketamine 150 ng/mL at 40 min", "--chart", str(path))
    assert done.returncode == 0, done.stderr
    assert "updated" in path.read_text()

"""The predicted concentration of a session: against the simulation, against virtual people, and where there is none."""

import datetime as dt
import math

import numpy as np
import pytest

from keel.assessment.session.fold import fold_session
from keel.knowledge import load
from keel.pharmacology import DoseInput, Person, simulate
from keel.pharmacology.population.virtual_people import draw_etas
from support.sessions import base_session, changed, clock, read_session


def predicted(name, at, change=None):
    tree = changed(base_session(name), change or {})
    moment = dt.datetime.fromisoformat(clock(at))
    return fold_session(read_session(tree), at=moment, knowledge=load()).predicted


def test_it_is_the_simulation_of_what_was_given():
    """35 mg over 40 min in a person of 70 kg, looked at 20, 40 and 125 min after the start."""
    curve = simulate(
        load().models["m-rac"],
        [DoseInput(amount_mg=35, route="iv", duration_min=40)],
        Person(weight_kg=70, age_years=34, is_female=True, is_pregnant=False),
        [20, 40, 125],
    )
    got = [predicted("iv", at).ng_per_ml for at in ("09:35", "09:55", "11:20")]
    assert got == pytest.approx(list(curve["ketamine"]), abs=0.01)


def test_the_pause_is_in_the_curve():
    pause = {
        "drop": ["e16"],
        "add": [{"id": "x", "at": "09:30", "by": "bob", "type": "dose_paused"}],
    }
    assert predicted("iv", "09:50", pause).ng_per_ml < predicted("iv", "09:50").ng_per_ml


@pytest.mark.slow
@pytest.mark.parametrize(("name", "at"), [("iv", "09:55"), ("iv", "11:30"), ("esketamine", "10:30")])
def test_low_and_high_are_near_the_5th_and_95th_percentile_of_virtual_people(name, at):
    """First order in the random effects against 400 people drawn from the model; a fifth of the width is allowed."""
    model_id, route, dose = {
        "iv": ("m-rac", "iv", [DoseInput(amount_mg=35, route="iv", duration_min=40)]),
        "esketamine": (
            "m-in",
            "nasal",
            [
                DoseInput(amount_mg=28, route="nasal", start_min=start, substance="esketamine", devices=1)
                for start in (0, 5)
            ],
        ),
    }[name]
    start = {"iv": "09:15", "esketamine": "09:10"}[name]
    minutes = (dt.datetime.fromisoformat(clock(at)) - dt.datetime.fromisoformat(clock(start))).total_seconds() / 60
    model, rng = load().models[model_id], np.random.default_rng(11)
    etas = {key: value for level in ("subject", "occasion") for key, value in draw_etas(model, level, 400, rng).items()}
    person = Person(weight_kg=70, age_years=34, is_female=True, is_pregnant=False)
    values = [
        float(
            simulate(
                model, dose, person, [minutes], etas={key: float(value[index]) for key, value in etas.items()}
            ).concentrations[0, 0]
        )
        for index in range(400)
    ]
    low, high = np.quantile(values, [0.05, 0.95])
    got = predicted(name, at)
    width = math.log(high / low)
    assert math.log(got.low) == pytest.approx(math.log(low), abs=0.2 * width), route
    assert math.log(got.high) == pytest.approx(math.log(high), abs=0.2 * width), route


@pytest.mark.parametrize(
    ("name", "at", "change", "reason"),
    [
        ("iv", "09:14", {}, "No dose has been given"),
        ("iv", "09:30", {"person": {"weight": "null"}}, "Body weight is not known"),
        (
            "iv",
            "09:30",
            {"set": {"e01": {"plan": {"over": "null"}}, "e09": {"over": "null"}}},
            "The amount given is not known",
        ),
    ],
)
def test_without_what_it_needs_there_is_no_number_and_a_reason(name, at, change, reason):
    got = predicted(name, at, change)
    assert (got.ng_per_ml, got.low, got.high) == (None, None, None)
    assert reason in got.unknown

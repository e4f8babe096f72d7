"""The solver against SciPy's ODE integrator and 50-digit arithmetic, and the laws that a linear system obeys."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keel.knowledge import load
from keel.pharmacology import DoseInput, Person, simulate
from support.samples import examples
from support.twin import by_mpmath, by_ode, worst

MODELS = load().models
CASES = [(model.id, entry.route) for model in MODELS.values() for entry in model.inputs]
TIMES = [0.5, 7.3, 20, 33, 60, 121.7, 240, 480, 719.3, 1440]
LIMIT = 1e-10

people = st.builds(
    Person,
    weight_kg=st.floats(5, 150),
    age_years=st.floats(18, 90),
    ancestry=st.sampled_from([None, "japanese", "korean", "european"]),
)


@st.composite
def regimens(draw, route, spaced_min=0.0):
    """One to four doses; infusions each on a line of its own, so that they may overlap."""
    count = draw(st.integers(1, 4))
    doses, start = [], 0.0
    for line in range(1, count + 1):
        start += round(draw(st.floats(0, 300)), 3) + (spaced_min if line > 1 else 0.0)
        over = draw(st.one_of(st.just(0.0), st.floats(1, 200).map(round))) if route == "iv" else 0.0
        amount = draw(st.floats(0.5, 100))
        doses.append(DoseInput(amount_mg=amount, route=route, start_min=start, duration_min=over, line=line))
    return doses


@pytest.mark.slow
@pytest.mark.parametrize(("model", "route"), CASES)
@given(data=st.data())
@settings(max_examples=examples(5), deadline=None)
def test_every_model_agrees_with_an_ode_solver_on_random_regimens(model, route, data):
    # A session of spray devices shares its first device; the twin counts each dose as a session of its own.
    doses = data.draw(regimens(route, spaced_min=61.0 if model == "m-in" and route == "nasal" else 0.0))
    person = data.draw(people)
    # An hour after the last dose every analyte is near its height, by which small values are judged.
    drawn = data.draw(st.sets(st.floats(0.1, 2000).map(lambda t: round(t, 3)), max_size=12))
    times = sorted(drawn | {doses[-1].start_min + doses[-1].duration_min + 60.0})
    found = simulate(MODELS[model], doses, person, times)
    # The integrator itself loses digits in the far tail; the test below goes down to a millionth.
    assert worst(found.concentrations, by_ode(MODELS[model], doses, person, times), above=1e-2) < LIMIT


@pytest.mark.slow
@pytest.mark.parametrize(("model", "route"), [case for case in CASES if case[0] != "m-picu"])
def test_every_model_agrees_with_fifty_digits(model, route):
    person = Person(weight_kg=61.3, age_years=71, ancestry="korean")
    doses = [
        DoseInput(amount_mg=35, route=route, duration_min=40 if route == "iv" else 0),
        DoseInput(amount_mg=11, route=route, start_min=70),
    ]
    times = [0.5, 40, 95.25] if model == "m-otf" else [0.5, 40, 95.25, 400]
    found = simulate(MODELS[model], doses, person, times)
    assert worst(found.concentrations, by_mpmath(MODELS[model], doses, person, times)) < 1e-12


@pytest.mark.slow
@pytest.mark.parametrize("apart", [0.1, 1e-6, 1e-12, 0.0])
def test_rates_that_nearly_or_exactly_coincide_cost_no_digit(apart):
    """Absorption as fast as a disposition rate: the closed form by eigenvalues is 87% wrong there without a word."""
    model = MODELS["m-rac-im"]
    matrix = np.array([[-(95.2 + 23.2 + 157) / 133, 23.2 / 187, 157 / 98.8], [23.2 / 133, -23.2 / 187, 0],
                       [157 / 133, 0, -157 / 98.8]])  # fmt: skip
    fastest = -np.linalg.eigvals(matrix).real.min()
    same = msgspec.structs.replace(model.parameters["KA"], value=float(fastest * (1 + apart)))
    flipped = msgspec.structs.replace(model, parameters={**model.parameters, "KA": same})
    person = Person(weight_kg=70, age_years=40)
    doses = [DoseInput(amount_mg=35, route="im")]
    found = simulate(flipped, doses, person, TIMES[:7])
    assert worst(found.concentrations, by_mpmath(flipped, doses, person, TIMES[:7])) < 1e-12


def test_four_equal_rates_in_a_row_give_the_gamma_curve():
    """A chain of equal rates k empties its n-th place as k^(n-1) t^(n-1) e^(-kt) / (n-1)!, known by algebra."""
    model = MODELS["m-rac-im"]
    chain = msgspec.convert(
        {
            **{key: value for key, value in msgspec.to_builtins(model).items() if key in ("version", "title")},
            "id": "chain", "name": "chain", "review_due": "2027-11-01", "population": "none", "sources": [],
            "site": "venous plasma",
            "parameters": {"K": {"value": 2.0, "unit": "1/h"}, "V": {"value": 10.0, "unit": "L"}},
            "compartments": [{"id": f"c{i}", "title": str(i), "volume": "V"} for i in range(4)],
            "flows": [{"from": f"c{i}", "to": f"c{i + 1}", "rate": "K"} for i in range(3)]
            + [{"from": "c3", "rate": "K"}],
            "inputs": [{"route": "iv", "kind": "direct", "parts": [{"into": "c0"}]}],
            "outputs": [{"analyte": "last", "substance": "racemic", "terms": [{"compartment": "c3"}]}],
        },
        type(model),
    )  # fmt: skip
    minutes = np.array([1.0, 10, 60, 200, 600])
    found = simulate(chain, [DoseInput(amount_mg=50, route="iv")], Person(), minutes)["last"]
    kt = 2.0 * minutes / 60
    assert found == pytest.approx(50 / 10 * 1000 * kt**3 * np.exp(-kt) / 6, rel=1e-13)


@pytest.mark.parametrize(("model", "route"), CASES)
@given(factor=st.floats(0.01, 100), person=people)
@settings(max_examples=examples(5), deadline=None)
def test_twice_the_dose_is_twice_the_concentration(model, route, factor, person):
    # Below one device of 28 mg the nasal fraction does not change; above it the model is not linear by design.
    amount = 0.25 if route == "nasal" else 20.0
    single = [DoseInput(amount_mg=amount, route=route)]
    scaled = [DoseInput(amount_mg=amount * factor, route=route)]
    one = simulate(MODELS[model], single, person, TIMES).concentrations
    assert simulate(MODELS[model], scaled, person, TIMES).concentrations == pytest.approx(one * factor, rel=1e-12)


@pytest.mark.parametrize(("model", "route"), CASES)
@given(data=st.data())
@settings(max_examples=examples(5), deadline=None)
def test_doses_add_up_and_their_order_does_not_matter(model, route, data):
    doses = data.draw(regimens(route, spaced_min=61.0 if model == "m-in" and route == "nasal" else 0.0))
    person = Person(weight_kg=70, age_years=40)
    together = simulate(MODELS[model], doses, person, TIMES).concentrations
    apart = sum(simulate(MODELS[model], [dose], person, TIMES).concentrations for dose in doses)
    # An early value may be the difference of nothing: compare against the size of the whole curve.
    assert together == pytest.approx(apart, rel=1e-11, abs=1e-13 * float(apart.max()))
    shuffled = data.draw(st.permutations(doses))
    assert np.array_equal(simulate(MODELS[model], shuffled, person, TIMES).concentrations, together)


def test_what_goes_in_is_inside_or_has_left():
    """M-S forms norketamine from all that leaves S-ketamine, and only norketamine's clearance empties the body."""
    dose = DoseInput(amount_mg=30, route="iv", duration_min=40, substance="esketamine")
    curve = simulate(MODELS["m-s"], [dose], Person(weight_kg=70, age_years=40), [0, 20, 40, 300, 1440])
    left = 57.72 * curve.path.areas[1] / 60 / 1000  # L/h x ng*min/mL
    given_so_far = np.array([0, 15, 30, 30, 30])
    assert curve.path.amounts.sum(axis=0) + left == pytest.approx(given_so_far, rel=1e-12, abs=1e-12)


def test_the_area_of_a_dose_is_dose_over_clearance():
    dose = DoseInput(amount_mg=50, route="iv", duration_min=7)
    curve = simulate(MODELS["m-art"], [dose], Person(weight_kg=70, age_years=40), [0, 60 * 24 * 10])
    assert curve.metrics[0].auc_ng_h_per_ml == pytest.approx(50 / 84 * 1000, rel=1e-10)


@given(split=st.floats(0.5, 39.5))
@settings(max_examples=examples(20), deadline=None)
def test_an_infusion_cut_in_two_at_the_same_rate_is_the_same_infusion(split):
    person = Person(weight_kg=70, age_years=40)
    whole = [DoseInput(amount_mg=40, route="iv", duration_min=40)]
    halves = [
        DoseInput(amount_mg=split, route="iv", duration_min=split),
        DoseInput(amount_mg=40 - split, route="iv", start_min=split, duration_min=40 - split),
    ]
    one = simulate(MODELS["m-rac"], whole, person, TIMES).concentrations
    assert simulate(MODELS["m-rac"], halves, person, TIMES).concentrations == pytest.approx(one, rel=1e-11)


def test_devices_minutes_apart_are_the_formula_when_the_minutes_are_none():
    """FRe = FRn (1 + 0.62 (N - 1)) / N, Perez-Ruixo 2021."""
    person = Person(weight_kg=70, age_years=45)
    apart = [DoseInput(amount_mg=84, route="nasal", substance="esketamine", devices=3, device_interval_min=0)]
    single = [DoseInput(amount_mg=28, route="nasal", substance="esketamine", start_min=0) for _ in range(3)]
    together = [DoseInput(amount_mg=84, route="nasal", substance="esketamine")]
    expected = by_ode(MODELS["m-in"], together, person, TIMES)
    for doses in (apart, single, together):
        assert worst(simulate(MODELS["m-in"], doses, person, TIMES).concentrations, expected) < LIMIT


def test_a_grid_of_minutes_and_single_times_agree():
    person = Person(weight_kg=70, age_years=45)
    doses = [DoseInput(amount_mg=35, route="iv", duration_min=40, start_min=3.5)]
    grid = simulate(MODELS["m-rac"], doses, person, np.arange(0.0, 1441.0)).concentrations
    for minute in (2, 4, 43, 44, 700, 1440):
        alone = simulate(MODELS["m-rac"], doses, person, [float(minute)]).concentrations[:, 0]
        assert grid[:, minute] == pytest.approx(alone, rel=1e-11, abs=1e-300)

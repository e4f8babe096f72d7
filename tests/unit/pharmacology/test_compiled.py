"""The compiled loops and NumPy are two writings of the same equations: they must agree."""

import numpy as np
import pytest

from keel.knowledge import load
from keel.pharmacology import DoseInput, Person, Spread, VirtualPeople, simulate, simulate_people, simulate_population
from keel.pharmacology.parameters import individual
from keel.pharmacology.population.histogram import count, no_counts
from keel.pharmacology.population.virtual_people import draw_etas
from keel.pharmacology.structure import structure_of

pytest.importorskip("numba")
MODELS = load().models
PARTS = ("concentrations", "cmax", "tmax_min", "auc_ng_h_per_ml", "trough")


def both_ways(model, doses, people=600, seed=1, **more):
    """The same people by compiled loops and by NumPy; 600 is more than two blocks and not a whole number of them."""
    rng = np.random.default_rng(seed)
    covariates = VirtualPeople(weight_kg=Spread(mean=75, sd=15, low=40, high=150), age_years=40).draw(people, rng)
    values, _ = individual(structure_of(model), covariates, etas=draw_etas(model, "subject", people, rng))
    factors = rng.uniform(0.2, 1.2, (people, len(doses)))
    times = [10, 20, 30, 60, 299, 310, 380, 1000]
    return [
        simulate_people(model, doses, values, times, end_min=1440, factors=factors, compiled=compiled, **more)
        for compiled in (True, False)
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "route", "analytes"),
    [
        ("m-art", "iv", None),
        ("m-ped", "iv", None),
        ("m-rac", "iv", ["ketamine", "R-ketamine"]),
        ("m-rac", "iv", None),
        ("m-in", "nasal", None),
        ("m-rac-im", "im", None),
    ],
)
def test_compiled_loops_agree_with_numpy(model, route, analytes):
    over = 30.0 if route == "iv" else 0.0
    doses = [DoseInput(amount_mg=28, route=route, start_min=start, duration_min=over) for start in (0.0, 300.0, 420.0)]
    compiled, plain = both_ways(MODELS[model], doses, analytes=analytes)
    for part in PARTS:
        theirs = getattr(plain, part)
        np.testing.assert_allclose(getattr(compiled, part), theirs, 1e-9, 1e-9 * float(theirs.max()), err_msg=part)


@pytest.mark.slow
def test_the_compiled_loop_finds_a_peak_inside_an_infusion_too():
    document = MODELS["domino-1982"]
    given = [
        DoseInput(amount_mg=300, route="iv", duration_min=60),
        DoseInput(amount_mg=60, route="iv", start_min=65, duration_min=300),
    ]
    typical = simulate(document, given, Person(weight_kg=70, age_years=40), [1]).parameters
    values = {name: value * np.linspace(0.8, 1.2, 9) for name, value in typical.items()}
    compiled, plain = (
        simulate_people(document, given, values, end_min=600, compiled=compiled) for compiled in (True, False)
    )
    assert (plain.tmax_min[:, 0, 1] > 65).any()
    assert compiled.cmax == pytest.approx(plain.cmax, rel=1e-12)
    assert compiled.tmax_min == pytest.approx(plain.tmax_min, abs=1e-6)


@pytest.mark.slow
def test_exponentials_keep_their_digits_from_tiny_to_huge_arguments():
    from keel.pharmacology.population.mammillary_compiled import _exp, _one_less_exp

    x = -np.concatenate([[0.0], np.geomspace(1e-12, 699, 5000)])
    grown, less, scratch = np.empty_like(x), np.empty_like(x), np.empty_like(x)
    _exp(x, grown, scratch, len(x))
    _one_less_exp(x, grown, less, len(x))
    np.testing.assert_allclose(grown, np.exp(x), rtol=1e-15)
    np.testing.assert_allclose(less, -np.expm1(x), rtol=1e-15)


@pytest.mark.slow
def test_both_ways_count_the_same():
    values = np.random.default_rng(2).lognormal(2, 3, (3, 5000))
    one, other = no_counts(3), no_counts(3)
    count(values, one, compiled=True)
    count(values, other, compiled=False)
    assert np.array_equal(one, other)


@pytest.mark.slow
def test_a_large_population_is_the_same_at_any_number_of_threads():
    doses = [DoseInput(amount_mg=35, route="iv", duration_min=40, start_min=1440.0 * i) for i in range(2)]
    same = {"subjects": 200_000, "people": VirtualPeople(weight_kg=70), "times_min": [60], "seed": 3}
    one = simulate_population(MODELS["m-art"], doses, **same)
    two = simulate_population(MODELS["m-art"], doses, workers=2, **same)
    assert one.plan.compiled
    for part in ("per_dose", "overall", "concentrations"):
        assert np.array_equal(getattr(one, part), getattr(two, part))

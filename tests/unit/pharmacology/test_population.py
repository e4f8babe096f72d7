"""Virtual people: as one person each, as random as the model says, and the same whoever computes them."""

import math

import numpy as np
import pytest

from keel.knowledge import load
from keel.pharmacology import (
    DoseInput,
    DoseUncertainty,
    PharmacologyError,
    RegimenError,
    Spread,
    VirtualPeople,
    simulate,
    simulate_people,
    simulate_population,
    trials,
)
from keel.pharmacology.errors import PersonError
from keel.pharmacology.population.histogram import count, no_counts, quantiles
from keel.pharmacology.population.virtual_people import draw_etas
from keel.pharmacology.regimen import Person
from support.loops import some

MODELS = load().models
CLINIC = VirtualPeople(weight_kg=Spread(mean=75, sd=15, low=40, high=140), age_years=40)
ROUTES = [
    ("m-art", "iv", "racemic"),
    ("m-rac", "iv", "racemic"),
    ("m-in", "nasal", "esketamine"),
    ("m-otf", "sublingual", "esketamine"),
    ("m-picu", "iv", "esketamine"),
    ("m-rac-im", "im", "racemic"),
]


def doses(route, substance, starts=(0.0, 300.0), **more):
    over = 40.0 if route == "iv" else 0.0
    return [
        DoseInput(amount_mg=28, route=route, duration_min=over, substance=substance, start_min=start, **more)
        for start in starts
    ]


@pytest.mark.parametrize(("model", "route", "substance"), ROUTES)
def test_each_of_many_people_is_as_if_alone(model, route, substance):
    """Weights differ from person to person; peak, area and trough of each dose are those of `simulate`."""
    weights = np.array([52.0, 70.0, 118.0])
    document = MODELS[model]
    alone = [
        simulate(document, doses(route, substance), Person(weight_kg=float(w), age_years=30), [10, 45, 299, 360, 900])
        for w in weights
    ]
    values = {name: np.array([float(curve.parameters[name]) for curve in alone]) for name in document.parameters}
    found = simulate_people(document, doses(route, substance), values, [10, 45, 299, 360, 900], end_min=1000)
    for person, curve in some(enumerate(alone)):
        assert found.concentrations[person] == pytest.approx(curve.concentrations, rel=1e-10, abs=1e-300)
        for window, edges in enumerate([(0, 300 - 1e-9), (300, 1000)]):
            one = simulate(document, doses(route, substance), curve.person, [60], window_min=edges)
            for row, metric in enumerate(one.metrics):
                assert found.cmax[person, row, window] == pytest.approx(metric.cmax, rel=1e-3)
                assert found.auc_ng_h_per_ml[person, row, window] == pytest.approx(metric.auc_ng_h_per_ml, rel=1e-9)


def test_a_slow_infusion_after_a_fast_one_has_its_peak_inside():
    """Three compartments: the fast ones empty in the pause, fill again, and the slow decline wins in the end."""
    document = MODELS["domino-1982"]
    given = [
        DoseInput(amount_mg=300, route="iv", duration_min=60),
        DoseInput(amount_mg=60, route="iv", start_min=65, duration_min=300),
    ]
    person = Person(weight_kg=70, age_years=40)
    values = {name: np.full(3, value) for name, value in simulate(document, given, person, [1]).parameters.items()}
    found = simulate_people(document, given, values, end_min=600)
    grid = simulate(document, given, person, np.arange(65.0, 365.0, 0.01))["ketamine"]
    inside = int(np.argmax(grid[1:])) + 1
    assert 0 < inside < len(grid) - 1
    assert found.cmax[0, 0, 1] == pytest.approx(max(grid.max(), grid[0]), rel=1e-6)


@pytest.mark.parametrize(("model", "route", "substance"), ROUTES[:4])
def test_delays_and_amounts_of_each_person_are_those_of_a_regimen_written_out(model, route, substance):
    document, rng = MODELS[model], np.random.default_rng(4)
    person = Person(weight_kg=70, age_years=30)
    plain = doses(route, substance)
    values = {name: np.full(4, value) for name, value in simulate(document, plain, person, [1]).parameters.items()}
    delays, factors = rng.uniform(0, 90, (4, 2)), rng.uniform(0.2, 1.5, (4, 2))
    found = simulate_people(document, plain, values, [100, 450], end_min=1000, delays=delays, factors=factors)
    for who in range(4):
        if route == "nasal":  # the share of further devices follows the amount as prescribed
            continue
        own = [
            DoseInput(
                amount_mg=28 * factors[who, n],
                route=route,
                duration_min=dose.duration_min,
                substance=substance,
                start_min=dose.start_min + delays[who, n],
            )
            for n, dose in enumerate(plain)
        ]
        curve = simulate(document, own, person, [100, 450])
        assert found.concentrations[who] == pytest.approx(curve.concentrations, rel=1e-9)


def test_random_effects_have_the_variances_and_covariances_of_the_model():
    """M-S, Otto 2021: variance of V1 0.084177, of CL 0.026048, covariance 0.02261; 400,000 draws, 1% tolerance."""
    etas = draw_etas(MODELS["m-s"], "subject", 400_000, np.random.default_rng(1))
    matrix = np.cov(np.stack([etas["eta_V1"], etas["eta_CL"], etas["eta_VN"]]))
    assert matrix[0, 0] == pytest.approx(0.084177, rel=0.01)
    assert matrix[1, 1] == pytest.approx(0.026048, rel=0.01)
    assert matrix[0, 1] == pytest.approx(0.02261, rel=0.015)
    assert matrix[0, 2] == pytest.approx(0, abs=0.0005)


@pytest.mark.slow
def test_a_logit_fraction_stays_between_none_and_all():
    found = simulate_population(
        MODELS["m-in"], doses("nasal", "esketamine", (0.0,)), subjects=2000, people=CLINIC, times_min=[30], seed=2
    )
    assert np.isfinite(found.concentrations).all()
    assert (found.concentrations > 0).all()


def test_the_middle_of_a_population_is_the_typical_person():
    found = simulate_population(
        MODELS["m-art"],
        doses("iv", "racemic", (0.0,)),
        subjects=20_000,
        people=VirtualPeople(weight_kg=70, age_years=40),
        times_min=[120],
        seed=3,
    )
    typical = simulate(MODELS["m-art"], doses("iv", "racemic", (0.0,)), Person(weight_kg=70), [120])
    assert found.concentrations[2, 0, 0] == pytest.approx(typical["ketamine"][0], rel=0.01)
    # Area is dose over clearance, so its spread is that of clearance: cv 16%, and p95 over p05 is exp(2 x 1.645 sd).
    low, high = found.overall[[0, 4], 2, 0]
    sd = math.sqrt(math.log1p(0.16**2))
    assert high / low == pytest.approx(math.exp(2 * 1.645 * sd), rel=0.03)


def test_quantiles_from_counts_are_those_of_the_values():
    values = np.random.default_rng(5).lognormal(3, 1, 50_001)
    wanted = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
    counts = no_counts(1)
    count(values[None], counts)
    found = quantiles(counts, wanted)[:, 0]
    assert found == pytest.approx(np.quantile(values, wanted), rel=1e-3)


def test_counts_of_zero_and_of_huge_values_do_not_break():
    counts = no_counts(1)
    count(np.array([[0.0, 0.0, 1e30]]), counts)
    assert quantiles(counts, np.array([0.5]))[0, 0] == 0.0


@pytest.mark.slow
@pytest.mark.parametrize("model", ["m-art", "m-otf"])
def test_the_answer_is_the_same_bit_for_bit_at_any_number_of_workers(model):
    route, substance = ("iv", "racemic") if model == "m-art" else ("sublingual", "esketamine")
    same = {
        "subjects": 350,
        "people": CLINIC,
        "uncertain": DoseUncertainty(amount_cv=0.2, purity=(0.4, 0.9), delay_sd_min=10),
        "times_min": [60, 400],
        "seed": 11,
        "chunk": 100,
    }
    one = simulate_population(MODELS[model], doses(route, substance), **same)
    three = simulate_population(MODELS[model], doses(route, substance), workers=3, **same)
    for part in ("per_dose", "overall", "concentrations"):
        assert np.array_equal(getattr(one, part), getattr(three, part))
    other = simulate_population(MODELS[model], doses(route, substance), **{**same, "seed": 12})
    assert not np.array_equal(one.overall, other.overall)


def test_a_dose_of_unknown_purity_widens_the_band():
    def width(uncertain):
        found = simulate_population(
            MODELS["m-rac"], doses("iv", "racemic", (0.0,)), subjects=1500, people=CLINIC, uncertain=uncertain,
            analytes=["ketamine"], times_min=[60], seed=6,
        )  # fmt: skip
        return found.concentrations[4, 0, 0] / found.concentrations[0, 0, 0]

    assert width(DoseUncertainty(purity=(0.1, 0.9))) > 2 * width(DoseUncertainty())


def test_a_population_of_some_analytes_gives_what_all_of_them_give():
    values = {"subjects": 64, "people": CLINIC, "times_min": [60, 400], "seed": 9}
    every = simulate_population(MODELS["m-rac"], doses("iv", "racemic"), **values)
    some = simulate_population(MODELS["m-rac"], doses("iv", "racemic"), analytes=["ketamine"], **values)
    assert some.analytes == ("ketamine",)
    assert some.concentrations[:, 0] == pytest.approx(
        every.concentrations[:, every.analytes.index("ketamine")], rel=1e-3
    )
    with pytest.raises(PharmacologyError, match="no output gabapentin"):
        simulate_population(MODELS["m-rac"], doses("iv", "racemic"), analytes=["gabapentin"], **values)


def test_each_persons_metrics_are_written_to_parquet(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    target = tmp_path / "people.parquet"
    steps = []
    simulate_population(
        MODELS["m-art"], doses("iv", "racemic"), subjects=25, chunk=10, people=CLINIC, parquet=str(target),
        progress=lambda done, total: steps.append((done, total)),
    )  # fmt: skip
    table = parquet.read_table(target).to_pylist()
    assert len(table) == 25 * 2
    assert [row["person"] for row in table[::2]] == list(range(25))
    assert {row["analyte"] for row in table} == {"ketamine"}
    assert steps == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.slow
def test_small_studies_scatter_as_the_standard_error_says():
    """Geometric mean area of 10 people: sd of its logarithm is that of clearance over the root of 10."""
    found = trials(
        MODELS["m-art"], doses("iv", "racemic", (0.0,)), studies=400, subjects=10,
        people=VirtualPeople(weight_kg=70), end_min=60 * 24 * 5,
    )  # fmt: skip
    sd = float(np.std(np.log(found.means[:, 2, 0])))
    assert sd == pytest.approx(math.sqrt(math.log1p(0.16**2) / 10), rel=0.12)
    low, high = found.interval()[:, 2, 0]
    assert low < 28 / 84 * 1000 < high


@pytest.mark.parametrize("wrong", [{"subjects": 0}, {"subjects": 5, "chunk": 0}, {"subjects": 5, "workers": 0}])
def test_an_empty_population_is_refused(wrong):
    with pytest.raises(RegimenError, match="one or more"):
        simulate_population(MODELS["m-art"], doses("iv", "racemic"), people=CLINIC, **wrong)


def test_a_spread_that_hardly_ever_falls_within_its_limits_is_refused():
    with pytest.raises(PersonError, match="hardly ever"):
        Spread(mean=0, sd=1, low=50, high=60).draw(10, np.random.default_rng(1))


@pytest.mark.slow
def test_a_scheduler_that_does_not_answer_is_named():
    pytest.importorskip("distributed")
    with pytest.raises(PharmacologyError, match="No Dask scheduler answers at bogus"):
        simulate_population(
            MODELS["m-art"], doses("iv", "racemic"), subjects=5, people=CLINIC, scheduler="bogus://nowhere"
        )

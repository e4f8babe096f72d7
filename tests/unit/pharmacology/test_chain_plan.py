"""The plan of a compiled walk: leaps pass every knot, and sparse products are products."""

import numpy as np
import pytest

from keel.knowledge import load
from keel.pharmacology import DoseInput, Person, simulate, simulate_people
from keel.pharmacology.parameters import individual
from keel.pharmacology.population.chain_plan import LEAP, layout_of, plan_of
from keel.pharmacology.structure import Block, structure_of

MODELS = load().models

# An oral dose into place 0, which feeds 1; 1 and 2 exchange. The output sees 1; place 2 has an input rate too.
BLOCK = Block([0, 1, 2], [2], [1])
SEEN, GUT, CENTRAL, OTHER, RATE = range(5)


def flows():
    """Which entries of the matrix are not zero."""
    pattern = np.zeros((5, 5), dtype=bool)
    pattern[SEEN, CENTRAL] = pattern[OTHER, RATE] = pattern[CENTRAL, GUT] = True
    pattern[CENTRAL, OTHER] = pattern[OTHER, CENTRAL] = True
    return pattern | np.diag([False, True, True, True, False])


def product(sums, left, right):
    return [
        sum(left[a] * right[b] for a, b in zip(sums.left[i:j], sums.right[i:j], strict=True))
        for i, j in zip(sums.first[:-1], sums.first[1:], strict=True)
    ]


def test_sparse_products_are_the_products_of_the_whole_matrices():
    layout = layout_of(BLOCK, flows(), np.array([[True]]))
    rng = np.random.default_rng(1)
    entries, state = rng.random(len(layout.row)), rng.random(5)
    matrix, view = np.zeros((5, 5)), np.zeros((1, 5))
    matrix[layout.row, layout.column] = entries
    view[0, GUT:] = rng.random(4)  # whatever gets to the place that is seen, but not its area
    assert product(layout.matrix_matrix, entries, entries) == pytest.approx(
        (matrix @ matrix)[layout.row, layout.column]
    )
    assert product(layout.matrix_state, entries, state) == pytest.approx(matrix @ state)
    assert product(layout.view_matrix, view[0, GUT:], entries) == pytest.approx((view @ matrix)[0, GUT:])
    assert product(layout.view_state, view[0, GUT:], state) == pytest.approx(view @ state)


def test_leaps_pass_every_knot_and_end_where_something_happens():
    marks = np.concatenate([np.arange(101.0), 101 + 0.25 * np.arange(10)])
    plan = plan_of(marks, marks[::3], np.array([0.0, 41.0, marks[-1]]), np.array([0, 41, 50]))
    steps = plan.count[plan.kind]
    assert plan.stops.tolist() == [0, *np.cumsum(steps)]
    assert plan.stops[-1] == len(marks) - 1
    assert {0, 41, 50, 101} <= set(plan.stops.tolist())
    assert np.diff(marks[plan.stops]) == pytest.approx(plan.length[plan.kind] * steps)
    assert (steps == LEAP).sum() == 41 // LEAP + 50 // LEAP  # 9 steps from 41 to 50 and 9 of a quarter: one by one
    assert np.diff(plan.event_at)[[plan.stops.tolist().index(mark) for mark in (0, 41, 50)]].tolist() == [1, 1, 1]


@pytest.mark.slow
@pytest.mark.parametrize("compiled", [True, False])
def test_times_that_decimals_cannot_write_are_looked_up_at_themselves(compiled):
    """Marks are rounded: the one after a third of a minute must not be taken for it, and two times may share one."""
    if compiled:
        pytest.importorskip("numba")
    model, times = MODELS["m-rac-im"], np.array([20, 20 + 1e-10, 100, 1000]) / 3
    doses, person = [DoseInput(amount_mg=30, route="im", start_min=1 / 7)], Person(weight_kg=70, age_years=40)
    values, _ = individual(structure_of(model), person)
    found = simulate_people(model, doses, values, times, end_min=1440, compiled=compiled).concentrations[0]
    assert found == pytest.approx(simulate(model, doses, person, times).concentrations, rel=1e-8)


@pytest.mark.slow
def test_curves_by_the_minute_and_their_peaks_agree_with_numpy():
    pytest.importorskip("numba")
    model = MODELS["m-rac-im"]
    typical, _ = individual(structure_of(model), Person(weight_kg=70, age_years=40))
    rng = np.random.default_rng(1)
    values = {name: value * rng.uniform(0.8, 1.25, 300) for name, value in typical.items()}
    doses = [DoseInput(amount_mg=amount, route="im", start_min=start) for amount, start in ((30, 0), (15, 130.5))]
    compiled, plain = (
        simulate_people(model, doses, values, np.arange(601.0), end_min=600, compiled=way) for way in (True, False)
    )
    for part in ("concentrations", "cmax", "tmax_min", "auc_ng_h_per_ml", "trough"):
        np.testing.assert_allclose(getattr(compiled, part), getattr(plain, part), rtol=1e-10, atol=1e-12, err_msg=part)

"""The walk of `chain_people.py` compiled by Numba, for people whose events share one clock.

As in `mammillary_compiled.py` every inner loop runs over the people of a block. The plan of `chain_plan.py` says how
matrices are kept and multiplied: where no drug can get from one place to another there is nothing to compute. Without
Numba this module cannot be imported.
"""

from typing import Any

import numpy as np
from numba import njit

from keel.pharmacology.population.chain_plan import Layout, Sums, WalkPlan
from keel.pharmacology.structure import Floats

PEOPLE = 256  # of a block: the matrices of a leap fit the second-level cache
STRIDE = 5
COEFFICIENTS = 1.0 / np.array([float(np.prod(np.arange(1, power + 1))) for power in range(STRIDE * STRIDE)])

_compile = njit(nogil=True, cache=True, error_model="numpy")


@_compile  # type: ignore[untyped-decorator]
def _multiply(sums: Sums, left: Floats, right: Floats, out: Floats) -> None:
    """out = left right for all people; `out` must be another array than both. No entry is an empty sum."""
    for n in range(len(out)):
        total, number, stop = out[n], sums.first[n], sums.first[n + 1]
        one, other = left[sums.left[number]], right[sums.right[number]]
        for p in range(len(total)):
            total[p] = one[p] * other[p]
        # Two pairs at a time, because each pass reads and writes the total once more.
        for pair in range(number + 1, stop - 1, 2):
            one, other = left[sums.left[pair]], right[sums.right[pair]]
            two, another = left[sums.left[pair + 1]], right[sums.right[pair + 1]]
            for p in range(len(total)):
                total[p] += one[p] * other[p] + two[p] * another[p]
        if (stop - number) % 2 == 0:
            one, other = left[sums.left[stop - 1]], right[sums.right[stop - 1]]
            for p in range(len(total)):
                total[p] += one[p] * other[p]


@_compile  # type: ignore[untyped-decorator]
def _copy(values: Floats, out: Floats) -> None:
    """out = values, row by row; Numba compiles `out[:] = values` with seconds of work for its error message."""
    for row in range(len(out)):
        for p in range(out.shape[1]):
            out[row, p] = values[row, p]


@_compile  # type: ignore[untyped-decorator]
def _exponential(matrix: Floats, length: float, layout: Layout, powers: Floats, work: Floats, out: Floats) -> None:
    """out = exp(matrix length) by shift, Taylor and squaring, as `exponential.py` does it."""
    entries, people = matrix.shape
    shift = np.zeros(people)
    for entry in layout.diagonal:
        for p in range(people):
            shift[p] = max(shift[p], -matrix[entry, p] * length)
    sums = np.zeros((len(layout.diagonal), people))
    for entry in range(entries):
        for p in range(people):
            sums[layout.column[entry], p] += matrix[entry, p] * length
    norm = 0.0
    for column in range(len(sums)):
        for p in range(people):
            norm = max(norm, sums[column, p] + shift[p])
    halvings = 0
    while norm > 1.0:
        norm *= 0.5
        halvings += 1
    scale = 0.5**halvings
    for entry in range(entries):
        for p in range(people):
            powers[1, entry, p] = matrix[entry, p] * length * scale
    for entry in layout.diagonal:
        for p in range(people):
            powers[1, entry, p] += shift[p] * scale
    for power in range(2, STRIDE + 1):
        _multiply(layout.matrix_matrix, powers[power - 1], powers[1], powers[power])
    out[:] = 0.0
    for start in range(STRIDE * (STRIDE - 1), -1, -STRIDE):
        if start < STRIDE * (STRIDE - 1):
            _multiply(layout.matrix_matrix, out, powers[STRIDE], work)
            _copy(work, out)
        for entry in range(entries):
            for power in range(1, STRIDE):
                coefficient = COEFFICIENTS[start + power]
                for p in range(people):
                    out[entry, p] += coefficient * powers[power, entry, p]
        for entry in layout.diagonal:
            for p in range(people):
                out[entry, p] += COEFFICIENTS[start]
    for p in range(people):
        shift[p] = np.exp(-shift[p] * scale)
    for entry in range(entries):
        for p in range(people):
            out[entry, p] *= shift[p]
    for _ in range(halvings):
        _multiply(layout.matrix_matrix, out, out, work)
        _copy(work, out)


@_compile  # type: ignore[untyped-decorator]
def _views_of(plan: WalkPlan, layout: Layout, matrix: Floats, scales: Floats) -> tuple[Floats, Floats, Floats]:
    """Of each leap the matrix of all its steps, and what outputs and their slopes see at its knots of its first state.

    Shapes (kinds, entries, people), and twice (knots of all kinds, entries of a view, people).
    """
    entries, people = matrix.shape
    powers, work = np.empty((STRIDE + 1, entries, people)), np.empty((entries, people))
    step, jumps = np.empty((entries, people)), np.empty((len(plan.length), entries, people))
    views = np.zeros((plan.view_at[-1], len(layout.view_matrix.first) - 1, people))
    slopes = np.empty(views.shape)
    for kind in range(len(plan.length)):
        first, count, jump = plan.view_at[kind], plan.count[kind], jumps[kind]
        if kind == 0 or plan.length[kind] != plan.length[kind - 1]:
            _exponential(matrix, plan.length[kind], layout, powers, work, step)
        for output in range(scales.shape[0]):
            for place in range(scales.shape[1]):
                if layout.seen[output, place] >= 0:
                    seen = views[first, layout.seen[output, place]]
                    for p in range(people):
                        seen[p] = scales[output, place, p]
        _multiply(layout.view_matrix, views[first], matrix, slopes[first])
        for knot in range(first + 1, first + count + 1):
            _multiply(layout.view_matrix, views[knot - 1], step, views[knot])
            _multiply(layout.view_matrix, slopes[knot - 1], step, slopes[knot])
        _copy(step, jump)
        while count > 1:
            _multiply(layout.matrix_matrix, jump, jump, work)
            _copy(work, jump)
            count //= 2
    return jumps, views, slopes


@_compile  # type: ignore[untyped-decorator]
def _growth(plan: WalkPlan, layout: Layout, matrix: Floats) -> Floats:
    """How many times its value at the end of a leap an output can have had within it, (kinds, outputs, people).

    What is in a place leaves it at most at the rate on the diagonal d: x(t) <= x(end) exp(d (end - t)).
    """
    outputs, places = layout.seen.shape
    people = matrix.shape[1]
    fastest = np.zeros((outputs, people))
    for output in range(outputs):
        for place in range(places):
            if layout.seen[output, place] >= 0:
                for p in range(people):
                    fastest[output, p] = max(fastest[output, p], -matrix[layout.leaving[place], p])
    grown = np.empty((len(plan.length), outputs, people))
    for kind in range(len(plan.length)):
        length = plan.length[kind] * plan.count[kind]
        for output in range(outputs):
            for p in range(people):
                grown[kind, output, p] = np.exp(fastest[output, p] * length)
    return grown


@_compile  # type: ignore[untyped-decorator]
def _may_peak(values: Floats, grown: Floats, cmax: Floats) -> bool:
    """Whether anyone's curve can have been higher within the leap that ends with these values than it was before."""
    for output in range(values.shape[0]):
        value, most, highest = values[output], grown[output], cmax[output]
        higher = 0
        for p in range(len(value)):
            higher += value[p] * most[p] > highest[p]
        if higher > 0:
            return True
    return False


@_compile  # type: ignore[untyped-decorator]
def _raise_peak(values: Floats, at: float, cmax: Floats, tmax: Floats) -> None:
    for output in range(values.shape[0]):
        value, highest, when = values[output], cmax[output], tmax[output]
        for p in range(values.shape[1]):
            when[p] = at if value[p] > highest[p] else when[p]
            highest[p] = max(value[p], highest[p])


@_compile  # type: ignore[untyped-decorator]
def _raise_inner(
    start: Floats, stop: Floats, rising: Floats, falling: Floats, at: float, length: float, cmax: Floats, tmax: Floats
) -> None:
    """The peak of the cubic between two knots where the curve rises first and then falls, as in `peaks.py`."""
    for output in range(start.shape[0]):
        # Mostly nobody's curve turns, which the processor sees for eight people at once.
        turns = 0
        for p in range(start.shape[1]):
            turns += (rising[output, p] > 0.0) & (falling[output, p] < 0.0)
        if turns == 0:
            continue
        for p in range(start.shape[1]):
            c, e = rising[output, p] * length, falling[output, p] * length
            if c <= 0.0 or e >= 0.0:
                continue
            gain = stop[output, p] - start[output, p]
            a, b = 3.0 * gain - 2.0 * c - e, c + e - 2.0 * gain
            root = np.sqrt(max(4.0 * a * a - 12.0 * b * c, 0.0))
            if root <= 2.0 * a:
                continue
            s = min(max(2.0 * c / (root - 2.0 * a), 0.0), 1.0)
            value = start[output, p] + s * (c + s * (a + s * b))
            if value > cmax[output, p]:
                cmax[output, p] = value
                tmax[output, p] = at + s * length


@_compile  # type: ignore[untyped-decorator]
def _raise_within(
    layout: Layout, knots: Floats, slopes: Floats, state: Floats, values: Floats, cmax: Floats, tmax: Floats
) -> None:
    """Peaks at the knots of a leap and between them. `state` is that at its start, `values` are those at its knots."""
    rising, falling = np.empty(cmax.shape), np.empty(cmax.shape)
    _multiply(layout.view_state, slopes[0], state, rising)
    for step in range(1, len(knots)):
        _multiply(layout.view_state, slopes[step], state, falling)
        _raise_peak(values[step], knots[step], cmax, tmax)
        at, length = knots[step - 1], knots[step] - knots[step - 1]
        _raise_inner(values[step - 1], values[step], rising, falling, at, length, cmax, tmax)
        rising, falling = falling, rising


@_compile  # type: ignore[untyped-decorator]
def _areas(scales: Floats, state: Floats, out: Floats) -> None:
    """out = each output's area so far; the areas of the seen places are the first rows of a state."""
    out[:] = 0.0
    for output in range(scales.shape[0]):
        for place in range(scales.shape[1]):
            for p in range(out.shape[1]):
                out[output, p] += scales[output, place, p] * state[place, p]


@_compile  # type: ignore[untyped-decorator]
def _add(values: Floats, times: float, out: Floats) -> None:
    for row in range(len(out)):
        for p in range(out.shape[1]):
            out[row, p] += times * values[row, p]


@_compile  # type: ignore[untyped-decorator]
def _write(values: Floats, sample: int, here: int, end: int, concentrations: Floats) -> None:
    """Notes everyone's outputs at a knot, if it is one of the times asked."""
    if sample >= 0:
        _copy(values, concentrations[sample, :, here:end])


def walk_chains(
    plan: WalkPlan,
    layout: Layout,
    matrix: Floats,
    scales: Floats,
    rows: Any,
    sizes: Floats,
    concentrations: Floats,
    metrics: Floats,
) -> None:
    """Fills concentrations (times, outputs, people) and metrics (4, windows, outputs, people).

    `matrix` is (entries, people), `scales` (outputs, seen places, people). Each event of the plan adds its `sizes`
    (events, people) to one of the `rows` of the state.
    """
    people = matrix.shape[1]
    for first in range(0, people, PEOPLE):
        last = min(first + PEOPLE, people)
        _walk_block(
            plan,
            layout,
            np.ascontiguousarray(matrix[:, first:last]),
            np.ascontiguousarray(scales[:, :, first:last]),
            rows,
            np.ascontiguousarray(sizes[:, first:last]),
            concentrations,
            metrics,
            first,
            last,
        )


@_compile  # type: ignore[untyped-decorator]
def _walk_block(
    plan: WalkPlan,
    layout: Layout,
    matrix: Floats,
    scales: Floats,
    rows: Any,
    sizes: Floats,
    concentrations: Floats,
    metrics: Floats,
    here: int,
    end: int,
) -> None:
    """The walk of one block of people, who stand at `here` to `end` of the results; the other arrays are their own."""
    size, people, outputs = len(layout.diagonal), matrix.shape[1], scales.shape[0]
    jumps, views, slopes = _views_of(plan, layout, matrix, scales)
    grown = _growth(plan, layout, matrix)
    state, following = np.zeros((size, people)), np.zeros((size, people))
    values, area = np.zeros((plan.count.max() + 1, outputs, people)), np.zeros((outputs, people))
    cmax, tmax = np.zeros((outputs, people)), np.zeros((outputs, people))
    window = -1
    for stop in range(len(plan.stops)):
        knot = plan.stops[stop]
        before = values[0]
        if stop > 0:
            kind, begin = plan.kind[stop - 1], plan.stops[stop - 1]
            count, first = plan.count[kind], plan.view_at[kind]
            for step in range(1, count + 1):
                _multiply(layout.view_state, views[first + step], state, values[step])
            for step in range(1, count):
                _write(values[step], plan.sample[begin + step], here, end, concentrations)
            before = values[count]
            if window >= 0 and _may_peak(before, grown[kind], cmax):
                knots = plan.knots[begin : knot + 1]
                _raise_within(layout, knots, slopes[first:], state, values, cmax, tmax)
            _multiply(layout.matrix_state, jumps[kind], state, following)
            state, following = following, state
        opens, enters = plan.window[stop] >= 0, plan.event_at[stop + 1] > plan.event_at[stop]
        if opens:
            _areas(scales, state, area)
            if window >= 0:
                _copy(cmax, metrics[0, window, :, here:end])
                _copy(tmax, metrics[1, window, :, here:end])
                _add(area, 1.0, metrics[2, window, :, here:end])
                _copy(before, metrics[3, window, :, here:end])
            window = plan.window[stop] if plan.window[stop] < metrics.shape[1] else -1
            if window >= 0:
                _add(area, -1.0, metrics[2, window, :, here:end])
            cmax[:] = 0.0
            tmax[:] = 0.0
        for event in range(plan.event_at[stop], plan.event_at[stop + 1]):
            total, entering = state[rows[event]], sizes[event]
            for p in range(people):
                total[p] += entering[p]
        if enters:
            _multiply(layout.view_state, views[0], state, values[0])
        else:
            _copy(before, values[0])
        _write(values[0], plan.sample[knot], here, end, concentrations)
        if window >= 0 and (opens or enters):
            _raise_peak(values[0], plan.knots[knot], cmax, tmax)

"""The walk of `chains.py` compiled by Numba, for people whose events share one clock.

As in `compiled.py` every inner loop runs over the people of a block. Matrix products skip what is zero in every power
of the matrix: where no drug can get from one place to another. Without Numba this module cannot be imported.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from keel.pharmacology.structure import Floats

PEOPLE = 256  # of a block: its exponentials fit the second-level cache
STRIDE = 5
COEFFICIENTS = 1.0 / np.array([float(np.prod(np.arange(1, power + 1))) for power in range(STRIDE * STRIDE)])

_compile = njit(nogil=True, cache=True, error_model="numpy")


class Course(NamedTuple):
    """The common marks: lengths between them, what enters at each, which is asked for, which opens a window."""

    marks: Floats
    ids: Any
    lengths: Floats
    event_at: Any
    event_row: Any
    sample: Any
    window: Any
    seen_row: Any
    pattern: Any


@_compile  # type: ignore[untyped-decorator]
def _product(left: Floats, right: Floats, pattern: Any, out: Floats) -> None:
    """out = left right, entry by entry for all people; only entries that any power can have."""
    size, people = left.shape[0], left.shape[2]
    for i in range(size):
        for j in range(size):
            if not pattern[i, j]:
                continue
            total = out[i, j]
            total[:] = 0.0
            for k in range(size):
                if pattern[i, k] and pattern[k, j]:
                    one, other = left[i, k], right[k, j]
                    for p in range(people):
                        total[p] += one[p] * other[p]


@_compile  # type: ignore[untyped-decorator]
def _exponential(matrix: Floats, length: float, pattern: Any, powers: Floats, work: Floats, out: Floats) -> None:
    """out = exp(matrix length) by shift, Taylor and squaring, as `exponential.py` does it."""
    size, people = matrix.shape[0], matrix.shape[2]
    shift = np.zeros(people)
    for i in range(size):
        for p in range(people):
            shift[p] = max(shift[p], -matrix[i, i, p] * length)
    norm = 0.0
    for j in range(size):
        for p in range(people):
            total = 0.0
            for i in range(size):
                total += matrix[i, j, p] * length + (shift[p] if i == j else 0.0)
            norm = max(norm, total)
    halvings = 0
    while norm > 1.0:
        norm *= 0.5
        halvings += 1
    scale = 0.5**halvings
    powers[:] = 0.0
    for i in range(size):
        powers[0, i, i, :] = 1.0
        for j in range(size):
            for p in range(people):
                powers[1, i, j, p] = (matrix[i, j, p] * length + (shift[p] if i == j else 0.0)) * scale
    for power in range(2, STRIDE + 1):
        _product(powers[power - 1], powers[1], pattern, powers[power])
    out[:] = 0.0
    for start in range(STRIDE * (STRIDE - 1), -1, -STRIDE):
        if start < STRIDE * (STRIDE - 1):
            _product(out, powers[STRIDE], pattern, work)
            out[:] = work
        for offset in range(STRIDE):
            coefficient = COEFFICIENTS[start + offset]
            for i in range(size):
                for j in range(size):
                    if pattern[i, j]:
                        total, power_row = out[i, j], powers[offset, i, j]
                        for p in range(people):
                            total[p] += coefficient * power_row[p]
    for p in range(people):
        shift[p] = np.exp(-shift[p] * scale)
    for i in range(size):
        for j in range(size):
            total = out[i, j]
            for p in range(people):
                total[p] *= shift[p]
    for _ in range(halvings):
        work[:] = 0.0
        _product(out, out, pattern, work)
        out[:] = work


@_compile  # type: ignore[untyped-decorator]
def _advance(step: Floats, state: Floats, pattern: Any, out: Floats) -> None:
    """out = step state, for all people."""
    size, people = state.shape
    for i in range(size):
        total = out[i]
        total[:] = 0.0
        for k in range(size):
            if pattern[i, k]:
                share, amount = step[i, k], state[k]
                for p in range(people):
                    total[p] += share[p] * amount[p]


@_compile  # type: ignore[untyped-decorator]
def _outputs(state: Floats, rows: Any, scales: Floats, out: Floats) -> None:
    """out = each output as the weighted sum of the places that it sees."""
    out[:] = 0.0
    for output in range(scales.shape[0]):
        total = out[output]
        for number in range(len(rows)):
            scale, amount = scales[output, number], state[rows[number]]
            for p in range(out.shape[1]):
                total[p] += scale[p] * amount[p]


@_compile  # type: ignore[untyped-decorator]
def _slopes(matrix: Floats, state: Floats, course: Course, scales: Floats, work: Floats, out: Floats) -> None:
    """out = how fast each output rises."""
    for number in range(len(course.seen_row)):
        row = course.seen_row[number]
        total = work[row]
        total[:] = 0.0
        for k in range(matrix.shape[1]):
            if course.pattern[row, k]:
                rate, amount = matrix[row, k], state[k]
                for p in range(out.shape[1]):
                    total[p] += rate[p] * amount[p]
    _outputs(work, course.seen_row, scales, out)


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
    """The peak of the cubic between two marks where the curve rises first and then falls, as in `peaks.py`."""
    for output in range(start.shape[0]):
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
def walk_chains(
    course: Course, matrix: Floats, scales: Floats, sizes: Floats, concentrations: Floats, metrics: Floats
) -> None:
    """Fills concentrations (times, outputs, people) and metrics (4, windows, outputs, people).

    `matrix` is (size, size, people), `scales` (outputs, seen places, people), `sizes` (events, people).
    """
    people = matrix.shape[2]
    for first in range(0, people, PEOPLE):
        last = min(first + PEOPLE, people)
        _walk_block(
            course,
            np.ascontiguousarray(matrix[:, :, first:last]),
            np.ascontiguousarray(scales[:, :, first:last]),
            np.ascontiguousarray(sizes[:, first:last]),
            concentrations,
            metrics,
            first,
            last,
        )


@_compile  # type: ignore[untyped-decorator]
def _growth(matrix: Floats, course: Course) -> Floats:
    """How many times its value at the end of a stretch an output can have had within it, (lengths, people).

    What is in a place leaves it at most at the rate on the diagonal d: x(t) <= x(end) exp(d (end - t)).
    """
    people = matrix.shape[2]
    fastest = np.zeros(people)
    for number in range(len(course.seen_row)):
        row = course.seen_row[number]
        for p in range(people):
            fastest[p] = max(fastest[p], -matrix[row, row, p])
    grown = np.empty((len(course.lengths), people))
    for number in range(len(course.lengths)):
        for p in range(people):
            grown[number, p] = np.exp(fastest[p] * course.lengths[number])
    return grown


@_compile  # type: ignore[untyped-decorator]
def _may_peak(values: Floats, grown: Floats, cmax: Floats) -> bool:
    """Whether anyone's curve can have been higher inside the stretch than at any mark so far."""
    found = False
    for output in range(values.shape[0]):
        value, highest = values[output], cmax[output]
        higher = 0
        for p in range(len(value)):
            higher += value[p] * grown[p] > highest[p]
        found = found or higher > 0
    return found


@_compile  # type: ignore[untyped-decorator]
def _walk_block(
    course: Course,
    matrix: Floats,
    scales: Floats,
    sizes: Floats,
    concentrations: Floats,
    metrics: Floats,
    here: int,
    end: int,
) -> None:
    """The walk of one block of people, who stand at `here` to `end` of the results; the other arrays are their own."""
    size, people = matrix.shape[0], matrix.shape[2]
    outputs, windows = scales.shape[0], metrics.shape[1]
    seen = len(course.seen_row)
    areas = np.arange(seen)
    powers, work = np.zeros((STRIDE + 1, size, size, people)), np.zeros((size, size, people))
    steps = np.zeros((len(course.lengths), size, size, people))
    for number in range(len(course.lengths)):
        _exponential(matrix, course.lengths[number], course.pattern, powers, work, steps[number])
    grown = _growth(matrix, course)
    state, following, rates = np.zeros((size, people)), np.zeros((size, people)), np.zeros((size, people))
    before, after = np.zeros((outputs, people)), np.zeros((outputs, people))
    rising, falling = np.zeros((outputs, people)), np.zeros((outputs, people))
    area = np.zeros((outputs, people))
    cmax, tmax = np.zeros((outputs, people)), np.zeros((outputs, people))
    window = -1
    for mark in range(len(course.marks)):
        at = course.marks[mark]
        if mark > 0:
            id = course.ids[mark - 1]
            _advance(steps[id], state, course.pattern, following)
            _outputs(following, course.seen_row, scales, before)
            if window >= 0:
                _raise_peak(before, at, cmax, tmax)
                if _may_peak(before, grown[id], cmax):
                    _slopes(matrix, state, course, scales, rates, rising)
                    _slopes(matrix, following, course, scales, rates, falling)
                    length = at - course.marks[mark - 1]
                    _raise_inner(after, before, rising, falling, course.marks[mark - 1], length, cmax, tmax)
            state, following = following, state
        if course.window[mark] >= 0:
            _outputs(state, areas, scales, area)
            if window >= 0:
                metrics[0, window, :, here:end] = cmax
                metrics[1, window, :, here:end] = tmax
                metrics[2, window, :, here:end] += area
                metrics[3, window, :, here:end] = before
            window = course.window[mark]
            cmax[:] = 0.0
            tmax[:] = 0.0
            if window >= windows:
                window = -1
            else:
                metrics[2, window, :, here:end] = -area
        if course.event_at[mark + 1] > course.event_at[mark]:
            for event in range(course.event_at[mark], course.event_at[mark + 1]):
                total, entering = state[course.event_row[event]], sizes[event]
                for p in range(people):
                    total[p] += entering[p]
            _outputs(state, course.seen_row, scales, after)
        else:
            # Nothing happens here: after the mark all is as before it.
            before, after = after, before
        if window >= 0 and (course.window[mark] >= 0 or course.event_at[mark + 1] > course.event_at[mark]):
            _raise_peak(after, at, cmax, tmax)
        sample = course.sample[mark]
        if sample >= 0:
            for output in range(outputs):
                concentrations[sample, output, here:end] = after[output]
